import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";

const PACKAGE = path.resolve(import.meta.dirname, "..");
const README = readFileSync(path.join(PACKAGE, "README.md"), "utf8");
const EXAMPLES = [...README.matchAll(/^```js\n(.*?)^```\n+It prints:\n+```text\n(.*?)^```$/gms)];

test("each example of the README is followed by what it prints", () => {
  expect(EXAMPLES).toHaveLength(README.match(/^```js$/gm)?.length ?? 0);
  expect(EXAMPLES).toHaveLength(2);
});

test.each(EXAMPLES.map(([, example, output]) => [output, example] as const))(
  "an example of the README prints %j",
  (output, example) => {
    const args = ["--import", "tsx", "--input-type=module", "--eval", example as string];
    expect(execFileSync(process.execPath, args, { cwd: PACKAGE, encoding: "utf8" })).toBe(output);
  },
);
