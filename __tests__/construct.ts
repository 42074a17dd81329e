import { type ITerraformDependable, TerraformOutput, TerraformStack } from "cdktf";
import { RootConstruct } from "constructs";
import type { Cluster } from "../constructs/cluster/cluster";
import type { Namespace } from "../constructs/kubernetes/namespace";
import { onAutopilot, onPool } from "../constructs/kubernetes/placement";
import type { Network } from "../constructs/network/network";
import type { Platform } from "../constructs/platform";
import type { Project } from "../constructs/project/project";
import type { PodProps } from "../constructs/workloads/pod";
import { logicalIdOf } from "../stacks/logical-id";
import { type Json, onlyDigested } from "./support";

/** Something to depend on, of which only the address is known. */
export const at = <T = ITerraformDependable>(fqn: string) => ({ fqn }) as T;

/** A reference as Terraform's JSON has it. */
export const ref = (reference: string) => `\${${reference}}`;

// What constructs are given, reduced to what they may use of it, so that a test synthesizes its construct alone.
export const project = {
  id: "acme-test",
  number: "42",
  api: (name: string) => at(`api.${name}`),
} as unknown as Project;
export const network = {
  network: { id: "network-id" },
  subnetwork: { id: "subnetwork-id" },
  privateServices: at("private-services"),
} as unknown as Network;
export const cluster = {
  cluster: { name: "shop-test", location: "europe-west1", fqn: "cluster" },
  nodeServiceAccount: { email: "nodes@acme-test.iam" },
  nodeGrants: [at("grant.logs"), at("grant.images")],
  workloadPool: "acme-test.svc.id.goog",
  apiServer: { nodes: "10.0.0.0/20" },
  autopilot: false,
  add() {},
} as unknown as Cluster;
export const platform: Platform = {
  names: { system: "shop", environment: "test", full: "shop-test" },
  region: "europe-west1",
  project,
  network,
  cluster,
  admission: at("admission"),
  labels: { system: "shop" },
  deletionProtection: true,
};
/** On a node pool. */
export const placeOn = (pool: string) => onPool(pool, at("pool"));
export const AUTOPILOT = onAutopilot(at("cluster"));
export const namespace = { name: "shop", ready: [at("quota"), at("default-deny")] } as unknown as Namespace;

/** The least that a workload's pods are given. */
export const podOf = (name: string): PodProps => ({
  name,
  image: `registry.example/${name}@sha256:0`,
  place: placeOn("app"),
  resources: { cpu: "500m", memory: "512Mi", memoryLimit: "1Gi" },
  serviceAccount: name,
  variables: {},
});

/** Addresses are the paths of constructs, as in an environment's stack. */
class Small extends TerraformStack {
  protected override allocateLogicalId = logicalIdOf;
}

export interface Built {
  readonly json: Json;
  /** Arguments of a resource, by its address; fails when there is none. */
  resource(address: string): Json;
  /** The one resource whose address begins so and ends with a digest: its address and its arguments. */
  digested(start: string): readonly [string, Json];
  /** What the function returned, as Terraform's expressions. */
  readonly given: Readonly<Record<string, Json>>;
  /** How many resources there are of each type. */
  readonly counts: Readonly<Record<string, number>>;
  /** What Terraform keeps in its state and plan: resources without their write-only arguments. */
  readonly readable: string;
}

/** Synthesizes the constructs that a function makes in a stack of their own. */
export function build(make: (stack: TerraformStack) => unknown): Built {
  const stack = new Small(new RootConstruct(), "stack");
  for (const [name, value] of Object.entries(make(stack) ?? {})) new TerraformOutput(stack, name, { value });
  stack.prepareStack();
  const json = stack.toTerraform() as Json;
  const byType: Record<string, Record<string, Json>> = json.resource ?? {};
  return {
    json,
    resource(address) {
      const [type, id] = address.split(".") as [string, string];
      const found = byType[type]?.[id];
      if (found) return found;
      throw new Error(
        `no ${address} among ${Object.entries(byType).flatMap(([t, r]) => Object.keys(r).map((i) => `${t}.${i}`))}`,
      );
    },
    digested(start) {
      const found = Object.entries(byType).flatMap(([type, byId]) =>
        Object.entries(byId).map(([id, config]) => [`${type}.${id}`, config] as const),
      );
      return onlyDigested(found, start);
    },
    given: Object.fromEntries(Object.entries<Json>(json.output ?? {}).map(([name, output]) => [name, output.value])),
    counts: Object.fromEntries(Object.entries(byType).map(([type, byId]) => [type, Object.keys(byId).length])),
    readable: JSON.stringify(json.resource ?? {}, (key, value) => (key.endsWith("_wo") ? undefined : value)),
  };
}

/** A Helm release's values; what Terraform is yet to fill in stays an expression. */
export function values(release: Json): Json {
  expect(release.values).toHaveLength(1);
  return JSON.parse(release.values[0].replace(/\$\{[^{}]*\}/g, (expression: string) => JSON.stringify(expression)));
}
