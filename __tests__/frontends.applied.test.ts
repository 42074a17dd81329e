import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { type FakeVercel, startFakeVercel } from "@slipway/fake-vercel";
import { readStack, run, terraformEnvironment, whatIsMissing } from "@slipway/rehearsal";
import { everyStack, withFixedRelease } from "../commands/every-stack";
import { another } from "../commands/rehearse/shifts";
import { VercelFrontend, type VercelFrontendProps } from "../constructs/frontend/vercel-frontend";
import { VERCEL_PROVIDER_VERSION, VercelProvider } from "../constructs/frontend/vercel-provider";
import type { Configuration } from "../schema/load";
import { synthesize } from "../stacks/synthesize";
import { build } from "./construct";
import { type Json, ROOT } from "./support";

// The real vercel provider applies, changes and destroys what each stack has on Vercel, against the fake. A rehearsal of a
// whole stack does the same with everything else.

/** Milliseconds for a stack, on machines that are busy. */
const LIMIT = 300_000;

const work = mkdtempSync(path.join(os.tmpdir(), "frontends-"));
const stacks = everyStack(ROOT).filter(({ system }) => ["pmcrm", "nexus", "pharmassist"].includes(system));

/** Writes a stack after a change, and answers with its resources on Vercel. */
function written(configuration: Configuration, name: string, id: string, change: Json = {}): Json {
  const files = configuration.environments[name] as Json;
  const environments = { [name]: { ...files, protectedList: undefined, ...change } } as unknown;
  const out = path.join(work, `${configuration.name}-${name}-${id}`);
  mkdirSync(out);
  synthesize({ ...configuration, environments: environments as Configuration["environments"] }, {}, out);
  const { resource = {}, provider = {}, terraform } = readStack(path.join(out, "stacks", name));
  const { vercel } = terraform.required_providers ?? {};
  return {
    terraform: { required_providers: { vercel } },
    provider: { vercel: provider.vercel },
    resource: Object.fromEntries(Object.entries(resource).filter(([type]) => type.startsWith("vercel_"))),
  };
}

/** Runs Terraform in a folder; answers with its exit code and its output. */
const terraformIn =
  (folder: string, fake: FakeVercel) =>
  async (json: Json, ...args: readonly string[]) => {
    writeFileSync(path.join(folder, "main.tf.json"), JSON.stringify(json));
    const env = { ...terraformEnvironment(), ...fake.env, SSL_CERT_FILE: fake.authority };
    const { status, stdout, stderr } = await run("terraform", [...args, "-no-color"], {
      env,
      cwd: folder,
      timeout: 300,
    });
    return { status, text: stdout + stderr };
  };

const missing = whatIsMissing(path.join(work, "provider"), {
  required_providers: { vercel: { source: "vercel/vercel", version: VERCEL_PROVIDER_VERSION } },
});
if (missing) console.warn(`nothing is applied: ${missing}`);
const testApplied = missing ? test.skip : test;

