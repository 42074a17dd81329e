import { ConfigMapV1 } from "@cdktf/provider-kubernetes/lib/config-map-v1";
import { Construct } from "constructs";
import { type Configuration, IMMUTABLE, identify } from "./configuration";

export interface ConfigMapProps {
  readonly namespace: string;
  /** First part of the name. A digest of the content follows. */
  readonly name: string;
  /** Values by key. A value can contain Terraform expressions. */
  readonly data: Readonly<Record<string, string>>;
}

/**
 * An immutable ConfigMap whose name contains a digest of its content. When the content changes, the name changes, and
 * the pods that name it are replaced.
 */
export class ConfigMap extends Construct implements Configuration {
  readonly name: string;

  constructor(scope: Construct, id: string, props: ConfigMapProps) {
    super(scope, id);
    const content = identify(this, props.name, props.data);
    const map = new ConfigMapV1(this, content.id, {
      metadata: { name: content.name, namespace: props.namespace },
      data: { ...props.data },
      ...IMMUTABLE,
    });
    this.name = map.metadata.name;
  }
}
