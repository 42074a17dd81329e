import { SecretV1 } from "@cdktf/provider-kubernetes/lib/secret-v1";
import { Fn } from "cdktf";
import { Construct } from "constructs";
import { type Configuration, IMMUTABLE, identify } from "./configuration";

/** A value that the cluster gets, but the Terraform state does not. */
export interface SecretValue {
  /** An ephemeral value, or an expression of ephemeral values. */
  readonly value: string;
  /**
   * Values that change together with the secret value, such as its generation or an address. They must not reveal it.
   */
  readonly changesWith: readonly (string | number)[];
}

/** A secret as a part of a URL. Terraform encodes a space as a plus sign, which clients do not decode there. */
export const inUrl = ({ value }: SecretValue): string => Fn.replace(Fn.urlencode(value), "+", "%20");

export interface SecretProps {
  readonly namespace: string;
  /** First part of the name. A digest follows. */
  readonly name: string;
  /** Values by key. */
  readonly data: Readonly<Record<string, SecretValue>>;
}

/**
 * An immutable Secret whose values are write-only. Terraform cannot compare such values, so the name contains a digest
 * of the keys and of `changesWith`. When one of these changes, the name changes, and the pods that name the Secret are
 * replaced.
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
      dataWoRevision: 1, // without a revision, the provider does not write the values
      ...IMMUTABLE,
    });
    this.name = secret.metadata.name;
  }
}
