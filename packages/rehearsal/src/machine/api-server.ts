import { readFileSync } from "node:fs";
import https from "node:https";
import { text } from "node:stream/consumers";
import { setTimeout } from "node:timers/promises";
import type { Body } from "@slipway/fake-google-cloud";
import type { ControlPlane } from "./control-plane";

/** Key of an object among others of its kind. */
export const keyOf = ({ metadata: { namespace, name } }: Body): string => `${namespace}/${name}`;

/** The Kubernetes API, for controllers that are part of this program. */
export class ApiServer {
  private readonly agent = new https.Agent({ keepAlive: true });

  constructor(
    private readonly server: string,
    private readonly controlPlane: ControlPlane,
  ) {}

  /** The objects in a list, by key. A kind that nobody has defined has none. */
  async list(path: string): Promise<ReadonlyMap<string, Body>> {
    const { items = [] } = (await this.call("GET", path)) ?? {};
    return new Map(items.map((item: Body) => [keyOf(item), item]));
  }

  async create(path: string, object: Body): Promise<void> {
    await this.call("POST", path, object);
  }

  /** Changes the fields that are given. */
  async patch(path: string, fields: Body): Promise<void> {
    await this.call("PATCH", path, fields);
  }

  /**
   * Returns nothing if nothing is there. The API server asks clients to retry while it fills its cache of a kind. Go clients
   * retry by themselves.
   */
  private async call(method: string, path: string, body?: Body): Promise<Body | undefined> {
    for (let tries = 0; ; tries++) {
      const { code, said } = await this.send(method, path, body);
      if (code < 300) return JSON.parse(said);
      if (code === 404) return undefined;
      if (code !== 429 || tries === 20) throw new Error(`${method} ${path}: ${said}`);
      await setTimeout(500);
    }
  }

  private send(method: string, path: string, body?: Body): Promise<{ code: number; said: string }> {
    return new Promise((resolve, reject) => {
      const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
      const headers = { authorization: "Bearer rehearsal-control-plane", "content-type": type };
      const ca = readFileSync(this.controlPlane.authority);
      https
        .request(`${this.server}${path}`, { method, headers, ca, agent: this.agent }, (answer) => {
          text(answer).then((said) => resolve({ code: answer.statusCode ?? 500, said }), reject);
        })
        .once("error", reject)
        .end(body && JSON.stringify(body));
    });
  }
}
