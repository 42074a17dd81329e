import { unknownHere } from "../api-error";
import type { Body } from "../body";
import type { Cloud } from "../cloud";
import { grantOf, grantsIn } from "../policies";
import type { Call } from "../route";
import { ADMINISTRATOR, type Caller } from "../tokens";
import { type Attributes, holds } from "./conditions";
import { refusal } from "./refusal";
import type { Need } from "./service-permissions";
import { allows, needsOf, PREDEFINED_ROLES, serviceOf } from "./tables";

/** A call that waits for permission. */
export interface Asking extends Call {
  readonly service: string;
  readonly caller: Caller;
}

/** A permission that a caller used, and the roles that allow it there: any one of them suffices. */
export interface Used {
  readonly caller: string;
  readonly permission: string;
  readonly roles: readonly string[];
}

/** Something that a permission is needed on. */
interface Target {
  readonly permission: string;
  /** Key in the store: `iam/projects/p/serviceAccounts/a@p.iam.gserviceaccount.com`. */
  readonly key: string;
}

/**
 * Who may do what: what a call needs, and whether a role in the policies of its resource or of what the resource is in allows
 * it to the caller. https://cloud.google.com/iam/docs/policies#inheritance
 */
export class Access {
  private readonly seen = new Map<string, Used>();
  /** Permissions that refused a call. */
  readonly missing = new Set<string>();

  constructor(private readonly cloud: Cloud) {}

  /** What was needed and allowed so far. */
  get used(): readonly Used[] {
    return [...this.seen.values()];
  }

  /** Refuses a call that its caller may not make, as its service does. An administrator may make every call. */
  check(asking: Asking): void {
    const { caller, service, method, path } = asking;
    if (caller[0] === ADMINISTRATOR) return;
    const needs = needsOf(service, method, path);
    if (!needs) throw unknownHere(`the fake does not know which permissions ${method} ${service} ${path} needs`);
    const api = attributesOf(this.cloud, asking);
    for (const { permission, key } of needs.flatMap((need) => this.targets(need, asking))) {
      if (this.permits(caller, permission, key, api)) continue;
      this.missing.add(permission);
      throw refusal(service, { caller, permission, resource: key.slice(key.indexOf("/") + 1) });
    }
  }

  /** Whether a caller has a permission on a resource. */
  permits(caller: Caller, permission: string, key: string, api: Attributes["api"] = {}): boolean {
    if (caller[0] === ADMINISTRATOR) return true;
    if (this.cloud.options.withheld?.includes(permission)) return false;
    const roles = this.grantsOn(key, caller, api)
      .filter(({ role, grants }) => this.allows(role, permission) && grants.some((grant) => this.cloud.isSeen(grant)))
      .map(({ role }) => role);
    if (!roles.length) return false;
    const used = { caller: caller[0], permission, roles: [...new Set(roles)].sort() };
    this.seen.set(JSON.stringify(used), used);
    return true;
  }

  /** Roles that a caller has on a resource. */
  rolesOn(key: string, caller: Caller): string[] {
    return this.grantsOn(key, caller, {}).map(({ role }) => role);
  }

  /** Roles that a caller has on a resource, with the grants that give it each. */
  private grantsOn(key: string, caller: Caller, api: Attributes["api"]): { role: string; grants: string[] }[] {
    const resource = { name: nameOf(this.cloud, key) };
    return this.holders(key).flatMap((holder) =>
      this.cloud.policies
        .get(holder)
        .bindings.filter(
          ({ members = [], condition }: Body) =>
            members.some((member: string) => caller.includes(member)) && holds(condition, { resource, api }),
        )
        .map(({ role, members, condition }: Body) => ({
          role: role as string,
          grants: members
            .filter((member: string) => caller.includes(member))
            .map((member: string) => `${holder} ${grantOf(role, member, condition)}`),
        })),
    );
  }

  private allows(role: string, permission: string): boolean {
    const custom = this.cloud.store.get(`iam/${role}`);
    if (custom) return (custom.includedPermissions ?? []).includes(permission);
    if (!PREDEFINED_ROLES.has(role)) throw unknownHere(`the fake does not know what ${role} allows`);
    return allows(role, permission);
  }

