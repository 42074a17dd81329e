import { writeFileSync } from "node:fs";
import { everyStack } from "../commands/every-stack";
import { inCheckout, TRACE } from "./cli-checkout";
import { ROOT } from "./support";

const { at, program, run, slipway, spoil } = inCheckout();

test("npm run synth prints each problem once, and no other line", async () => {
  spoil("environments/pmcrm/production.ts", "10.4.0.0/14", "10.4.0.0/33");
  spoil("environments/pmcrm/staging.ts", "project:", "projet:");
  expect(await run("npm", ["run", "--silent", "synth"])).toEqual({
    code: 1,
    out: [
      "3 problems in the configuration; nothing was changed.",
      "environments/pmcrm/staging.ts project = nothing: is required (string); copy it from gcloud projects list",
      "environments/pmcrm/staging.ts projet = a string: is not a known key; remove it, or correct its spelling",
      'environments/pmcrm/production.ts network.pods = "10.4.0.0/33": must be an IPv4 range in CIDR notation; write it like "10.0.0.0/20"',
      "",
    ].join("\n"),
  });
});

test("a file that is not valid TypeScript is reported as a problem", async () => {
  writeFileSync(at("environments", "pmcrm", "staging.ts"), "export default {");
  const { code, out } = await program();
  expect(code).toBe(1);
  expect(out).toContain("environments/pmcrm/staging.ts: cannot be read: ");
  expect(out).not.toMatch(TRACE);
});

test("an unknown system is rejected with the list of systems", async () => {
  const systems = [...new Set(everyStack(ROOT).map(({ system }) => system))].join(", ");
  expect(await program({ SYSTEM: "crmpm" })).toEqual({
    code: 1,
    out: `1 problem in the configuration; nothing was changed.\nSYSTEM = "crmpm": is not a system; use one of ${systems}\n`,
  });
});

test("secrets lists each supplied secret with the lines that add it, and nothing else", async () => {
  const { code, out } = await slipway(["secrets", "production"]);
  expect(code).toBe(0);
  expect(out.match(/^# [A-Z_]+: version \d+ of \S+ is read$/gm)).toEqual(
    [
      "google-client-secret",
      "microsoft-client-secret",
      "anthropic-api-key",
      "openai-api-key",
      "apollo-api-key",
      "whatsapp-api-token",
      "alertmanager-receiver",
      "datadog-api-key",
    ].map((name) => `# ${name.toUpperCase().replace(/-/g, "_")}: version 1 of pmcrm-${name} is read`),
  );
  expect(out.match(/gcloud secrets versions add pmcrm-\S+ --project=pmcrm-production --data-file=-/g)).toHaveLength(8);
});

test("bootstrap --print prints all that an empty project needs before the first deploy", async () => {
  const { code, out } = await slipway(["bootstrap", "staging", "--print"]);
  expect(code).toBe(0);
  for (const api of ["serviceusage", "cloudresourcemanager", "iam", "secretmanager", "storage"])
    expect(out).toContain(`${api}.googleapis.com`);
  expect(out).toContain("It must be the environment's logLocation, which is global.");
  expect(out).toContain("gcloud logging buckets list --project=pmcrm-staging");
  expect(out).toContain("gcloud storage buckets create gs://pmcrm-staging-terraform-state --project=pmcrm-staging");
  expect(out).toContain("gcloud artifacts repositories create pmcrm ");
  expect(out).toContain("docker push europe-west1-docker.pkg.dev/pmcrm-staging/pmcrm/backend:first");
  expect(out.match(/gcloud secrets versions add/g)).toHaveLength(6);
  expect(out).not.toContain("production");
});
