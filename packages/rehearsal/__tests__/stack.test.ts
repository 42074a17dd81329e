import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { madeByHand } from "../src/made-by-hand";
import { poolsOf, readStack, renewsTokens, secretCopies, whyNoStack } from "../src/stack";
import { prepare, waitedIn } from "../src/terraform/prepare";

const folder = mkdtempSync(path.join(os.tmpdir(), "stack-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A folder with this text as its stack. */
function stackOf(name: string, text: string): string {
  mkdirSync(path.join(folder, name));
  writeFileSync(path.join(folder, name, "cdk.tf.json"), text);
  return path.join(folder, name);
}

test("secrets, DNS zones, log buckets and roles that people make are read from the stack", () => {
  const made = madeByHand({
    provider: { google: [{ project: "p" }] },
    resource: {
      google_dns_record_set: {
        // biome-ignore lint/suspicious/noTemplateCurlyInString: Terraform's expression
        own: { managed_zone: "${google_dns_managed_zone.z.name}", name: "b.io." },
        given: { managed_zone: "zone", name: "api.shop.io." },
        // biome-ignore lint/suspicious/noTemplateCurlyInString: Terraform's expression
        issued: { managed_zone: "zone", name: "${google_certificate_manager_dns_authorization.a.name}" },
      },
      google_logging_project_bucket_config: { logs: { location: "eu" } },
      google_service_account_iam_member: {
        own: { role: "projects/p/roles/signer" },
        predefined: { role: "roles/iam.workloadIdentityUser" },
      },
    },
    ephemeral: {
      google_secret_manager_secret_version: {
        // biome-ignore lint/suspicious/noTemplateCurlyInString: Terraform's expression
        own: { secret: "${google_secret_manager_secret.s.id}" },
        given: { secret: "api-key" },
      },
    },
    terraform: {},
  });
  expect(made).toEqual({
    secrets: [{ project: "p", secret: "api-key", version: 1 }],
    zones: [{ project: "p", zone: "zone", dnsName: "shop.io." }],
    logs: [{ project: "p", location: "eu" }],
    roles: ["projects/p/roles/signer"],
  });
});

test("the simulated nodes are those of the pools of a stack and its next versions, with their taints", () => {
  const pool = (name: string, taint?: object[]) => ({
    resource: { google_container_node_pool: { [name]: { name, node_config: { taint } } } },
    terraform: {},
  });
  const batch = pool("batch", [{ key: "dedicated", value: "batch", effect: "NO_SCHEDULE" }]);
  expect(poolsOf(pool("app"), batch, pool("app"))).toEqual([
    { name: "app", taints: [] },
    { name: "batch", taints: [{ key: "dedicated", value: "batch", effect: "NoSchedule" }] },
  ]);
});

test("a cluster whose nodes Google chooses has three without taints", () => {
  expect(poolsOf({ terraform: {} }).map(({ taints }) => taints)).toEqual([[], [], []]);
});

test("keys of Secrets that copy a secret lead to it", () => {
  const read = (name: string) => `\${ephemeral.google_secret_manager_secret_version.${name}.secret_data}`;
  const copies = secretCopies({
    resource: {
      google_secret_manager_secret: { own: { secret_id: "shop-password" } },
      kubernetes_secret_v1: {
        web: { data_wo: { PASSWORD: read("own"), KEY: read("given"), URL: `https://${read("given")}@host` } },
      },
    },
    ephemeral: {
      google_secret_manager_secret_version: {
        // biome-ignore lint/suspicious/noTemplateCurlyInString: Terraform's expression
        own: { secret: "${google_secret_manager_secret.own.id}" },
        given: { secret: "api-key" },
      },
    },
    terraform: {},
  });
  expect(Object.fromEntries(copies)).toEqual({ "web PASSWORD": "shop-password", "web KEY": "api-key" });
});

test("only the credential plugin renews tokens", () => {
  expect(renewsTokens({ provider: { kubernetes: [{ exec: [{ command: "plugin" }] }] }, terraform: {} })).toBe(true);
  expect(renewsTokens({ provider: { kubernetes: [{ token: "t" }] }, terraform: {} })).toBe(false);
});

test.each([
  ["a stack", '{"terraform": {}}', undefined],
  ["text", "{", "its cdk.tf.json is not valid JSON"],
  ["another JSON", "[]", "its cdk.tf.json is not a synthesized stack"],
])("a folder with %s", (name, text, why) => {
  expect(whyNoStack(stackOf(name, text))).toBe(why);
});

test("a folder without a stack", () => {
  expect(whyNoStack(path.join(folder, "none"))).toBe("has no readable cdk.tf.json");
});

test("a prepared stack has its resources on Vercel only if something answers for Vercel", () => {
  const elsewhere = { resource: { random_id: { a: {} } }, provider: { random: [{}] } };
  const requirements = { random: { version: "3.9.0" } };
  const stack = stackOf(
    "on-vercel",
    JSON.stringify({
      resource: { ...elsewhere.resource, vercel_project: { web: { name: "web" } } },
      provider: { ...elsewhere.provider, vercel: [{ team: "acme" }] },
      terraform: { required_providers: { ...requirements, vercel: { source: "vercel/vercel" } } },
    }),
  );
  const work = path.join(folder, "work-on-vercel");
  const prepared = () => readStack(path.join(work, "tf"));
  prepare(stack, work, 60);
  expect(prepared()).toMatchObject({ ...elsewhere, terraform: { required_providers: requirements } });
  expect(JSON.stringify(prepared())).not.toContain("vercel");
  prepare(stack, work, 60, { vercel: true });
  expect(prepared().resource?.vercel_project).toEqual({ web: { name: "web" } });
});

test("a prepared stack has a local state, short waits, and stubs of charts that are not in its folder", () => {
  const stack = stackOf(
    "prepared",
    JSON.stringify({
      resource: {
        helm_release: { traefik: { chart: "traefik", version: "1.2.3", repository: "https://charts", timeout: 600 } },
        terraform_data: { wait: { provisioner: [{ "local-exec": { command: "sleep 180" } }] } },
        google_project_service: { dns: { provisioner: [{ "local-exec": { command: "sleep 60" } }] } },
      },
      terraform: { backend: { gcs: { bucket: "b" } } },
    }),
  );
  const work = path.join(folder, "work");
  prepare(stack, work, 60, { patience: 5 });
  expect(readStack(path.join(work, "tf"))).toEqual({
    resource: {
      helm_release: { traefik: { chart: path.join(work, "charts", "traefik"), timeout: 5 } },
      terraform_data: { wait: { provisioner: [{ "local-exec": { command: "sleep 3" } }] } },
      google_project_service: { dns: { provisioner: [{ "local-exec": { command: "sleep 1" } }] } },
    },
    terraform: { backend: { local: { path: "terraform.tfstate" } } },
  });
  prepare(stack, work, 60, { chartsMirror: "https://mirror" });
  expect(readStack(path.join(work, "tf")).resource?.helm_release).toEqual({
    traefik: { chart: "traefik", version: "1.2.3", repository: "https://mirror", timeout: 600 },
  });
});

test("at full speed, waits take no time, and are counted", () => {
  const sleep = (seconds: number) => ({ provisioner: [{ "local-exec": { command: `sleep ${seconds}` } }] });
  const stack = stackOf(
    "waiting",
    JSON.stringify({ resource: { terraform_data: { a: sleep(60), b: sleep(120) } }, terraform: {} }),
  );
  const work = path.join(folder, "work-waiting");
  prepare(stack, work, Number.POSITIVE_INFINITY);
  expect(waitedIn(work)).toBe(0);
  const waits = readStack(path.join(work, "tf")).resource?.terraform_data;
  for (const name of ["a", "b", "b"])
    execFileSync("sh", ["-c", waits?.[name]?.provisioner[0]["local-exec"].command], { cwd: path.join(work, "tf") });
  expect(waitedIn(work)).toBe(300);
});
