#!/usr/bin/env node
// What commands use of gcloud, against the fake of Google Cloud: the real one takes seconds for each call, and tests make
// many. gcloud.applied.test.ts uses the real one.
import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";

const { GOOGLE_SERVICE_USAGE_CUSTOM_ENDPOINT: usage, FAKE_TOKEN } = process.env;
const origin = new URL(usage).origin;
const args = process.argv.slice(2);
const words = args.filter((arg) => !arg.startsWith("-")).join(" ");
const option = (name) => args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
const project = option("project") ?? args.find((arg) => arg.endsWith("-staging") || arg.endsWith("-production"));

async function call(path, method = "GET", body = undefined) {
  const response = await fetch(`${origin}/${path}`, {
    method,
    headers: { authorization: `Bearer ${FAKE_TOKEN}` },
    body: body && JSON.stringify(body),
  });
  const answer = await response.json();
  if (response.ok) return answer;
  console.error(`ERROR: (gcloud) ${answer.error.message}`);
  process.exit(1);
}
const print = (items, field) => console.log((items ?? []).map(field).join("\n"));

/** Backups of Cloud SQL, which the fake does not have, are in a file. */
const { GCLOUD_BACKUPS: file } = process.env;
const backups = () => (existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : []);

const COMMANDS = {
  "auth application-default print-access-token": async () => {
    const { token_url } = JSON.parse(readFileSync(process.env.GOOGLE_APPLICATION_CREDENTIALS, "utf8"));
    console.log((await (await fetch(token_url, { method: "POST" })).json()).access_token);
  },
  "container clusters get-credentials": () => copyFileSync(process.env.GCLOUD_KUBECONFIG, process.env.KUBECONFIG),
  "sql backups create": () => {
    const run = { description: option("description"), status: "SUCCESSFUL", startTime: new Date().toISOString() };
    writeFileSync(file, JSON.stringify([...backups(), run]));
    console.log("operation");
  },
  "sql operations wait": () => {},
  "sql backups list": () => console.log(JSON.stringify(backups())),
  "storage objects list": () => {
    const dump = { storage_url: "gs://dumps/1.dump", size: 1, creation_time: new Date().toISOString() };
    writeFileSync(file, JSON.stringify([...backups(), dump]));
    console.log(JSON.stringify([dump]));
  },
  "config config-helper": () => console.log(FAKE_TOKEN),
  "billing projects describe": async () =>
    console.log((await call(`cloudbilling/v1/projects/${project}/billingInfo`)).billingEnabled ? "True" : "False"),
  "services list": async () =>
    print(
      (await call(`serviceusage/v1/projects/${project}/services?filter=state:ENABLED`)).services,
      (it) => it.config.name,
    ),
  "services enable": () =>
    call(`serviceusage/v1/projects/${project}/services:batchEnable`, "POST", {
      serviceIds: args.filter((arg) => arg.endsWith(".googleapis.com")),
    }),
  "beta services identity create": () =>
    call(`serviceusage/v1beta1/projects/${project}/services/${option("service")}:generateServiceIdentity`, "POST"),
  "kms keyrings list": async () =>
    print(
      (await call(`cloudkms/v1/projects/${project}/locations/${option("location")}/keyRings`)).keyRings,
      (it) => it.name,
    ),
  "compute networks list": async () =>
    print(
      (await call(`compute/compute/v1/projects/${project}/global/networks`)).items?.filter(
        (it) => it.name === "default",
      ),
      (it) => it.name,
    ),
  "compute instances list": () => {},
  "compute firewall-rules list": async () =>
    print(
      (await call(`compute/compute/v1/projects/${project}/global/firewalls`)).items?.filter((it) =>
        it.network.endsWith("/default"),
      ),
      (it) => it.name,
    ),
  "compute firewall-rules delete": () =>
    call(`compute/compute/v1/projects/${project}/global/firewalls/${args[3]}`, "DELETE"),
  "compute networks delete": () => call(`compute/compute/v1/projects/${project}/global/networks/${args[3]}`, "DELETE"),
  "projects describe": async () =>
    console.log((await call(`cloudresourcemanager/v1/projects/${project}`)).projectNumber),
  "projects get-iam-policy": async () =>
    console.log(JSON.stringify(await call(`cloudresourcemanager/v1/projects/${project}:getIamPolicy`, "POST", {}))),
  "projects remove-iam-policy-binding": async () => {
    const policy = await call(`cloudresourcemanager/v1/projects/${project}:getIamPolicy`, "POST", {});
    for (const binding of policy.bindings)
      if (binding.role === option("role")) binding.members = binding.members.filter((it) => it !== option("member"));
    policy.bindings = policy.bindings.filter((it) => it.members.length);
    await call(`cloudresourcemanager/v1/projects/${project}:setIamPolicy`, "POST", { policy });
  },
};
const [command] = Object.keys(COMMANDS).filter((it) => words.startsWith(it));
if (!command) {
  console.error(`ERROR: the test's gcloud does not know ${words}`);
  process.exit(2);
}
await COMMANDS[command]();