testApplied.each(stacks)(
  "$name is applied, changed, rolled back and destroyed",
  async ({ system, environment: name }) => {
    const configuration = await withFixedRelease(ROOT, system);
    const { release, environment } = configuration.environments[name] as Configuration["environments"]["production"];
    const next = another(release, "next", `sha256:${"f".repeat(64)}`);
    const stack = written(configuration, name, "first");
    const released = written(configuration, name, "next", { release: next, previous: release });
    const back = written(configuration, name, "back", { release, previous: next });
    const destroyable = written(configuration, name, "destroyable", {
      release,
      previous: next,
      environment: { ...environment, allowDestroy: true },
    });
    const folder = path.join(work, `${system}-${name}`);
    mkdirSync(folder);
    const fake = await startFakeVercel(folder);
    const terraform = terraformIn(folder, fake);
    const domains = Object.values(environment.frontends).flat();
    const shown = () =>
      domains.map((domain) => fake.vercel.deployment(fake.vercel.aliases.get(domain).deploymentId).gitSource.ref);
    const commit = ({ frontends = {} }: Json) => domains.map(() => Object.values(frontends)[0]);
    const builds = () => fake.vercel.calls.filter(({ label }) => label === "POST /v12/now/deployments").length;
    try {
      expect(await terraform(stack, "init")).toMatchObject({ status: 0 });
      expect(await terraform(stack, "apply", "-auto-approve")).toMatchObject({ status: 0 });
      expect(await terraform(stack, "plan", "-detailed-exitcode")).toMatchObject({ status: 0 });
      expect(shown()).toEqual(commit(release));

      expect(await terraform(released, "apply", "-auto-approve")).toMatchObject({ status: 0 });
      expect(await terraform(released, "plan", "-detailed-exitcode")).toMatchObject({ status: 0 });
      expect(shown()).toEqual(commit(next));
      expect(builds()).toBe(2);

      const rolledBack = await terraform(back, "apply", "-auto-approve");
      expect(rolledBack.text).toContain(`Apply complete! Resources: 0 added, ${domains.length} changed, 0 destroyed.`);
      expect(shown()).toEqual(commit(release));
      expect(builds()).toBe(2);

      const [project] = fake.vercel.projects.values();
      Object.assign(project?.settings, { autoAssignCustomDomains: true });
      const drifted = await terraform(back, "plan", "-detailed-exitcode");
      expect([drifted.status, drifted.text]).toEqual([
        2,
        expect.stringContaining("0 to add, 1 to change, 0 to destroy"),
      ]);
      expect(await terraform(back, "apply", "-auto-approve")).toMatchObject({ status: 0 });
      expect(project?.settings.autoAssignCustomDomains).toBe(false);

      expect((await terraform(back, "destroy", "-auto-approve")).text).toContain("Instance cannot be destroyed");
      expect(await terraform(destroyable, "destroy", "-auto-approve")).toMatchObject({ status: 0 });
      expect(fake.vercel.entries()).toEqual([[], [], []]);
      expect(fake.vercel.calls.filter(({ status }) => status >= 400)).toEqual([]);
    } finally {
      await fake.stop();
    }
  },
  LIMIT,
);

testApplied(
  "a build that fails moves no domain, and the next apply builds again",
  async () => {
    const configuration = await withFixedRelease(ROOT, "pmcrm");
    const { release } = configuration.environments.staging as Configuration["environments"]["staging"];
    const next = another(release, "next", `sha256:${"f".repeat(64)}`);
    const stack = written(configuration, "staging", "works");
    const released = written(configuration, "staging", "fails", { release: next, previous: release });
    const folder = path.join(work, "failing");
    mkdirSync(folder);
    const fake = await startFakeVercel(folder);
    const terraform = terraformIn(folder, fake);
    try {
      expect(await terraform(stack, "init")).toMatchObject({ status: 0 });
      expect(await terraform(stack, "apply", "-auto-approve")).toMatchObject({ status: 0 });
      const before = [...fake.vercel.aliases.values()];
      fake.vercel.broken.add("f".repeat(40));
      expect((await terraform(released, "apply", "-auto-approve")).text).toContain("BUILD_FAILED");
      expect([...fake.vercel.aliases.values()]).toEqual(before);
      fake.vercel.broken.clear();
      expect(await terraform(released, "apply", "-auto-approve")).toMatchObject({ status: 0 });
      expect(await terraform(released, "plan", "-detailed-exitcode")).toMatchObject({ status: 0 });
    } finally {
      await fake.stop();
    }
  },
  LIMIT,
);

const [FIRST, SECOND] = ["1".repeat(40), "2".repeat(40)] as const;

/** A stack that has only these frontends. */
const stackOf = (frontends: Readonly<Record<string, Partial<VercelFrontendProps>>>): Json => {
  const { json } = build((stack) => {
    new VercelProvider(stack, "vercel", { team: "acme" });
    for (const [name, props] of Object.entries(frontends))
      new VercelFrontend(stack, name, {
        name: `shop-test-${name}`,
        repository: "acme/shop",
        productionBranch: "release",
        framework: "nextjs",
        regions: ["fra1"],
        domains: [],
        variables: { NEXT_PUBLIC_API_URL: "https://api.example.com" },
        headers: [{ path: "/admin", set: { "X-A": "1" } }],
        commit: FIRST,
        deletionProtection: false,
        ...props,
      });
  });
  const { terraform, provider, resource } = json;
  return { terraform: { required_providers: terraform.required_providers }, provider, resource };
};

/** Runs a test with a fake and a folder of its own, in which a stack is initialized. */
async function inWorld(
  stack: Json,
  play: (fake: FakeVercel, terraform: ReturnType<typeof terraformIn>) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(path.join(work, "world-"));
  const fake = await startFakeVercel(folder);
  const terraform = terraformIn(folder, fake);
  try {
    expect(await terraform(stack, "init")).toMatchObject({ status: 0 });
    await play(fake, terraform);
  } finally {
    await fake.stop();
  }
}

