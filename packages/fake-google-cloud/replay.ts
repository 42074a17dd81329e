import { errorAnswer } from "./src/api-error";
import { Cloud } from "./src/cloud";
import { SERVICES } from "./src/services";

/** A call as Google's clients send it: host and address of the real API. */
export interface RecordedCall {
  readonly method: string;
  /** `compute.googleapis.com` */
  readonly host: string;
  /** Without the host: `compute/v1/projects/p/global/networks?maxResults=1`. */
  readonly url: string;
  readonly body?: unknown;
}

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

/** The regular channel's version when most of the recorded clusters were made. */
const KUBERNETES = "1.33";

/** What stands in recorded calls for every public IP address. */
const ADDRESS_STAND_IN = "8.8.8.8";

/** A recorded body with what only the one who recorded had seen: an object's fingerprints, and the address reserved last. */
function completed(cloud: Cloud, path: string, sent: unknown): unknown {
  if (typeof sent !== "object" || sent === null) return sent;
  const object = [path, path.replace(/\/[^/]+$/, "")].map((key) => cloud.store.get(`compute/${key}`)).find(Boolean);
  const { fingerprint, labelFingerprint } = object ?? {};
  const reserved = cloud.store.below("compute").findLast(([key]) => /\/addresses\/[^/]+$/.test(key))?.[1].address;
  const body: Record<string, unknown> = {
    ...(fingerprint && { fingerprint }),
    ...(labelFingerprint && { labelFingerprint }),
    ...sent,
  };
  if (body.IPAddress === ADDRESS_STAND_IN && reserved) body.IPAddress = reserved;
  if (body.address === ADDRESS_STAND_IN) delete body.address;
  return body;
}

/** What stands in recorded answers for what differs from run to run. */
const ANSWER_STAND_INS: Readonly<Record<string, string>> = { settingsVersion: "123", pscConnectionId: "111111111111" };

const standIn = (field: string, value: unknown) => ANSWER_STAND_INS[field] ?? value;

/**
 * An empty fake for tools that replay recorded calls. `call` answers one, `seed` puts an object into the fake as it was
 * recorded, and `number` is the number of the project `recorded-project`.
 */
export function target() {
  const cloud = new Cloud({ enabledApis: SERVICES.flatMap(({ api }) => api ?? []), kubernetesVersion: KUBERNETES });
  return {
    number: cloud.numberOf("recorded-project"),
    call({ method, host, url, body }: RecordedCall): { status: number; body: unknown } {
      const place = placeOf(host, url);
      const sent = place.service === "compute" ? completed(cloud, place.path, body) : body;
      try {
        return {
          status: 200,
          body: JSON.parse(JSON.stringify(cloud.call({ method, ...place, body: sent }) ?? {}), standIn),
        };
      } catch (error) {
        const { code, body } = errorAnswer(error);
        return { status: code, body };
      }
    },
    seed({ host, url, body }: Pick<RecordedCall, "host" | "url" | "body">): void {
      const { service, path } = placeOf(host, url);
      cloud.store.set(`${service}/${path}`, Object(body));
    },
  };
}
