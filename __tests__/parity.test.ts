import { compared } from "../commands/parity";
import { readFiles, systemsIn } from "../schema/files";
import { validate } from "../schema/load";
import { configuration, type Files, ROOT } from "./support";

test.each(systemsIn(ROOT))("%s: each difference between its environments is declared, with a reason", async (name) => {
  const { raw, problems } = await readFiles(ROOT, name);
  const { lines, held } = compared(validate(name, raw, {}, problems));
  if (!held) throw new Error(lines.join("\n"));
});

/** What the command says about pmcrm with changed files. */
function said(change: (files: Files) => void) {
  const { lines, held } = compared(configuration(change));
  return { lines: lines.map((line) => line.replace(/ {2,}/g, " | ")), held };
}

test("a difference that is not declared fails, and the table shows it", () => {
  const { lines, held } = said(({ staging }) => (staging.environment.monitoring.scrapeSeconds = 15));
  expect(held).toBe(false);
  expect(lines).toContain(" | monitoring.scrapeSeconds | 15 | - | UNDECLARED");
  expect(lines.at(-1)).toBe(
    "environments/pmcrm/staging.ts: 1 of them are UNDECLARED; make them equal, or add them to differences with a reason",
  );
});

test("a declaration that names no difference fails", () => {
  const { lines, held } = said(({ staging }) =>
    staging.environment.differences?.push({ fields: ["cluster.channel"], reason: "updates come earlier" }),
  );
  expect(held).toBe(false);
  expect(lines.at(-1)).toBe(
    'environments/pmcrm/staging.ts differences: "cluster.channel" names no field that differs; remove it',
  );
});

test("a path includes what is below it, and a star is any name", () => {
  const only = (field: string) =>
    said(({ staging }) => (staging.environment.differences = [{ fields: [field], reason: "smaller" }])).lines;
  const reasons = (lines: string[], start: string) =>
    lines.filter((line) => line.startsWith(` | ${start}`)).map((line) => line.split(" | ").at(-1));
  expect(new Set(reasons(only("cluster"), "cluster."))).toEqual(new Set(["smaller"]));
  expect(reasons(only("services.*.replicas"), "services.")).toEqual(["smaller", "smaller", "smaller"]);
  expect(reasons(only("services.*.replicas"), "cache.tier")).toEqual(["UNDECLARED"]);
  expect(reasons(only("data"), "database.tier")).toEqual(["UNDECLARED"]);
});

test("datastores of two kinds are one difference, by their kinds", () => {
  const { lines } = said(({ staging, system }) => {
    system.cache = { minimum: "REDIS_7_0", optional: true };
    staging.environment.cache = { kind: "none" };
  });
  expect(lines.filter((line) => line.includes("| cache"))).toEqual([" | cache | none | memorystore | UNDECLARED"]);
});

test("fields beside a mode that differs count as well", () => {
  const { lines } = said(({ staging }) => {
    if (staging.environment.edge.kind === "google")
      staging.environment.edge.waf.exclusions = [
        { ruleSet: "sqli-v33-stable", signatures: ["owasp-crs-v030301-id942100-sqli"] },
      ];
    staging.environment.differences = [{ fields: ["edge.waf.mode"], reason: "false alarms show here first" }];
  });
  const edge = lines.filter((line) => line.includes("| edge"));
  expect(edge[0]).toBe(" | edge.waf.mode | enforce | preview | false alarms show here first");
  expect(edge[1]).toMatch(/^ \| edge\.waf\.exclusions \| .* \| UNDECLARED$/);
});

test("places, operators and names are no differences", () => {
  const { lines } = said(() => {});
  const fields = lines.map((line) => line.split(" | ")[1] ?? "");
  expect(fields.filter((field) => /project|email|hosts|variables|network|registries/.test(field))).toEqual([]);
});

test("without production, there is nothing to compare with", () => {
  const { name, environments } = configuration();
  const { staging } = environments;
  expect(compared({ name, environments: { staging, production: staging } })).toEqual({
    lines: ["pmcrm: no environment of production to compare with"],
    held: true,
  });
});
