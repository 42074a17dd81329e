import { ConfigMapV1 } from "@cdktf/provider-kubernetes/lib/config-map-v1";
import { Construct } from "constructs";
import { digest } from "../terraform/json";

export interface ConfigMapProps {
  readonly namespace: string;
  readonly name: string;
  /** For what finds ConfigMaps by their labels. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Values by key; a value may hold tokens. */
  readonly data: Readonly<Record<string, string>>;
}

/** A ConfigMap, with a digest that pods carry as an annotation so that a change of it rolls them. */
export class ConfigMap extends Construct {
  readonly name: string;
  /** Hexadecimal SHA-256 of the data. */
  readonly digest: string;

  constructor(scope: Construct, id: string, props: ConfigMapProps) {
    super(scope, id);
    const map = new ConfigMapV1(this, "config-map", {
      metadata: { name: props.name, namespace: props.namespace, labels: props.labels && { ...props.labels } },
      data: { ...props.data },
      lifecycle: { createBeforeDestroy: true }, // one that leaves goes after the pods that have used it
    });
    this.name = map.metadata.name;
    this.digest = digest(props.data);
  }
}
