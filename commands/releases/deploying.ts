import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { written } from "../../schema/expressions";
import { type Configuration, InvalidConfiguration } from "../../schema/load";
import type { Problem } from "../../schema/problem";
import { writeWhole } from "../../schema/write";
import { commitOf, lacks, person } from "../git";
import { type Event, eventSchema, type Of } from "../records/event";
import { type Records, recordsIn } from "../records/records";
import { runnerHere } from "../terraform/state-lock";
import { type Facts, factsOf } from "./facts";
import { type Proposed, proposedIn, releaseProblems, staleProblems } from "./rules";

/** Records that could not be sent, by system and environment. They are sent before the next deploy. */
const UNSENT = path.resolve(__dirname, "..", "..", "records.out");
const MINUTE = 60_000;

/** What a deploy's record says besides what the files say. */
export type Details = Pick<Of<"deploy-begun">, "first" | "plan" | "migrates" | "allowed">;

/** A deploy of the releases that an environment's file names: whether it may be, and its records. */
export class Deploying {
  private begun?: Of<"deploy-begun">;

  private constructor(
    private readonly proposed: Proposed,
    private readonly records: Records,
    private readonly look: () => Promise<Facts>,
    /** What has happened in the environment so far. */
    readonly events: readonly Event[],
    /** Why the releases must not be deployed. */
    readonly problems: readonly Problem[],
  ) {}

  /** Reads what is known, and sends what earlier deploys could not. @throws Refused if the records cannot be read */
  static async open(configuration: Configuration, environmentName: string, rollback: boolean): Promise<Deploying> {
    const proposed = proposedIn(configuration, environmentName, rollback);
    const records = recordsIn(configuration, environmentName);
    for (const file of unsentIn(configuration.name, environmentName)) {
      await records.add(eventSchema.parse(JSON.parse(readFileSync(file, "utf8"))));
      rmSync(file);
    }
    // A rollback must not depend on another project.
    const look = async (): Promise<Facts> =>
      rollback ? { here: await records.list() } : factsOf(configuration, environmentName);
    const facts = await look();
    return new Deploying(proposed, records, look, facts.here, [
      ...staleProblems(proposed, facts.here, lacks),
      ...releaseProblems(proposed, facts, new Date()),
    ]);
  }

  /**
   * Records that something is about to be changed.
   * @throws InvalidConfiguration if the releases must not be deployed any more: a plan, a question and a snapshot take time
   * @throws Refused if the record is not kept. Nothing must be changed then
   */
  async begin(details: Details): Promise<void> {
    const problems = releaseProblems(this.proposed, await this.look(), new Date());
    if (problems.length) throw new InvalidConfiguration(problems);
    const { pointer, environment } = this.proposed.files;
    this.begun = {
      kind: "deploy-begun",
      at: new Date().toISOString(),
      by: person(),
      deploy: randomUUID(),
      release: pointer.stable,
      candidate: pointer.candidate,
      share: pointer.share,
      database: pointer.database,
      rollback: this.proposed.rollback,
      runner: runnerHere(),
      commit: commitOf(),
      variables: Object.fromEntries(Object.entries(environment.variables).map(([name, it]) => [name, written(it)])),
      approved: pointer.approved,
      ...details,
    };
    await this.records.add(this.begun);
  }

  /** Records how the deploy ended. If that cannot be sent, it is kept in a file, and sent before the next deploy. */
  async end(succeeded: boolean): Promise<void> {
    const { begun } = this;
    if (!begun) return;
    const now = new Date();
    const event: Event = {
      kind: "deploy-ended",
      at: now.toISOString(),
      by: begun.by,
      deploy: begun.deploy,
      release: begun.release,
      succeeded,
      minutes: Math.round(((now.getTime() - Date.parse(begun.at)) / MINUTE) * 10) / 10,
    };
    try {
      await this.records.add(event);
    } catch (error) {
      const folder = folderOf(this.proposed.systemName, this.proposed.environmentName);
      mkdirSync(folder, { recursive: true });
      const file = path.join(folder, `${begun.deploy}.json`);
      writeWhole(file, JSON.stringify(event));
      console.error(
        `${(error as Error).message}\nThe record of this deploy's end is in ${file}. The next deploy in this checkout sends it.`,
      );
    }
  }
}

const folderOf = (system: string, environment: string): string => path.join(UNSENT, system, environment);

function unsentIn(system: string, environment: string): string[] {
  const folder = folderOf(system, environment);
  return existsSync(folder)
    ? readdirSync(folder)
        .filter((file) => file.endsWith(".json"))
        .map((file) => path.join(folder, file))
    : [];
}
