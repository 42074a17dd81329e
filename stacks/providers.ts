import { GoogleProvider } from "@cdktf/provider-google/lib/provider";
import { HelmProvider } from "@cdktf/provider-helm/lib/provider";
import { KubernetesProvider } from "@cdktf/provider-kubernetes/lib/provider";
import { RandomProvider } from "@cdktf/provider-random/lib/provider";
import { GcsBackend, type TerraformStack } from "cdktf";
import type { Cluster } from "../constructs/cluster/cluster";
import { Ephemeral } from "../constructs/terraform/ephemeral";
import { TOKEN_PLUGIN } from "./token-plugin";

/**
 * Versions of the providers. They are newer than those of the bindings (google 6.50, kubernetes 2.38), which get no
 * more fixes. The tests plan every stack with these versions.
 */
export const PROVIDER_VERSIONS = { google: "7.45.0", kubernetes: "3.2.1", helm: "3.1.2", random: "3.9.0" } as const;
/**
 * The first version with write-only arguments.
 * {@link https://developer.hashicorp.com/terraform/language/manage-sensitive-data/write-only}
 */
export const TERRAFORM_VERSION = ">= 1.11.0";

export interface GoogleProps {
  readonly project: string;
  readonly region: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly stateBucket: string;
  readonly statePrefix: string;
  /** Providers of the stack besides Google's. */
  readonly others: readonly Exclude<keyof typeof PROVIDER_VERSIONS, "google">[];
  /** Whether calls count toward the project's quota, and not toward that of the caller's. The default is false. */
  readonly userProjectOverride?: boolean;
}

/** Configures the versions, the state, and the providers that do not need the cluster. */
export function googleProviders(stack: TerraformStack, props: GoogleProps): void {
  stack.addOverride("terraform.required_version", TERRAFORM_VERSION);
  for (const name of ["google", ...props.others] as const)
    stack.addOverride(`terraform.required_providers.${name}.version`, PROVIDER_VERSIONS[name]);
  new GcsBackend(stack, { bucket: props.stateBucket, prefix: props.statePrefix });
  new GoogleProvider(stack, "google", {
    project: props.project,
    region: props.region,
    defaultLabels: { ...props.labels },
    ...(props.userProjectOverride && { userProjectOverride: true, billingProject: props.project }),
  });
  if (props.others.includes("random")) new RandomProvider(stack, "random");
}

/**
 * Annotations that GKE, its load balancers and Autopilot add to objects, such as `cloud.google.com/neg` on every
 * Service. Without this setting, every plan would remove them. Terraform still manages an annotation that a resource
 * names. The provider itself ignores annotations of Kubernetes (`*.kubernetes.io`), and Helm ignores those that it did
 * not write.
 * {@link https://registry.terraform.io/providers/hashicorp/kubernetes/latest/docs#ignore-kubernetes-annotations-and-labels}
 */
export const ANNOTATIONS_OF_GKE = "^([^/]+\\.)?(cloud\\.google\\.com|gke\\.io)/";

/**
 * Configures the providers that connect to the cluster. No file contains a token. The plugin returns a token when a
 * provider needs one, and a new one when it expires. Without the plugin, the whole run uses a single token, which is
 * valid for at most an hour.
 */
export function clusterProviders(stack: TerraformStack, cluster: Cluster, tokenPlugin: boolean): void {
  const { host, certificateAuthority: clusterCaCertificate } = cluster;
  const exec = {
    apiVersion: "client.authentication.k8s.io/v1beta1",
    command: TOKEN_PLUGIN,
    args: ["--use_application_default_credentials"], // the google provider uses the same credentials
  };
  const token = tokenPlugin
    ? undefined
    : new Ephemeral(stack, "deployer", "google_client_config").attribute("access_token");
  const connection = { host, clusterCaCertificate, token };
  new KubernetesProvider(stack, "kubernetes", {
    ...connection,
    exec: tokenPlugin ? [exec] : undefined,
    ignoreAnnotations: [ANNOTATIONS_OF_GKE],
  });
  new HelmProvider(stack, "helm", { kubernetes: { ...connection, exec: tokenPlugin ? exec : undefined } });
}
