import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { checkout } from "../commands/checkout";

/**
 * The steps of docs/extending.md "Add a system" and of a first deploy, on files that are as short as possible: nothing but
 * the system's own files has to change.
 */

const ROOT = path.resolve(__dirname, "..");

const SYSTEM = `import type { SystemInput } from "../schema/system";

const workload = {
  image: "shop",
  pool: "app",
  resources: { cpu: "100m", memory: "128Mi", memoryLimit: "256Mi" },
  variables: ["DATABASE_URL", "REDIS_URL"],
  connects: ["database", "cache"],
};

export default {
  namespace: "shop",
  database: { minimum: "POSTGRES_16", name: "shop", user: "shop", connectionsPerPod: 5 },
  cache: { minimum: "REDIS_7_0", optional: true },
  frontends: ["app"],
  variables: { DATABASE_URL: { kind: "database-url" }, REDIS_URL: { kind: "cache-url" } },
  modules: { orders: { title: "Orders", services: ["worker"] } },
  services: {
    web: {
      ...workload,
      port: 8080,
      health: { ready: "/ready" },
      rateLimits: [{ path: "/login", requests: 10, seconds: 60, ban: { seconds: 600 } }],
      headers: [{ set: { "Content-Security-Policy": "default-src 'self'" } }],
    },
    worker: { ...workload, command: ["node", "worker"], health: { command: ["node", "health"] } },
  },
  smokeChecks: {
    ready: { kind: "http", of: "web", path: "/ready" },
    stock: { kind: "job", ...workload, command: ["node", "smoke"], readOnly: true, deadlineSeconds: 60 },
    login: { kind: "manual", step: "Log in at the app's host" },
  },
  auditLogs: { services: ["cloudsql"], retentionDays: 30 },
} satisfies SystemInput;
`;

const environment = (
  name: string,
  differs: string,
) => `import type { EnvironmentInput } from "../../schema/environment";

export default {
  project: "shop-${name}",
  region: "europe-west1",
  deployer: "deployer@shop-${name}.iam.gserviceaccount.com",
  stateBucket: "shop-${name}-terraform-state",
${name === "production" ? '  verifiedIn: { environment: "staging", soakMinutes: 60 },\n' : ""}  bootstrap: {
    github: { repository: "my-company/shop", repositoryId: "812340000" },
    budget: { account: "03A2B3-C4D5E6-0F1A2B", monthly: 300 },
  },
  repository: "europe-west1-docker.pkg.dev/shop-${name}/shop",
  registries: ["europe-west1-docker.pkg.dev/shop-${name}/"],
  cluster: { mode: "autopilot", channel: "REGULAR", maintenance: "03:00" },
  monitoring: { retentionDays: 3, diskGb: 20, email: "platform@my-company.com" },
  services: { web: { replicas: 2, hosts: ["shop-${name}.my-company.com"] }, worker: { replicas: 2 } },
  frontends: { app: ["app-${name}.my-company.com"] },
  edge: { kind: "google", waf: { mode: "preview" } },
${differs}} satisfies EnvironmentInput;
`;

const STAGING = `  purpose: "disposable",
  network: { nodes: "10.0.0.0/20", pods: "10.4.0.0/14", services: "10.8.0.0/20" },
  database: { kind: "external", version: "POSTGRES_17", host: "database.my-company.com", name: "shop", user: "shop" },
  cache: { kind: "none" },
`;

const PRODUCTION = `  purpose: "production",
  network: { nodes: "10.16.0.0/20", pods: "10.20.0.0/14", services: "10.24.0.0/20", datastores: "10.28.0.0/20" },
  database: {
    kind: "cloud-sql",
    version: "POSTGRES_17",
    edition: "ENTERPRISE",
    tier: "db-custom-1-3840",
    availability: "REGIONAL",
    diskGb: 10,
    diskLimitGb: 50,
    backups: { at: "02:00", keep: 7 },
    recoveryDays: 7,
    maintenance: { day: "SUNDAY", hour: 3, track: "stable" },
    insightsQueryLength: 1024,
  },
  cache: {
    kind: "memorystore",
    version: "REDIS_7_2",
    tier: "STANDARD_HA",
    memoryGb: 1,
    maintenance: { day: "SUNDAY", hour: 4 },
  },
`;

const DIGEST = `sha256:${"1".repeat(64)}`;
const STEPS: readonly (readonly [command: string, ...args: string[]])[] = [
  ["bootstrap", "staging", "--print"],
  ["bootstrap", "production", "--print"],
  ["release", "staging", "--version", "1.0.0", "--image", `shop=${DIGEST}`],
  ["release", "production", "--from", "staging"],
  ["protected"],
  ["inventory"],
  ["progress"],
  ["synth"],
];

