import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { InvalidConfiguration } from "../../schema/load";
import { synthesize } from "../../stacks/synthesize";
import { configuration, type Files, problems } from "../support";

// biome-ignore lint/suspicious/noExplicitAny: the changes write values that the types refuse
export type Anything = any;
type Change = (files: Files) => void;

interface Refused {
  readonly change: Change;
  readonly lines: readonly string[];
}

/**
 * A change to pmcrm's files that validation refuses with exactly these lines. A change that TypeScript refuses too is typed,
 * with a `@ts-expect-error` on the wrong line: `npm run typecheck` fails if TypeScript starts to accept it.
 */
export const refused = (change: Change, ...lines: readonly string[]): Refused => ({ change, lines });

export const production =
  (change: (environment: Anything) => void): Change =>
  (files) =>
    change(files.production.environment);
export const staging =
  (change: (environment: Anything) => void): Change =>
  (files) =>
    change(files.staging.environment);
export const system =
  (change: (system: Anything) => void): Change =>
  (files) =>
    change(files.system);
export const release =
  (change: (release: Anything) => void): Change =>
  (files) =>
    change(files.production.release);

/** The files, as the lines name them. */
export const P = "environments/pmcrm/production.ts";
export const T = "environments/pmcrm/staging.ts";
export const S = "systems/pmcrm.ts";
export const R = "releases/pmcrm/<id>.json"; // the id is a hash of the content, which the change affects
const withoutIds = (line: string) => line.replace(/(?<=^releases\/pmcrm\/)[0-9a-f]{16}/, "<id>");

/** Gives production an Autopilot cluster. */
export const autopilot = production((e) => {
  e.cluster = { mode: "autopilot", channel: "REGULAR", maintenance: "03:00" };
  delete e.monitoring.pool;
});

export const BITNAMI = {
  kind: "bitnami",
  version: "ELASTICSEARCH_9_1",
  diskGb: 20,
  resources: { cpu: "100m", memory: "1Gi", memoryLimit: "4Gi" },
};

/** Moves production's database into the cluster, adds a search index, and makes a further change. */
export const inCluster =
  (change: (environment: Anything, system: Anything) => void = () => {}): Change =>
  ({ production: { environment }, staging, system }) => {
    const { database, services }: Anything = system;
    database.extensions = []; // only Cloud SQL supports them
    system.search = { minimum: "ELASTICSEARCH_9_1" };
    services.backend.connects.push("search");
    (staging.environment as Anything).search = BITNAMI;
    (staging.environment as Anything).bitnami = { images: "docker.io/bitnamilegacy", pool: "app" };
    const e: Anything = environment;
    e.database = { ...BITNAMI, version: "POSTGRES_17", backups: { at: "02:00", keepDays: 30 } };
    e.search = BITNAMI;
    e.bitnami = { images: "docker.io/bitnamilegacy", pool: "app" };
    change(e, system);
  };

export const gateway = { kind: "gateway", waf: { mode: "enforce" } };
export const traefik = { kind: "traefik", pool: "app", email: "platform@pmcrm.io", acme: "production" };

/** Tests each change: validation refuses it, and synthesis writes nothing. */
export function testRefused(changes: Readonly<Record<string, Refused>>): void {
  let outdir: string;
  beforeAll(() => {
    outdir = mkdtempSync(path.join(os.tmpdir(), "bad-inputs-"));
  });
  afterAll(() => rmSync(outdir, { recursive: true }));

  test.each(Object.entries(changes))("%s is refused, and nothing is written", (_what, { change, lines }) => {
    expect(problems(change).map(withoutIds)).toEqual(lines);
    // main.ts does the same. cli.test.ts runs the program itself.
    expect(() => synthesize(configuration(change), {}, outdir)).toThrow(InvalidConfiguration);
    expect(readdirSync(outdir)).toEqual([]);
  });
}
