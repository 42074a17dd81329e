import path from "node:path";
import { called } from "../rehearsal/arguments";

test.each([
  ["--again without anything destroyed", ["v1", "--again"], "--again needs --destroy"],
  ["a destroy of a folder alone", ["v1", "--destroy"], "--destroy needs --destroyable"],
  ["a version to destroy that is not destroyed", ["v1", "--destroyable", "v2"], "--destroyable needs --destroy"],
  ["a release of a folder", ["v1", "--release"], "--release needs the name of a stack"],
  ["a name after the first", ["v1", "staging"], "staging: only the first argument is the name of a stack"],
  ["a fault in an update that there is not", ["v1", "--fault-update", "x"], "--fault-update needs an update"],
  ["a fault that is no expression", ["v1", "--fault", "("], "Invalid regular expression: /(/"],
  ["a sample of nothing", ["v1", "--sample", "3"], "--sample needs --fail-each"],
  ["a number that is none", ["v1", "--fail-each", "--sample", "some"], "--sample some: is no whole number above 0"],
  ["half a job", ["v1", "--fail-each", "--jobs", "0.5"], "--jobs 0.5: is no whole number above 0"],
  ["failing calls of what is planned only", ["v1", "--fail-each", "--plan"], "--fail-each is of the first apply alone"],
  ["failing calls of an update", ["v1", "v2", "--fail-each"], "--fail-each is of the first apply alone"],
  ["a speed backwards", ["v1", "--speed=-2"], "--speed -2: is no number above 0"],
  ["two kinds of trouble", ["v1", "--interrupt", "--fault", "x"], "--interrupt and --fault are tried one at a time"],
  ["changes of a version that there is not", ["v1", "v2", "--changes", "3:x"], "there is no update to version 3"],
  ["a scale without a number", ["v1", "v2", "--scaled", "a/b"], "--scaled is NAMESPACE/NAME=N"],
  ["an option that there is not", ["v1", "--fual"], "Unknown option '--fual'"],
  ["a call without a stack", [], "npm run rehearse -- production"],
])("%s is refused before anything starts", (_what, args, message) => {
  const wrong = called(args);
  expect(wrong).toEqual(expect.arrayContaining([expect.stringContaining(message)]));
});

test("everything that is wrong with a call is said at once", () => {
  expect(called(["v1", "--again", "--release", "--sample", "0"])).toHaveLength(4);
});

test("a stack's name or folders are taken with their options", () => {
  expect(called(["production", "--release", "--destroy", "--again"])).toMatchObject({ stacks: ["production"] });
  expect(called(["v1", "v2", "--destroy", "--destroyable", "v3", "--changes", "2:job"])).toMatchObject({
    stacks: ["v1", "v2"],
    options: { destroyable: "v3", changes: ["2:job"] },
  });
  expect(called(["v1", "--work", "here"])).toMatchObject({ options: { work: path.resolve("here") } });
});