/** What a person writes. */
const OWN = ["systems/shop.ts", "environments/shop/staging.ts", "environments/shop/production.ts"];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "new-system-"));
  checkout(folder);
  for (const part of [".ci", "__tests__/inventories", "__tests__/release.json", "progress.md"])
    cpSync(path.join(ROOT, part), path.join(folder, part), { recursive: true });
});
afterAll(() => rmSync(folder, { recursive: true }));

const { TF_CLI_CONFIG_FILE: _, CI: _ci, ...outside } = process.env;
const run = (command: string, ...args: string[]) =>
  new Promise<{ code: number; out: string }>((resolve) => {
    execFile(command, args, { cwd: folder, env: { ...outside, SYSTEM: "shop" } }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code ?? 1) : 0, out: stdout + stderr }),
    );
  });

/** Hashes of the files below the checkout, except packages and what a synthesis writes, which Git ignores. */
function hashes(): Map<string, string> {
  const below = (within: string): string[] =>
    readdirSync(path.join(folder, within), { withFileTypes: true }).flatMap((entry) => {
      const file = path.join(within, entry.name);
      if (["node_modules", "cdktf.out"].includes(file)) return [];
      return entry.isDirectory() ? below(file) : [file];
    });
  const hash = (file: string) =>
    createHash("sha256")
      .update(readFileSync(path.join(folder, file)))
      .digest("hex");
  return new Map(below("").map((file) => [file, hash(file)]));
}

test("a new system needs no change of what is there, and each step of adding it succeeds", async () => {
  const before = hashes();
  const stacksBefore = (await run(".ci/stacks")).out.trim().split("\n");
  const write = (file: string, text: string) => {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  };
  write("systems/shop.ts", SYSTEM);
  write("environments/shop/staging.ts", environment("staging", STAGING));
  write("environments/shop/production.ts", environment("production", PRODUCTION));

  const printed: string[] = [];
  for (const [command, ...args] of STEPS) {
    const { code, out } = await run(process.execPath, "commands/slipway.mjs", command, ...args);
    // A failed step shows what it printed.
    expect([command, ...args, code, code ? out : ""]).toEqual([command, ...args, 0, ""]);
    printed.push(out);
  }
  expect(printed[0]).toContain("\nSYSTEM=shop npm run release -- staging --version 1.0.0 --image shop=");
  expect(printed.join("")).toMatch(/^__tests__\/inventories\/shop\.staging\.json: \d+ addresses, new$/m);
  // The lists are complete: synth, the last step, has nothing to add.
  expect(printed.at(-1)).not.toContain("npm run protected");
  expect(printed.at(-1)).toMatch(/shop: staging \d+ resources, production \d+ resources/);

  for (const name of ["staging", "production"])
    expect(existsSync(path.join(folder, "cdktf.out", "stacks", name, "cdk.tf.json"))).toBe(true);
  const stacks = (await run(".ci/stacks")).out.trim().split("\n");
  expect(stacks.filter((stack) => !stacksBefore.includes(stack))).toEqual(["shop production", "shop staging"]);
  expect(stacks).toEqual(expect.arrayContaining(stacksBefore));

  const after = hashes();
  expect([...before].filter(([file, hash]) => after.get(file) !== hash).map(([file]) => file)).toEqual(["progress.md"]);
  const release = readdirSync(path.join(folder, "releases", "shop")).find((file) => /^[0-9a-f]{16}\.json$/.test(file));
  expect([...after.keys()].filter((file) => !before.has(file)).sort()).toEqual(
    [
      ...OWN,
      ...[
        "__tests__/inventories/shop.",
        "__tests__/inventories/shop.bootstrap-",
        "protected/shop/",
        "releases/shop/",
      ].flatMap((start) => ["staging", "production"].map((name) => `${start}${name}.json`)),
      `releases/shop/${release}`,
    ].sort(),
  );
  expect(readFileSync(path.join(folder, "progress.md"), "utf8")).toContain("- [x] Deployed: Orders (`orders`)\n");

  // The types accept the files, too.
  write("tsconfig.shop.json", JSON.stringify({ extends: "./tsconfig.json", include: [], files: OWN }));
  expect(await run(process.execPath, "node_modules/typescript/bin/tsc", "-p", "tsconfig.shop.json")).toEqual({
    code: 0,
    out: "",
  });
}, 240_000);
