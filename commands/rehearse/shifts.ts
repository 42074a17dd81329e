import { Inconclusive, type Shift } from "@slipway/rehearsal";
import { type Candidate, possibleShares, shiftedServices } from "../../schema/candidate";
import type { Configuration } from "../../schema/load";
import { databaseTasks, type Release } from "../../schema/release";
import { looksAt } from "./releases-in-cluster";

type Files = Configuration["environments"]["production"];

/** Digests of images that do not exist. Simulated pods of the second are never ready. */
export const DIGEST = `sha256:${"f".repeat(64)}`;
const UNREADY = "sha256:unready";

/** Another release than one, with this digest of every image. */
export const another = ({ version, images, frontends }: Release, what: string, digest: string): Release => ({
  version: `${version}-${what}`,
  images: Object.fromEntries(Object.keys(images).map((image) => [image, digest])),
  ...(frontends && { frontends: Object.fromEntries(Object.keys(frontends).map((name) => [name, digest.slice(-40)])) }),
});

/**
 * The versions in which a candidate comes, gets requests in steps, is promoted, and in which bad ones go. The last one is
 * the first again, without the migrations that the database is ahead of.
 *
 * @param write writes a version of the stack and returns its folder
 */
export function shiftsOf(files: Files, write: (version: string, changed: Partial<Files>) => string): Shift[] {
  const { system, release: first } = files;
  if (!shiftedServices(system).length) throw new Inconclusive("--shift: no service of the stack has a strategy");
  if (files.candidate) throw new Inconclusive("--shift: the stack has a candidate already; abandon it first");
  const [next, unready] = [another(first, "next", DIGEST), another(first, "unready", UNREADY)];
  const [, ...shares] = possibleShares(system) as [number, number, ...number[]];
  const [least] = shares as [number];
  const beside = (release: Release, share: number) => ({ release: first, candidate: { release, share } });
  const alone = (release: Release) => ({ release, candidate: undefined, databaseAhead: false });
  const back = { ...alone(first), databaseAhead: databaseTasks(system).length > 0 };
  const steps: { what: string; runs: { release: Release; candidate?: Candidate }; fails?: boolean }[] = [
    { what: "a candidate without requests", runs: beside(next, 0) },
    ...shares.map((share) => ({ what: `${share} %`, runs: beside(next, share) })),
    { what: "back to 0 %", runs: beside(next, 0) },
    { what: "100 % at once", runs: beside(next, 100) },
    { what: "promoted", runs: alone(next) },
    { what: "back to the first release", runs: back },
    { what: `a candidate that is never ready, with ${least} %`, runs: beside(unready, least), fails: true },
    { what: "abandoned", runs: back },
    { what: `a bad candidate with ${least} %`, runs: beside(next, least) },
    { what: "0 % for the bad candidate", runs: beside(next, 0) },
    { what: "the bad candidate abandoned", runs: back },
  ];
  return steps.map(({ what, runs, fails }, i) => ({
    what,
    fails,
    stack: write(`shift-${i + 1}`, runs),
    look: looksAt(system, runs, fails),
  }));
}
