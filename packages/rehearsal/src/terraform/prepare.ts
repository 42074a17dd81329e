import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { readStack, type StackJson, withoutVercel } from "../stack";

/** How the rehearsal changes a stack's Helm releases. */
export interface PrepareOptions {
  /** Repository that holds the real charts. Without it, each chart is a stub: a ConfigMap of the values. */
  readonly chartsMirror?: string;
  /** Seconds after which a rollout fails, because the stack's own timeouts are too long for a rehearsal. */
  readonly patience?: number;
  /** Whether the resources on Vercel stay. The default is false. */
  readonly vercel?: boolean;
}

/** File in the folder of logs with the seconds of each wait that takes no time, because everything is done at once. */
export const WAITED = "waited";

/** Seconds that Terraform would have waited so far. */
export function waitedIn(work: string): number {
  const file = path.join(work, WAITED);
  const waits = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
  return waits.reduce((sum, seconds) => sum + Number(seconds), 0);
}

/**
 * Copies a stack, or its next version, to where Terraform runs, and changes it: the state is a local file, and the rest is
 * {@link adapt}ed.
 */
export function prepare(stack: string, work: string, speed: number, options: PrepareOptions = {}): void {
  const folder = path.join(work, "tf");
  mkdirSync(folder, { recursive: true });
  for (const file of readdirSync(folder))
    if (!/^(\.terraform|terraform\.tfstate)/.test(file)) rmSync(path.join(folder, file), { recursive: true });
  cpSync(stack, folder, { recursive: true, filter: (file) => !/\.terraform|tfstate/.test(path.basename(file)) });
  adapt(folder, work, speed, options);
  const json = readStack(folder);
  json.terraform.backend = { local: { path: "terraform.tfstate" } };
  write(folder, json);
}

/**
 * Changes a stack in its folder so that it can be applied on this machine: waits are shorter by the speed, charts come from
 * the mirror or are stubs, and resources on Vercel are left out where nothing answers. Done twice, it changes nothing more.
 */
export function adapt(
  folder: string,
  work: string,
  speed: number,
  { chartsMirror, patience, vercel }: PrepareOptions = {},
): void {
  const json = vercel ? readStack(folder) : withoutVercel(readStack(folder));
  for (const release of Object.values(json.resource?.helm_release ?? {})) {
    const chart = String(release.chart);
    if (patience) release.timeout = patience;
    if (existsSync(path.resolve(folder, chart))) continue;
    if (chartsMirror) release.repository = chartsMirror;
    else {
      release.chart = stub(path.join(work, "charts", chart), chart, String(release.version));
      delete release.repository;
      delete release.version;
    }
  }
  const waited = path.relative(folder, path.join(work, WAITED));
  for (const { provisioner = [] } of Object.values(json.resource ?? {}).flatMap(Object.values))
    for (const { "local-exec": program } of provisioner)
      program.command = program.command.replace(/^sleep (\d+)$/, (_: string, seconds: string) =>
        Number.isFinite(speed) ? `sleep ${Number(seconds) / speed}` : `echo ${seconds} >> ${waited}`,
      );
  write(folder, json);
}

const write = (folder: string, json: StackJson): void =>
  writeFileSync(path.join(folder, "cdk.tf.json"), JSON.stringify(json, null, 1));

function stub(folder: string, name: string, version: string): string {
  mkdirSync(path.join(folder, "templates"), { recursive: true });
  writeFileSync(path.join(folder, "Chart.yaml"), `apiVersion: v2\nname: ${name}\nversion: ${version}\n`);
  writeFileSync(
    path.join(folder, "templates", "values.yaml"),
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: '{{ .Release.Name }}-values'}\ndata:\n  values: {{ toYaml .Values | quote }}\n",
  );
  return folder;
}
