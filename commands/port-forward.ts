import { spawn } from "node:child_process";
import { once } from "node:events";
import { request } from "node:http";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { SERVICE_PORT } from "../constructs/workloads/web-service";

export interface Answer {
  readonly status: number;
  text(): Promise<string>;
}

/** Seconds that kubectl has to forward a port, and a service to answer. */
const PATIENCE = 30;

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
async function ask(url: string, port: number): Promise<Answer> {
  const { host, pathname, search } = new URL(url);
  const headers = { host, "x-forwarded-proto": "https" };
  const sent = request({ host: "127.0.0.1", port, path: pathname + search, headers, timeout: PATIENCE * 1000 });
  sent.on("timeout", () => sent.destroy(new Error(`no answer within ${PATIENCE} seconds`)));
  sent.end();
  const [answer] = await once(sent, "response");
  const body = await text(answer);
  return { status: answer.statusCode, text: async () => body };
}
