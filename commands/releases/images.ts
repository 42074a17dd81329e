import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseRegistry, RELEASE_TAG } from "../../facts/registries";
import { type Configuration, environmentOf, sourceOf } from "../../schema/load";
import { imageOf, type Release } from "../../schema/release";
import { accessToken } from "../google/credentials";
import { checkPrograms, registries } from "../mirror/tools";
import type { Event } from "../records/event";
import { current } from "../records/history";
import { Refused } from "../refused";
import type { printer } from "../terminal";

/** An image of a release, in the registry that it comes from and in the environment's own. */
export interface Copy {
  readonly from: string;
  readonly here: string;
  readonly digest: string;
  /** Its tag in the environment's registry, which the cleanup policy keeps. */
  readonly to: string;
}

/**
 * The images of the releases that come to an environment, if they come from another one. A release that runs here has come.
 * @param events what has happened in the environment
 */
export function coming(configuration: Configuration, environmentName: string, events: readonly Event[]): Copy[] {
  const { environments, releases } = configuration;
  const { environment, pointer } = environmentOf(configuration, environmentName);
  const source = sourceOf(environments, environment);
  if (!source || source.repository === environment.repository) return [];
  const runs = current(events)?.begun;
  const ids = [pointer.stable, pointer.candidate].filter(
    (id): id is string => id !== undefined && id !== runs?.release && id !== runs?.candidate,
  );
  return ids.flatMap((id) => {
    const release = releases[id] as Release; // validation has looked for it
    return Object.entries(release.images).map(([image, digest]) => ({
      from: imageOf(source, release, image),
      here: imageOf(environment, release, image),
      digest,
      to: `${environment.repository}/${image}:${RELEASE_TAG}${id}`,
    }));
  });
}

/**
 * Copies images into an environment's registry, unless they are there, as the account that deploys.
 * @throws Refused if crane is missing, if an image is in neither registry, or if another one has its tag
 */
export async function copyImages(copies: readonly Copy[], print: ReturnType<typeof printer>): Promise<void> {
  if (!copies.length) return;
  await checkPrograms("crane");
  await asDeployer(copies, async () => {
    for (const { from, here, digest, to } of copies) {
      print.doing(`looking for ${to}`);
      const there = await registries.digest(to);
      if (there !== undefined && there !== digest)
        throw new Refused(`${to} is ${there}, not ${digest}. A tag never moves: delete it if it is wrong.`);
      if (there === undefined) {
        print.doing(`copying ${from}`);
        await registries.copy(await found(here, from), to);
      }
      print.say(`${print.passed} ${to}${there ? ": was there" : ""}`);
    }
  });
}

/** The first of the references that is there. */
async function found(...references: readonly string[]): Promise<string> {
  for (const reference of references) if ((await registries.digest(reference)) !== undefined) return reference;
  throw new Refused(`This image is in neither registry: ${references.join(", ")}. Push it, and deploy again.`);
}

/**
 * Lets crane log in to Artifact Registry with Terraform's credentials. Other registries need an entry in Docker's configuration.
 * {@link https://cloud.google.com/artifact-registry/docs/docker/authentication#token}
 */
async function asDeployer(copies: readonly Copy[], run: () => Promise<void>): Promise<void> {
  const hosts = copies.flatMap(({ from, here }) => [from, here]).map((it) => parseRegistry(it)?.host);
  if (hosts.includes(undefined)) return run();
  const folder = mkdtempSync(path.join(os.tmpdir(), "docker-")); // nobody else can read it
  const { DOCKER_CONFIG: before } = process.env;
  try {
    const auth = Buffer.from(`oauth2accesstoken:${await accessToken()}`).toString("base64");
    const auths = Object.fromEntries(hosts.map((host) => [host, { auth }]));
    writeFileSync(path.join(folder, "config.json"), JSON.stringify({ auths }), { mode: 0o600 });
    process.env.DOCKER_CONFIG = folder;
    await run();
  } finally {
    if (before === undefined) delete process.env.DOCKER_CONFIG;
    else process.env.DOCKER_CONFIG = before;
    rmSync(folder, { recursive: true, force: true });
  }
}
