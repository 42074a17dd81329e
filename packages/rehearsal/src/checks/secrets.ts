import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { ACCESS_TOKEN } from "@slipway/fake-google-cloud";
import { VERCEL_TOKEN } from "@slipway/fake-vercel";
import type { Finding } from "../finding";
import { type KubernetesObject, list, type Metadata, nameOf } from "../kubernetes";
import type { Machine } from "../machine/machine";
import { SUPPLIED } from "../made-by-hand";
import { readStack, secretCopies } from "../stack";
import { stateOf } from "./state";

/** The versions that Secret Manager holds. */
function versions({ google }: Machine) {
  return google.cloud.store.entries().flatMap(([key, { payload }]) => {
    const [, secret, version] = /^secretmanager\/projects\/[^/]+\/secrets\/([^/]+)\/versions\/(\d+)$/.exec(key) ?? [];
    return secret && version && payload?.data
      ? [{ secret, version: Number(version), value: Buffer.from(payload.data, "base64").toString() }]
      : [];
  });
}

/** Attributes that are secret whatever their value. */
const SECRET_ATTRIBUTE = /^(result|bcrypt_hash|password|root_password|auth_string|secret_data|private_key)$/;

/** A text as it may be written: plain, in JSON, in a URL, and in base64 at each of the three offsets. */
export function spellings(text: string): string[] {
  const base64 = [0, 1, 2].map((before) => {
    const encoded = Buffer.from(" ".repeat(before) + text).toString("base64");
    // Without the characters that also depend on what comes before and after.
    return encoded.slice(before && before + 1, Math.floor(((before + Buffer.byteLength(text)) * 8) / 6));
  });
  return [text, JSON.stringify(text).slice(1, -1), encodeURIComponent(text), ...base64];
}

/**
 * Checks that no value of Secret Manager and no access token is in the state, or in the plans and logs whose names begin
 * with the ID, in any spelling.
 */
export function leaks(machine: Machine, id: string): Finding {
  const values = new Map([
    ["the access token", ACCESS_TOKEN],
    ["Vercel's token", VERCEL_TOKEN],
    ["a supplied secret", SUPPLIED],
  ]);
  for (const v of versions(machine)) values.set(`${v.secret} version ${v.version}`, v.value);
  const files = [
    path.join("tf", "terraform.tfstate"),
    "cloud.log",
    ...readdirSync(machine.work).filter((file) => file.startsWith(`${id}-`)),
  ];
  const wrong: string[] = [];
  for (const file of files) {
    const text = readFileSync(path.join(machine.work, file), "utf8");
    for (const [name, value] of values)
      if (spellings(value).some((v) => v.length > 7 && text.includes(v))) wrong.push(`${name} in ${file}`);
  }
  const state = stateOf(machine);
  const known: string[] = [];
  for (const { type, name, instances } of state.resources)
    for (const { attributes } of instances)
      for (const [key, value] of Object.entries(attributes ?? {}))
        if (SECRET_ATTRIBUTE.test(key) && value)
          (type === "google_redis_instance" ? known : wrong).push(`${type}.${name}.${key}`);
  const count = state.resources.filter((r) => r.mode === "managed").reduce((n, r) => n + r.instances.length, 0);
  return {
    wrong,
    note: `${count} resources, ${values.size} values${known.map((k) => `; known: ${k}, which the provider always reads`).join("")}`,
  };
}

/**
 * Checks that every copy of a secret in the cluster's Secrets is the value of its newest version, and that the user in a
 * URL of PostgreSQL can log in to Cloud SQL with the password there.
 */
export async function copies(machine: Machine): Promise<Finding> {
  const newest = new Map<string, string>();
  for (const { secret, value } of versions(machine).sort((a, b) => a.version - b.version)) newest.set(secret, value);
  const values = new Set(newest.values());
  const { resources } = stateOf(machine);
  const cloudSql = resources.some(({ type }) => type === "google_sql_database_instance");
  const users = [...machine.google.cloud.passwords];
  const ids = new Map(
    resources
      .filter(({ type }) => type === "kubernetes_secret_v1")
      .flatMap(({ name, instances }) =>
        instances.map(({ attributes = {} }) => {
          const [metadata] = attributes.metadata as [Metadata];
          return [nameOf(metadata), name];
        }),
      ),
  );
  const declared = secretCopies(readStack(path.join(machine.work, "tf")));
  const wrong: string[] = [];
  let compared = 0;
  for (const { metadata, data = {} } of await list<KubernetesObject & { data?: Record<string, string> }>(
    machine,
    "secrets",
  ))
    for (const [variable, encoded] of Object.entries(data)) {
      const value = Buffer.from(encoded, "base64").toString();
      const where = `${nameOf(metadata)} ${variable}`;
      if (value.startsWith("postgresql://") && !values.has(value)) {
        compared += 2;
        const { username, password } = new URL(value);
        if (!values.has(decodeURIComponent(password))) wrong.push(`${where} has another password than Secret Manager`);
        const same = users.filter(([user]) => user.endsWith(`/users/${decodeURIComponent(username)}`));
        if (cloudSql && !same.some(([, is]) => is === decodeURIComponent(password)))
          wrong.push(`${where}: ${username} cannot log in with its password`);
      }
      const copy = `${ids.get(nameOf(metadata))} ${variable}`;
      const source = declared.get(copy);
      if (source === undefined) continue;
      declared.delete(copy);
      compared++;
      if (value !== newest.get(source)) wrong.push(`${where} differs from ${source} in Secret Manager`);
    }
  wrong.push(...[...declared.keys()].map((where) => `${where} is missing`));
  return { wrong, note: `${compared} copies` };
}
