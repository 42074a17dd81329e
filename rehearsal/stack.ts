import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

/** A synthesized stack as Terraform reads it. */
interface StackJson {
  readonly resource?: Record<string, Record<string, Record<string, unknown>>>;
  readonly terraform: { backend?: unknown };
}

/**
 * Puts a synthesized stack, or its next version, where Terraform runs: with the state beside it in place of a bucket,
 * and charts that can be had here: those of a mirror, or stubs of one ConfigMap with the values.
 */
export function prepare(stack: string, work: string, chartsMirror?: string): void {
  const folder = path.join(work, "tf");
  mkdirSync(folder, { recursive: true });
  for (const file of readdirSync(folder))
    if (!/^(\.terraform|terraform\.tfstate)/.test(file)) rmSync(path.join(folder, file), { recursive: true });
  cpSync(stack, folder, { recursive: true, filter: (file) => !/\.terraform|tfstate/.test(path.basename(file)) });
  const file = path.join(folder, "cdk.tf.json");
  const json = JSON.parse(readFileSync(file, "utf8")) as StackJson;
  for (const release of Object.values(json.resource?.helm_release ?? {})) {
    const chart = String(release.chart);
    if (existsSync(path.resolve(folder, chart))) continue;
    if (chartsMirror) release.repository = chartsMirror;
    else {
      release.chart = stub(path.join(work, "charts", chart), chart, String(release.version));
      delete release.repository;
      delete release.version;
    }
  }
  json.terraform.backend = { local: { path: "terraform.tfstate" } };
  writeFileSync(file, JSON.stringify(json, null, 1));
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
