import { GoogleProvider } from "@cdktf/provider-google/lib/provider";
import { HelmProvider } from "@cdktf/provider-helm/lib/provider";
import { KubernetesProvider } from "@cdktf/provider-kubernetes/lib/provider";
import { RandomProvider } from "@cdktf/provider-random/lib/provider";
import { GcsBackend, type TerraformStack } from "cdktf";
import type { Cluster } from "../constructs/cluster/cluster";
import { Ephemeral } from "../constructs/terraform/ephemeral";
import { TOKEN_PLUGIN } from "./token-plugin";

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
 * every Service: without this, each plan would remove them. Terraform still manages annotations that a resource names. The
 * provider itself ignores those of Kubernetes (`*.kubernetes.io`), and Helm ignores those that it did not write.
 * {@link https://registry.terraform.io/providers/hashicorp/kubernetes/latest/docs#ignore-kubernetes-annotations-and-labels}
 */
export const ANNOTATIONS_OF_GKE = "^([^/]+\\.)?(cloud\\.google\\.com|gke\\.io)/";

/**
 * The providers that talk to the cluster. No token is written anywhere: the plugin gives one when it is needed, and another
 * when that one ends. Without the plugin there is one token for the whole run, which lives an hour at most.
 */
export function clusterProviders(stack: TerraformStack, cluster: Cluster, tokenPlugin: boolean): void {
  const { host, certificateAuthority: clusterCaCertificate } = cluster;
  const exec = {
    apiVersion: "client.authentication.k8s.io/v1beta1",
    command: TOKEN_PLUGIN,
    args: ["--use_application_default_credentials"], // those that the google provider acts with
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
