import { ConfigMapV1 } from "@cdktf/provider-kubernetes/lib/config-map-v1";
import { Construct } from "constructs";
import { type Configuration, IMMUTABLE, identify } from "./configuration";

export interface ConfigMapProps {
  readonly namespace: string;
  /** What the name begins with. */
  readonly name: string;
  /** Values by key; a value may hold tokens. */
  readonly data: Readonly<Record<string, string>>;
}

/** An immutable ConfigMap, named by its content: pods that name it roll when it changes. */
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
