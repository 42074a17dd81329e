import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { Command } from "../commands/cli/command.mjs";
import { rehearse } from "../commands/cli/rehearse.mjs";

const place = mkdtempSync(path.join(os.tmpdir(), "arguments-"));
/** What the command makes of a call in the folder of the stacks. Its problems name them as the call does. */
async function called(args: string[]): Promise<unknown> {
  const there = args.map((arg) => (/^(v\d|broken|other|\.)(\/|$)/.test(arg) ? path.join(place, arg) : arg));
  const here = (value: unknown) => JSON.parse(JSON.stringify(value).replaceAll(`${place}/`, ""));
  const program = new Command("slipway").exitOverride();
  let taken: unknown;
  rehearse(program).action((stacks: unknown, options: unknown) => {
    taken = { stacks, options };
  });
  try {
    await program.parseAsync(["rehearse", ...there], { from: "user" });
    return here(taken);
  } catch (error) {
    return here((error as Error).message.split("\n"));
  }
}
beforeAll(() => {
  const stack = '{"terraform": {"backend": {}}}';
  for (const [folder, text] of Object.entries({ v1: stack, v2: stack, v3: stack, broken: "{", other: "[]" })) {
    mkdirSync(path.join(place, folder));
    writeFileSync(path.join(place, folder, "cdk.tf.json"), text);
  }
});
afterAll(() => rmSync(place, { recursive: true }));

