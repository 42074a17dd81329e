import path from "node:path";
import { environmentFile, readFiles, systemsIn } from "../schema/files";
import { toTheEnd } from "../schema/finish";
import { type Configuration, validate } from "../schema/load";
import { type Difference, parity } from "../schema/parity";
import { dotted } from "../schema/problem";
import { withFirstReleases } from "./context";
import { isCalledAlone } from "./help";

const USAGE = `Compares each environment of each system with the system's production: what differs, and whether the environment's file
declares it as deliberate, with a reason (differences). Places, names and operators always differ and are left out.

  npm run parity

Exits with 1 if a difference is not declared, or if a declared one is none.`;

/** What one environment of a system differs in from the production that it mirrors. */
interface Compared {
  readonly lines: readonly string[];
  readonly held: boolean;
}

/** Compares each environment of a system with its production, the first one if there are several. */
export function compared({ name, environments }: Pick<Configuration, "name" | "environments">): Compared {
  const all = Object.entries(environments);
  const [reference, production] = all.find(([, { environment }]) => environment.purpose === "production") ?? [];
  if (!reference || !production)
    return { lines: [`${name}: no environment of production to compare with`], held: true };
  const results = all.flatMap(([environmentName, { environment }]) =>
    environmentName === reference
      ? []
      : [said(name, environmentName, reference, parity(environment, production.environment))],
  );
  return { lines: results.flatMap(({ lines }) => lines), held: results.every(({ held }) => held) };
}

function said(
  system: string,
  environment: string,
  reference: string,
  { differences, stale }: ReturnType<typeof parity>,
): Compared {
  const undeclared = differences.filter(({ reason }) => reason === undefined).length;
  const file = environmentFile(system, environment);
  const wrong = [
    ...(undeclared
      ? [`${file}: ${undeclared} of them are ${UNDECLARED}; make them equal, or add them to differences with a reason`]
      : []),
    ...stale.map((field) => `${file} differences: "${field}" names no field that differs; remove it`),
  ];
  const heading = `${system} ${environment}, compared with ${reference}: ${differences.length} differences`;
  return { lines: [heading, ...table(environment, reference, differences), ...wrong], held: !wrong.length };
}

const UNDECLARED = "UNDECLARED";

/** Lines in columns: the field, its value here and there, and the reason. */
function table(environment: string, reference: string, differences: readonly Difference[]): string[] {
  if (!differences.length) return [];
  const rows = [
    ["FIELD", environment.toUpperCase(), reference.toUpperCase(), "REASON"],
    ...differences.map(({ path: field, here, reference: there, reason = UNDECLARED }) => [
      dotted(field),
      shown(here),
      shown(there),
      reason,
    ]),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => `  ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join("  ")}`);
}

const LONGEST = 32;
/** A value in few characters. Text is shown as such, because it passed validation, which refuses secrets. */
function shown(value: unknown): string {
  if (value === undefined) return "-";
  const text = typeof value === "string" ? value : JSON.stringify(value).replaceAll('"', "");
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 3)}...` : text;
}

async function main(root: string, args: readonly string[]): Promise<void> {
  if (!isCalledAlone(args, USAGE)) return;
  for (const name of systemsIn(root)) {
    const { raw, problems } = await readFiles(root, name);
    const { lines, held } = compared(validate(name, withFirstReleases(raw), process.env, problems));
    console.log(lines.join("\n"));
    if (!held) process.exitCode = 1;
  }
}

if (require.main === module) toTheEnd(() => main(path.resolve(__dirname, ".."), process.argv.slice(2)));
