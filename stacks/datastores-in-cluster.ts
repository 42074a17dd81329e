import type { TerraformStack } from "cdktf";
import { Construct } from "constructs";
import type { BitnamiProps } from "../constructs/datastore/bitnami";
import { StorageClass } from "../constructs/datastore/storage-class";
import { Namespace } from "../constructs/kubernetes/namespace";
import { PrometheusStack } from "../constructs/monitoring/prometheus-stack";
import type { Platform } from "../constructs/platform";
import { disksKey } from "../constructs/secrets/agent-key";
import { DATASTORES_NAMESPACE } from "../facts/names";
import { parseCpu, parseMemory } from "../facts/quantity";
import { mirrored } from "../facts/registries";
import type { Resources } from "../facts/resources";
import type { Environment } from "../schema/environment";

/**
 * A separate storage class, because disks must outlive their claims and have a customer-managed key, which GKE's own
 * classes do not support.
 */
const STORAGE_CLASS = "datastores";
/** Pods, millicores and MiB in the namespace's quota for exporters and the pods of backups. */
const REST = { pods: 10, cpu: 3000, memory: 4096 };

export interface InCluster {
  readonly scope: Construct;
  /** Props of every release of a Bitnami chart. */
  readonly common: Pick<
    BitnamiProps,
    "platform" | "namespace" | "storageClass" | "registry" | "place" | "scrapers" | "storage"
  >;
}

/** Creates the namespace and the storage class that all datastores in the cluster share. */
export function inCluster(stack: TerraformStack, platform: Platform, environment: Environment): InCluster {
  const scope = new Construct(stack, "datastores");
  const { names, cluster, deletionProtection } = platform;
  const { database, cache, search } = environment;
  const { images, pool } = environment.bitnami as NonNullable<Environment["bitnami"]>;
  const place = cluster.place(pool);
  const sizes = [database, cache, search].flatMap((store) => (store && "resources" in store ? [store.resources] : []));
  const namespace = new Namespace(scope, "namespace", {
    name: DATASTORES_NAMESPACE,
    quota: quotaOf(sizes.map((size) => place.resources(size))),
    deletionProtection,
    dependsOn: [cluster.cluster],
  });
  const storageClass = new StorageClass(scope, "storage-class", {
    platform,
    name: STORAGE_CLASS,
    key: disksKey(names.full),
  });
  return {
    scope,
    common: {
      platform,
      namespace,
      storageClass: storageClass.name,
      registry: mirrored(images, platform.imagesMirror),
      place,
      scrapers: PrometheusStack.SCRAPERS,
      storage: storageClass.ready,
    },
  };
}

/**
 * Returns a quota with room for each datastore twice, because a replaced pod counts until it is gone, and for the other
 * pods.
 */
function quotaOf(resources: readonly Resources[]) {
  const total = { ...REST };
  for (const { cpu, cpuLimit, memory, memoryLimit } of resources) {
    total.pods += 2;
    total.cpu += 2 * (parseCpu(cpuLimit ?? cpu) ?? 0);
    total.memory += 2 * (parseMemory(memoryLimit ?? memory) ?? 0);
  }
  return total;
}
