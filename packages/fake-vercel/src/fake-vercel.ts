import { spawnSync } from "node:child_process";
import { createWriteStream, mkdirSync, readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import net, { type AddressInfo } from "node:net";
import path from "node:path";
import { text } from "node:stream/consumers";
import { Vercel } from "./vercel";

/** Hosts whose calls the fake answers. The provider asks the last two for names while it validates. */
const HOSTS = ["api.vercel.com", "api-frameworks.zeit.sh", "dcs.vercel-infra.com"];

/** A token that only the fake accepts. It has the form that the provider requires. */
export const VERCEL_TOKEN = "fake".repeat(6);

/** A fake of Vercel's API that listens, behind a proxy. */
export interface FakeVercel {
  /** Environment variables that send the provider here. */
  readonly env: Readonly<Record<string, string>>;
  /** File with the certificate that clients must trust. Go reads SSL_CERT_FILE. */
  readonly authority: string;
  /** What exists. Another one after {@link renew}. */
  readonly vercel: Vercel;
  /** Forgets everything. */
  renew(): void;
  stop(): Promise<void>;
}

/**
 * Starts a fake of Vercel's API. The provider calls fixed addresses, so a proxy answers for their hosts with a certificate of
 * its own. It passes on connections to all other hosts.
 *
 * @param folder where the certificate and the log of calls, `vercel.log`, are written
 */
export async function startFakeVercel(folder: string): Promise<FakeVercel> {
  mkdirSync(folder, { recursive: true });
  let vercel = new Vercel(VERCEL_TOKEN);
  const { key, cert } = certificate(folder);
  const log = createWriteStream(path.join(folder, "vercel.log"), { flags: "a" });
  const api = https.createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (incoming, outgoing) => {
    const { method = "", url = "", headers } = incoming;
    text(incoming)
      .then((asked) => {
        const { status, body } = vercel.answer(headers.host ?? "", method, url, headers.authorization, asked);
        log.write(`${JSON.stringify({ ...vercel.calls.at(-1), error: body.error })}\n`);
        outgoing.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
      })
      .catch(() => outgoing.destroy());
  });
  const apiPort = await listen(api);
  const proxy = http.createServer((_incoming, outgoing) => outgoing.writeHead(405).end());
  proxy.on("connect", ({ url = "" }, client: net.Socket, head) => {
    const [host = "", port] = url.split(":");
    const server = HOSTS.includes(host) ? net.connect(apiPort, "127.0.0.1") : net.connect(Number(port), host);
    let connected = false;
    client.on("error", () => server.destroy()).on("close", () => server.destroy());
    // Clients repeat calls whose connection ends without an answer: the google provider does it for five minutes.
    server.on("error", () => (connected ? client.destroy() : client.end("HTTP/1.1 502 Bad Gateway\r\n\r\n")));
    server.once("connect", () => {
      connected = true;
      client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      server.write(head);
      server.pipe(client).pipe(server);
    });
    open.add(client).add(server);
  });
  const open = new Set<net.Socket>();
  const address = `http://127.0.0.1:${await listen(proxy)}`;
  return {
    get vercel() {
      return vercel;
    },
    authority: cert,
    env: { HTTPS_PROXY: address, NO_PROXY: "", no_proxy: "", VERCEL_API_TOKEN: VERCEL_TOKEN },
    renew() {
      vercel = new Vercel(VERCEL_TOKEN);
    },
    async stop() {
      for (const socket of open) socket.destroy();
      api.closeAllConnections();
      await Promise.all([api, proxy].map((server) => new Promise((resolve) => server.close(resolve))));
      await new Promise<void>((resolve) => log.end(() => resolve()));
    },
  };
}

const listen = (server: net.Server): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });

/** Files of a new key and of a certificate for the hosts, which signs itself. */
function certificate(folder: string): { key: string; cert: string } {
  const [key, cert] = ["vercel.key", "vercel.crt"].map((file) => path.resolve(folder, file)) as [string, string];
  const names = HOSTS.map((host) => `DNS:${host}`).join(",");
  const { status, stderr } = spawnSync(
    "openssl",
    [
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30"],
      ...["-subj", "/CN=fake-vercel", "-addext", `subjectAltName=${names}`, "-keyout", key, "-out", cert],
    ],
    { encoding: "utf8" },
  );
  if (status !== 0) throw new Error(`openssl cannot make a certificate: ${stderr ?? "it is not on PATH"}`);
  return { key, cert };
}
