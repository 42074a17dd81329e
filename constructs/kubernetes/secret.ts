import { SecretV1 } from "@cdktf/provider-kubernetes/lib/secret-v1";
import { Construct } from "constructs";
import { type Configuration, IMMUTABLE, identify } from "./configuration";

/** A value that reaches the cluster and never the state. */
export interface SecretValue {
  /** Ephemeral, or made of ephemeral values. */
  readonly value: string;
  /** What tells that the value changed, without saying what it is: a generation, an address. */
  readonly changesWith: readonly (string | number)[];
}

export interface SecretProps {
  readonly namespace: string;
  /** What the name begins with. */
  readonly name: string;
  /** Values by key. */
  readonly data: Readonly<Record<string, SecretValue>>;
}

/**
 * An immutable Secret whose values are write-only. Terraform cannot compare such values, so its name contains a digest of
 * the keys and of whatever each value depends on. When one of these changes, the pods that name the Secret roll.
 * {@link https://developer.hashicorp.com/terraform/language/manage-sensitive-data/write-only}
 */
export class Secret extends Construct implements Configuration {
  readonly name: string;

  constructor(scope: Construct, id: string, props: SecretProps) {
    super(scope, id);
    const entries = Object.entries(props.data);
    const content = identify(
      this,
      props.name,
      Object.fromEntries(entries.map(([key, { changesWith }]) => [key, changesWith])),
    );
    const secret = new SecretV1(this, content.id, {
      metadata: { name: content.name, namespace: props.namespace },
      type: "Opaque",
      dataWo: Object.fromEntries(entries.map(([key, { value }]) => [key, value])),
      dataWoRevision: 1, // written once; without a revision it would not be written at all
      ...IMMUTABLE,
    });
    this.name = secret.metadata.name;
  }
}
