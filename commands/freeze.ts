import path from "node:path";
import { InvalidArgumentError } from "commander";
import { DAY, HOUR } from "../facts/maintenance";
import { environmentSchema } from "../schema/environment";
import { environmentFile, type Raw, releaseFile } from "../schema/files";
import { toTheEnd } from "../schema/finish";
import { type Freeze, frozen } from "../schema/freeze";
import { npmRun } from "../schema/npm-run";
import { type Pointer, pointerSchema } from "../schema/release";
import { writable } from "./context";
import { changed, check, runs as runsIn, write } from "./releases/files";

const ROOT = path.resolve(__dirname, "..");

/** Options of the command line. */
interface Options {
  readonly until?: string;
  readonly reason?: string;
  readonly lift?: boolean;
  readonly dryRun?: boolean;
}

/**
 * What the options ask for: a freeze's end and reason, or nothing to lift it.
 * @throws InvalidArgumentError with a line for each option that cannot be used
 */
function asked({ until, reason, lift }: Options, now: Date): Pick<Freeze, "until" | "reason"> | undefined {
  const say = (wrong: boolean, text: string) => (wrong ? [text] : []);
  const end = until === undefined ? undefined : momentOf(until, now);
  const problems = lift
    ? say(until !== undefined || reason !== undefined, "--lift ends the freeze: leave out --until and --reason")
    : [
        ...say(until === undefined, "say --until when the freeze ends, or --lift to end it"),
        ...say(reason === undefined, "say --reason: it is shown to those whose deploy is refused"),
        ...say(
          until !== undefined && !end,
          `--until ${until}: write a time like 2027-12-01T00:00:00Z, or from now on like 3d or 12h`,
        ),
        ...say(end !== undefined && end <= now, `--until ${until}: is over already`),
      ];
  if (problems.length) throw new InvalidArgumentError(problems.join("\n"));
  return lift ? undefined : { until: textOf(end as Date), reason: reason as string };
}

/** The moment that a text means, if any. {@link https://www.rfc-editor.org/rfc/rfc3339#section-5.6} */
function momentOf(text: string, now: Date): Date | undefined {
  const [, count, unit] = /^(\d{1,4})([dh])$/.exec(text) ?? [];
  if (count) return new Date(now.getTime() + Number(count) * (unit === "d" ? DAY : HOUR));
  const [, date] = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)$/.exec(text) ?? [];
  const isDate = date && new Date(`${date}T00:00:00Z`).toJSON()?.startsWith(date); // JavaScript accepts February 31
  return isDate && !Number.isNaN(Date.parse(text)) ? new Date(text) : undefined;
}

/** A moment as files have it. */
const textOf = (moment: Date): string => moment.toISOString().replace(/\.\d+/, "");

/** Freezes an environment, or lifts its freeze; returns the lines to print. */
async function freeze(environment: string, options: Options, now: Date): Promise<string[]> {
  const wanted = asked(options, now);
  const { systemName: system, raw } = await writable(environment);
  if (!Object.hasOwn(raw.releases, environment))
    throw new InvalidArgumentError(`${environment} runs no release yet: there is nothing to freeze`);

  const file = releaseFile(system, environment);
  const { freeze: before, ...runs } = runsIn(system, raw, environment);
  if (!wanted && before === undefined)
    throw new InvalidArgumentError(
      `${environment} has no freeze that --lift could end${planned(raw, environment, now) ? `: remove the one that holds from ${environmentFile(system, environment)}` : ""}`,
    );
  const after = wanted ? { ...runs, freeze: { from: beginning(before, now), ...wanted } } : runs;
  const change = { environment, pointer: after as Pointer };
  check(system, changed(raw, change), [environment]);
  if (!options.dryRun) write(ROOT, system, change);

  const still = wanted ? undefined : planned(raw, environment, now);
  return [
    `${file}: ${wanted ? `frozen until ${wanted.until}: ${wanted.reason}` : "no freeze any more"}`,
    ...(still
      ? [`${environmentFile(system, environment)}: a planned freeze still holds, until ${still.until}: ${still.reason}`]
      : []),
    ...(options.dryRun
      ? ["Nothing was written, because of --dry-run."]
      : [
          "Commit the file, and deploy:",
          `  ${npmRun(system, "deploy", environment)}`,
          ...(wanted
            ? ["The deploy keeps Google's maintenance away. It is refused if it would change anything else."]
            : []),
        ]),
  ];
}

/** A freeze that holds is changed, so it keeps its beginning. */
function beginning(before: unknown, now: Date): string {
  const { data } = pointerSchema.shape.freeze.safeParse(before);
  return (data && frozen([data], now)?.from) ?? textOf(now);
}

/** The planned freeze that holds, as far as the environment's file says so. */
function planned({ environments }: Raw, environment: string, now: Date): Freeze | undefined {
  const { data } = environmentSchema.shape.freezes.safeParse(Object(environments[environment]).freezes);
  return data && frozen(data, now);
}

export const main = (environment: string, options: Options): Promise<void> =>
  toTheEnd(async () => console.log((await freeze(environment, options, new Date())).join("\n")));
