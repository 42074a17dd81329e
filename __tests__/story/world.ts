import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import type { Cloud } from "@slipway/fake-google-cloud";
import { type Machine, madeByHand, poolsOf, type Run, readStack, run, startMachine } from "@slipway/rehearsal";
import { checkout } from "../../commands/checkout";
import { prepared, SURROUNDINGS } from "../../commands/rehearse/project";
import { VERCEL_PROVIDER_VERSION } from "../../constructs/frontend/vercel-provider";
import { headersAt } from "../../facts/http";
import { recordsBucket } from "../../facts/names";
import { isBelow } from "../../facts/paths";
import { hostsFor } from "../../schema/environment";
import { type Configuration, environmentOf, load } from "../../schema/load";
import { PROVIDER_VERSIONS } from "../../stacks/providers";
import { synthesize } from "../../stacks/synthesize";
import { ROOT } from "../support";

const ENVIRONMENTS = ["staging", "production"] as const;
export type Place = (typeof ENVIRONMENTS)[number];

/** What is in the two environments: objects of a cluster, and programs that run in them, are simulated. */
type Machines = Readonly<Record<Place, Machine>>;

/**
 * A system's staging and production, each with a cloud and a cluster of its own, and a checkout in which people change files
 * and run commands.
 */
export class World {
  private isCutOff = false;

  private constructor(
    readonly system: string,
    private readonly work: string,
    private readonly machines: Machines,
    private readonly internet: http.Server,
  ) {}

  /** @param edits changes of the checkout's files before anything is deployed */
  static async start(
    system: string,
    work: string,
    edits: readonly (readonly [file: string, before: RegExp, after: string])[] = [],
  ): Promise<World> {
    const configuration = await load(ROOT, system, {});
    const folder = path.join(work, "checkout");
    checkout(folder);
    cpSync(path.join(ROOT, "__tests__", "release.json"), path.join(folder, "__tests__", "release.json"));
    const bin = path.join(work, "bin");
    mkdirSync(bin, { recursive: true });
    for (const program of ["terraform", "crane", "trivy"])
      symlinkSync(path.join(ROOT, "__tests__", "story", "bin", program), path.join(bin, program));
    symlinkSync(path.join(ROOT, "__tests__", "gcloud.mjs"), path.join(bin, "gcloud"));
    const out = path.join(work, "out");
    mkdirSync(out);
    synthesize(configuration, {}, out);
    const machines: Partial<Record<Place, Machine>> = {};
    for (const name of ENVIRONMENTS) machines[name] = await machineOf(configuration, name, path.join(work, name), out);
    const internet = await internetOf(configuration);
    const world = new World(system, work, machines as Machines, internet);
    // A soak of an hour is for people.
    world.edit("environments/SYSTEM/production.ts", /soakMinutes: \d+/, "soakMinutes: 0");
    for (const edit of edits) world.edit(...edit);
    return world;
  }

  /**
   * Runs slipway in the checkout, against an environment's cloud.
   * @param onLine gets each line that it prints
   */
  slipway(place: Place, args: readonly string[], onLine?: (line: string) => NodeJS.Signals | undefined): Promise<Run> {
    if (place === "production") this.share();
    const machine = this.machines[place];
    return run(process.execPath, ["commands/slipway.mjs", ...args], {
      cwd: path.join(this.work, "checkout"),
      timeout: 600,
      onLine,
      env: {
        ...machine.env,
        PATH: `${path.join(this.work, "bin")}:${machine.env.PATH}`,
        GOOGLE_BACKEND_STORAGE_CUSTOM_ENDPOINT: machine.google.env.GOOGLE_STORAGE_CUSTOM_ENDPOINT,
        GCLOUD_KUBECONFIG: machine.env.KUBECONFIG,
        GCLOUD_BACKUPS: this.backups(place),
        STORY_WORK: machine.work,
        STORY_TERRAFORM: TERRAFORM,
        STORY_IMAGES: path.join(this.work, "images.json"),
        STORY_VULNERABILITIES: this.vulnerabilities,
        STORY_INTERNET: String((this.internet.address() as AddressInfo).port),
        NODE_OPTIONS: `--import ${path.join(ROOT, "__tests__", "story", "internet.mjs")}`,
        SYSTEM: this.system,
        GITHUB_ACTOR: "ann", // who signs a manual step
        CI: "",
        NO_COLOR: "1",
        TF_IN_AUTOMATION: undefined,
        ...(this.isCutOff && {
          TF_CLI_CONFIG_FILE: this.noProviders(place),
          HTTPS_PROXY: "http://127.0.0.1:1",
          npm_config_registry: "http://127.0.0.1:1",
        }),
      },
    });
  }

  /** Changes a file of the checkout. */
  edit(file: string, before: RegExp, after: string): void {
    const full = path.join(this.work, "checkout", file.replace("SYSTEM", this.system));
    const text = readFileSync(full, "utf8");
    if (!before.test(text)) throw new Error(`${file} has nothing like ${before}`);
    writeFileSync(full, text.replace(before, after));
  }

  /** Lets scans find these critical vulnerabilities in every image, from now on. */
  becomesKnown(...ids: readonly string[]): void {
    writeFileSync(this.vulnerabilities, JSON.stringify(ids));
  }

  // biome-ignore lint/suspicious/noExplicitAny: JSON of a file, of which each test knows the fields
  pointer(place: Place): any {
    return JSON.parse(readFileSync(path.join(this.work, "checkout", "releases", this.system, `${place}.json`), "utf8"));
  }

  kubectl(place: Place, ...args: readonly string[]): Promise<string> {
    return this.machines[place].kubectl(...args);
  }

  cloud(place: Place): Cloud {
    return this.machines[place].google.cloud;
  }

