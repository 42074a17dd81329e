import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { everyStack } from "../commands/every-stack";
import { addProtected, protectedIn } from "../commands/protected";
import { protectedFile } from "../schema/files";
import { InvalidConfiguration, validate } from "../schema/load";
import type { Protected } from "../schema/protection";
import { synthesize } from "../stacks/synthesize";
import { checkoutOf } from "./one-system";
import { type Files, filesOfPmcrmOnVercel, ROOT, rawOf, type Stack, synth, synthEvery } from "./support";
import { addService, removeService } from "./two-services";

const listed = (system: string, environment: string, root = ROOT): Protected =>
  JSON.parse(readFileSync(path.join(root, protectedFile(system, environment)), "utf8"));

/** Every change of a file under its name, because git takes a new system's list for a copy of another's; undefined where there is no git or no history. */
function history(name: string): string | undefined {
  try {
    const args = ["log", "-p", "--format=", "--", name];
    return execFileSync("git", args, { cwd: ROOT, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }) || undefined;
  } catch {
    return undefined;
  }
}

const stacks = synth();
let found: Map<string, Stack>;
beforeAll(async () => {
  found = await synthEvery();
});

describe.each(everyStack(ROOT))("$name", ({ name, system, environment }) => {
  const file = protectedFile(system, environment);
  const { addresses, removed } = listed(system, environment);

  test(`every protected address is in ${file}`, () => {
    const missing = protectedIn((found.get(name) as Stack).resources).filter((address) => !addresses.includes(address));
    if (missing.length) throw new Error(`${file} does not list ${missing.join(", ")}; run npm run protected`);
  });

  const log = history(file);
  (log === undefined ? test.skip : test)(
    `an address leaves the list only with a reason${log === undefined ? " (skipped: no git history here)" : ""}`,
    () => {
      const ever = [...(log as string).matchAll(/^[+-]\s+"([a-z]\w*\.[\w-]+)",?$/gm)].map(
        ([, address]) => address as string,
      );
      expect(ever).not.toEqual([]);
      expect(ever.filter((address) => !addresses.includes(address) && !Object.hasOwn(removed, address))).toEqual([]);
    },
  );
});

test("resources that hold data or identity are protected three times: by the service, by Terraform, by the list", () => {
  const { production } = stacks;
  expect(production.resource("google_container_cluster.cluster")).toMatchObject({
    deletion_protection: true,
    lifecycle: { prevent_destroy: true },
  });
  expect(production.resource("google_sql_database_instance.database")).toMatchObject({
    deletion_protection: true,
    settings: { deletion_protection_enabled: true },
    lifecycle: { prevent_destroy: true },
  });
  expect(production.resource("google_redis_instance.cache")).toMatchObject({
    deletion_protection: true,
    lifecycle: { prevent_destroy: true },
  });
  for (const [address, config] of production.resources.filter(([a]) => a.startsWith("google_secret_manager_secret.")))
    expect([address, config.deletion_protection, config.lifecycle.prevent_destroy]).toEqual([address, true, true]);
});

test("a plan refuses to change names that the content of a database or a namespace depends on", () => {
  const { production } = stacks;
  expect(production.resource("terraform_data.database-names")).toMatchObject({
    triggers_replace: { name: "pmcrm", user: "pmcrm" },
    lifecycle: { prevent_destroy: true },
  });
  expect(production.resource("kubernetes_namespace_v1.namespace").lifecycle.prevent_destroy).toBe(true);
});

const FILE = "protected/pmcrm/production.json";
const [INSTANCE, REPLICA, SUFFIX, POOL] = [
  "google_sql_database_instance.database",
  "google_sql_database_instance.database_replica",
  "random_id.database_replica",
  "terraform_data.pool-workers_machines",
];
const GONE = (...addresses: string[]) =>
  addresses.map((address) => expect.stringContaining(`${FILE} addresses = "${address}": is no longer in the stack`));

/** What synthesis says of a change to pmcrm's files and to production's list, and the files it writes. */
function compared(
  change: (files: Files) => void,
  { list = {}, env = {}, applies }: { list?: object | undefined; env?: NodeJS.ProcessEnv; applies?: boolean } = {},
) {
  const files = filesOfPmcrmOnVercel();
  change(files);
  const lists = { staging: listed("pmcrm", "staging"), production: { ...listed("pmcrm", "production"), ...list } };
  const outdir = path.join(mkdtempSync(path.join(os.tmpdir(), "protected-")), "out");
  const written = () => (existsSync(outdir) ? readdirSync(outdir) : []);
  try {
    const made = validate("pmcrm", { ...rawOf(files), protected: lists }, env);
    return { said: synthesize(made, env, outdir, applies).split("\n").slice(1), written: written() };
  } catch (error) {
    if (!(error instanceof InvalidConfiguration)) throw error;
    return { refused: error.message.split("\n"), written: written() };
  } finally {
    rmSync(path.dirname(outdir), { recursive: true });
  }
}