test.each([
  ["--again without --destroy", ["v1", "--again"], "--again needs --destroy"],
  ["--destroy of a folder without a destroyable version", ["v1", "--destroy"], "--destroy needs --destroyable"],
  ["--destroyable without --destroy", ["v1", "--destroyable", "v2"], "--destroyable needs --destroy"],
  ["--release of a folder", ["v1", "--release"], "--release needs the name of a stack"],
  ["a name after the first argument", ["v1", "staging"], "staging: only the first argument is the name of a stack"],
  ["--broken of a folder", ["v1", "--broken"], "--broken needs the name of a stack"],
  ["--shift of a folder", ["v1", "--shift"], "--shift needs the name of a stack"],
  ["--shift with --plan", ["staging", "--plan", "--shift"], "--shift needs an apply"],
  ["--without of a folder", ["v1", "--without", "p"], "--without needs the name of a stack"],
  ["--without-each of a folder", ["v1", "--without-each"], "--without-each needs the name of a stack"],
  ["--without-each with --keep", ["staging", "--without-each", "--keep"], "--without-each is without --fail-each"],
  ["--shift with --fail-each", ["staging", "--shift", "--fail-each"], "first apply only, without --shift"],
  ["--broken with --plan", ["staging", "--plan", "--broken"], "--broken needs an apply"],
  ["--fault-update without an update", ["v1", "--fault-update", "x"], "--fault-update needs an update"],
  ["an invalid regular expression", ["v1", "--fault", "("], "--fault (: Invalid regular expression: /(/"],
  ["--sample without --fail-each", ["v1", "--sample", "3"], "--sample needs --fail-each"],
  ["--jobs without --fail-each", ["v1", "--jobs", "3"], "--jobs needs --fail-each"],
  [
    "a word in place of a number",
    ["v1", "--fail-each", "--sample", "some"],
    "--sample some: is not a whole number from 1",
  ],
  [
    "a fraction in place of a whole number",
    ["v1", "--fail-each", "--jobs", "0.5"],
    "--jobs 0.5: is not a whole number from 1",
  ],
  ["a port that is too high", ["v1", "--port", "65000"], "--port 65000: is not a whole number from 1 to 63000"],
  [
    "a timeout that is too long",
    ["v1", "--timeout", "1e9"],
    "--timeout 1e9: is not a number above 0 and up to 1000000",
  ],
  ["an infinite speed", ["v1", "--speed", "Infinity"], "--speed Infinity: is not a number above 0"],
  ["a negative speed", ["v1", "--speed=-2"], "--speed -2: is not a number above 0"],
  ["--drift with --plan", ["v1", "--plan", "--drift"], "--drift needs an apply: leave out --plan"],
  ["--changes with --plan", ["v1", "v2", "--plan", "--changes", "x"], "--changes needs an apply"],
  ["--fault with --plan", ["v1", "--plan", "--fault", "x"], "--fault needs an apply: leave out --plan"],
  ["--fail-each with --plan", ["v1", "--fail-each", "--plan"], "--fail-each needs an apply"],
  ["--fail-each with an update", ["v1", "v2", "--fail-each"], "--fail-each is for the first apply only"],
  ["--fail-each with --fault", ["v1", "--fail-each", "--fault", "x"], "first apply only, without --fault"],
  ["--fail-each with --keep", ["v1", "--fail-each", "--keep"], "first apply only, without --keep"],
  ["--list-calls with --json", ["v1", "--list-calls", "--json"], "--list-calls and --json both print: choose one"],
  ["an empty expression, as an unset variable gives it", ["v1", "--fault", ""], "--fault: has no value"],
  ["an empty folder name", ["v1", "--work", ""], "--work: has no value"],
  [
    "an unknown stack",
    ["prodcution"],
    "prodcution: has no readable cdk.tf.json; did you mean production? give staging or production, or the folder",
  ],
  ["an unknown next version", ["v1", "v9"], "v9: has no readable cdk.tf.json"],
  ["an unknown destroyable version", ["v1", "--destroy", "--destroyable", "v9"], "v9: has no readable cdk.tf.json"],
  ["a stack that is not JSON", ["broken"], "broken: its cdk.tf.json is not valid JSON"],
  ["JSON that is not a stack", ["other"], "other: its cdk.tf.json is not a synthesized stack"],
  ["a folder of logs within a stack", ["v1", "--work", "v1/work"], "overlaps the stack's folder v1"],
  ["a stack within the folder of logs", ["v1", "--work", "."], "overlaps the stack's folder v1"],
  [
    "--interrupt with --fault",
    ["v1", "--interrupt", "--fault", "x"],
    "--interrupt, --fault and --token-life exclude each other",
  ],
  ["--interrupt with --token-life", ["v1", "--interrupt", "--token-life", "9"], "exclude each other: choose one"],
  ["a token life longer than Google allows", ["v1", "--token-life", "50000"], "above 0 and up to 43200"],
  ["--token-life with --plan", ["v1", "--plan", "--token-life", "9"], "--token-life needs an apply"],
  ["--fail-each with --token-life", ["v1", "--fail-each", "--token-life", "9"], "only, without --token-life"],
  ["--no-plugin of a folder", ["v1", "--no-plugin"], "--no-plugin needs the name of a stack"],
  ["--changes of an unknown version", ["v1", "v2", "--changes", "3:x"], "no update deploys version 3"],
  ["--scaled without a number", ["v1", "v2", "--scaled", "a/b"], "--scaled is NAMESPACE/NAME=N"],
  ["an unknown option", ["v1", "--fual"], "unknown option '--fual'; did you mean --fault?"],
  ["a call without arguments", [], "missing required argument 'stacks'"],
])("%s is refused before anything starts", async (_what, args, message) => {
  expect(await called(args)).toEqual(expect.arrayContaining([expect.stringContaining(message)]));
});

test("all problems of a call are reported at once", async () => {
  expect(await called(["v1", "--again", "--release", "--sample", "0"])).toHaveLength(4);
  expect(await called(["nonsense", "--bad", "value", "--plan=yes", "--sample", "x", "--speed"])).toEqual([
    "--sample x: is not a whole number from 1 to 10000",
    "unknown option '--bad'",
    "--plan: takes no value; write --plan alone",
    expect.stringMatching(/^nonsense: has no readable cdk.tf.json/),
    "--sample needs --fail-each or --without-each",
    "--speed: has no value; leave it out or give one",
  ]);
});

test("a stack's name or folders are taken with their options", async () => {
  expect(await called(["production", "--release", "--destroy", "--again"])).toMatchObject({ stacks: ["production"] });
  expect(await called(["v1", "v2", "--destroy", "--destroyable", "v3", "--changes", "2:job"])).toMatchObject({
    stacks: ["v1", "v2"],
    options: { destroyable: "v3", changes: ["2:job"] },
  });
  expect(await called(["v1", "--work", "here"])).toMatchObject({ options: { work: path.resolve("here") } });
});
