import { errorAnswer } from "./src/api-error";
import { apiKey } from "./src/api-key";
import { Cloud } from "./src/cloud";
import { SERVICES } from "./src/services";
import { recorded, StandIns } from "./stand-ins";

/** A call as Google's clients send it: host and address of the real API. */
export interface RecordedCall {
  readonly method: string;
  /** `compute.googleapis.com` */
  readonly host: string;
  /** Without the host: `compute/v1/projects/p/global/networks?maxResults=1`. */
  readonly url: string;
  readonly body?: unknown;
}

/** An object as it was recorded. */
type Seed = Pick<RecordedCall, "host" | "url" | "body">;

/** Services by the hosts of their APIs, where the host has another name. */
const HOSTS: Readonly<Record<string, string>> = { dns: "clouddns", sqladmin: "sql" };

const serviceAt = (host: string): string => {
  const [name = ""] = host.split(".");
  return HOSTS[name] ?? name;
};

/** Where a service's own paths begin, after its version. */
const ADDRESS = /^(?:(?:sql|storage|dns|compute)\/)?(v\d+(?:(?:alpha|beta)\d+)?)\/([^?]*)(?:\?(.*))?$/;

function placeOf(host: string, url: string) {
  const [, version, path = "", query = ""] = ADDRESS.exec(url) ?? [];
  return { service: serviceAt(host), version, path: decodeURIComponent(path), query: new URLSearchParams(query) };
}

/** The project of the recordings; they make others, which begin without APIs. */
const PROJECT = "recorded-project";

/** The regular channel's version when most of the recorded clusters were made, and when those that are newer were. */
const KUBERNETES = { older: "1.33", newer: "1.35" };

/**
 * Whether a call shows that its cluster is one of the newer ones: older versions have no swap.
 * https://cloud.google.com/kubernetes-engine/docs/how-to/node-memory-swap#requirements
 */
const isNewer = ({ body }: RecordedCall): boolean => JSON.stringify(body ?? {}).includes('"swapConfig":');

/** A project with every API on, to which calls are made as they were recorded. */
class Replay {
  readonly number: string;
  private readonly cloud: Cloud;
  private readonly standIns: StandIns;

  constructor(kubernetesVersion: string) {
    this.cloud = new Cloud({ kubernetesVersion });
    for (const name of SERVICES.flatMap(({ api }) => api ?? []))
      this.cloud.store.set(apiKey(PROJECT, name), { config: { name }, state: "ENABLED" });
    this.standIns = new StandIns(this.cloud);
    this.number = this.cloud.numberOf(PROJECT);
  }

  call({ method, host, url, body }: RecordedCall): { status: number; body: unknown } {
    const { cloud, standIns } = this;
    const { path: asked, ...place } = placeOf(host, standIns.resolve(url));
    const { service } = place;
    const path = standIns.idsIn(service, asked);
    try {
      const sent = body && this.bodyOf(method, service, path, structuredClone(body) as Record<string, unknown>);
      const answer = cloud.call({ method, ...place, path, body: sent }) ?? {};
      standIns.note(method, service, path);
      return { status: 200, body: JSON.parse(JSON.stringify(answer), recorded) };
    } catch (error) {
      const { code, body } = errorAnswer(error);
      return { status: code, body };
    }
  }

  seed({ host, url, body }: Seed): void {
    const { service, path } = placeOf(host, this.standIns.resolve(url));
    this.cloud.store.set(`${service}/${path}`, Object(body));
  }

  private bodyOf(method: string, service: string, path: string, body: Record<string, unknown>) {
    const completed = service === "compute" ? this.standIns.completed(path, body) : body;
    return method === "POST" ? this.standIns.renamed(service, path, completed) : completed;
  }
}

/**
 * An empty fake for tools that replay recorded calls. `call` answers one, `seed` puts an object into the fake as it was
 * recorded, and `number` is the number of the project `recorded-project`. A call that shows that a cluster is a newer one
 * comes late: everything before it is done again with newer ones.
 */
export function target() {
  let replay = new Replay(KUBERNETES.older);
  let past: ((to: Replay) => void)[] | undefined = [];
  return {
    number: replay.number,
    call(asked: RecordedCall): { status: number; body: unknown } {
      if (past && isNewer(asked)) {
        replay = new Replay(KUBERNETES.newer);
        for (const again of past) again(replay);
        past = undefined;
      }
      past?.push((to) => to.call(asked));
      return replay.call(asked);
    },
    seed(object: Seed): void {
      past?.push((to) => to.seed(object));
      replay.seed(object);
    },
  };
}
