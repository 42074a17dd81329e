import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { ROOT } from "./support";

const S = "systems/pmcrm.ts";
const R = "releases/pmcrm/production.json";
const PRODUCTION = "environments/pmcrm/production.ts";
const OTHER = "environments/shop/production.ts";

/** Files that are written over pmcrm's, or removed, and the lines that reading them ends with. */
const CASES: Readonly<
  Record<string, { readonly files: Readonly<Record<string, string | undefined>>; readonly lines: string[] }>
> = {
  "what pmcrm has": { files: {}, lines: [] },
  "no default export": {
    files: { [S]: "export const system = {};" },
    lines: [`${S} = nothing: must export an object by default; write export default { ... }`],
  },
  "no object": { files: { [S]: "export default 5;" }, lines: [`${S} = 5: must be an object; write it in braces`] },
  "no TypeScript": {
    files: { [S]: "export default {" },
    lines: [
      `${S} = nothing: cannot be read: Transform failed with 1 error: ${S}:1:16: ERROR: Expected identifier but found end of file; correct the file`,
    ],
  },
  "something that throws": {
    files: { [S]: 'throw new Error("first\\nsecond");' },
    lines: [
      `${S} = nothing: cannot be read: it throws the error Error at ${S}:1, whose message is not shown because it can contain a secret; correct the file`,
    ],
  },
  "something that throws nothing": {
    files: { [S]: "throw null;" },
    lines: [
      `${S} = nothing: cannot be read: it throws something that is not an error, whose message is not shown because it can contain a secret; correct the file`,
    ],
  },
  "a module that is not there": {
    files: { [S]: 'import x from "./nowhere"; export default x;' },
    lines: [`${S} = nothing: cannot be read: Cannot find module './nowhere' Require stack: - ${S}; correct the file`],
  },
  "an image twice": {
    files: { [R]: '{ "version": "1", "images": { "backend": "a", "back\\u0065nd": "b" } }' },
    lines: [
      `${R} = nothing: cannot be read: images.backend is there twice, and only the last would count; correct the file`,
    ],
  },
  "an empty release": {
    files: { [R]: "" },
    lines: [`${R} = nothing: cannot be read: Unexpected end of JSON input; correct the file`],
  },
  "files beside the environments that are none": {
    files: { "environments/pmcrm/Demo.ts": "export default {", "environments/pmcrm/notes.md": "" },
    lines: [
      "environments/pmcrm/notes.md = nothing: is not used: the folder contains only .ts files; move it to another folder",
      "environments/pmcrm/Demo.ts = nothing: cannot be read: Transform failed with 1 error: environments/pmcrm/Demo.ts:1:16: ERROR: Expected identifier but found end of file; correct the file",
    ],
  },
  "an environment too few": {
    files: { [PRODUCTION]: undefined },
    lines: [`${PRODUCTION} = nothing: cannot be read: it does not exist; copy another system's file and change it`],
  },
  "a host of another system": {
    files: {
      "systems/shop.ts": "",
      [OTHER]:
        'export default { project: "pmcrm-staging", services: { web: { hosts: ["api.pmcrm.io"] }, job: null } };',
    },
    lines: [
      `environments/pmcrm/staging.ts project = "pmcrm-staging": is also the project of ${OTHER}; give each system its own`,
      `environments/pmcrm/production.ts services.backend.hosts.0 = "api.pmcrm.io": is also a host of ${OTHER}; choose another name`,
    ],
  },
  "another system that cannot be read": { files: { "systems/shop.ts": "", [OTHER]: "export default {" }, lines: [] },
};

/** Reads each folder in turn, as main.ts does; in one process, for the sake of time. */
const READ = `
  const { load } = require(${JSON.stringify(path.join(ROOT, "schema/load.ts"))});
  (async () => {
    const ends = [];
    for (const root of JSON.parse(process.argv[1]))
      ends.push(await load(root, "pmcrm", {}).then(() => "", (e) => (e.problems ? e.message : e.stack)));
    console.log(JSON.stringify(ends));
  })();`;

let folder: string;
let ends: Readonly<Record<string, string>>;
beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "files-"));
  const roots = Object.values(CASES).map(({ files }, i) => {
    const root = path.join(folder, String(i));
    for (const part of ["systems", "environments", "releases"])
      cpSync(path.join(ROOT, part), path.join(root, part), { recursive: true });
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
      if (text === undefined) rmSync(path.join(root, file));
      else writeFileSync(path.join(root, file), text);
    }
    return root;
  });
  const out = execFileSync(process.execPath, ["--import", "tsx", "-e", READ, JSON.stringify(roots)], {
    cwd: ROOT,
    encoding: "utf8",
  });
  const all = JSON.parse(out) as string[];
  ends = Object.fromEntries(Object.keys(CASES).map((name, i) => [name, all[i] as string]));
});
afterAll(() => rmSync(folder, { recursive: true }));

test.each(Object.entries(CASES))("%s", (name, { lines }) => {
  expect(ends[name]?.split("\n").filter(Boolean)).toEqual(lines);
});
