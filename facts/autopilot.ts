import { parseCpu, parseMemory } from "./quantity";
import type { Resources } from "./resources";

/**
 * The least that a container of the general-purpose class may ask for, in millicores and mebibytes, where pods may
 * burst: in every cluster that is made today.
 * {@link https://cloud.google.com/kubernetes-engine/docs/how-to/pod-bursting-gke}
 */
const LEAST = { cpu: 50, memory: 52 };
/** Gibibytes of memory for each vCPU. */
const RATIO = { least: 1, most: 6.5 };

/**
 * The most that a pod of that class may ask for, in millicores and mebibytes.
 * {@link https://cloud.google.com/kubernetes-engine/docs/concepts/autopilot-resource-requests#min-max-requests}
 */
export const AUTOPILOT_MOST = { cpu: 30_000, memory: 110 * 1024 } as const;

/**
 * What the one container of a pod is to ask for on Autopilot, so that its webhook has nothing to rewrite: limits equal
 * the requests, the smaller of CPU and memory is raised to keep their ratio, and ephemeral storage is what Autopilot
 * would give. Validation has refused sizes above {@link AUTOPILOT_MOST}.
 * {@link https://cloud.google.com/kubernetes-engine/docs/concepts/autopilot-resource-requests}
 */
export function autopilotResources({ cpu, cpuLimit, memoryLimit }: Resources): Resources {
  const memory = Math.max(known(parseMemory(memoryLimit), memoryLimit), LEAST.memory);
  const millis = Math.max(
    known(parseCpu(cpuLimit ?? cpu), cpuLimit ?? cpu),
    LEAST.cpu,
    Math.ceil(((memory / 1024) * 1000) / RATIO.most),
  );
  const size = { cpu: `${millis}m`, memory: `${Math.max(memory, Math.ceil((millis / 1000) * 1024 * RATIO.least))}Mi` };
  return { ...size, cpuLimit: size.cpu, memoryLimit: size.memory, ephemeralStorage: "1Gi" };
}

function known(number: number | undefined, quantity: string): number {
  if (number === undefined) throw new Error(`"${quantity}" cannot be read: write whole numbers of m, Mi or Gi`);
  return number;
}
