import type { System } from "./system";

/** A queue whose length sets the number of a service's replicas. */
export interface Queue {
  /** Name of the service. */
  readonly service: string;
  readonly name: string;
  /** Jobs for each replica that may wait. */
  readonly length: number;
}

/** The queues by which a system's services are scaled. */
export const queuesOf = ({ services }: Pick<System, "services">): Queue[] =>
  Object.entries(services).flatMap(([service, { autoscale }]) =>
    autoscale && "queue" in autoscale ? [{ service, ...autoscale.queue }] : [],
  );
