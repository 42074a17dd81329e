import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { askService } from "../../commands/port-forward";

describe("a Service in the cluster", () => {
  let folder: string;
  let server: Server;
  const requests: IncomingMessage[] = [];
  beforeAll(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), "verify-"));
    server = createServer((request, answer) => {
      requests.push(request);
      answer.writeHead(418).end('{"a":1}');
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });
  /** Asks with a program in place of kubectl. */
  const ask = (script: string) => {
    writeFileSync(path.join(folder, "kubectl"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` };
    return askService("https://api.shop.io/ready?a=b", { service: "api-candidate", namespace: "shop", env });
  };

  test("is asked through a forwarded port, for the public host", async () => {
    const { port } = server.address() as AddressInfo;
    const answer = await ask(
      `echo "$@" > ${folder}/called; echo "Forwarding from 127.0.0.1:${port} -> 8000"; exec sleep 60`,
    );
    expect([answer.status, await answer.text()]).toEqual([418, '{"a":1}']);
    expect(readFileSync(path.join(folder, "called"), "utf8").trim()).toBe(
      "port-forward --namespace=shop service/api-candidate :80",
    );
    const [{ url, headers } = {} as IncomingMessage] = requests;
    expect([url, headers.host, headers["x-forwarded-proto"]]).toEqual(["/ready?a=b", "api.shop.io", "https"]);
  });

  test("is asked although kubectl prints a line for each connection, and ends if nobody reads it", async () => {
    const { port } = server.address() as AddressInfo;
    const proxy = `
      const own = net.createServer((from) => {
        fs.writeSync(1, "Handling connection for " + own.address().port + "\\n");
        from.pipe(net.connect(${port}, "127.0.0.1")).pipe(from);
      }).listen(0, "127.0.0.1", () => console.log("Forwarding from 127.0.0.1:" + own.address().port + " -> 80"));`;
    writeFileSync(path.join(folder, "proxy.js"), `const fs = require("fs"), net = require("net");${proxy}`);
    expect((await ask(`exec "${process.execPath}" ${folder}/proxy.js`)).status).toBe(418);
  });

  test("that kubectl does not reach is no answer, with kubectl's reason", async () => {
    await expect(ask("echo no pods >&2; exit 1")).rejects.toThrow("kubectl forwards no port to api-candidate: no pods");
    await expect(ask('echo "Forwarding from 127.0.0.1:1 -> 8000"; exec sleep 60')).rejects.toThrow("ECONNREFUSED");
  });
});
