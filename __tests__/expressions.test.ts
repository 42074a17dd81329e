// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the tests are about such texts
import { Token } from "cdktf";
import { isToken, literal, written } from "../schema/expressions";
import { numbers } from "./mutations";
import { configuration, type Files, type Json, problems, synth } from "./support";
import { evaluate, withTerraform, wordsForReferences } from "./terraform";

// biome-ignore lint/suspicious/noExplicitAny: the changes write values that the types refuse
type Anything = any;

/** Tokens of each type, made by cdktf itself. */
const TOKENS: Readonly<Record<string, unknown>> = {
  "a text": Token.asString({ resolve: () => "x" }),
  "a text in another": `a ${Token.asString({ resolve: () => "x" })} b`,
  "a list": Token.asList({ resolve: () => ["x"] })[0],
  "a number": Token.asNumber({ resolve: () => 1 }),
  "a list of numbers": Token.asNumberList({ resolve: () => [1] })[0],
  "a number in a text": `--limit=${Token.asNumber({ resolve: () => 1 })}`,
  "a number in a text, without its sign": String(Token.asNumber({ resolve: () => 1 })).slice(1),
  "a map's key": Object.keys(Token.asStringMap({ resolve: () => ({}) }))[0],
  "a map's text": Object.values(Token.asStringMap({ resolve: () => ({}) }))[0],
  "a map's number": Object.values(Token.asNumberMap({ resolve: () => ({}) }))[0],
  "a map's value": Object.values(Token.asAnyMap({ resolve: () => ({}) }))[0],
};

const REFUSED = /looks like a token of cdktf, which would replace it with another value; remove it$/;

/** Places of texts and numbers, in each of the files. */
const PLACES: Readonly<Record<string, (files: Files, value: Anything) => void>> = {
  "a command's argument": ({ system }, value) => (system.services.worker as Anything).command.push(value),
  "the only word of a command": ({ system }, value) => ((system.services.worker as Anything).command = [value]),
  "a variable": ({ production }, value) => ((production.environment.variables as Anything).LOG_LEVEL = value),
  "a title": ({ system }, value) => (system.overview = { title: value, figures: {} }),
  "a port": ({ system }, value) => ((system.services.backend as Anything).port = value),
  "a release's version": ({ production }, value) => (production.release.version = value),
  "a host": ({ staging }, value) => ((staging.environment.services.backend as Anything).hosts = [value]),
};

test.each(Object.entries(TOKENS))("a token of cdktf for %s is refused in every place", (_what, token) => {
  for (const put of Object.values(PLACES))
    expect(problems((files) => put(files, token))).toEqual([expect.stringMatching(REFUSED)]);
});

const NAMES = Object.entries(TOKENS).filter(([, token]) => typeof token === "string") as [string, string][];

test.each(NAMES)("a token of cdktf for %s is refused as a name", (_what, name) => {
  for (const record of [
    ({ system }: Files): Anything => {
      system.overview = { title: "T", figures: {} };
      return system.overview.figures;
    },
    ({ staging }: Files): Anything => staging.environment.services,
  ])
    expect(
      problems((files) => {
        record(files)[name] = "orders_total";
      }),
    ).toEqual([expect.stringContaining("has a name that looks like a token of cdktf; choose another name")]);
});

test("a long text of digits is looked through in no time", () => {
  const before = performance.now();
  expect(isToken("1.".repeat(65_000))).toBe(false);
  expect(performance.now() - before).toBeLessThan(1000);
});

test("names and texts are escaped alike", () => {
  expect(literal({ "${a}": ["%{b}", { c: "$${d}" }], e: 1 })).toEqual({
    "$${a}": ["%%{b}", { c: "$$${d}" }],
    e: 1,
  });
});

test.each([
  ["${TfToken[TOKEN.0]}", "looks like a token of cdktf"],
  ["https://${path.module}", "must be a chart repository's URL"],
  ["oci://host/charts%{if true}", "must be a chart repository's URL"],
])("CHARTS_MIRROR=%s is refused", (CHARTS_MIRROR, rule) => {
  const lines = problems(() => {}, { CHARTS_MIRROR });
  expect(lines).toEqual([expect.stringMatching(/^CHARTS_MIRROR = /)]);
  expect(lines[0]).toContain(rule);
});

test("CHARTS_MIRROR overrides the environments' mirrors, and is as good as none when it is empty", () => {
  const CHARTS_MIRROR = "oci://mirror.example/charts";
  const own = "oci://other.example/charts";
  const mirrors = (env: NodeJS.ProcessEnv) => {
    const { environments } = configuration(({ staging }) => (staging.environment.chartsMirror = own), env);
    return [environments.staging, environments.production].map(({ environment }) => environment.chartsMirror);
  };
  expect(mirrors({ CHARTS_MIRROR })).toEqual([CHARTS_MIRROR, CHARTS_MIRROR]);
  expect(mirrors({ CHARTS_MIRROR: "" })).toEqual([own, undefined]);
});

/** `TEXTS_SEED` makes the same texts again, `TEXTS` more of them. */
const SEED = Number(process.env.TEXTS_SEED ?? Math.floor(Math.random() * 1e9));
const COUNT = Number(process.env.TEXTS ?? 100);
/** Texts that one synthesis has room for. */
const AT_ONCE = 500;

