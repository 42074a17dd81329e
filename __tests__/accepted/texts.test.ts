// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts are for shells and templates
import { configuration, type Files, problems } from "../support";

// biome-ignore lint/suspicious/noExplicitAny: parts of the files are optional
type Anything = any;

/** Unusual texts that mean nothing but themselves. */
const TEXTS: readonly string[] = [
  ...["${HOME}/bin", "$${HOME}", "%{http_code}", "%%{x}", "#{ruby}", "&{x}", "{{ .Values.x }}", "{% if x %}", "$(id)"],
  ...["TfToken[TOKEN.0]", "{TfToken[TOKEN.0]}", "$ {TfToken[TOKEN.0]}", "a #{token} b", "100%", "$", "%", "$%{}"],
  ...["1e5", "6.02e+23", "-1.8e-289", "1e308", "1.79e+308", "-123456789", "0x1F", "NaN", "null", "~", "yes"],
  ...[
    "a b  c",
    "'single' and \"double\"",
    "back\\slash\\",
    "two\nlines",
    "tab\there",
    "line\u2028separator",
    "ümläut ✓ 👩‍👧",
  ],
  ...["--flag=a=b", "--", "-", "*", "a;b|c&d>e<f", "sh -c 'exec \"$0\"'", '{"json": ["x", 1, null]}', "<xml a='b'/>"],
  ...["/usr/local/lib/node_modules/MyCompany2/bin/start-Server-With-Everything-Included.js"],
  ...["/opt/Application2/Releases/Version20260131/Executables/ServerWithEverything"],
  ...["node_modules/.bin/prisma migrate deploy --schema=./prisma/Schema2.prisma", "x".repeat(4096)],
];

test.each(TEXTS)("%j is a text", (text) => {
  const change = ({ system, production, staging }: Files) => {
    (system.services.worker as Anything).command.push(text);
    (system.services.worker as Anything).health = { command: ["test", text] };
    for (const { environment } of [production, staging])
      Object.assign(environment.variables as object, { LOG_LEVEL: text });
    system.overview = { title: text, figures: {} };
  };
  expect(problems(change)).toEqual([]);
  const { staging } = configuration(change).environments;
  const escaped = text.replace(/([$%])\{/g, "$1$1{");
  expect(staging.system.services.worker?.command?.at(-1)).toBe(escaped);
  expect(staging.environment.variables.LOG_LEVEL).toBe(escaped);
});

test.each([
  ["CSRF_TOKEN", "csrfmiddlewaretoken"],
  ["FETCH_CREDENTIALS", "same-origin"],
  ["DB_SECRET", "projects/p/secrets/name"],
  ["SSH_KEY", "~/.ssh/id_ed25519"],
  ["PASSWORD_MIN_LENGTH", "12"],
  ["TOKEN_TTL", "15m"],
  ["HELP", "Write it like https://user:pass@example.com"],
])("%s=%s is a variable in plain text, of the system and of an environment", (name, value) => {
  const change =
    (ofSystem: boolean) =>
    ({ system, production, staging }: Files) => {
      system.variables[name] = ofSystem ? value : { kind: "environment" };
      (system.services.worker as Anything).variables.push(name);
      if (!ofSystem)
        for (const { environment } of [production, staging])
          Object.assign(environment.variables as object, { [name]: value });
    };
  expect([problems(change(true)), problems(change(false))]).toEqual([[], []]);
});

test.each(["Orders (24h)", "50% off", "a {b} c", "${x}", "%{x}", "Größe ✓", "👩‍👧 families", "x".repeat(80)])(
  "%j is the legend of a figure",
  (legend) => {
    expect(
      problems(({ system }) => {
        system.overview = { title: "T", figures: { [legend]: "orders_total" } };
      }),
    ).toEqual([]);
  },
);

const metrics = (path: string, of: string) => (files: Files) => {
  const backend = files.system.services.backend as Anything;
  backend.paths = [path];
  backend.rateLimits = []; // of paths that are no longer the service's
  backend.metrics = { ...backend.metrics, port: backend.port, path: of };
};

test.each([
  ["/sales", "/salesmetrics"],
  ["/sales", "/sales-metrics"],
  ["/sales", "/metrics"],
  ["/sales/v1", "/sales/metrics"],
])("a service of %s has its metrics beside it, at %s of the same port", (path, of) => {
  expect(problems(metrics(path, of))).toEqual([]);
});

test.each([
  ["/", "/metrics"],
  ["/sales", "/sales"],
  ["/sales", "/sales/"],
  ["/sales", "/sales/metrics"],
])("a service of %s must not have its metrics at %s of the same port", (path, of) => {
  expect(problems(metrics(path, of))).toEqual([
    expect.stringContaining("must differ from the service's port, which is public"),
  ]);
});

test("a release and an environment without a prototype, as JSON and vm make them, are plain", () => {
  expect(
    problems(({ production }) => {
      Object.setPrototypeOf(production.environment.network, null);
      Object.setPrototypeOf(production.release, null);
    }),
  ).toEqual([]);
});

test("an object that is used twice is plain", () => {
  expect(
    problems(({ system }) => {
      const { worker, backend } = system.services as Anything;
      backend.resources = worker.resources;
    }),
  ).toEqual([]);
});
