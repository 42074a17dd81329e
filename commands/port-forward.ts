import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { SERVICE_PORT } from "../constructs/workloads/web-service";
import { type Answer, get } from "./http";

/**
 * Sends a request for a URL to a Service in a cluster, whether or not a route leads to it. kubectl forwards a port of this
 * machine to one of the Service's pods.
 * @param env environment in which kubectl finds the cluster
 */
export async function askService(
  url: string,
  {
    service,
    namespace,
    env,
  }: { readonly service: string; readonly namespace: string; readonly env: NodeJS.ProcessEnv },
): Promise<Answer> {
  const forward = ["port-forward", `--namespace=${namespace}`, `service/${service}`, `:${SERVICE_PORT}`];
  const kubectl = spawn("kubectl", forward, { env, stdio: ["ignore", "pipe", "pipe"] });
  const failed = once(kubectl, "error").then(([error]) => {
    throw error;
  });
  try {
    const complaints = text(kubectl.stderr);
    const port = await Promise.race([forwarded(kubectl.stdout), failed]);
    if (port === undefined) throw new Error(`kubectl forwards no port to ${service}: ${(await complaints).trim()}`);
    return await ask(url, port);
  } finally {
    kubectl.kill();
  }
}

/** The port that kubectl says it forwards; undefined if it ends without one. */
async function forwarded(output: Readable): Promise<number | undefined> {
  let said = "";
  for await (const data of output) {
    said += data;
    const [, port] = /^Forwarding from 127\.0\.0\.1:(\d+) /m.exec(said) ?? [];
    if (port) return Number(port);
  }
  return undefined;
}

/** Sends a request as the edge does: the service sees the public host, and that the client used HTTPS. */
const ask = (url: string, port: number): Promise<Answer> => {
  const { host, pathname, search } = new URL(url);
  const headers = { host, "x-forwarded-proto": "https" };
  return get(new URL(`http://127.0.0.1:${port}${pathname}${search}`), { headers });
};
