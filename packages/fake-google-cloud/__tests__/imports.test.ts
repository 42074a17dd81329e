import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const ROOT = path.resolve(__dirname, "..");

const filesIn = (folder: string): string[] =>
  readdirSync(path.join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === "node_modules") return [];
    const file = path.join(folder, entry.name);
    return entry.isDirectory() ? filesIn(file) : /\.(ts|mjs)$/.test(file) ? [file] : [];
  });
const files = filesIn(".");
const sources = files.filter((file) => file.startsWith("src/"));
const textOf = (file: string) => readFileSync(path.join(ROOT, file), "utf8");

interface Import {
  readonly module: string;
  /** Whether nothing but types is imported, which is gone at run time. */
  readonly typesOnly: boolean;
}

const importsOf = (file: string): Import[] =>
  [...textOf(file).matchAll(/^(?:import|export) (type )?(?:\{([^}]*)\}|[^"{}=]*?)(?: from )?"([^"]+)";$/gm)].map(
    ([, type, names, module]) => ({
      module: module as string,
      typesOnly: Boolean(type) || Boolean(names?.split(",").every((name) => /^\s*(type .*)?$/.test(name))),
    }),
  );

test("files of the package import nothing from outside its folder but Node's modules and its own dependencies", () => {
  const { dependencies } = JSON.parse(textOf("package.json"));
  const allowed = (file: string, module: string) =>
    module.startsWith(".")
      ? !path.join(path.dirname(file), module).startsWith("..")
      : module.startsWith("node:") || Object.keys(dependencies).some((name) => `${module}/`.startsWith(`${name}/`));
  const strays = files.flatMap((file) =>
    importsOf(file).flatMap(({ module }) => (allowed(file, module) ? [] : [`${file} imports ${module}`])),
  );
  expect(files.length).toBeGreaterThan(50);
  expect(strays).toEqual([]);
});

test("no sources import each other by value in a circle", () => {
  const edges = new Map(
    sources.map((file) => [
      file,
      importsOf(file)
        .filter(({ module, typesOnly }) => module.startsWith(".") && !typesOnly)
        .map(({ module }) => `${path.join(path.dirname(file), module)}.ts`),
    ]),
  );
  expect([...edges.values()].flat().length).toBeGreaterThan(50);
  expect([...edges.values()].flat().filter((file) => !edges.has(file))).toEqual([]);
  const reaches = (from: string, to: string, seen = new Set<string>()): boolean =>
    (edges.get(from) ?? []).some((next) => next === to || (!seen.has(next) && reaches(next, to, seen.add(next))));
  expect(sources.filter((file) => reaches(file, file))).toEqual([]);
});

test("only the public entry exports what another file declares", () => {
  const barrels = sources.filter((file) => /^export [^=;]*? from "/m.test(textOf(file)));
  expect(barrels).toEqual(["src/index.ts"]);
});

test("no source is longer than 300 lines", () => {
  expect(sources.filter((file) => textOf(file).split("\n").length > 301)).toEqual([]);
});
