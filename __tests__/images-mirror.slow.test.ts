import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { everyStack, withFixedRelease } from "../commands/every-stack";
import { type Sources, sourcesOf } from "../commands/mirror/sources";
import { imagesOfRelease } from "../commands/mirror/tools";
import { mirrored } from "../facts/registries";
import type { Environment } from "../schema/environment";
import { environmentOf } from "../schema/load";
import { synthesizeEnvironment } from "../stacks/synthesize";
import { file, lacking } from "./charts";
import { admits } from "./image-policy";
import { type Json, ROOT } from "./support";

/** Every stack with and without `imagesMirror`: what its pods name, and what Binary Authorization admits. */

const MIRROR = "europe-west1-docker.pkg.dev/p/third-party";

async function stackOf(system: string, name: string, change: Partial<Environment>) {
  const files = environmentOf(await withFixedRelease(ROOT, system), name);
  const environment = { ...files.environment, ...change } as Environment;
  const out = mkdtempSync(path.join(os.tmpdir(), "images-mirror-"));
  try {
    const json: Json = JSON.parse(
      synthesizeEnvironment({ ...files, environment, systemName: system, environmentName: name }, out),
    );
    const policy = Object.values<Json>(json.resource.google_binary_authorization_policy)[0];
    const patterns: string[] = policy.admission_whitelist_patterns.map((it: Json) => it.name_pattern);
    return { environment, patterns, sources: sourcesOf(json as never, environment.repository) };
  } finally {
    rmSync(out, { recursive: true });
  }
}

/** Images of a stack's charts that are on this machine, and of the stack itself. */
async function imagesOf({ releases, images }: Sources): Promise<string[]> {
  const all = [...images];
  for (const release of releases)
    if (!lacking(release).length) all.push(...(await imagesOfRelease(release, file(release))));
  return all.sort();
}

test.each(everyStack(ROOT))("$name admits and runs the copies, and nothing of their publishers", async (stack) => {
  const before = await stackOf(stack.system, stack.environment, {});
  const after = await stackOf(stack.system, stack.environment, { imagesMirror: MIRROR });
  const own = before.environment.registries.map((registry) => `${registry}**`);
  const others = before.patterns.filter((pattern) => !own.includes(pattern));
  expect(others.length).toBeGreaterThan(5);
  const autopilot = before.environment.cluster.mode === "autopilot";
  const copyOf = (image: string) =>
    autopilot && image.startsWith("gcr.io/datadoghq/") ? image : mirrored(image, MIRROR);
  expect(new Set(after.patterns)).toEqual(new Set([...own, ...others.map(copyOf)]));

  const images = await imagesOf(before.sources);
  const copies = await imagesOf(after.sources);
  expect(copies).toEqual(images.map(copyOf).sort());
  // Prometheus' operator names an image of Thanos, and runs it only where somebody asks for Thanos.
  const run = copies.filter((image) => !image.includes("/thanos/"));
  expect(run.filter((image) => !after.patterns.some((pattern) => admits(pattern, image)))).toEqual([]);
});
