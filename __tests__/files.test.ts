import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { ROOT } from "./support";

const S = "systems/pmcrm.ts";
const R = "releases/pmcrm/production.json";
const PRODUCTION = "environments/pmcrm/production.ts";
const OTHER = "environments/shop/production.ts";

/** A Proxy that throws whatever is asked of it. */
const PROXY = "new Proxy({}, new Proxy({}, { get() { throw new Error('hunter2'); } }))";

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
      `${S}: cannot be read: Transform failed with 1 error: ${S}:1:16: ERROR: Expected identifier but found end of file; correct the file`,
    ],
  },
  "something that throws": {
    files: { [S]: 'throw new Error("first\\nsecond");' },
    lines: [
      `${S}: cannot be read: it throws the error Error at ${S}:1, whose message is not shown because it can contain a secret; correct the file`,
    ],
  },
  "something that throws nothing": {
    files: { [S]: "throw null;" },
    lines: [
      `${S}: cannot be read: it throws something that is not an error, whose message is not shown because it can contain a secret; correct the file`,
    ],
  },
  "a module that is not there": {
    files: { [S]: 'import x from "./nowhere"; export default x;' },
    lines: [`${S}: cannot be read: Cannot find module './nowhere' Require stack: - ${S}; correct the file`],
  },
  "an image twice": {
    files: { [R]: '{ "version": "1", "images": { "backend": "a", "back\\u0065nd": "b" } }' },
    lines: [`${R}: cannot be read: images.backend is there twice, and only the last would count; correct the file`],
  },
  "an empty release": {
    files: { [R]: "" },
    lines: [`${R}: cannot be read: Unexpected end of JSON input; correct the file`],
  },
  "files beside the environments that are none": {
    files: { "environments/pmcrm/Demo.ts": "export default {", "environments/pmcrm/notes.md": "" },
    lines: [
      "environments/pmcrm/notes.md: is not used: the folder contains only .ts files; move it to another folder",
      "environments/pmcrm/Demo.ts: cannot be read: Transform failed with 1 error: environments/pmcrm/Demo.ts:1:16: ERROR: Expected identifier but found end of file; correct the file",
      "releases/pmcrm/Demo.json = nothing: is required: it says which release the environment runs; run SYSTEM=pmcrm npm run release -- Demo --from staging",
      'environments/pmcrm/Demo.ts = "Demo": must have a name of 2 to 20 lower-case letters, digits and dashes that starts with a letter and ends with no dash; rename the file, for example to "production-us.ts"',
    ],
  },
  "an environment too few": {
    files: { [PRODUCTION]: undefined },
    lines: [`${PRODUCTION}: cannot be read: it does not exist; copy another system's file and change it`],
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
  "a file that cannot be read, and mistakes in the others": {
    files: {
      [S]: "export default {",
      [PRODUCTION]:
        'import p from "../original/production"; export default { ...p, regoin: "x", database: { ...p.database, availability: "ZONAL" } };',
    },
    lines: [
      `${S}: cannot be read: Transform failed with 1 error: ${S}:1:16: ERROR: Expected identifier but found end of file; correct the file`,
      `${PRODUCTION} regoin = a string: is not a known key; remove it, or correct its spelling`,
      `${PRODUCTION} database.availability = "ZONAL": must be REGIONAL in production; use REGIONAL`,
    ],
  },
  "a value that is not plain, and mistakes in the others": {
    files: {
      [PRODUCTION]:
        'import p from "../original/production"; export default { ...p, cache: new Date(0), regoin: "x", network: { ...p.network, get nodes() { return 1 }, pods: "10.4.0.0/33" }, database: { ...p.database, availability: "ZONAL" } };',
    },
    lines: [
      `${PRODUCTION} network.nodes = nothing: must be a value, not a getter; write the value`,
      `${PRODUCTION} cache = {}: must be a plain object or list, without a prototype of its own; write it in braces`,
      `${PRODUCTION} network.pods = "10.4.0.0/33": must be an IPv4 range in CIDR notation; write it like "10.0.0.0/20"`,
      `${PRODUCTION} regoin = a string: is not a known key; remove it, or correct its spelling`,
      `${PRODUCTION} database.availability = "ZONAL": must be REGIONAL in production; use REGIONAL`,
    ],
  },
  "a Proxy that throws": {
    files: { [S]: `export default ${PROXY};` },
    lines: [`${S} = nothing: throws an error when it is read; write it out, as plain text and numbers`],
  },
  "a Proxy that throws in a file of another system": {
    files: { "systems/shop.ts": "", [OTHER]: `export default ${PROXY};` },
    lines: [],
  },
  "a getter that throws in a file of another system": {
    files: {
      "systems/shop.ts": "",
      [OTHER]: 'export default { get project() { throw new Error("x"); }, get services() { throw null; } };',
    },
    lines: [],
  },
  "a Proxy that is thrown": {
    files: { [S]: `throw ${PROXY};` },
    lines: [
      `${S}: cannot be read: it throws the error Error at ${S}:1, whose message is not shown because it can contain a secret; correct the file`,
    ],
  },
  "a list of twenty million holes": {
    files: {
      [PRODUCTION]:
        'import p from "../original/production"; const registries = []; registries.length = 20_000_000; export default { ...p, registries };',
    },
    lines: [`${PRODUCTION} registries = []: has 20000000 entries, and none may have more than 10000; shorten it`],
  },
  "a text of 20 MB": {
    files: {
      [PRODUCTION]: 'import p from "../original/production"; export default { ...p, region: "x".repeat(20_000_000) };',
    },
    lines: [
      `${PRODUCTION} region = a string: has 20000000 characters, and no text may have more than 131072; shorten it`,
    ],
  },
  "a file of 20 MB": {
    files: { [R]: `{ "stable": "${"x".repeat(20_000_000)}" }` },
    lines: [`${R}: cannot be read: it is larger than 1 MiB; correct the file`],
  },
  "a release with a byte order mark": {
    files: { [R]: '\ufeff{ "stable": "0123456789abcdef" }' },
    lines: [`${R}: cannot be read: it begins with a byte order mark, which JSON must not have; correct the file`],
  },
  "a release that is not JSON, with a secret": {
    files: { [R]: '{ "password": hunter2 }' },
    lines: [`${R}: cannot be read: Unexpected token 'h' in JSON; correct the file`],
  },
  "a compiler's error that quotes a secret": {
    files: { [S]: 'export default { a: "x" "hunter2" };' },
    lines: [
      `${S}: cannot be read: Transform failed with 1 error: ${S}:1:24: ERROR: Expected "}" but found "..."; correct the file`,
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
    cpSync(path.join(ROOT, "environments/pmcrm"), path.join(root, "environments/original"), { recursive: true });
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
