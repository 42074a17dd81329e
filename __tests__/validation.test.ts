import { configuration, type Files, problems, synth } from "./support";

// biome-ignore lint/suspicious/noExplicitAny: they write what the types refuse
type Anything = any;

const production = (change: (environment: Anything) => void) => (files: Files) => change(files.production.environment);
const system = (change: (system: Anything) => void) => (files: Files) => change(files.system);

test("pmcrm's files are accepted", () => {
  expect(problems(() => {})).toEqual([]);
});

test("a range that is written as undefined is left out", () => {
  const without = (files: Files) => {
    const { environment } = files.production as Anything;
    environment.network.controlPlane = undefined;
  };
  expect(problems(without)).toEqual([]);
  expect(synth(without).production.text).toBe(synth().production.text);
});

test("all problems are reported at once, within files and between them", () => {
  const lines = problems((files) => {
    const { environment } = files.production as Anything;
    environment.databse = {};
    environment.network.pods = "10.4.0.0/33";
    environment.cache.tier = "BASIC";
    (files.staging.environment as Anything).cluster.nodePools.app.min = 9;
    (files.production.release as Anything).images.backend = "backend";
    (files.system as Anything).services.worker.resources.memory = "1GB";
  });
  expect(lines).toHaveLength(6);
  for (const line of lines) expect(line).toMatch(/^(systems|environments|releases)\/\S+ \S+ = .+: .+; .+$/);
});

test.each([`ghp_${"a1B2".repeat(9)}`, "postgres://user:word@host/db", `eyJ${"a".repeat(200)}.eyJ${"b".repeat(200)}`])(
  "nothing is shown of what can be a secret: %s",
  (value) => {
    for (const where of [
      production((e) => {
        e.variables.GOOGLE_CLIENT_ID = value;
      }),
      system((s) => {
        s.variables.JWT_ACCESS_TOKEN_EXPIRY = value;
      }),
    ]) {
      const lines = problems(where).join("\n");
      expect(lines).toContain("looks like a secret");
      expect(lines).not.toContain(value.slice(0, 3));
    }
  },
);

test.each(["password", "apiKey", "client_secret"])(
  "a value in a field that usually has a secret is not shown: %s",
  (key) => {
    const lines = problems(
      production((e) => {
        e.database[key] = "correct-horse-battery";
      }),
    );
    expect(lines).toEqual([expect.stringContaining(`database.${key} = a string: `)]);
  },
);

test("an object that contains a secret is not shown either", () => {
  const lines = problems(
    production((e) => {
      e.databse = { url: "postgres://user:word@host/db" };
    }),
  );
  expect(lines.join("\n")).not.toContain("postgres");
});

test.each(["sk-SK", "task-runner", "-----BEGIN CERTIFICATE-----", "https://pmcrm.io:443/path", "30d"])(
  "%s is no secret",
  (value) => {
    expect(
      problems(
        production((e) => {
          e.variables.LOG_LEVEL = value;
        }),
      ),
    ).toEqual([]);
  },
);

test("text that looks like a Terraform expression stays text", () => {
  const { environments } = configuration(
    production((e) => {
      e.variables.LOG_LEVEL = "$" + "{path.root} %" + "{if true}";
    }),
  );
  expect(environments.production.environment.variables.LOG_LEVEL).toBe("$$" + "{path.root} %%" + "{if true}");
});
