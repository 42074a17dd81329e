import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { copied, planned } from "../commands/mirror";
import { isMissing, isThere } from "../commands/mirror/plan";
import type { Sources } from "../commands/mirror/sources";
import { registries } from "../commands/mirror/tools";
import { copyImages } from "../commands/releases/images";
import { printer } from "../commands/terminal";

/** The mirror, and the copies of releases, with the real Helm and crane, on a registry on this machine that crane serves. */

const missing = ["helm", "crane"].filter((program) => spawnSync(program, ["version"]).status !== 0);
if (missing.length)
  console.warn(`SKIPPED: the mirror and copies with real tools. It needs ${missing.join(" and ")} on PATH.`);
const withTools = missing.length
  ? (name: string, run: () => Promise<void>) => test.skip(`${name} (skipped: no ${missing.join(", no ")} on PATH)`, run)
  : test;

let folder: string;
let served: ChildProcess | undefined;
let host: string;

const crane = (...args: string[]): string => execFileSync("crane", args, { encoding: "utf8", stdio: "pipe" }).trim();
const manifest = (image: string) => JSON.parse(crane("manifest", image));

/** Pushes an image that consists of a text. */
function image(name: string, text: string): string {
  const layer = path.join(folder, `${text}.tar`);
  writeFileSync(path.join(folder, text), text);
  execFileSync("tar", ["--create", `--file=${layer}`, `--directory=${folder}`, text]);
  crane("append", `--new_layer=${layer}`, `--new_tag=${name}`);
  return name;
}

/** Pushes a chart that runs the image `app`, whose argument names `solver`. */
function chart(version: string): Sources {
  const source = path.join(folder, `chart-${version}`);
  const files = {
    "Chart.yaml": { apiVersion: "v2", name: "shop", version },
    "templates/deployment.yaml": {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "shop" },
      spec: {
        template: {
          spec: { containers: [{ image: "{{ .Values.image }}", args: [`--solver-image=${host}/publisher/solver:1`] }] },
        },
      },
    },
  };
  mkdirSync(path.join(source, "templates"), { recursive: true });
  for (const [file, content] of Object.entries(files)) writeFileSync(path.join(source, file), JSON.stringify(content));
  execFileSync("helm", ["package", source, `--destination=${folder}`], { stdio: "pipe" });
  const repository = `oci://${host}/publisher/charts`;
  const push = ["push", path.join(folder, `shop-${version}.tgz`), repository, "--plain-http"];
  execFileSync("helm", push, { stdio: "pipe" });
  const values = JSON.stringify({ image: `${host}/publisher/app:1` });
  return { releases: [{ name: "shop", chart: "shop", repository, version, values }], images: [] };
}

/** A plan for a mirror, and what a run of it prints and finds wrong. */
async function run(sources: Sources, mirror: string, dryRun = false) {
  const lines: string[] = [];
  const print = {
    say: (text: string) => void lines.push(text),
    doing: () => {},
    done: () => {},
    passed: "ok  ",
    failed: "FAIL",
  };
  const steps = await planned(sources, mirror, mkdtempSync(path.join(folder, "run-")), registries, print);
  const wrong = await copied(steps, { dryRun }, print);
  return { steps, wrong, last: lines.at(-1) };
}

beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), "mirror-test-"));
  if (missing.length) return;
  served = spawn("crane", ["registry", "serve", "--address=127.0.0.1:0"], { stdio: ["ignore", "ignore", "pipe"] });
  const port = await new Promise<string>((resolve) => {
    served?.stderr?.on("data", (text) => {
      const [, said] = /serving on port (\d+)/.exec(String(text)) ?? [];
      if (said) resolve(said);
    });
  });
  host = `127.0.0.1:${port}`;
  const platforms = ["amd64", "arm64"].map((it) => `--manifest=${image(`${host}/publisher/app:${it}`, it)}`);
  crane("index", "append", ...platforms, `--tag=${host}/publisher/app:1`);
  image(`${host}/publisher/solver:1`, "solver");
});
afterAll(() => {
  served?.kill();
  rmSync(folder, { recursive: true });
});

withTools("images are copied with their digests and all platforms, and charts as they are", async () => {
  const mirror = `${host}/first`;
  const sources = chart("1.0.0");
  const planOnly = await run(sources, mirror, true);
  expect([planOnly.last, planOnly.steps.every(isMissing)]).toEqual([
    "0 copied, 0 there before, 0 moved, 3 still missing",
    true,
  ]);

  const { last, wrong } = await run(sources, mirror);
  expect([last, wrong]).toEqual(["3 copied, 0 there before, 0 moved, 0 still missing", []]);
  expect(manifest(`${mirror}/publisher/app:1`).manifests).toHaveLength(2);
  for (const name of ["app:1", "solver:1"])
    expect(crane("digest", `${mirror}/publisher/${name}`)).toBe(crane("digest", `${host}/publisher/${name}`));
  const layers = (of: string) => manifest(`${of}/charts/shop:1.0.0`).layers;
  expect(layers(mirror)).toEqual(layers(`${host}/publisher`));
});

