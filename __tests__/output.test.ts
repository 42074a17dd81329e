import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { synthesize } from "../stacks/synthesize";
import { configuration, ROOT, read } from "./support";
import { withTerraform } from "./terraform";

let outdir: string;
beforeEach(() => {
  outdir = mkdtempSync(path.join(os.tmpdir(), "output-"));
});
afterEach(() => {
  rmSync(outdir, { recursive: true });
});

const write = (name = "pmcrm") => synthesize({ ...configuration(), name }, {}, outdir);
const folder = (stack = "production") => path.join(outdir, "stacks", stack);

test("one line says the system, its environments and how many resources each has", () => {
  expect(write()).toMatch(/^pmcrm: staging \d+ resources, production \d+ resources$/);
});

test("two runs write the same bytes, and no path of the machine", () => {
  write();
  const first = contents(outdir);
  write();
  expect(contents(outdir)).toEqual(first);
  for (const text of Object.values(first))
    for (const place of [ROOT, outdir, os.homedir()]) expect(text).not.toContain(place);
});

test("no two constructs share an address: as many resources are written as were made", () => {
  const line = write();
  for (const stack of ["staging", "production"] as const) {
    const [, made] = new RegExp(`${stack} (\\d+)`).exec(line) ?? [];
    expect(read(outdir, stack).resources).toHaveLength(Number(made));
  }
});

test("the outputs are what people look for, none of them sensitive", () => {
  write();
  const { output } = read(outdir, "production").json;
  expect(Object.keys(output).sort()).toEqual(
    [
      "cache",
      "cluster",
      "credentials_command",
      "database",
      "database_replica",
      "edge_address",
      "environment",
      "hosts",
      "project",
      "system",
    ].sort(),
  );
  for (const o of Object.values<{ sensitive?: boolean }>(output)) expect(o.sensitive).toBeUndefined();
  expect(output.hosts.value).toEqual(["api.pmcrm.io"]);
  expect(output.credentials_command.value).toBe(
    "gcloud container clusters get-credentials pmcrm-production --project pmcrm-production --location europe-west1 --dns-endpoint",
  );
});

test("each environment has a state of its own", () => {
  write();
  expect(read(outdir, "production").json.terraform.backend.gcs).toEqual({
    bucket: "pmcrm-production-terraform-state",
    prefix: "pmcrm/production",
  });
  expect(read(outdir, "staging").json.terraform.backend.gcs).toEqual({
    bucket: "pmcrm-staging-terraform-state",
    prefix: "pmcrm/staging",
  });
});

test("staging's names do not contain production's", () => {
  write();
  expect(read(outdir, "staging").text.replace(/"NODE_ENV": "production"/g, "")).not.toContain("production");
});

describe("a folder that another system was written to", () => {
  const initialised = (stack: string) => mkdirSync(path.join(folder(stack), ".terraform"), { recursive: true });

  test("forgets what Terraform was initialised for", () => {
    write("other");
    initialised("production");
    initialised("staging");
    write("pmcrm");
    expect(existsSync(path.join(folder("production"), ".terraform"))).toBe(false);
    expect(existsSync(path.join(folder("staging"), ".terraform"))).toBe(false);
  });

  test("keeps it while the system stays the same", () => {
    write();
    initialised("production");
    write();
    expect(existsSync(path.join(folder("production"), ".terraform"))).toBe(true);
  });

  withTerraform("is initialised again without a question about the other system's state", async () => {
    // Google Cloud Storage as far as `terraform init` looks: whatever is asked for, one answer that is an empty state,
    // an object's description and a list without objects at once.
    const answer = {
      version: 4,
      serial: 1,
      lineage: "test",
      outputs: {},
      resources: [],
      name: "state",
      generation: "1",
    };
    const storage = createServer((_, response) => response.end(JSON.stringify({ ...answer, items: [] })));
    await new Promise<void>((resolve) => storage.listen(0, "127.0.0.1", resolve));
    const env = {
      ...process.env,
      TF_CLI_CONFIG_FILE: "",
      CHECKPOINT_DISABLE: "1",
      GOOGLE_OAUTH_ACCESS_TOKEN: "none",
      GOOGLE_BACKEND_STORAGE_CUSTOM_ENDPOINT: `http://127.0.0.1:${(storage.address() as AddressInfo).port}/storage/v1/b`,
    };
    const init = async () => {
      // Providers are not this test's matter; the backend is.
      const file = path.join(folder(), "cdk.tf.json");
      const { terraform } = JSON.parse(readFileSync(file, "utf8"));
      writeFileSync(file, JSON.stringify({ terraform: { backend: terraform.backend } }));
      await promisify(execFile)("terraform", ["init", "-input=false", "-no-color"], { cwd: folder(), env });
    };
    try {
      write("other");
      await init();
      write("pmcrm");
      await init();
      // Without the clean-up Terraform refuses, and advises to migrate the state.
      const file = path.join(folder(), "cdk.tf.json");
      writeFileSync(file, readFileSync(file, "utf8").replace("pmcrm/production", "third/production"));
      await expect(init()).rejects.toThrow("Backend configuration changed");
    } finally {
      storage.close();
    }
  });
});

/** Every file below a folder, by its path. */
function contents(top: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(top, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => {
        const file = path.join(entry.parentPath, entry.name);
        return [path.relative(top, file), readFileSync(file, "utf8")];
      }),
  );
}
