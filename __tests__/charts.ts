import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { values } from "./construct";
import type { Json } from "./support";

const folder = process.env.CHARTS_FOLDER;
const helm = spawnSync("helm", ["version"]).status === 0;
if (!helm || !folder)
  console.warn("SKIPPED: the real charts. They need helm on PATH, and in CHARTS_FOLDER what `helm pull` fetched.");

/** What a release's chart is packaged as. */
export const file = ({ chart, version }: Json) => path.join(folder ?? "", `${chart}-${version}.tgz`);

/** What a test of a release's real chart needs, and this machine lacks. */
export const lacking = (release: Json): string[] => [
  ...(helm ? [] : ["helm is not on PATH"]),
  ...(folder ? (existsSync(file(release)) ? [] : [`${file(release)} does not exist`]) : ["CHARTS_FOLDER is not set"]),
];

/**
 * A test that needs a release's real chart, in the folder that CHARTS_FOLDER names, and the program Helm; skipped, and
 * said so, where one is missing.
 */
export function withChart(release: Json, name: string, run: () => void): void {
  const missing = lacking(release);
  if (missing.length) test.skip(`${name} (skipped: ${missing.join(", ")})`, run);
  else test(name, run);
}

/** What Helm makes of a release: each object's YAML. Of what only Terraform knows, the namespaces are given. */
export function render(release: Json, namespace: string, ...options: readonly string[]): string[] {
  const known = JSON.stringify(values(release))
    .replace(/"\$\{[^{}]*kubernetes_namespace_v1\.[^{}]*\}"/g, JSON.stringify(namespace))
    .replace(/"\$\{[^{}]*\}"/g, '"known-to-terraform"');
  const { status, stdout, stderr } = spawnSync(
    "helm",
    ["template", release.name, file(release), "--namespace", namespace, "--values", "-", "--include-crds", ...options],
    { input: known, encoding: "utf8", maxBuffer: 2 ** 28 },
  );
  if (status !== 0) throw new Error(stderr);
  return stdout.split(/^---$/m).filter((object) => /^kind: /m.test(object));
}

/** Objects by kind and name. */
export const byName = (objects: readonly string[]): Map<string, string> =>
  new Map(
    objects.flatMap((object): [string, string][] => {
      const kind = /^kind: (.+)$/m.exec(object)?.[1];
      const name = /^metadata:\n(?: {2}.*\n)*? {2}name: "?([^"\n]+)"?$/m.exec(object)?.[1];
      return kind && name ? [[`${kind} ${name}`, object]] : [];
    }),
  );
