import { once } from "node:events";
import { createServer } from "node:net";
import { Inconclusive } from "../inconclusive";

/** How far above the API server's port the fake of Google Cloud, etcd and etcd's peers listen. */
export const ABOVE = { cloud: 1000, etcd: 2000, peers: 2001 };

/** A port for the API server, above which the ports of the others are free too. */
export async function basePort(asked?: number): Promise<number> {
  for (let tries = 0; tries < 20; tries++) {
    // Below the ports that systems use for outgoing connections.
    const port = asked ?? 10_000 + Math.floor(Math.random() * 20_000);
    const all = [port, ...Object.values(ABOVE).map((n) => port + n)];
    const busy = (await Promise.all(all.map(async (p) => ((await isFree(p)) ? [] : [p])))).flat();
    if (!busy.length) return port;
    if (asked)
      throw new Inconclusive(`port ${busy.join(", ")} is in use, perhaps by another rehearsal; choose another port`);
  }
  throw new Inconclusive("no free ports were found");
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen(port, "127.0.0.1"), "listening");
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
