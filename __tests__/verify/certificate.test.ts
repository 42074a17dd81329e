import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { createServer as createTlsServer, type Server as TlsServer } from "node:tls";
import { validUntil } from "../../commands/verify/certificate";

describe("the certificate of a server", () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "verify-tls-"));
  let server: TlsServer;
  let ca: Buffer;
  beforeAll(async () => {
    const [key, cert] = [path.join(folder, "key.pem"), path.join(folder, "cert.pem")];
    const made = spawnSync("openssl", [
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30"],
      ...["-subj", "/CN=shop", "-addext", "subjectAltName=DNS:api.shop.io", "-keyout", key, "-out", cert],
    ]);
    expect(made.status).toBe(0);
    ca = readFileSync(cert);
    server = createTlsServer({ key: readFileSync(key), cert: ca }).listen(0, "127.0.0.1");
    server.on("tlsClientError", () => {});
    await once(server, "listening");
  });
  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });
  const until = (trusted: boolean, more: object = {}) => {
    const { port } = server.address() as AddressInfo;
    return validUntil(trusted, { host: "127.0.0.1", port, servername: "api.shop.io", ...more });
  };

  test("says until when it is valid", async () => {
    const days = ((await until(true, { ca })).getTime() - Date.now()) / (24 * 3600 * 1000);
    expect(Math.round(days)).toBe(30);
  });

  test("must be for the host, and trusted unless nobody has to trust it", async () => {
    await expect(until(true)).rejects.toThrow("self-signed certificate");
    await expect(until(false)).resolves.toBeInstanceOf(Date);
    for (const trusted of [true, false])
      await expect(until(trusted, { ca, servername: "www.shop.io" })).rejects.toThrow("does not match");
    await expect(until(true, { port: 1 })).rejects.toThrow("ECONNREFUSED");
  });
});
