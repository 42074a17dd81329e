import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { readStack, withoutVercel } from "../stack";

/** How the rehearsal changes a stack's Helm releases. */
export interface PrepareOptions {
  /** Repository that holds the real charts. Without it, each chart is a stub: a ConfigMap of the values. */
  readonly chartsMirror?: string;
  /** Seconds after which a rollout fails, because the stack's own timeouts are too long for a rehearsal. */
  readonly patience?: number;
  /** Whether the resources on Vercel stay. The default is false. */
  readonly vercel?: boolean;
}

/**
 * Copies a stack, or its next version, to where Terraform runs, and changes it: the state is a local file, waits are
 * shorter by the speed, charts come from the mirror or are stubs, and resources on Vercel are left out where nothing answers.
 */
export function prepare(
  stack: string,
  work: string,
  speed: number,
  { chartsMirror, patience, vercel }: PrepareOptions = {},
): void {
  const folder = path.join(work, "tf");
  mkdirSync(folder, { recursive: true });
  for (const file of readdirSync(folder))
    if (!/^(\.terraform|terraform\.tfstate)/.test(file)) rmSync(path.join(folder, file), { recursive: true });
  cpSync(stack, folder, { recursive: true, filter: (file) => !/\.terraform|tfstate/.test(path.basename(file)) });
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
  for (const { provisioner = [] } of Object.values(json.resource?.terraform_data ?? {}))
    for (const { "local-exec": program } of provisioner)
      program.command = program.command.replace(
        /^sleep (\d+)$/,
        (_: string, s: string) => `sleep ${Number(s) / speed}`,
      );
  json.terraform.backend = { local: { path: "terraform.tfstate" } };
  writeFileSync(path.join(folder, "cdk.tf.json"), JSON.stringify(json, null, 1));
}

function stub(folder: string, name: string, version: string): string {
  mkdirSync(path.join(folder, "templates"), { recursive: true });
  writeFileSync(path.join(folder, "Chart.yaml"), `apiVersion: v2\nname: ${name}\nversion: ${version}\n`);
  writeFileSync(
    path.join(folder, "templates", "values.yaml"),
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: '{{ .Release.Name }}-values'}\ndata:\n  values: {{ toYaml .Values | quote }}\n",
  );
  return folder;
}
