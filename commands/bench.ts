import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { checkout } from "./checkout";
import { everyStack, stackText, synthesizeEvery } from "./every-stack";
import { asksForHelp } from "./help";

const USAGE = `Measures how long synthesis takes, as ratios to what it is compared with.

  npm run bench`;
if (process.argv.length > 2) {
  const help = asksForHelp(process.argv.slice(2));
  console[help ? "log" : "error"](USAGE);
  process.exit(help ? 0 : 2);
}

const ROOT = path.resolve(__dirname, "..");
const RUNS = 5;

/** Limits of synthesis, as ratios within one run, because machines differ and are noisy. */
const LIMITS = {
  /** `cdktf synth` of the system, relative to the same CLI with an app of one resource. */
  cli: 1.4,
  /** The program itself, relative to loading its modules. */
  program: 2,
};

const folder = mkdtempSync(path.join(os.tmpdir(), "bench-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
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
  if (status !== 0) {
    console.error(`${command} ${args.join(" ")} failed\n${stdout}${stderr}`);
    process.exit(1);
  }
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
function program(name: string, main?: string): string {
  const to = path.join(folder, name);
  checkout(to);
  if (main) writeFileSync(path.join(to, "main.ts"), main);
  return to;
}

const cdktf = path.join(ROOT, "node_modules", ".bin", "cdktf");
const whole = program("whole");
const one = program(
  "one",
  `import "./stacks/stack-trace";
import { App, TerraformStack } from "cdktf";
import { ProjectService } from "@cdktf/provider-google/lib/project-service";
import { GoogleProvider } from "@cdktf/provider-google/lib/provider";
const app = new App();
const stack = new TerraformStack(app, "one");
new GoogleProvider(stack, "google");
new ProjectService(stack, "service", { service: "compute.googleapis.com" });
app.synth();
`,
);

// Every module that the program loads, as Node saw them.
const list = path.join(folder, "modules.json");
writeFileSync(
  path.join(whole, "record.ts"),
  `import { writeFileSync } from "node:fs";
process.on("exit", () => writeFileSync(${JSON.stringify(list)}, JSON.stringify(Object.keys(require.cache))));
require("./main");
`,
);
time(process.execPath, ["--import", "tsx", "record.ts"], whole);
const files = JSON.parse(readFileSync(list, "utf8")) as string[];
const modulesAlone = files.filter((file) => !/\/(main|record)\.ts$/.test(file));
writeFileSync(path.join(whole, "load.ts"), `for (const file of ${JSON.stringify(modulesAlone)}) require(file);\n`);

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
let failed = false;
function report(what: string, value: number, limit: number, detail: string): void {
  const ok = value <= limit;
  failed ||= !ok;
  console.log(`${ok ? "ok  " : "FAIL"} ${what}: ${value.toFixed(2)} (at most ${limit})  ${detail}`);
}
const ms = (n: number) => `${Math.round(n)} ms`;
report("cdktf synth against an app of one resource", cliWhole / cliOne, LIMITS.cli, `${ms(cliWhole)} / ${ms(cliOne)}`);
report("the program against loading its modules", alone / modules, LIMITS.program, `${ms(alone)} / ${ms(modules)}`);

/** Terraform types that any system uses. The program loads the modules of all of them. */
async function typesInUse(): Promise<Set<string>> {
  const folderOf = await synthesizeEvery(ROOT, path.join(folder, "every"));
  return new Set(
    everyStack(ROOT).flatMap((stack) => {
      const { resource, data = {}, provider } = JSON.parse(stackText(folderOf(stack)));
      return [
        ...Object.keys(resource),
        ...Object.keys(data).map((type) => `data_${type}`),
        ...Object.keys(provider).map((name) => `provider_${name}`),
      ];
    }),
  );
}
typesInUse().then(({ size }) => {
  report("binding modules for each type in use", bindings.size / size, 1, `${bindings.size} / ${size}`);
  process.exitCode = failed ? 1 : 0;
});