testApplied(
  "domains move between frontends, a frontend is renamed, and one is removed",
  async () => {
    const [A, B, C] = ["a.example.com", "b.example.com", "c.example.com"] as const;
    const versions: Readonly<Record<string, Partial<VercelFrontendProps>>>[] = [
      { web: { domains: [A] }, shop: { domains: [B] } },
      { web: { domains: [B] }, shop: { domains: [A] } },
      { web: { domains: [B, A] }, shop: { domains: [C] } },
      { web: { domains: [B, A] }, store: { domains: [C] } },
      { store: { domains: [C, A] } },
    ];
    await inWorld(stackOf(versions[0] ?? {}), async (fake, terraform) => {
      for (const version of versions) {
        const stack = stackOf(version);
        expect(await terraform(stack, "apply", "-auto-approve")).toMatchObject({ status: 0 });
        expect(await terraform(stack, "plan", "-detailed-exitcode")).toMatchObject({ status: 0 });
        const shown = [...fake.vercel.aliases.values()].map(({ alias, projectId }) => [
          alias,
          fake.vercel.project(projectId).settings.name,
        ]);
        const named = Object.entries(version).flatMap(([name, { domains = [] }]) =>
          domains.map((domain) => [domain, `shop-test-${name}`]),
        );
        expect(shown.sort()).toEqual(named.sort());
      }
      expect(await terraform(stackOf(versions.at(-1) ?? {}), "destroy", "-auto-approve")).toMatchObject({ status: 0 });
      expect(fake.vercel.entries()).toEqual([[], [], []]);
    });
  },
  LIMIT,
);

testApplied(
  "the domains show a release although the commit before does not build with new settings",
  async () => {
    const domains = ["app.example.com"];
    const before = stackOf({ web: { domains } });
    const after = stackOf({ web: { domains, commit: SECOND, previous: FIRST, rootDirectory: "apps/web" } });
    const alone = stackOf({ web: { domains, commit: SECOND, rootDirectory: "apps/web" } });
    await inWorld(before, async (fake, terraform) => {
      expect(await terraform(before, "apply", "-auto-approve")).toMatchObject({ status: 0 });
      fake.vercel.broken.add(FIRST);
      expect((await terraform(after, "apply", "-auto-approve")).text).toContain("BUILD_FAILED");
      const { deploymentId } = fake.vercel.aliases.get("app.example.com");
      expect(fake.vercel.deployment(deploymentId).gitSource.ref).toBe(SECOND);
      expect(await terraform(alone, "plan", "-detailed-exitcode")).toMatchObject({ status: 0 });
    });
  },
  LIMIT,
);

testApplied(
  "an apply that ends at any call can be repeated, after untaint and a discarded draft of the rules",
  async () => {
    const stack = stackOf({ web: { domains: ["app.example.com"], deletionProtection: true } });
    const isChange = (method: string) => method !== "GET";
    for (let failing = 0, more = true; more; failing += 1)
      await inWorld(stack, async (fake, terraform) => {
        const { vercel } = fake;
        const answer = vercel.answer.bind(vercel);
        let seen = 0;
        vercel.answer = (host, method, ...call) => {
          if (!isChange(method) || seen++ !== failing) return answer(host, method, ...call);
          return { status: 500, body: { error: { code: "internal_server_error", message: "failing" } } };
        };
        const { text } = await terraform(stack, "apply", "-auto-approve");
        more = seen > failing;
        if (more) expect(text).toContain("failing");
        const [project] = vercel.projects.values();
        if (text.includes("Error updating project") || text.includes("setting the production branch"))
          expect(await terraform(stack, "untaint", "vercel_project.web_project")).toMatchObject({ status: 0 });
        const draft = project?.routes.versions.find(({ isStaging }) => isStaging);
        if (draft) {
          expect((await terraform(stack, "apply", "-auto-approve")).text).toContain("unpublished staged routing-rules");
          draft.isStaging = false;
        }
        expect(await terraform(stack, "apply", "-auto-approve")).toMatchObject({ status: 0 });
        expect(await terraform(stack, "plan", "-detailed-exitcode")).toMatchObject({ status: 0 });
        expect([project, ...vercel.projects.values()].at(-1)).toMatchObject({
          settings: { autoAssignCustomDomains: false, link: { productionBranch: "release" } },
          routes: { live: [{}, {}] },
        });
      });
  },
  LIMIT,
);
