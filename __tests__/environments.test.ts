import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { validate } from "../schema/load";
import { synthesize } from "../stacks/synthesize";
import { beside, type Files, filesOfPmcrm, problems, rawOf, read } from "./support";

// biome-ignore lint/suspicious/noExplicitAny: some inputs are none that the types allow
type Anything = any;

/** pmcrm with two further environments: one for production, and one that is disposable. */
function withOthers(files: Files): void {
  files.others = { "production-us": beside(files.production), demo: beside(files.staging, "demo", 160) };
}

const P = "environments/pmcrm/production.ts";
const US = "environments/pmcrm/production-us.ts";
const DEMO = "environments/pmcrm/demo.ts";

describe("a system may have further environments", () => {
  const outdir = mkdtempSync(path.join(os.tmpdir(), "environments-"));
  afterAll(() => {
    rmSync(outdir, { recursive: true });
  });

  test.each([
    ["in order", (names: string[]) => names],
    ["in reverse order", (names: string[]) => names.reverse()],
  ])("what a file holds becomes the stack of the file's name, files read %s", (_how, ordered) => {
    const files = filesOfPmcrm();
    withOthers(files);
    const raw = rawOf(files);
    const names = ordered(Object.keys(raw.environments));
    expect(names).toHaveLength(4);
    const environments = Object.fromEntries(names.map((name) => [name, raw.environments[name]]));
    synthesize(validate("pmcrm", { ...raw, environments }, {}), {}, outdir);
    for (const name of names) {
      const { json, resource } = read(outdir, name);
      const project = `pmcrm-${name}`;
      expect([name, json.provider.google[0].project]).toEqual([name, project]);
      expect(json.terraform.backend.gcs).toEqual({ bucket: `${project}-terraform-state`, prefix: `pmcrm/${name}` });
      expect(json.output.environment.value).toBe(name);
      expect(resource("google_container_cluster.cluster").name).toBe(`pmcrm-${name}`);
    }
  });

  test("swapped files are refused, whatever their projects are called", () => {
    const lines = problems((files) => {
      for (const [i, { environment }] of [files.staging, files.production].entries()) {
        environment.project = `project-${i}`;
        environment.stateBucket = `bucket-${i}`;
        environment.deployer = `deployer@project-${i}.iam.gserviceaccount.com`;
        environment.registries = ["pmcrm-staging", "pmcrm-production"].map(
          (it) => `europe-west1-docker.pkg.dev/${it}/`,
        );
        for (const size of Object.values(environment.services)) size.hosts = size.hosts && [`api${i}.pmcrm.io`];
      }
      [files.staging.environment, files.production.environment] = [
        files.production.environment,
        files.staging.environment,
      ];
    });
    expect(lines).toEqual([
      `${P} purpose = "disposable": must be production in a file whose name contains that word; write "production", or check that this file is not another environment's`,
      'environments/pmcrm/staging.ts verifiedIn.environment = "staging": is not an environment of the system that comes before this one: another one, which is not a production; use one of production',
    ]);
  });
});

describe("the purpose of an environment, not its name, says what is demanded of it", () => {
  const lavish = (files: Files) => {
    withOthers(files);
    for (const { environment } of Object.values(files.others as object) as Anything[]) {
      environment.cache.tier = "BASIC";
      environment.allowDestroy = true;
    }
  };

  test("production demands of every environment what it demands of the one of that name", () => {
    expect(problems(lavish).toSorted()).toEqual([
      `${US} allowDestroy = true: lifts the protections of production, and needs a confirmation that nobody can commit; set the environment variable ALLOW_DESTROY=pmcrm-production-us for this run, or remove allowDestroy`,
      `${US} cache.tier = "BASIC": must be STANDARD_HA in production; use STANDARD_HA`,
    ]);
    expect(problems(lavish, { ALLOW_DESTROY: "pmcrm-production" })).toHaveLength(2);
  });

  test("an environment whose name contains the word production must have that purpose", () => {
    const disposable = (files: Files) => {
      withOthers(files);
      (files.others as Anything)["production-us"].environment.purpose = "disposable";
    };
    expect(problems(disposable)).toEqual([
      `${US} purpose = "disposable": must be production in a file whose name contains that word; write "production", or check that this file is not another environment's`,
    ]);
  });

  test("purpose has no default", () => {
    const without = (files: Files) => {
      withOthers(files);
      delete (files.others as Anything).demo.environment.purpose;
    };
    expect(problems(without)).toEqual([
      `${DEMO} purpose = nothing: must be one of "production", "disposable"; choose one of them`,
    ]);
  });
});

