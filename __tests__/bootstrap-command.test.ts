import { spawnSync } from "node:child_process";
import { startFakeCloud } from "@slipway/fake-google-cloud";
import { existing } from "../commands/bootstrap/existing";
import { inShell, patiently } from "../commands/bootstrap/gcloud";
import { reader } from "../commands/bootstrap/google-api";
import { Refused } from "../commands/refused";
import { lostByBootstrap } from "../commands/terraform/plan-problems";

describe("what exists", () => {
  const budgets = { google_billing_budget: { budget: { billing_account: "A", display_name: "Budget of shop" } } };

  test("is found on a later page of a list", async () => {
    const asked: string[] = [];
    const found = await existing(async (_api, path) => {
      asked.push(path);
      return path.endsWith("?pageToken=2")
        ? { budgets: [{ displayName: "Budget of shop", name: "billingAccounts/A/budgets/7" }] }
        : { budgets: [{ displayName: "Another", name: "billingAccounts/A/budgets/1" }], nextPageToken: "2" };
    }, budgets);
    expect(found).toEqual([{ to: "google_billing_budget.budget", id: "billingAccounts/A/budgets/7" }]);
    expect(asked).toEqual(["billingAccounts/A/budgets", "billingAccounts/A/budgets?pageToken=2"]);
  });

  test("is not looked for after the last page", async () => {
    expect(await existing(async () => ({ budgets: [] }), budgets)).toEqual([]);
    expect(await existing(async () => undefined, budgets)).toEqual([]);
  });

  test("does not count while it is deleted and can come back", async () => {
    const pools = {
      google_iam_workload_identity_pool: { pool: { project: "p", workload_identity_pool_id: "github" } },
    };
    expect(await existing(async () => ({ state: "DELETED" }), pools)).toEqual([]);
    expect(await existing(async () => ({ state: "ACTIVE" }), pools)).toHaveLength(1);
  });
});

test("a bucket of another project is refused, although its name is the one of the state's", async () => {
  const fake = await startFakeCloud({ enabledApis: ["storage.googleapis.com"] });
  const { GOOGLE_STORAGE_CUSTOM_ENDPOINT } = process.env;
  try {
    process.env.GOOGLE_STORAGE_CUSTOM_ENDPOINT = fake.env.GOOGLE_STORAGE_CUSTOM_ENDPOINT;
    const query = new URLSearchParams({ project: "somebody" });
    fake.cloud.call({ service: "storage", method: "POST", path: "b", query, body: { name: "shop-bootstrap-state" } });
    const read = (id: string) => reader(fake.tokens.issue(), { id, number: fake.cloud.numberOf(id) });
    await expect(read("shop")("storage", "b/shop-bootstrap-state")).rejects.toThrow(
      /^The bucket shop-bootstrap-state is in another project \(\d+\)\.\nDelete it if it is yours\./,
    );
    expect(await read("somebody")("storage", "b/shop-bootstrap-state")).toMatchObject({ name: "shop-bootstrap-state" });
    expect(await read("shop")("storage", "b/none")).toBeUndefined();
  } finally {
    if (GOOGLE_STORAGE_CUSTOM_ENDPOINT === undefined) delete process.env.GOOGLE_STORAGE_CUSTOM_ENDPOINT;
    else process.env.GOOGLE_STORAGE_CUSTOM_ENDPOINT = GOOGLE_STORAGE_CUSTOM_ENDPOINT;
    await fake.stop();
  }
});

test("a shell reads a printed call as it is made", () => {
  const call = ["compute", "--filter=network~/default$ AND name~^default-", "it's !new", "$(id)", "`id`", ""];
  const { stdout } = spawnSync("bash", ["-c", `gcloud() { printf '%s\\n' "$@"; }; ${inShell(call)}`], {
    encoding: "utf8",
  });
  expect(stdout).toBe(`${call.join("\n")}\n`);
});

describe("waiting for Google", () => {
  const failing = (messages: string[]) => async () => {
    const message = messages.shift();
    if (message) throw new Refused(message);
    return "done";
  };
  const waited: number[] = [];
  const waits = async (seconds: number) => void waited.push(seconds);

  beforeEach(() => {
    waited.length = 0;
    jest.spyOn(console, "log").mockImplementation(() => {});
  });
  afterEach(() => jest.restoreAllMocks());

  test("an API that was just enabled is tried again", async () => {
    const said = "Cloud KMS API has not been used in project 1 before or it is disabled";
    expect(await patiently(failing([said, said]), waits)).toBe("done");
    expect(waited).toEqual([15, 15]);
  });

  test("it ends after five minutes, and at once for another error", async () => {
    await expect(patiently(failing(Array(99).fill("SERVICE_DISABLED")), waits)).rejects.toThrow("SERVICE_DISABLED");
    expect(waited).toHaveLength(20);
    waited.length = 0;
    await expect(patiently(failing(["PERMISSION_DENIED"]), waits)).rejects.toThrow("PERMISSION_DENIED");
    expect(waited).toEqual([]);
  });
});

test("a plan of a bootstrap stack must not delete what holds data or identity", () => {
  const change = (address: string, ...actions: string[]) => ({
    address,
    type: address.split(".")[0] as string,
    change: { actions, before: {} },
  });
  expect(
    lostByBootstrap({
      resource_changes: [
        change("google_secret_manager_secret.secret_old", "delete"),
        change("google_artifact_registry_repository.repository-shop", "delete", "create"),
        change("google_project_iam_member.deployer_redis-admin", "delete"),
        change("google_storage_bucket.state", "update"),
        change("google_service_account.planner", "create"),
      ],
    }).map(({ value, rule }) => [value, rule]),
  ).toEqual([
    ["google_secret_manager_secret.secret_old", "would be deleted"],
    ["google_artifact_registry_repository.repository-shop", "would be deleted"],
  ]);
});
