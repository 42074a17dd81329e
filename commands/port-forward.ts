import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { SERVICE_PORT } from "../constructs/workloads/web-service";
import { type Answer, get } from "./http";

/** A port of a Service in a cluster, whether or not a route leads to it. */
export interface ForwardedService {
  readonly service: string;
  readonly namespace: string;
  readonly port: number;
  /** Environment in which kubectl finds the cluster. */
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Uses a port of this machine that kubectl forwards to one of a Service's pods, until what uses it ends.
 * @throws if kubectl forwards no port, with its reason
 */
export async function forwarding<T>(
  { service, namespace, port, env }: ForwardedService,
  use: (port: number) => Promise<T>,
): Promise<T> {
  const forward = ["port-forward", `--namespace=${namespace}`, `service/${service}`, `:${port}`];
  const kubectl = spawn("kubectl", forward, { env, stdio: ["ignore", "pipe", "pipe"] });
  const failed = once(kubectl, "error").then(([error]) => {
    throw error;
  });
  try {
    const complaints = text(kubectl.stderr);
    const own = await Promise.race([forwarded(kubectl.stdout), failed]);
    if (own === undefined) throw new Error(`kubectl forwards no port to ${service}: ${(await complaints).trim()}`);
    return await use(own);
  } finally {
    kubectl.kill();
  }
}

/** The port that kubectl says it forwards; undefined if it ends without one. */
async function forwarded(output: Readable): Promise<number | undefined> {
  let said = "";
  // kubectl prints a line for each connection, and would end if nobody read it.
  for await (const data of output.iterator({ destroyOnReturn: false })) {
    said += data;
    const [, port] = /^Forwarding from 127\.0\.0\.1:(\d+) /m.exec(said) ?? [];
    if (!port) continue;
    output.resume();
    return Number(port);
  }
  return undefined;
}

/** Sends a request for a URL to a Service as the edge does: it sees the public host, and that the client used HTTPS. */
export const askService = (url: string, to: Omit<ForwardedService, "port">): Promise<Answer> =>
  forwarding({ ...to, port: SERVICE_PORT }, (port) => {
    const { host, pathname, search } = new URL(url);
    const headers = { host, "x-forwarded-proto": "https" };
    return get(new URL(`http://127.0.0.1:${port}${pathname}${search}`), { headers });
  });