const withoutReplica = ({ production }: Files) => {
  delete (production.environment.database as { replicaRegion?: string }).replicaRegion;
};
const destroyable =
  (change: (files: Files) => void) =>
  (files: Files): void => {
    change(files);
    files.production.environment.allowDestroy = true;
  };
const ALLOWED = { ALLOW_DESTROY: "pmcrm-production" };
const REASON = "moved to another project";

describe("a listed address that is gone", () => {
  test.each<[string, (files: Files) => void, string[]]>([
    ["a replica", withoutReplica, [REPLICA, SUFFIX]],
    [
      "another kind of cache",
      ({ staging, production }) => {
        for (const { environment } of [staging, production]) {
          const resources = { cpu: "100m", memory: "1Gi", memoryLimit: "2Gi" };
          environment.cache = { kind: "bitnami", version: "REDIS_8_2", diskGb: 20, resources };
          environment.bitnami = { images: "docker.io/bitnamilegacy", pool: "app" };
        }
      },
      ["google_redis_instance.cache"],
    ],
    [
      "a generated secret",
      ({ system }) => {
        delete system.variables.JWT_SECRET;
        for (const workload of [...Object.values(system.services), ...Object.values(system.tasks ?? {})])
          workload.variables = workload.variables?.filter((name) => name !== "JWT_SECRET");
      },
      ["google_secret_manager_secret.secret_jwt_secret"],
    ],
  ])("%s ends with problem lines, and nothing is written", (_what, change, gone) => {
    const { refused, written } = compared(change);
    expect(refused?.filter((line) => line.startsWith(FILE))).toEqual(GONE(...gone));
    expect(written).toEqual([]);
  });

  test("allowDestroy alone, or a reason alone, does not suffice; both do", () => {
    const removed = { [REPLICA]: REASON, [SUFFIX]: REASON };
    expect(compared(destroyable(withoutReplica), { env: ALLOWED }).refused).toEqual(GONE(REPLICA, SUFFIX));
    expect(compared(withoutReplica, { list: { removed } }).refused).toEqual(
      [REPLICA, SUFFIX].map(
        (address) =>
          `${FILE} addresses = "${address}": is listed under removed, and protections are not lifted; write allowDestroy: true in environments/pmcrm/production.ts; if the resource is deleted already, remove it from addresses`,
      ),
    );
    expect(compared(destroyable(withoutReplica), { env: ALLOWED, list: { removed } }).said).toEqual([]);
  });

  test("a deleted resource leaves the list, and its reason stays", () => {
    const { addresses } = listed("pmcrm", "production");
    const removed = { [REPLICA]: REASON, [SUFFIX]: REASON };
    const list = { addresses: addresses.filter((address) => !Object.hasOwn(removed, address)), removed };
    expect(compared(withoutReplica, { list }).said).toEqual([]);
  });

  test("what holds no data, such as a service's identity, needs a reason and no allowDestroy", () => {
    const identity = "google_service_account.identity_second";
    const list = { addresses: [...listed("pmcrm", "production").addresses, identity] };
    const change = (files: Files) => {
      addService(files);
      removeService(files);
    };
    expect(compared(change, { list }).refused).toEqual(GONE(identity));
    expect(compared(change, { list: { ...list, removed: { [identity]: REASON } } }).said).toEqual([]);
  });

  test("a resource that moved to another address is not gone", () => {
    const earlier = "google_secret_manager_secret_version.secrets_encryption-key_version";
    const { addresses } = listed("pmcrm", "production");
    expect(compared(() => {}, { list: { addresses: [...addresses, earlier] } }).said).toEqual([]);
  });
});

test("a value that must not change loses its protection: a problem, too", () => {
  const { refused } = compared(({ system }) => {
    system.variables.ENCRYPTION_KEY = { kind: "generated", length: 32 };
  });
  const version = "google_secret_manager_secret_version.secret_encryption_key_version";
  expect(refused).toContain(
    `${FILE} addresses = "${version}": is no longer protected, so a deploy could delete it; undo the change of the files`,
  );
});

describe("a protected address that is not listed", () => {
  const { addresses } = listed("pmcrm", "production");
  const list = { addresses: addresses.filter((address) => address !== INSTANCE) };
  const line = `${FILE} addresses = ["${INSTANCE}"]: are not listed; run npm run protected, and commit the list`;

  test("is said by a synth, which writes the stacks", () => {
    expect(compared(() => {}, { list }).said).toEqual([`${line} before a deploy`]);
  });

  test("is a problem before a deploy, unless protections are lifted", () => {
    expect(compared(() => {}, { list, applies: true })).toEqual({ refused: [line], written: [] });
    expect(compared(() => {}, { applies: true }).said).toEqual([]);
    expect(
      compared(
        destroyable(() => {}),
        { list, applies: true, env: ALLOWED },
      ).said,
    ).toEqual([]);
  });
});

