import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { toTheEnd } from "../schema/finish";
import { checkout } from "./checkout";
import { everyBootstrapStack, everyStack, stackText, synthesizeEvery } from "./every-stack";
import { printer } from "./terminal";

const ROOT = path.resolve(__dirname, "..");
const RUNS = 5;

/** Limits of synthesis, as ratios within one run, because machines differ and are noisy. */
const LIMITS = {
  /** `cdktf synth` of the system, relative to the same CLI with an app of one resource. */
  cli: 1.5,
  /** The program itself, relative to loading its modules. */
  program: 2,
};

const env: NodeJS.ProcessEnv = {
  ...process.env,
  CHECKPOINT_DISABLE: "1",
  DISABLE_VERSION_CHECK: "1",
  TF_CLI_CONFIG_FILE: "",
};

/** Milliseconds of a command. */
function time(command: string, args: readonly string[], cwd: string): number {
  const start = process.hrtime.bigint();
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    env: { ...env, CDKTF_OUTDIR: undefined },
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed\n${stdout}${stderr}`);
  return Number(process.hrtime.bigint() - start) / 1e6;
}

/** The medians of several commands. They run in turn, so that noise affects all; the first round warms the caches. */
function medians(commands: readonly (() => number)[]): number[] {
  const rounds = Array.from({ length: RUNS + 1 }, () => commands.map((run) => run())).slice(1);
  return commands.map(
    (_, i) => rounds.map((round) => round[i] as number).sort((a, b) => a - b)[Math.floor(RUNS / 2)] as number,
  );
}

/** A folder with the project's program, or with another main.ts. */
function program(to: string, main?: string): string {
  checkout(to);
  if (main) writeFileSync(path.join(to, "main.ts"), main);
  return to;
}

/** A program of one resource. */
const ONE = `import "./stacks/stack-trace";
import { App, TerraformStack } from "cdktf";
import { ProjectService } from "@cdktf/provider-google/lib/project-service";
import { GoogleProvider } from "@cdktf/provider-google/lib/provider";
const app = new App();
const stack = new TerraformStack(app, "one");
new GoogleProvider(stack, "google");
new ProjectService(stack, "service", { service: "compute.googleapis.com" });
app.synth();
`;

/** Writes a program that loads the modules of another one, and does nothing; returns their files, as Node saw them. */
function onlyModules(whole: string): string[] {
  const list = path.join(whole, "modules.json");
  writeFileSync(
    path.join(whole, "record.ts"),
    `import { writeFileSync } from "node:fs";
process.on("exit", () => writeFileSync(${JSON.stringify(list)}, JSON.stringify(Object.keys(require.cache))));
require("./main");
`,
  );
  time(process.execPath, ["--import", "tsx", "record.ts"], whole);
  const files = JSON.parse(readFileSync(list, "utf8")) as string[];
  const modules = files.filter((file) => !/\/(main|record)\.ts$/.test(file));
  writeFileSync(path.join(whole, "load.ts"), `for (const file of ${JSON.stringify(modules)}) require(file);\n`);
  return files;
}

/** A ratio with its limit, and what it is made of. */
interface Measured {
  readonly what: string;
  readonly ratio: number;
  readonly limit: number;
  readonly detail: string;
}

async function measured(folder: string): Promise<Measured[]> {
  const cdktf = path.join(ROOT, "node_modules", ".bin", "cdktf");
  const whole = program(path.join(folder, "whole"));
  const one = program(path.join(folder, "one"), ONE);
  const files = onlyModules(whole);
  const [cliWhole, cliOne, alone, modules] = medians([
    () => time(cdktf, ["synth"], whole),
    () => time(cdktf, ["synth"], one),
    () => time(process.execPath, ["--import", "tsx", "main.ts"], whole),
    () => time(process.execPath, ["--import", "tsx", "load.ts"], whole),
  ]) as [number, number, number, number];
  // The program loads one module for each type that it uses, and no index of all types.
  const bindings = new Set(
    files.flatMap((file) => /@cdktf\/(provider-\w+)\/lib\/([^/]+)\//.exec(file)?.slice(1, 3).join("/") ?? []),
  );
  const types = await typesInUse(path.join(folder, "every"));
  const ms = (n: number) => `${Math.round(n)} ms`;
  return [
    {
      what: "cdktf synth against an app of one resource",
      ratio: cliWhole / cliOne,
      limit: LIMITS.cli,
      detail: `${ms(cliWhole)} / ${ms(cliOne)}`,
    },
    {
      what: "the program against loading its modules",
      ratio: alone / modules,
      limit: LIMITS.program,
      detail: `${ms(alone)} / ${ms(modules)}`,
    },
    {
      what: "binding modules for each type in use",
      ratio: bindings.size / types.size,
      limit: 1,
      detail: `${bindings.size} / ${types.size}`,
    },
  ];
}

/** Terraform types that any system uses. The program loads the modules of all of them. */
async function typesInUse(folder: string): Promise<Set<string>> {
  const folderOf = await synthesizeEvery(ROOT, folder);
  return new Set(
    [...everyStack(ROOT), ...everyBootstrapStack(ROOT)].flatMap((stack) => {
      const { resource, data = {}, provider } = JSON.parse(stackText(folderOf(stack)));
      return [
        ...Object.keys(resource),
        ...Object.keys(data).map((type) => `data_${type}`),
        ...Object.keys(provider).map((name) => `provider_${name}`),
      ];
    }),
  );
}

export const main = ({ json }: { readonly json?: boolean }): Promise<void> =>
  toTheEnd(async () => {
    const print = printer(process.stdout);
    const folder = mkdtempSync(path.join(os.tmpdir(), "bench-"));
    try {
      const results = (await measured(folder)).map((it) => ({ ...it, ok: it.ratio <= it.limit }));
      if (json) console.log(JSON.stringify(results, null, 2));
      else
        for (const { ok, what, ratio, limit, detail } of results)
          print.say(`${ok ? print.passed : print.failed} ${what}: ${ratio.toFixed(2)} (at most ${limit})  ${detail}`);
      if (!results.every(({ ok }) => ok)) process.exitCode = 1;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
