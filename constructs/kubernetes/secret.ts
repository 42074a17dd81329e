import { SecretV1 } from "@cdktf/provider-kubernetes/lib/secret-v1";
import { Fn, Token } from "cdktf";
import { Construct } from "constructs";
import { digest } from "../terraform/json";

/** A value that reaches the cluster and never the state. */
export interface SecretValue {
  /** Ephemeral, or made of ephemeral values. */
  readonly value: string;
  /** What tells that the value changed, without saying what it is: a generation, an address. */
  readonly changesWith: readonly (string | number)[];
}

export interface SecretProps {
  readonly namespace: string;
  readonly name: string;
  /** Values by key. */
  readonly data: Readonly<Record<string, SecretValue>>;
}

/**
 * A Secret whose values are write-only. Terraform cannot compare such values, so one digest of the keys and of what
 * each value changes with decides: as a number it is the revision that writes the Secret again, as an annotation it
 * rolls the pods.
 * {@link https://developer.hashicorp.com/terraform/language/manage-sensitive-data/write-only}
 */
export class Secret extends Construct {
  readonly name: string;
  /** Hexadecimal SHA-256 of the keys and of what their values change with. */
  readonly digest: string;

  constructor(scope: Construct, id: string, props: SecretProps) {
    super(scope, id);
    const entries = Object.entries(props.data);
    this.digest = digest(Object.fromEntries(entries.map(([key, { changesWith }]) => [key, changesWith])));
    const secret = new SecretV1(this, "secret", {
      metadata: { name: props.name, namespace: props.namespace },
      type: "Opaque",
      lifecycle: { createBeforeDestroy: true }, // one that leaves goes after the pods that have used it
      dataWo: Object.fromEntries(entries.map(([key, { value }]) => [key, value])),
      // Seven digits stay below 2^31; a revision of 0 would count as none.
      dataWoRevision: Token.asNumber(Fn.max([1, Token.asNumber(Fn.parseint(Fn.substr(this.digest, 0, 7), 16))])),
    });
    this.name = secret.metadata.name;
  }
}
