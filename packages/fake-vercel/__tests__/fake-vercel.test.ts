import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import type { Socket } from "node:net";
import os from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { type FakeVercel, startFakeVercel } from "../src/index";

let folder: string;
let fake: FakeVercel;
beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), "fake-vercel-"));
  fake = await startFakeVercel(folder);
});
afterAll(async () => {
  await fake.stop();
  rmSync(folder, { recursive: true });
});

/** Asks the proxy for a connection. */
async function connected(address: string): Promise<{ status?: number; socket: Socket }> {
  const asked = http.request(fake.env.HTTPS_PROXY as string, { method: "CONNECT", path: address }).end();
  const [{ statusCode: status }, socket] = (await once(asked, "connect")) as [http.IncomingMessage, Socket];
  return { status, socket };
}

test("a call to Vercel's address reaches the fake, whose certificate is for that host", async () => {
  const { status, socket } = await connected("api.vercel.com:443");
  expect(status).toBe(200);
  const asked = https
    .request("https://api.vercel.com/v2/teams/acme", {
      agent: new https.Agent({ ca: readFileSync(fake.authority), socket } as https.AgentOptions),
      headers: { authorization: `Bearer ${fake.env.VERCEL_API_TOKEN}` },
    })
    .end();
  const [answer] = (await once(asked, "response")) as [http.IncomingMessage];
  expect(JSON.parse(await text(answer))).toMatchObject({ id: "team_acme", slug: "acme" });
  expect(fake.vercel.calls).toEqual([{ label: "GET /v2/teams/acme", status: 200 }]);
});

test("no setting of the machine leads around the proxy to Vercel itself", () => {
  expect(fake.env).toMatchObject({ NO_PROXY: "", no_proxy: "" });
});

test("other hosts are passed on, and one that cannot be reached is said at once", async () => {
  const other = http.createServer((_incoming, outgoing) => outgoing.end("other")).listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as { port: number };
  const { socket } = await connected(`127.0.0.1:${port}`);
  socket.write("GET / HTTP/1.1\r\nHost: other\r\nConnection: close\r\n\r\n");
  expect(await text(socket)).toContain("other");
  other.close();
  await once(other, "close");
  expect((await connected(`127.0.0.1:${port}`)).status).toBe(502);
});

test("the log has the calls and no token", () => {
  const log = readFileSync(path.join(folder, "vercel.log"), "utf8");
  expect(log).toContain("GET /v2/teams/acme");
  expect(log).not.toContain(fake.env.VERCEL_API_TOKEN);
});
