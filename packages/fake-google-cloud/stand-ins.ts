import type { Cloud } from "./src/cloud";

/** What stands in recorded calls for a name or an id, whichever it was: `networkid-x`. */
const NAME = /^[a-z]+id-x$/;
/** What stands for every public IP address. */
const ADDRESS = "8.8.8.8";
/** What stands in recorded answers for what differs from run to run, by field. */
const ANSWERED: Readonly<Record<string, string>> = {
  settingsVersion: "123",
  pscConnectionId: "111111111111",
  alternativeLocationId: "us-central1-a",
  clusterIpv4Cidr: "10.112.0.0/14",
  clusterIpv4CidrBlock: "10.112.0.0/14",
};
/** What is recorded without the name before it. */
const AUTHORIZATION = /^.*(?=authorize\.certificatemanager\.goog\.$)/;

/** Fields of answers as they are recorded, for `JSON.parse`. */
export const recorded = (field: string, value: unknown) =>
  ANSWERED[field] ?? (typeof value === "string" ? value.replace(AUTHORIZATION, "") : value);

/** Who recorded calls wrote the same in place of different names. A stand-in means what was made last in its collection. */
export class StandIns {
  /** What was made in place of a name that is taken: `global/networks/networkid-x` and the names, newest last. */
  private readonly others = new Map<string, string[]>();
  /** Names that were made last, by collection, where they are no stand-ins. */
  private readonly made = new Map<string, string>();

  constructor(private readonly cloud: Cloud) {}

  /** A URL with the names that are meant. */
  resolve(text: string): string {
    let resolved = text;
    for (const [standIn, names] of this.others)
      resolved = resolved.replace(
        new RegExp(`${standIn}(?=["/?&]|$)`, "g"),
        `${standIn.replace(/[^/]+$/, "")}${names.at(-1)}`,
      );
    return resolved;
  }

  /** A path whose stand-ins are the ids that the fake has given. */
  idsIn(service: string, path: string): string {
    const segments = path.split("/");
    segments.forEach((name, index) => {
      const collection = `${service}/${segments.slice(0, index).join("/")}`;
      if (NAME.test(name) && !this.cloud.store.get(`${collection}/${name}`))
        segments[index] = this.made.get(collection) ?? name;
    });
    return segments.join("/");
  }

  /** A body that makes something, under another name where its own is taken. */
  renamed(service: string, path: string, body: Record<string, unknown>): Record<string, unknown> {
    const name = String(body.name);
    if (!NAME.test(name) || !this.cloud.store.get(`${service}/${path}/${name}`)) return body;
    const standIn = `${path.replace(/^projects\/[^/]+\//, "")}/${name}`;
    const names = this.others.get(standIn) ?? [name];
    const other = `${name}-${names.length}`;
    this.others.set(standIn, [...names, other]);
    return { ...body, name: other };
  }

  /** Keeps what a call has made or deleted. */
  note(method: string, service: string, path: string): void {
    const name = path.split("/").at(-1) as string;
    if (method === "DELETE") this.forget(service, path.split("/").slice(0, -1).join("/"), name);
    if (method !== "POST") return;
    const id = this.lastIn(`${service}/${path}`);
    if (id && !NAME.test(id)) this.made.set(`${service}/${path}`, id);
  }

  /** What is deleted is not meant any more: what was made before it is. */
  private forget(service: string, path: string, name: string): void {
    for (const names of this.others.values()) if (names.length > 1 && names.at(-1) === name) names.pop();
    const collection = `${service}/${path}`;
    if (this.made.get(collection) !== name) return;
    const last = this.lastIn(collection);
    if (last) this.made.set(collection, last);
    else this.made.delete(collection);
  }

  private lastIn(collection: string): string | undefined {
    const members = this.cloud.store.below(collection).map(([key]) => key.slice(collection.length + 1));
    return members.findLast((name) => !name.includes("/"));
  }

  /** A body of Compute Engine with what only the one who recorded had seen: fingerprints, and the address reserved last. */
  completed(path: string, sent: Record<string, unknown>): Record<string, unknown> {
    const { store } = this.cloud;
    const object = [path, path.replace(/\/[^/]+$/, "")].map((key) => store.get(`compute/${key}`)).find(Boolean);
    const { fingerprint, labelFingerprint } = object ?? {};
    const reserved = store.below("compute").findLast(([key]) => /\/addresses\/[^/]+$/.test(key))?.[1].address;
    const body = { ...(fingerprint && { fingerprint }), ...(labelFingerprint && { labelFingerprint }), ...sent };
    if (body.IPAddress === ADDRESS && reserved) body.IPAddress = reserved;
    if (body.address === ADDRESS) delete body.address;
    return body;
  }
}
