import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { scripts } from "../package.json";

const ROOT = path.resolve(__dirname, "..");
const read = (file: string) => readFileSync(path.join(ROOT, file), "utf8");
const PAGES = [
  "README.md",
  ...readdirSync(path.join(ROOT, "docs")).flatMap((file) => (file.endsWith(".md") ? [`docs/${file}`] : [])),
  ...readdirSync(path.join(ROOT, "packages"))
    .map((name) => `packages/${name}/README.md`)
    .filter((file) => existsSync(path.join(ROOT, file))),
];

/** Anchors as GitHub makes them of headings. */
const anchors = (text: string): string[] =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );

test("the documentation has its pages", () => {
  expect(PAGES.length).toBeGreaterThan(9);
});

test.each(PAGES)("every relative link in %s leads to a file and a heading that exist", (page) => {
  const links = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link);
  const broken = links.filter((link) => {
    if (/^[a-z]+:/.test(link)) return false;
    const [file = "", anchor] = link.split("#");
    const target = file ? path.join(path.dirname(page), file) : page;
    return !existsSync(path.join(ROOT, target)) || (anchor !== undefined && !anchors(read(target)).includes(anchor));
  });
  expect(broken).toEqual([]);
});

test.each(PAGES)("every npm command in %s exists", (page) => {
  const named = [...read(page).matchAll(/npm run (?:--silent )?([a-z][a-z:]*)/g)].map(([, name = ""]) => name);
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
});

test("README.md has at most 200 lines", () => {
  expect(read("README.md").trimEnd().split("\n").length).toBeLessThanOrEqual(200);
});
