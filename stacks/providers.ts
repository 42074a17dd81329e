import { GoogleProvider } from "@cdktf/provider-google/lib/provider";
import { HelmProvider } from "@cdktf/provider-helm/lib/provider";
import { KubernetesProvider } from "@cdktf/provider-kubernetes/lib/provider";
import { RandomProvider } from "@cdktf/provider-random/lib/provider";
import { GcsBackend, type TerraformStack } from "cdktf";
import type { Cluster } from "../constructs/google/cluster";
import { Ephemeral } from "../constructs/terraform/ephemeral";

/**
 * Versions, newer than those that the bindings were made for (google 6.50, kubernetes 2.38), whose lines get no fixes
 * any more. Every stack is planned with them in the tests.
 */
export const PROVIDER_VERSIONS = { google: "7.45.0", kubernetes: "3.2.1", helm: "3.1.2", random: "3.9.0" } as const;
/** Write-only arguments and ephemeral resources. */
export const TERRAFORM_VERSION = ">= 1.11.0";

export interface GoogleProps {
  readonly project: string;
  readonly region: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly stateBucket: string;
  readonly statePrefix: string;
}

/** The pinned versions, the state, and the providers that need no cluster. */
export function googleProviders(stack: TerraformStack, props: GoogleProps): void {
  stack.addOverride("terraform.required_version", TERRAFORM_VERSION);
  for (const [name, version] of Object.entries(PROVIDER_VERSIONS))
    stack.addOverride(`terraform.required_providers.${name}.version`, version);
  new GcsBackend(stack, { bucket: props.stateBucket, prefix: props.statePrefix });
  new GoogleProvider(stack, "google", {
    project: props.project,
    region: props.region,
    defaultLabels: { ...props.labels },
  });
  new RandomProvider(stack, "random");
}

/**
 * Annotations that GKE, its load balancers and Autopilot write into objects of ours, such as `cloud.google.com/neg` into
 * every Service: without this, each plan takes them away again. An annotation that a resource names stays Terraform's.
 * The provider ignores those of Kubernetes itself (`*.kubernetes.io`), and Helm those that it did not write.
 * {@link https://registry.terraform.io/providers/hashicorp/kubernetes/latest/docs#ignore-kubernetes-annotations-and-labels}
 */
export const ANNOTATIONS_OF_GKE = "^([^/]+\\.)?(cloud\\.google\\.com|gke\\.io)/";

/** The providers that talk to the cluster, with a token that is opened for each run and written nowhere. */
export function clusterProviders(stack: TerraformStack, cluster: Cluster): void {
  const connection = {
    host: cluster.host,
    clusterCaCertificate: cluster.certificateAuthority,
    token: new Ephemeral(stack, "deployer", "google_client_config").attribute("access_token"),
  };
  new KubernetesProvider(stack, "kubernetes", { ...connection, ignoreAnnotations: [ANNOTATIONS_OF_GKE] });
  new HelmProvider(stack, "helm", { kubernetes: connection });
}
