import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { everyStack, synthesizeEvery } from "../rehearsal/inventory";
import { ROOT, read } from "./support";

const outdir = mkdtempSync(path.join(os.tmpdir(), "stack-"));
beforeAll(async () => {
  await synthesizeEvery(ROOT, outdir);
});
afterAll(() => rmSync(outdir, { recursive: true }));

test.each(everyStack(ROOT).map((stack) => [stack.name, stack] as const))(
  "%s is as before",
  (_name, { system, environment }) => {
    expect(read(path.join(outdir, system), environment).json).toMatchSnapshot();
  },
);
