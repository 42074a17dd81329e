import { createWriteStream, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { answer, isChange } from "./answer";
import type { Body } from "./body";
import { Cloud, type CloudOptions } from "./cloud";
import { Faults, type Label } from "./faults";
import { answerObject } from "./objects";
import { groupsInClusters } from "./permissions/clusters";
import { SERVICES } from "./services";
import type { Store } from "./store";
import { ADMINISTRATOR, TOKEN_LIFE, Tokens, writeCredentials } from "./tokens";

export interface FakeCloudOptions extends CloudOptions {
  /**
   * Folder of the log of calls, `cloud.log`, and of the credentials that the google provider reads. By default a temporary
   * folder, which {@link FakeCloud.stop} removes.
   */
  readonly folder?: string;
  /** Seconds that an access token lives; as long as Google's by default. */
  readonly tokenLife?: number;
  /** Port of 127.0.0.1 to listen on; a free one by default. */
  readonly port?: number;
  /** Service account that {@link FakeCloud.env} acts as, by its email; an administrator by default. */
  readonly account?: string;
}

/** A call that was answered. */
export interface AnsweredCall {
  readonly label: Label;
  /** Whether it asked for a change. */
  readonly changes: boolean;
  readonly code: number;
  /** What the error says. */
  readonly message?: string;
}

/** A fake of Google Cloud's APIs that listens. */
export interface FakeCloud {
  /** Environment variables that send the google provider here. */
  readonly env: Readonly<Record<string, string>>;
  /** The same variables for another service account, by its email. */
  envOf(account: string): Readonly<Record<string, string>>;
  /** Every call so far. */
  readonly calls: AnsweredCall[];
  /** Calls that are to fail. */
  readonly faults: Faults;
  /** What exists, by service and path. Another one after {@link renew}. */
  readonly store: Store;
  /** The store with policies, operations and passwords, and a way to call it without HTTP. Another one after {@link renew}. */
  readonly cloud: Cloud;
  /** Access tokens: the APIs answer those who have one. */
  readonly tokens: Tokens;
  /** Forgets everything: projects are empty, no call was made, none is to fail. */
  renew(): void;
  stop(): Promise<void>;
}

/** Starts a fake of Google Cloud's APIs. Fails if its port is in use. */
export async function startFakeCloud(options: FakeCloudOptions = {}): Promise<FakeCloud> {
  const self = options.account ? `serviceAccount:${options.account}` : ADMINISTRATOR;
  const tokens = new Tokens(options.tokenLife ?? TOKEN_LIFE, self);
  let cloud = new Cloud(options, tokens);
  const faults = new Faults();
  const calls: AnsweredCall[] = [];
  const respond = async (incoming: http.IncomingMessage, outgoing: http.ServerResponse): Promise<void> => {
    const { method = "", url = "", headers } = incoming;
    const asked = await text(incoming);
    const send = (code: number, body: unknown) =>
      outgoing.writeHead(code, { "content-type": "application/json" }).end(JSON.stringify(body));
    const aboutTokens = tokens.answer(url, asked, (caller) => groupsInClusters(cloud, caller));
    if (aboutTokens) return void send(200, aboutTokens);
    const caller = tokens.callerOf(headers.authorization?.replace(/^Bearer /, "") ?? "");
    const object = answerObject({ cloud, faults, caller, method, url, headers, text: asked });
    if (object) {
      const { code, label, body, headers: answered } = object;
      calls.push({ label, changes: isChange(label), code });
      log.write(`${JSON.stringify({ label, code })}
`);
      return void outgoing.writeHead(code, answered).end(body);
    }
    const { code, body, label, sent } = await answer({ cloud, faults, caller, method, url, text: asked });
    const message = code >= 400 ? (body as Body).error.message : undefined;
    calls.push({ label, changes: isChange(label), code, message });
    log.write(`${JSON.stringify({ label, code, sent: withoutSecrets(sent), message })}\n`);
    send(code, body);
  };
  // A client may be stopped before everything is sent: that ends the connection, not this server.
  const server = http.createServer((incoming, outgoing) => {
    respond(incoming, outgoing).catch(() => outgoing.destroy());
  });
  // Longer than Go's clients keep an idle connection: one that is closed while a call is written makes that call fail.
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const folder = options.folder ?? mkdtempSync(path.join(os.tmpdir(), "fake-google-cloud-"));
  mkdirSync(folder, { recursive: true });
  const log = createWriteStream(path.join(folder, "cloud.log"), { flags: "a" });
  const envOf = (member: string) => {
    const credentials = path.resolve(folder, `credentials-${member.replace(/\W+/g, "-")}.json`);
    writeCredentials(credentials, address, member);
    return { GOOGLE_APPLICATION_CREDENTIALS: credentials, ...endpoints(address) };
  };
  return {
    get cloud() {
      return cloud;
    },
    get store() {
      return cloud.store;
    },
    faults,
    tokens,
    calls,
    env: envOf(self),
    envOf: (account) => envOf(`serviceAccount:${account}`),
    renew() {
      cloud = new Cloud(options, tokens);
      calls.length = 0;
      faults.arm([]);
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await new Promise<void>((resolve) => log.end(() => resolve()));
      if (!options.folder) rmSync(folder, { recursive: true });
    },
  };
}

/** https://registry.terraform.io/providers/hashicorp/google/latest/docs/guides/provider_reference#custom-endpoint-configuration */
const endpoints = (address: string): Record<string, string> =>
  Object.fromEntries(
    SERVICES.flatMap(({ name, endpoints }) =>
      Object.entries(endpoints).map(([variable, version]) => [
        `GOOGLE_${variable}_CUSTOM_ENDPOINT`,
        `${address}/${name}/${version}/`,
      ]),
    ),
  );

/** A body that may be written to a file. */
const withoutSecrets = (body: unknown): unknown =>
  JSON.parse(
    JSON.stringify(body ?? null, (key, value) => (/^(data|password|rootPassword)$/.test(key) ? "(not logged)" : value)),
  );
