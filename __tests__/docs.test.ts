import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { scripts } from "../package.json";

const ROOT = path.resolve(__dirname, "..");

const PAGES = [
  "README.md",
  ...readdirSync(path.join(ROOT, "docs"))
    .filter((file) => file.endsWith(".md"))
    .map((file) => path.join("docs", file)),
  ...readdirSync(path.join(ROOT, "packages")).map((name) => path.join("packages", name, "README.md")),
];
const textOf = (page: string): string => readFileSync(path.join(ROOT, page), "utf8");

/** Lines that are neither in a fenced nor in an indented block of code. */
const prose = (page: string): string[] => {
  let fenced = false;
  return textOf(page)
    .split("\n")
    .filter((line) => {
      const fence = line.startsWith("```");
      if (fence) fenced = !fenced;
      return !fence && !fenced && !line.startsWith("    ");
    });
};

/** Anchors of a page's headings. {@link https://docs.github.com/en/get-started/writing-on-github} */
const anchors = (page: string): string[] =>
  prose(page).flatMap((line) => {
    const [, heading] = /^#+ (.*)$/.exec(line) ?? [];
    return heading === undefined
      ? []
      : heading
          .toLowerCase()
          .replace(/[^\w\- ]/g, "")
          .replaceAll(" ", "-");
  });

/** Targets of the links within this repository. */
const links = (page: string): string[] =>
  [
    ...prose(page)
      .join("\n")
      .matchAll(/\]\(([^)\s]+)\)/g),
  ]
    .map(([, target]) => target as string)
    .filter((target) => !/^[a-z]+:/.test(target));

function broken(page: string, link: string): boolean {
  const [file, anchor] = link.split("#");
  const target = file ? path.join(path.dirname(page), file) : page;
  if (!existsSync(path.join(ROOT, target))) return true;
  return anchor !== undefined && (statSync(path.join(ROOT, target)).isDirectory() || !anchors(target).includes(anchor));
}

describe.each(PAGES)("%s", (page) => {
  test("its links lead to files and headings that exist", () => {
    expect(links(page).filter((link) => broken(page, link))).toEqual([]);
  });

  test("each npm run command that it names is a script of package.json", () => {
    const named = [...textOf(page).matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(([, script]) => script as string);
    expect(named.filter((script) => !Object.hasOwn(scripts, script))).toEqual([]);
  });
});

test("the README has at most 200 lines and links to every other page", () => {
  expect(textOf("README.md").split("\n").length).toBeLessThanOrEqual(201); // the last line ends with a newline
  const linked = links("README.md").map((link) => link.split("#")[0]);
  expect(PAGES.slice(1).filter((page) => !linked.includes(page))).toEqual([]);
});

test("every script of package.json that people run is in the README's table of commands", () => {
  const commands = textOf("README.md");
  expect(Object.keys(scripts).filter((script) => script !== "test" && !commands.includes(`npm run ${script}`))).toEqual(
    [],
  );
});

test("pages that messages of the program name exist", () => {
  const files = ["main.ts", ...readdirSync(path.join(ROOT, "commands"), { recursive: true, encoding: "utf8" })]
    .filter((file) => file.endsWith(".ts"))
    .map((file) => (file === "main.ts" ? file : path.join("commands", file)));
  const named = files.flatMap((file) =>
    [...textOf(file).matchAll(/docs\/[\w-]+\.md(#[\w-]+)?/g)].map(([link]) => link),
  );
  expect(named).not.toEqual([]);
  expect(named.filter((link) => broken("README.md", link))).toEqual([]);
});

test("a link to a file or a heading that does not exist is found", () => {
  expect(broken("README.md", "docs/nowhere.md")).toBe(true);
  expect(broken("README.md", "docs/design.md#nowhere")).toBe(true);
  expect(broken("docs/design.md", "#nowhere")).toBe(true);
  expect(broken("README.md", "docs/design.md#design")).toBe(false);
});
