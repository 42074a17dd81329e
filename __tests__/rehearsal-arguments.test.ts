import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { called as calledWith } from "../commands/rehearse/arguments";

const place = mkdtempSync(path.join(os.tmpdir(), "arguments-"));
const before = process.cwd();
const called = (args: string[]) => calledWith(args, ["staging", "production"]);
beforeAll(() => {
  process.chdir(place);
  const stack = '{"terraform": {"backend": {}}}';
  for (const [folder, text] of Object.entries({ v1: stack, v2: stack, v3: stack, broken: "{", other: "[]" })) {
    mkdirSync(folder);
    writeFileSync(path.join(folder, "cdk.tf.json"), text);
  }
});
afterAll(() => {
  process.chdir(before);
  rmSync(place, { recursive: true });
});

test.each([
  ["--again without anything destroyed", ["v1", "--again"], "--again needs --destroy"],
  ["a destroy of a folder alone", ["v1", "--destroy"], "--destroy needs --destroyable"],
  ["a version to destroy that is not destroyed", ["v1", "--destroyable", "v2"], "--destroyable needs --destroy"],
  ["a release of a folder", ["v1", "--release"], "--release needs the name of a stack"],
  ["a name after the first", ["v1", "staging"], "staging: only the first argument is the name of a stack"],
  ["broken versions of a folder", ["v1", "--broken"], "--broken needs the name of a stack"],
  ["broken versions of what is planned only", ["staging", "--plan", "--broken"], "--broken needs an apply"],
  ["a fault in an update that there is not", ["v1", "--fault-update", "x"], "--fault-update needs an update"],
  ["a fault that is no expression", ["v1", "--fault", "("], "--fault (: Invalid regular expression: /(/"],
  ["a sample of nothing", ["v1", "--sample", "3"], "--sample needs --fail-each"],
  ["jobs of nothing", ["v1", "--jobs", "3"], "--jobs needs --fail-each"],
  ["a number that is none", ["v1", "--fail-each", "--sample", "some"], "--sample some: is no whole number from 1"],
  ["half a job", ["v1", "--fail-each", "--jobs", "0.5"], "--jobs 0.5: is no whole number from 1"],
  ["a port with none above it", ["v1", "--port", "65000"], "--port 65000: is no whole number from 1 to 63000"],
  ["a limit that no timer has", ["v1", "--timeout", "1e9"], "--timeout 1e9: is no number above 0 and up to 1000000"],
  ["a speed without end", ["v1", "--speed", "Infinity"], "--speed Infinity: is no number above 0"],
  ["a speed backwards", ["v1", "--speed=-2"], "--speed -2: is no number above 0"],
  ["drift of what is planned only", ["v1", "--plan", "--drift"], "--drift needs an apply: leave out --plan"],
  ["changes of what is planned from nothing", ["v1", "v2", "--plan", "--changes", "x"], "--changes needs an apply"],
  ["a fault in what is planned only", ["v1", "--plan", "--fault", "x"], "--fault needs an apply: leave out --plan"],
  ["failing calls of what is planned only", ["v1", "--fail-each", "--plan"], "--fail-each needs an apply"],
  ["failing calls of an update", ["v1", "v2", "--fail-each"], "--fail-each is of the first apply alone"],
  ["failing calls beside a fault", ["v1", "--fail-each", "--fault", "x"], "first apply alone, without --fault"],
  ["failing calls of what stays up", ["v1", "--fail-each", "--keep"], "first apply alone, without --keep"],
  ["two outputs", ["v1", "--list-calls", "--json"], "--list-calls and --json both print: choose one"],
  ["a fault of any call, as an unset variable gives it", ["v1", "--fault", ""], "--fault: has no value"],
  ["a folder of logs without a name", ["v1", "--work", ""], "--work: has no value"],
  [
    "a stack that there is not",
    ["prodcution"],
    "prodcution: has no cdk.tf.json that can be read; give staging or production, or the folder",
  ],
  ["a next version that there is not", ["v1", "v9"], "v9: has no cdk.tf.json that can be read"],
  ["a last version that there is not", ["v1", "--destroy", "--destroyable", "v9"], "v9: has no cdk.tf.json"],
  ["a stack that is no JSON", ["broken"], "broken: its cdk.tf.json is no JSON"],
  ["a stack that is another JSON", ["other"], "other: its cdk.tf.json is no synthesized stack"],
  ["logs within a stack", ["v1", "--work", "v1/work"], "overlaps the stack's folder v1"],
  ["a stack within the logs", ["v1", "--work", "."], "overlaps the stack's folder v1"],
  [
    "two kinds of trouble",
    ["v1", "--interrupt", "--fault", "x"],
    "--interrupt, --fault and --token-life are tried one at a time",
  ],
  ["a token that ends in an interrupted apply", ["v1", "--interrupt", "--token-life", "9"], "are tried one at a time"],
  ["a token for longer than any of Google's", ["v1", "--token-life", "50000"], "above 0 and up to 43200"],
  ["a token of what is planned only", ["v1", "--plan", "--token-life", "9"], "--token-life needs an apply"],
  ["failing calls beside an ending token", ["v1", "--fail-each", "--token-life", "9"], "alone, without --token-life"],
  ["a folder that is synthesized already", ["v1", "--no-plugin"], "--no-plugin needs the name of a stack"],
  ["changes of a version that there is not", ["v1", "v2", "--changes", "3:x"], "there is no update to version 3"],
  ["a scale without a number", ["v1", "v2", "--scaled", "a/b"], "--scaled is NAMESPACE/NAME=N"],
  ["an option that there is not", ["v1", "--fual"], "Unknown option '--fual'"],
  ["a call without a stack", [], "npm run rehearse -- production"],
])("%s is refused before anything starts", (_what, args, message) => {
  const wrong = called(args);
  expect(wrong).toEqual(expect.arrayContaining([expect.stringContaining(message)]));
});

test("all problems of a call are reported at once", () => {
  expect(called(["v1", "--again", "--release", "--sample", "0"])).toHaveLength(4);
  expect(called(["nonsense", "--bad", "value", "--plan=yes", "--sample", "x", "--speed"])).toEqual([
    "Unknown option '--bad'.",
    "Option '--plan' does not take an argument",
    "Option '--speed <value>' argument missing",
    expect.stringMatching(/^nonsense: has no cdk.tf.json/),
    "--sample needs --fail-each",
    "--sample x: is no whole number from 1 to 10000",
    "See npm run rehearse -- --help",
  ]);
});

test("a stack's name or folders are taken with their options", () => {
  expect(called(["production", "--release", "--destroy", "--again"])).toMatchObject({ stacks: ["production"] });
  expect(called(["v1", "v2", "--destroy", "--destroyable", "v3", "--changes", "2:job"])).toMatchObject({
    stacks: ["v1", "v2"],
    options: { destroyable: "v3", changes: ["2:job"] },
  });
  expect(called(["v1", "--work", "here"])).toMatchObject({ options: { work: path.resolve("here") } });
});