describe("environments do not share values that each must have alone", () => {
  const shared = (change: (environments: { us: Anything; demo: Anything }, files: Files) => void) =>
    problems((files) => {
      withOthers(files);
      const { "production-us": us, demo } = files.others as Anything;
      change({ us: us.environment, demo: demo.environment }, files);
    });

  test.each(["project", "stateBucket", "deployer"])("%s", (key) => {
    const lines = shared(({ us, demo }, files) => {
      us[key] = (files.production.environment as Anything)[key];
      demo[key] = (files.staging.environment as Anything)[key];
    });
    expect(lines).toEqual([
      expect.stringMatching(`^${US} ${key} = .*: is also that of production; give each environment its own$`),
      expect.stringMatching(`^${DEMO} ${key} = .*: is also that of staging; give each environment its own$`),
    ]);
  });

  test("hosts", () => {
    expect(
      shared(({ us, demo }) => {
        demo.services.backend.hosts = us.services.backend.hosts = ["crm.pmcrm.io"];
      }),
    ).toEqual([
      `${DEMO} services.backend.hosts.0 = "crm.pmcrm.io": is also a host of production-us; choose another name`,
    ]);
  });

  test("ranges", () => {
    expect(
      shared(({ us, demo }) => {
        demo.network.pods = us.network.pods;
      }),
    ).toEqual([
      `${DEMO} network.pods = "10.132.0.0/14": must not overlap production-us's pods (10.132.0.0/14): the two networks could never be connected; choose another range in the newer of the two files`,
    ]);
  });

  test("a value that contains another environment's name is rejected, unless that name is part of its own", () => {
    expect(shared(() => {})).toEqual([]); // production-us has production in its names
    expect(
      shared(({ demo }, files) => {
        files.production.environment.stateBucket = "pmcrm-us-production-terraform-state";
        demo.project = "pmcrm-production-us-2";
      }),
    ).toEqual([
      `${P} stateBucket = "pmcrm-us-production-terraform-state": contains the name of production-us; use a name of this environment`,
      `${DEMO} project = "pmcrm-production-us-2": contains the name of production; use a name of this environment`,
    ]);
  });
});

test("a file may not have the name of a release, whose files lie beside those that say what environments run", () => {
  const name = "deadbeefdeadbeef";
  const lines = problems((files) => {
    files.others = { [name]: beside(files.staging, "other") };
  });
  expect(lines).toContain(
    `environments/pmcrm/${name}.ts = "${name}": must not be named like a release, with 16 hexadecimal digits; rename the file`,
  );
});

test("no environment is named like a bootstrap stack", () => {
  const lines = problems((files) => {
    files.others = { "bootstrap-staging": beside(files.staging, "other") };
  });
  expect(lines).toEqual([
    'environments/pmcrm/bootstrap-staging.ts = "bootstrap-staging": must not begin with bootstrap-, as bootstrap stacks do; rename the file',
  ]);
});

test.each([
  ["Preview", false],
  ["9-lives", false],
  ["eu-", false],
  ["x", false],
  ["constructor", false],
  ["a-name-of-21-characte", false],
  ["a-name-of-20-charact", true],
])("a file %s.ts is an environment: %s", (name, accepted) => {
  const lines = problems((files) => {
    files.others = { [name]: beside(files.staging, "other") };
  });
  expect(lines).toEqual(
    accepted ? [] : [expect.stringMatching(`^environments/pmcrm/${name}.ts = "${name}": must have a name of 2 to 20 `)],
  );
});
