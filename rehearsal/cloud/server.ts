import { createWriteStream } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { text } from "node:stream/consumers";
import type { Body } from "./body";
import { Cloud, type CloudOptions, type Request } from "./cloud";
import { Faults, type Label } from "./faults";
import { precondition, Refusal, unauthenticated } from "./refusal";
import { SERVICES } from "./services";
import { TOKEN_LIFE, Tokens, writeCredentials } from "./tokens";

export interface ServerOptions extends CloudOptions {
  /** File of the log; the deployer's credentials are written beside it. */
  readonly log: string;
  /** Seconds that an access token of the deployer lives; as long as Google's by default. */
  readonly tokenLife?: number;
  /** Port to listen on; a free one by default. */
  readonly port?: number;
}

/** A call that was answered. */
export interface Answered {
  readonly label: Label;
  /** Whether it asked for a change. */
  readonly changes: boolean;
  readonly code: number;
  /** What a refusal says. */
  readonly message?: string;
}

/** The stand-in for Google Cloud's APIs, listening. */
export interface Server {
  /** What there is; another one after a renewal. */
  readonly cloud: Cloud;
  readonly faults: Faults;
  readonly tokens: Tokens;
  /** Every call so far. */
  readonly calls: Answered[];
  /** Sends the google provider here. */
  readonly env: Readonly<Record<string, string>>;
  /** Forgets everything: projects are empty, no call was made, none is to fail. */
  renew(): void;
  stop(): Promise<void>;
}

export async function startServer(options: ServerOptions): Promise<Server> {
  let cloud = new Cloud(options);
  const faults = new Faults();
  const calls: Answered[] = [];
  const tokens = new Tokens(options.tokenLife ?? TOKEN_LIFE);
  const log = createWriteStream(options.log, { flags: "a" });
  const respond = async (incoming: http.IncomingMessage, outgoing: http.ServerResponse): Promise<void> => {
    const { method = "", url = "", headers } = incoming;
    const asked = await text(incoming);
    const send = (code: number, body: Body) =>
      outgoing.writeHead(code, { "content-type": "application/json" }).end(JSON.stringify(body));
    const aboutTokens = tokens.answer(url, asked);
    if (aboutTokens) return void send(200, aboutTokens);
    const valid = tokens.isValid(headers.authorization?.replace(/^Bearer /, "") ?? "");
    const { code, body, label, sent } = await answer(cloud, faults, valid, method, url, asked);
    const message = code >= 400 ? (body as Body).error.message : undefined;
    calls.push({ label, changes: changes(label), code, message });
    log.write(`${JSON.stringify({ label, code, sent: withoutSecrets(sent), message })}\n`);
    send(code, body);
  };
  // Whoever asks may be stopped before everything is sent: that ends the connection, not the rehearsal.
  const server = http.createServer((incoming, outgoing) => {
    respond(incoming, outgoing).catch(() => outgoing.destroy());
  });
  // Longer than Go's clients keep an idle connection: one that is closed while a call is written makes that call fail.
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const endpoints = SERVICES.flatMap(({ name, endpoints }) =>
    Object.entries(endpoints).map(([variable, version]) => [
      `GOOGLE_${variable}_CUSTOM_ENDPOINT`,
      `${address}/${name}/${version}/`,
    ]),
  );
  const credentials = path.join(path.dirname(options.log), "credentials.json");
  writeCredentials(credentials, address);
  return {
    get cloud() {
      return cloud;
    },
    faults,
    tokens,
    calls,
    env: { GOOGLE_APPLICATION_CREDENTIALS: path.resolve(credentials), ...Object.fromEntries(endpoints) },
    renew() {
      cloud = new Cloud(options);
      calls.length = 0;
      faults.arm([]);
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      log.end();
    },
  };
}

/**
 * `/compute/compute/v1/projects/p`: the service's name, its version and what else it has before its own paths. The
 * provider adds Monitoring's version to an endpoint that has it already.
 */
const ADDRESS =
  /^\/(?<service>[a-z0-9]+)\/(?:(?:sql|storage|dns|compute)\/)?(?:v\d+(?:(?:alpha|beta)\d+)?\/)+(?<path>.*)$/;

async function answer(
  cloud: Cloud,
  faults: Faults,
  authenticated: boolean,
  method: string,
  address: string,
  text: string,
) {
  const url = new URL(address, "http://stand-in");
  const { service = "", path: called = "" } = ADDRESS.exec(url.pathname)?.groups ?? {};
  const request = {
    method,
    service: service === "dns" ? "clouddns" : service, // the provider resolves `dns/v1` beside the endpoint's last part
    path: decodeURIComponent(called),
    query: url.searchParams,
    body: text ? (JSON.parse(text) as Body) : {},
  };
  const label = labelOf(request);
  try {
    if (!authenticated) throw unauthenticated();
    if (changes(label) && faults.strikes(label)) throw precondition("simulated failure");
    if (method === "DELETE") await cloud.options.kubernetes?.sync?.(cloud);
    return { code: 200, body: cloud.call(request) as Body, label, sent: request.body };
  } catch (error) {
    const { code, status, message, reason } =
      error instanceof Refusal
        ? error
        : { code: 500, status: "INTERNAL", message: String((error as Error).stack), reason: undefined };
    const errors = [{ domain: "global", reason: reason ?? status, message }];
    return { code, body: { error: { code, status, message, errors } }, label, sent: request.body };
  }
}

/** Policies are read by POST too. */
const changes = (label: Label): boolean => !/^GET |:(getIamPolicy|testIamPermissions)$/.test(label);

/** What a call makes is named by its query or its body. */
function labelOf({ method, service, path, query, body = {} }: Required<Request>): Label {
  const id = [...query].find(([key]) => /[a-z]Id$/.test(key))?.[1];
  const name =
    body.name ?? body.accountId ?? body.cluster?.name ?? body.nodePool?.name ?? body.displayName ?? query.get("name");
  // APIs are enabled one or several in a call, as it happens.
  const enabled = /^(.*\/services)(?:\/[^/:]+:enable|:batchEnable)$/.exec(path)?.[1];
  if (enabled) return `${method} ${service} ${enabled}:enable`;
  const made = method === "POST" && /\/\w+s$/.test(path) ? (id ?? name) : undefined; // into a collection
  return `${method} ${service} ${path}${made ? `/${made}` : ""}`;
}

/** A body that may be written to a file. */
const withoutSecrets = (body: Body): Body =>
  JSON.parse(
    JSON.stringify(body, (key, value) => (/^(data|password|rootPassword)$/.test(key) ? "(not logged)" : value)),
  );
