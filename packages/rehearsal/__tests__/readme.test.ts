import { readFileSync } from "node:fs";
import path from "node:path";

const PACKAGE = path.resolve(import.meta.dirname, "..");
const textOf = (file: string) => readFileSync(path.join(PACKAGE, file), "utf8");

/** Names of the fields of an interface. */
function fields(file: string, name: string): string[] {
  const [, body = ""] = new RegExp(`interface ${name}[^{]*\\{\n(.*?)^\\}`, "ms").exec(textOf(file)) ?? [];
  return [...body.matchAll(/^ {2}readonly (\w+)/gm)].map(([, field]) => field as string);
}

test("the README names each option", () => {
  const options = [
    ...fields("src/options.ts", "RehearsalOptions"),
    ...fields("src/machine/machine.ts", "Surroundings"),
  ];
  expect(options.length).toBeGreaterThan(20);
  expect(options.filter((name) => !textOf("README.md").includes(`\`${name}\``))).toEqual([]);
});
