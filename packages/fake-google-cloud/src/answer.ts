import { errorAnswer, invalid, precondition, unauthenticated } from "./api-error";
import type { Body } from "./body";
import type { Cloud, Request } from "./cloud";
import type { Faults, Label } from "./faults";
import type { Caller } from "./tokens";

/** A request as it came, and what it came to. */
export interface Asked {
  readonly cloud: Cloud;
  readonly faults: Faults;
  /** Whose token came with it; nobody's if it has ended or was never issued. */
  readonly caller: Caller | undefined;
  readonly method: string;
  readonly url: string;
  readonly text: string;
}

export interface Answer {
  readonly code: number;
  readonly body: unknown;
  readonly label: Label;
  /** What was sent. */
  readonly sent: unknown;
}

/**
 * `/compute/compute/v1/projects/p`: the service's name, its version and what else it has before its own paths. The
 * provider adds Monitoring's version to an endpoint that has it already.
 */
const ADDRESS =
  /^\/(?<service>[a-z0-9]+)\/(?:(?:sql|storage|dns|compute)\/)?(?:(?<version>v\d+(?:(?:alpha|beta)\d+)?)\/)+(?<path>.*)$/;

/** Answers a request over HTTP, with an error as Google writes it where there is one. */
export async function answer(asked: Asked): Promise<Answer> {
  const { cloud, faults, caller, method } = asked;
  const url = new URL(asked.url, "http://fake");
  const { service = "", version, path = "" } = ADDRESS.exec(url.pathname)?.groups ?? {};
  let request: Request = {
    method,
    service: service === "dns" ? "clouddns" : service, // the provider resolves `dns/v1` beside the endpoint's last part
    version,
    path,
    query: url.searchParams,
  };
  let code = 200;
  let body: unknown;
  try {
    if (!caller) throw unauthenticated();
    request = { ...request, path: decoded(path), body: parsed(asked.text), caller };
    const label = labelOf(request);
    if (isChange(label) && faults.strikes(label)) throw precondition("simulated failure");
    if (method === "DELETE") await cloud.options.kubernetes?.sync?.(cloud);
    body = cloud.call(request);
  } catch (error) {
    ({ code, body } = errorAnswer(error));
  }
  return { code, body, label: labelOf(request), sent: request.body };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw invalid(`The path '${path}' is malformed.`);
  }
}

function parsed(text: string): unknown {
  try {
    return text ? JSON.parse(text) : undefined;
  } catch {
    throw invalid("Invalid JSON payload received. Unexpected token.");
  }
}

/** Whether a call asks for a change. Policies and groups' machines are read by POST too. */
export const isChange = (label: Label): boolean =>
  !/^GET |:(getIamPolicy|testIamPermissions)$|\/listInstances$/.test(label);

/** A call's name. What a call makes is named by its query or its body. */
function labelOf({ method, service, path, query = new URLSearchParams(), body }: Request): Label {
  const { name, accountId, cluster, nodePool, displayName }: Body = Object(body);
  const id = [...query].find(([key]) => /[a-z]Id$/.test(key))?.[1];
  const made = id ?? name ?? accountId ?? cluster?.name ?? nodePool?.name ?? displayName ?? query.get("name");
  // APIs are enabled one or several in a call, as it happens.
  const enabled = /^(.*\/services)(?:\/[^/:]+:enable|:batchEnable)$/.exec(path)?.[1];
  if (enabled) return `${method} ${service} ${enabled}:enable`;
  const collection = method === "POST" && /\/\w+s$/.test(path);
  return `${method} ${service} ${path}${collection && made ? `/${made}` : ""}`;
}
