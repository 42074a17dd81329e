import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const ROOT = path.resolve(__dirname, "..");

/** What the files of each folder may import, beside the folder itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  facts: [],
  schema: ["facts"],
  constructs: ["facts"],
  stacks: ["facts", "schema", "constructs"],
};

/** Folders of constructs that all others share, and what each of them may import of the others. */
const SHARED: Readonly<Record<string, readonly string[]>> = {
  terraform: [],
  kubernetes: ["terraform"],
  helm: ["kubernetes", "terraform"],
};

const files = (folder: string): string[] =>
  readdirSync(path.join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(folder, entry.name);
    return entry.isDirectory() ? files(file) : file.endsWith(".ts") ? [file] : [];
  });

/** Files of the project that a file imports, from the project's root. */
const imported = (file: string): string[] =>
  [...readFileSync(path.join(ROOT, file), "utf8").matchAll(/(?:from|import) "(\.[^"]*)"/g)].map(([, module]) =>
    path.join(path.dirname(file), module as string),
  );

const strays = (folder: string, allowed: readonly string[]): string[] =>
  files(folder).flatMap((file) =>
    imported(file)
      .filter((module) => ![folder, ...allowed].some((it) => module.startsWith(`${it}/`)))
      .map((module) => `${file} imports ${module}`),
  );

test.each(Object.entries(MAY_IMPORT))("%s imports only itself and %j", (folder, allowed) => {
  expect(files(folder).length).toBeGreaterThan(1);
  expect(strays(folder, allowed)).toEqual([]);
});

test.each(Object.entries(SHARED))("constructs/%s imports none of the capabilities that share it", (folder, allowed) => {
  expect(strays(`constructs/${folder}`, ["facts", ...allowed.map((it) => `constructs/${it}`)])).toEqual([]);
});

test("no file of the tests has more than 600 lines", () => {
  const tests = [...files("__tests__"), ...files("packages").filter((file) => file.includes("/__tests__/"))];
  const long = tests.filter((file) => readFileSync(path.join(ROOT, file), "utf8").split("\n").length > 601);
  expect(long).toEqual([]);
});

test("no two folders of constructs import each other", () => {
  const room = (file: string) => file.split("/").slice(0, 2).join("/");
  const edges = new Map<string, Set<string>>();
  for (const file of files("constructs"))
    for (const module of imported(file))
      if (room(module) !== room(file)) edges.set(room(file), (edges.get(room(file)) ?? new Set()).add(room(module)));
  const reaches = (from: string, to: string, seen = new Set<string>()): boolean =>
    [...(edges.get(from) ?? [])].some((next) => next === to || (!seen.has(next) && reaches(next, to, seen.add(next))));
  expect([...edges.keys()].filter((folder) => reaches(folder, folder))).toEqual([]);
});

test("no file is too long to read at once", () => {
  const long = [...Object.keys(MAY_IMPORT), "commands"].flatMap((folder) =>
    files(folder).flatMap((file) => {
      const lines = readFileSync(path.join(ROOT, file), "utf8").split("\n").length - 1;
      return lines > 300 ? [`${file} has ${lines} lines`] : [];
    }),
  );
  expect(long).toEqual([]);
});