withTools("a second run copies nothing, and a run after an interrupted one copies the rest", async () => {
  const mirror = `${host}/second`;
  const sources = chart("2.0.0");
  crane("copy", `${host}/publisher/app:1`, `${mirror}/publisher/app:1`);
  expect((await run(sources, mirror)).last).toBe("2 copied, 1 there before, 0 moved, 0 still missing");
  const before = manifest(`${mirror}/charts/shop:2.0.0`);
  const again = await run(sources, mirror);
  expect([again.last, again.steps.every(isThere)]).toEqual([
    "0 copied, 3 there before, 0 moved, 0 still missing",
    true,
  ]);
  expect(manifest(`${mirror}/charts/shop:2.0.0`)).toEqual(before);
});

withTools("a tag that has another digest in the mirror stays there, and is a failure; the rest is copied", async () => {
  const mirror = `${host}/third`;
  const other = image(`${mirror}/publisher/app:1`, "other");
  const digest = crane("digest", other);
  const { last, wrong } = await run(chart("3.0.0"), mirror);
  expect(last).toBe("2 copied, 0 there before, 1 moved, 0 still missing");
  expect(wrong).toEqual([expect.stringContaining(`${other} has ${digest}. The publisher now has sha256:`)]);
  expect(crane("digest", other)).toBe(digest);
});

withTools("the images of a release are copied, or get their tag, and those of nobody are refused", async () => {
  const digest = crane("digest", image(`${host}/staging/api:1.0.0`, "api"));
  const of = (name: string, to: string) => ({
    from: `${host}/staging/${name}@${digest}`,
    here: `${host}/production/${name}@${digest}`,
    digest,
    to: `${host}/production/${name}:${to}`,
  });
  const said: string[] = [];
  const print = printer({ write: (text: string) => said.push(text.trim()) } as never);
  const [first, second] = [of("api", "release-1"), of("api", "release-2")];
  await copyImages([first], print);
  await copyImages([first], print);
  execFileSync("crane", ["delete", `${host}/staging/api@${digest}`]);
  await copyImages([second], print); // from the environment's own registry
  expect(said).toEqual([`ok   ${first.to}`, `ok   ${first.to}: was there`, `ok   ${second.to}`]);
  expect([crane("digest", first.to), crane("digest", second.to)]).toEqual([digest, digest]);
  await expect(copyImages([of("web", "release-1")], print)).rejects.toThrow("This image is in neither registry: ");
});

const REFUSALS = [
  [401, "UNAUTHORIZED", "Log in to the registry."],
  [403, "DENIED", "The account needs the role Artifact Registry Writer."],
  [
    404,
    "NAME_UNKNOWN",
    "If the repository does not exist, create it: SYSTEM=<system> npm run bootstrap -- <environment>",
  ],
  [429, "TOOMANYREQUESTS", "Docker Hub limits downloads per address."],
] as const;
for (const [status, code, remedy] of REFUSALS)
  withTools(`an answer ${status} of a registry says what to do, for images and for charts`, async () => {
    const sources = chart(`5.0.${status}`);
    const server = createServer(({ method, url }, response) => {
      const headers = status === 401 ? { "www-authenticate": 'Basic realm="mirror"' } : {};
      if (url === "/v2/" && status !== 401) return response.end("{}");
      response.writeHead(status, { "content-type": "application/json", ...headers });
      return response.end(method === "HEAD" ? "" : JSON.stringify({ errors: [{ code, message: "no" }] }));
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const refusing = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const archive = path.join(folder, `shop-${sources.releases[0]?.version}.tgz`);
    await expect(registries.copy(`${host}/publisher/app:1`, `${refusing}/app:1`)).rejects.toThrow(remedy);
    await expect(registries.push(archive, `${refusing}/charts`)).rejects.toThrow(remedy);
    server.close();
  });

withTools("a registry that cannot be reached is a failure that names the command", async () => {
  const [release] = chart("4.0.0").releases;
  const sources = { releases: [{ ...release, repository: "oci://127.0.0.1:1/charts" }], images: [] } as Sources;
  await expect(run(sources, `${host}/fourth`)).rejects.toThrow(/^helm pull oci:\/\/127\.0\.0\.1:1\/charts\/shop /);
});