/** What Terraform, cdktf, JSON, YAML, Helm and shells could read as more than text. */
const PARTS = [
  ..."$%{}[]\"'`\\/#&~|.,:;=<>!?*()- \n\t019ae",
  ...["${", "%{", "$${", "%%{", "#{", "&{", "}}", "{{", "]}", "~}", "\\${", '"${', "\\u0024{", "\\n", "<<EOT"],
  ...["path.module", "if true", "endif", "for x in [1]", "TfToken[", "TfToken[TOKEN.0]", "TOKEN.1", "jsonencode(1)"],
  ...["${path.module}", "%{ if true }x%{ endif }", "${TfToken[TOKEN.3]}", "#{TfToken[TOKEN.3]}", "-1.88e+289"],
  ...[
    "1e5",
    "-8.3e+298",
    "1.9e300",
    "null",
    "true",
    ".Values.x",
    "$(id)",
    "\u2028",
    "\u2029",
    "\u0085",
    "ü",
    "✓",
    "👩‍👧",
  ],
];

function textOf(seed: number): string {
  const random = numbers(seed);
  const below = (n: number): number => Math.floor(random() * n);
  return Array.from({ length: 1 + below(8) }, () => PARTS[below(PARTS.length)]).join("");
}

/** The most figures that an overview may have. */
const FIGURES = 100;

/** Writes a text into every free text of the files. */
function write(files: Files, texts: readonly string[]): void {
  const { system, production } = files as Anything;
  const names = texts.map((_text, i) => `TEXT_${i}`);
  system.overview = {
    title: texts[0],
    figures: Object.fromEntries(
      texts.slice(0, FIGURES).map((text) => [
        // Grafana reads {{label}} and $__variable
        Array.from(
          text
            .replace(/[\n\t\u2028\u2029]/g, " ")
            .replace(/\{(?=\{)/g, "{ ")
            .replace(/\$(?=\{?__)/g, ""),
        )
          .slice(0, 80)
          .join(""),
        "orders_total",
      ]),
    ),
  };
  for (const [i, name] of names.entries()) {
    system.variables[name] = i % 2 ? { kind: "environment" } : texts[i];
    if (i % 2) for (const { environment } of [files.staging, production]) environment.variables[name] = texts[i];
  }
  system.services.worker.variables.push(...names);
  system.services.worker.command = [...texts];
  system.services.worker.health = { command: [...texts] };
  system.tasks.migrate.command = [...texts];
  production.environment.edge.waf.exclusions = texts.slice(0, 5).map((value, i) => ({
    ruleSet: "sqli-v33-stable",
    signatures: [`owasp-crs-v030301-id94243${i}-sqli`],
    fields: [{ in: "parameter", operator: "EQUALS", value: value.replace(/\p{Cc}/gu, " ") }],
  }));
}

const seeds = Array.from({ length: COUNT }, (_, i) => SEED + i);
const refusedAlone = (text: string) =>
  problems(({ system }) => {
    (system.services.worker as Anything).command.push(text);
  });

test("a text is refused when it has a token of cdktf or a control character, and accepted otherwise", () => {
  for (const seed of seeds) {
    const text = textOf(seed);
    const lines = refusedAlone(text);
    const rule = isToken(text) ? "looks like a token of cdktf" : /\u0085/.test(text) ? "without control" : undefined;
    const right = rule ? lines.length === 1 && lines[0]?.includes(rule) : lines.length === 0;
    if (!right) throw new Error(`TEXTS_SEED=${seed} TEXTS=1: ${JSON.stringify(text)}: ${lines}`);
    // cdktf's own opinion
    if (!rule && (Token.isUnresolved(text) || Token.isUnresolved([text]) || Token.isUnresolved({ [text]: 1 })))
      throw new Error(`TEXTS_SEED=${seed} TEXTS=1: ${JSON.stringify(text)} is a token`);
  }
});

withTerraform(
  "Terraform evaluates no text of the files: each arrives as it was written",
  async () => {
    const accepted = [...new Set(seeds.map(textOf))].filter((text) => !isToken(text) && !/\u0085/.test(text));
    for (let from = 0; from < accepted.length; from += AT_ONCE) {
      const texts = accepted.slice(from, from + AT_ONCE);
      const { production } = synth((files) => write(files, texts));
      const config: Json = production.digested("kubernetes_config_map_v1.workload_worker_config")[1].data;
      const job = production.resource("kubernetes_job_v1.workload_migrate_migration_job");
      const rollout = production.resource("helm_release.workload_worker_workload_deployment").values[0] as string;
      const board = production.resources.find(([, args]) => JSON.stringify(args).includes("Business Metrics"))?.[1]
        .data;
      const read = evaluate({
        config,
        command: job.spec.template.spec.container[0].command,
        rollout: wordsForReferences(rollout),
        board,
      });
      const container = JSON.parse(read.rollout).objects[0].spec.template.spec.containers[0];
      const dashboard = JSON.parse(
        Object.values(read.board).find((v) => String(v).includes("Business Metrics")) as string,
      );
      const seed = `TEXTS_SEED=${SEED} TEXTS=${COUNT}`;
      expect({ seed, texts: texts.map((_text, i) => read.config[`TEXT_${i}`]) }).toEqual({ seed, texts });
      expect({ seed, texts: read.command }).toEqual({ seed, texts });
      expect({ seed, texts: container.command }).toEqual({ seed, texts });
      expect({ seed, texts: container.livenessProbe.exec.command }).toEqual({ seed, texts });
      expect({ seed, title: dashboard.title }).toEqual({ seed, title: texts[0] });
    }
  },
  600_000,
);

test("what files have comes back from what Terraform gets", () => {
  for (const text of ["${a}", "%{b}", "$${c}", "$%{d}", "%%%{e}", "{f}", "$", "a$b%"])
    expect([text, written(literal(text))]).toEqual([text, text]);
});