  /** Number of backups that were made before migrations. */
  backupsIn(place: Place): number {
    return existsSync(this.backups(place)) ? JSON.parse(readFileSync(this.backups(place), "utf8")).length : 0;
  }

  async stop(): Promise<void> {
    this.internet.close();
    for (const machine of Object.values(this.machines)) await machine.stop();
  }

  /** Does something while the registries of providers and packages, and the repositories of charts, are out of reach. */
  async cutOff<Result>(run: () => Promise<Result>): Promise<Result> {
    this.isCutOff = true;
    try {
      return await run();
    } finally {
      this.isCutOff = false;
    }
  }

  /** A configuration with which Terraform finds no provider to install. */
  private noProviders(place: Place): string {
    // The story leaves out what is on Vercel, so its provider was never installed.
    const stack = path.join(this.work, "checkout", "cdktf.out", "stacks", place);
    const [name, version] = ["registry.terraform.io/vercel/vercel", VERCEL_PROVIDER_VERSION];
    const [providers, google] = [
      path.join(stack, ".terraform", "providers"),
      `registry.terraform.io/hashicorp/google/${PROVIDER_VERSIONS.google}`,
    ];
    const [platform = ""] = readdirSync(path.join(providers, google));
    const installed = path.join(providers, name, version, platform);
    mkdirSync(installed, { recursive: true });
    writeFileSync(path.join(installed, `terraform-provider-vercel_v${version}`), "", { mode: 0o755 });
    const lock = path.join(stack, ".terraform.lock.hcl");
    const locked = readFileSync(lock, "utf8");
    if (!locked.includes(name))
      writeFileSync(lock, `${locked}\nprovider "${name}" {\n  version     = "${version}"\n}\n`);
    const file = path.join(this.work, "cut-off.tfrc");
    const nowhere = path.join(this.work, "nowhere");
    writeFileSync(file, `provider_installation {\n  filesystem_mirror {\n    path = "${nowhere}"\n  }\n}\n`);
    return file;
  }

  private get vulnerabilities(): string {
    return path.join(this.work, "vulnerabilities.json");
  }

  private backups(place: Place): string {
    return path.join(this.work, `backups-${place}.json`);
  }

  /** Each environment has a cloud of its own, so staging's records come to where production's deployer looks for them. */
  private share(): void {
    const key = `storage/b/${recordsBucket(`${this.system}-staging`)}`;
    const [from, to] = [this.cloud("staging"), this.cloud("production")];
    for (const [name, object] of from.store.below(`${key}/o`)) {
      to.store.set(name, structuredClone(object));
      to.contents.set(name, from.contents.get(name) as string);
    }
  }
}

const TERRAFORM = execFileSync("sh", ["-c", "command -v terraform || true"], { encoding: "utf8" }).trim();

/** An environment's cloud and cluster, prepared as bootstrap does. */
async function machineOf(configuration: Configuration, name: Place, work: string, out: string): Promise<Machine> {
  const { system, environment } = environmentOf(configuration, name);
  const stack = readStack(path.join(out, "stacks", name));
  return startMachine({
    ...SURROUNDINGS,
    work,
    timeout: 120,
    speed: Number.POSITIVE_INFINITY,
    madeByHand: madeByHand(stack),
    pools: poolsOf(stack),
    deployer: environment.deployer,
    prepareProject(cloud) {
      prepared(stack, system, environment)(cloud);
      const deployer = `serviceAccount:${environment.deployer}`;
      makeBucket(cloud, environment.project, environment.stateBucket, { objectUser: deployer });
      const records = { objectCreator: deployer, objectViewer: deployer };
      makeBucket(cloud, environment.project, recordsBucket(environment.project), records);
      if (name === "production")
        makeBucket(cloud, environment.project, recordsBucket(`${configuration.name}-staging`), {
          objectViewer: deployer,
        });
    },
  });
}

/** Makes a bucket with roles for members, unless it is there. */
function makeBucket(cloud: Cloud, project: string, name: string, roles: Readonly<Record<string, string>>): void {
  const call = (method: string, rest: string, body: object, query = {}) =>
    cloud.call({ method, service: "storage", path: rest, body, query: new URLSearchParams(query) });
  if (cloud.store.get(`storage/b/${name}`)) return;
  call("POST", "b", { name, location: "europe-west1" }, { project });
  const bindings = Object.entries(roles).map(([role, member]) => ({
    role: `roles/storage.${role}`,
    members: [member],
  }));
  call("PUT", `b/${name}/iam`, { bindings });
}

/** Answers as the load balancers of all public hosts, while their pods are ready. */
async function internetOf(configuration: Configuration): Promise<http.Server> {
  const sites = ENVIRONMENTS.flatMap((name) => {
    const { system, environment } = environmentOf(configuration, name);
    return [
      ...Object.entries(system.services).flatMap(([service, { paths, headers }]) =>
        hostsFor(environment, service).flatMap((host) => paths.map((it) => ({ host, path: it, headers }))),
      ),
      ...Object.keys(environment.frontends).flatMap((frontend) =>
        hostsFor(environment, frontend).map((host) => ({
          host,
          path: "/",
          headers: system.vercel[frontend]?.headers ?? [],
        })),
      ),
    ];
  });
  const server = http.createServer(({ url = "/", headers: { host = "", "x-forwarded-proto": scheme } }, answer) => {
    if (scheme === "http") return answer.writeHead(301, { location: `https://${host}${url}` }).end();
    const asked = url.replace(/\?.*/, "");
    const site = sites.find((it) => it.host === host && isBelow(asked, it.path));
    answer.writeHead(site ? 200 : 404, site ? headersAt(site.headers, asked) : {}).end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}