  /** The objects whose policies count for a resource: itself, what it is in, and its project. */
  private holders(key: string): string[] {
    const parts = key.split("/");
    const within = parts.map((_, i) => parts.slice(0, i + 1).join("/")).slice(1);
    const project = this.projectOf(key);
    return project ? [...within, `cloudresourcemanager/projects/${project}`] : within;
  }

  private projectOf(key: string): string | undefined {
    const [, bucket] = /^storage\/b\/([^/]+)/.exec(key) ?? [];
    if (bucket) return this.cloud.projectOf(String(this.cloud.store.get(`storage/b/${bucket}`)?.projectNumber));
    return /\/projects\/([^/]+)/.exec(key)?.[1];
  }

  private targets(need: Need, asking: Asking): Target[] {
    const { service, body } = asking;
    const key = this.keyOf(asking);
    const stored = this.cloud.store.get(`${service}/${asking.path}`) ?? {};
    const needed = typeof need === "string" ? [need] : need({ body, stored });
    return needed.map((one) =>
      typeof one === "string" ? { permission: one, key } : { permission: one.permission, key: this.referred(one, key) },
    );
  }

  /** Key of what a reference names, which is in the project of the call unless it says otherwise. */
  private referred({ permission, on }: { permission: string; on: string }, from: string): string {
    const service = serviceOf(permission);
    const home = this.projectOf(from);
    const [, of] = /@([^.]+)\.iam\.gserviceaccount\.com$/.exec(on) ?? [];
    if (permission.startsWith("iam.serviceAccounts.")) return `iam/projects/${of ?? home}/serviceAccounts/${on}`;
    const [path = `projects/${home}/${on}`] = /projects\/.+$/.exec(on) ?? [];
    return `${service}/${this.cloud.withProjectId(path)}`;
  }

  /** Key of the resource that a call is about. */
  private keyOf({ service, path, query, body }: Asking): string {
    const key = `${service}/${path.replace(/:\w+$/, "")}`;
    if (/^\w+\/operations\//.test(key))
      return this.cloud.operations.find(path.split("/").pop() as string)?.target ?? key;
    if (key === "storage/b") return `storage/projects/${query.get("project")}`;
    // Accounts are named without their project, too. https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateAccessToken
    const [, account = "", home = ""] =
      /\/serviceAccounts\/([^/]+@([^./]+)\.iam\.gserviceaccount\.com)/.exec(key) ?? [];
    if (account) return `iam/projects/${home}/serviceAccounts/${account}`;
    const network: string | undefined = body.network ?? body.consumerNetwork ?? query.get("network");
    if (service === "servicenetworking" && network)
      return `servicenetworking/${this.cloud.withProjectId(/projects\/.+$/.exec(network)?.[0] ?? network)}`;
    return key;
  }
}

/** Name by which conditions know a resource. https://cloud.google.com/iam/docs/conditions-resource-attributes#resource-name */
function nameOf(cloud: Cloud, key: string): string {
  const [, bucket, object] = /^storage\/b\/([^/]+)(?:\/o\/(.+))?/.exec(key) ?? [];
  if (bucket) return `projects/_/buckets/${bucket}${object ? `/objects/${object}` : ""}`;
  const name = key.slice(key.indexOf("/") + 1);
  if (!key.startsWith("secretmanager/")) return name;
  return name.replace(/^projects\/([^/]+)/, (_, project: string) => `projects/${cloud.numberOf(project)}`);
}

/** https://cloud.google.com/iam/docs/setting-limits-on-granting-roles */
function attributesOf({ policies }: Cloud, { service, path, body }: Asking): Attributes["api"] {
  if (!path.endsWith(":setIamPolicy")) return {};
  const before = policies.get(`${service}/${path.replace(/:\w+$/, "")}`);
  const [old, now] = [grantsIn(before), grantsIn(body.policy ?? {})];
  const modified = [...old.filter((grant) => !now.includes(grant)), ...now.filter((grant) => !old.includes(grant))];
  return { "iam.googleapis.com/modifiedGrantsByRole": [...new Set(modified.map((grant) => JSON.parse(grant)[0]))] };
}