test("a list that is wrong ends with problem lines", () => {
  expect(
    compared(() => {}, { list: { addresses: ["database"], removed: { [POOL]: " " }, moved: [] } }).refused,
  ).toEqual([
    `${FILE} addresses.0 = "database": must be the address of a resource; write it like "google_sql_database_instance.database", or use npm run protected`,
    `${FILE} removed["${POOL}"] = " ": must be the reason, in words; write why it is removed`,
    `${FILE} moved = []: is not a known key; remove it, or correct its spelling`,
  ]);
});

test("the list of an environment that does not exist is a problem", () => {
  const raw = { ...rawOf(filesOfPmcrmOnVercel()), protected: { qa: { addresses: [] } } };
  expect(() => validate("pmcrm", raw, {})).toThrow(
    'protected/pmcrm/qa.json = "qa": is the list of no environment; remove it once the environment is destroyed, or name it after one of staging, production',
  );
});

describe("the generation of Cloud SQL's password", () => {
  test("a rotation in a release that does not exist is a problem until it is deployed", () => {
    const change = ({ production: { environment } }: Files) =>
      Object.assign(environment.database, { password: { generation: 2, rotatedIn: "1.4.O" } });
    expect(compared(change, { list: { passwordGeneration: 1 } }).refused).toEqual([
      "environments/pmcrm/production.ts database.password.rotatedIn = a string: is not the version of a release of the system; write the version of the release that you deploy the new generation with",
    ]);
    expect(compared(change, { list: { passwordGeneration: 2 } }).said).toEqual([]);
  });

  const rotated =
    (generation?: number) =>
    ({ production: { environment, release } }: Files) => {
      const password = generation && { generation, rotatedIn: release.version };
      Object.assign(environment.database, { password });
    };

  test.each([
    [3, 1],
    [100, 1],
    [2, 5],
    [undefined, 3],
  ])(
    "%p after %p is a problem: a deploy would drop the user that the services log in as",
    (now, passwordGeneration) => {
      expect(compared(rotated(now), { list: { passwordGeneration } }).refused).toEqual([
        `environments/pmcrm/production.ts database.password.generation = ${now ?? 1}: must be ${passwordGeneration} or ${passwordGeneration + 1}: ${passwordGeneration} was deployed last, and another generation drops the user that the services log in as; write ${passwordGeneration + 1} to rotate the password; if a later generation is deployed, first run npm run protected with that one in the file`,
      ]);
    },
  );

  test.each([
    [undefined, 1],
    [2, 1],
    [2, 2],
    [7, 6],
    [7, undefined],
  ])("%p after %p is accepted", (now, passwordGeneration) => {
    expect(compared(rotated(now), { list: { passwordGeneration } }).said).toEqual([]);
  });
});

test("npm run protected adds what is not listed, and removes nothing", async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "protected-"));
  try {
    checkoutOf("pmcrm", folder);
    mkdirSync(path.join(folder, "__tests__"));
    cpSync(path.join(ROOT, "__tests__", "release.json"), path.join(folder, "__tests__", "release.json"));
    rmSync(path.join(folder, "protected"), { recursive: true });
    const [gone, taken, kept] = ["a.gone", "google_container_cluster.cluster", "google_compute_network.network"];
    const file = path.join(folder, FILE);
    mkdirSync(path.dirname(file), { recursive: true });
    const removed = { [gone]: REASON };
    writeFileSync(file, JSON.stringify({ addresses: [gone, kept], removed }));
    const lines = await addProtected(folder, path.join(folder, "out"));
    expect(lines).toEqual([expect.stringContaining(taken), expect.stringContaining(taken)]);
    const grown = listed("pmcrm", "production", folder);
    const { addresses } = listed("pmcrm", "production");
    expect(grown).toEqual({ addresses: [gone, ...addresses].sort(), removed, passwordGeneration: 1 });
    expect((await addProtected(folder, path.join(folder, "out"))).join("\n")).not.toContain("added");
    expect(listed("pmcrm", "production", folder)).toEqual(grown);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("allowDestroy lifts every protection, in production only with a confirmation in the process's environment", () => {
  const allow = (files: Files) => {
    files.production.environment.allowDestroy = true;
    files.staging.environment.allowDestroy = true;
  };
  expect(() => synth(allow)).toThrow("ALLOW_DESTROY=pmcrm-production");
  expect(() => synth(allow, { ALLOW_DESTROY: "pmcrm-staging" })).toThrow("ALLOW_DESTROY=pmcrm-production");
  const { staging, production } = synth(allow, { ALLOW_DESTROY: "pmcrm-production" });
  for (const stack of [staging, production]) {
    expect(protectedIn(stack.resources)).toEqual([]);
    expect(stack.text).not.toMatch(/"deletion_protection(_enabled)?": true/);
  }
});
