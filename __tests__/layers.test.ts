import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
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
    if (entry.name === "node_modules") return [];
    const file = path.join(folder, entry.name);
    return entry.isDirectory() ? files(file) : /\.(ts|mjs)$/.test(file) ? [file] : [];
  });
const textOf = (file: string): string => readFileSync(path.join(ROOT, file), "utf8");

/** Files of the project that a file imports, from the project's root. */
const imported = (file: string): string[] =>
  [...textOf(file).matchAll(/(?:from|import) "(\.[^"]*)"/g)].map(([, module]) =>
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

/** A person writes these files by hand: what does not fit belongs into the schema's defaults. */
test.each([
  ["systems", 160],
  ["environments", 80],
])("no file of %s has more than %i lines", (folder, most) => {
  const lines = files(folder).map((file) => [file, textOf(file).split("\n").length - 1] as const);
  expect(lines.length).toBeGreaterThan(1);
  expect(lines.filter(([, count]) => count > most)).toEqual([]);
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

const packages = readdirSync(path.join(ROOT, "packages")).map((name) => `packages/${name}`);

/** What a file of a package imports, and whether only types, which are gone at run time. */
const importsOf = (file: string): { readonly module: string; readonly typesOnly: boolean }[] =>
  [...textOf(file).matchAll(/^(?:import|export) (type )?(?:\{([^}]*)\}|[^"{}=]*?)(?: from )?"([^"]+)";$/gm)].map(
    ([, type, names, module]) => ({
      module: module as string,
      typesOnly: Boolean(type) || Boolean(names?.split(",").every((name) => /^\s*(type .*)?$/.test(name))),
    }),
  );

describe.each(packages)("%s", (folder) => {
  const sources = files(`${folder}/src`);

  test("imports from outside its folder only Node's modules and, by name, the packages that it depends on", () => {
    const { dependencies = {} } = JSON.parse(textOf(`${folder}/package.json`));
    const isAllowed = (module: string) =>
      module.startsWith("node:") || Object.keys(dependencies).some((name) => `${module}/`.startsWith(`${name}/`));
    expect(strays(folder, [])).toEqual([]);
    expect(
      sources.flatMap((file) =>
        importsOf(file).flatMap(({ module }) =>
          module.startsWith(".") || isAllowed(module) ? [] : [`${file} imports ${module}`],
        ),
      ),
    ).toEqual([]);
  });

  test("has no sources that import each other by value in a circle", () => {
    const edges = new Map(
      sources.map((file) => [
        file,
        importsOf(file)
          .filter(({ module, typesOnly }) => module.startsWith(".") && !typesOnly)
          .map(({ module }) => `${path.join(path.dirname(file), module)}.ts`),
      ]),
    );
    const reaches = (from: string, to: string, seen = new Set<string>()): boolean =>
      (edges.get(from) ?? []).some((next) => next === to || (!seen.has(next) && reaches(next, to, seen.add(next))));
    expect([...edges.values()].flat()).not.toEqual([]);
    expect([...edges.values()].flat().filter((file) => !edges.has(file))).toEqual([]);
    expect(sources.filter((file) => reaches(file, file))).toEqual([]);
  });

  test("exports what another file declares only from its public entry", () => {
    expect(sources.filter((file) => /^export [^=;]*? from "/m.test(textOf(file)))).toEqual([`${folder}/src/index.ts`]);
  });
});

test("no file outside tests is longer than 300 lines", () => {
  const folders = [...Object.keys(MAY_IMPORT), "commands", ...packages.map((folder) => `${folder}/src`)];
  const long = folders.flatMap((folder) =>
    files(folder).flatMap((file) => {
      const lines = textOf(file).split("\n").length - 1;
      return lines > 300 ? [`${file} has ${lines} lines`] : [];
    }),
  );
  expect(long).toEqual([]);
});

// A package or a program that somebody downloaded into the checkout is committed easily. A download of the project has no .git.
(existsSync(path.join(ROOT, ".git")) ? test : test.skip)("every committed file is text", () => {
  const committed = execFileSync("git", ["ls-files", "-z"], { cwd: ROOT, encoding: "utf8" }).split("\0");
  const present = committed.filter((file) => file && existsSync(path.join(ROOT, file)));
  expect(present).toContain("README.md");
  expect(present.filter((file) => readFileSync(path.join(ROOT, file)).includes(0))).toEqual([]);
});
