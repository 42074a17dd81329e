import { spawnSync } from "node:child_process";
import { bootstrapLines } from "../commands/bootstrap/lines";
import type { Context } from "../commands/context";
import { everyBootstrapStack, everyStack } from "../commands/every-stack";
import { type Configuration, environmentOf, load, sourceOf } from "../schema/load";
import { addBuckets } from "./buckets";
import { configuration, type Files, ROOT, type Stack, synthEvery } from "./support";

const EVERY = everyStack(ROOT);
const stacks = new Map<string, Stack>();
const lines = new Map<string, string[]>();
beforeAll(async () => {
  for (const [name, stack] of await synthEvery([...EVERY, ...everyBootstrapStack(ROOT)])) stacks.set(name, stack);
  for (const { name, system, environment } of EVERY)
    lines.set(name, linesOf(await load(ROOT, system, {}), environment));
});

function linesOf(configuration: Configuration, environmentName: string) {
  const files = environmentOf(configuration, environmentName);
  const context: Context = {
    systemName: configuration.name,
    environmentName,
    ...files,
    source: sourceOf(configuration.environments, files.environment),
  };
  return bootstrapLines(context);
}

/** What is printed for pmcrm's staging after a change to its files. */
const changed = (change: (files: Files) => void): string[] => linesOf(configuration(change), "staging");

/** Runs shell lines with functions in place of programs; returns their output. */
function bash(script: string): string {
  const { status, stdout, stderr } = spawnSync("bash", ["-c", script], { encoding: "utf8" });
  expect([status, stderr]).toEqual([0, ""]);
  return stdout;
}

/** What the project's roles are granted to the deployer under. */
type Granted = readonly { readonly role: string; readonly condition?: string }[];
const inOrder = (granted: Granted) => [...granted].sort((a, b) => a.role.localeCompare(b.role));

describe.each(EVERY)("$name", ({ name }) => {
  const printed = () => lines.get(name) as string[];
  const stack = () => stacks.get(name) as Stack;
  const of = (type: string) => stack().resources.filter(([address]) => address.startsWith(`${type}.`));
  /** Place of the one line that begins so. */
  const place = (start: string) => {
    const found = printed().flatMap((line, i) => (line.startsWith(start) ? [i] : []));
    expect([start, found]).toEqual([start, [expect.any(Number)]]);
    return found[0] as number;
  };

  test("the commands are valid bash", () => {
    const { status, stderr } = spawnSync("bash", ["-n"], { input: printed().join("\n"), encoding: "utf8" });
    expect([status, stderr]).toEqual([0, ""]);
  });

  test("one line, before all that needs them, enables the APIs of the stack", () => {
    const at = place("gcloud services enable ");
    const enabled = printed()[at]?.match(/\S+\.googleapis\.com/g) ?? [];
    expect(enabled).toEqual(expect.arrayContaining(of("google_project_service").map(([, { service }]) => service)));
    expect(new Set(enabled).size).toBe(enabled.length);
    // https://cloud.google.com/service-usage/docs/reference/rest/v1/services/batchEnable
    expect(enabled.length).toBeLessThanOrEqual(20);
    expect(at).toBeLessThan(printed().findIndex((line) => /^gcloud (compute|kms|storage|artifacts)/.test(line)));
  });

  test("the deployer gets the same grants as from the bootstrap stack", () => {
    const [system, environment] = name.split(".");
    const bootstrap = stacks.get(`${system}.bootstrap-${environment}`) as Stack;
    const deployer = `\${google_service_account.deployer.member}`;
    const granted = bootstrap.resources.flatMap(([address, { role, member, condition }]) =>
      address.startsWith("google_project_iam_member.") && member === deployer
        ? [{ role, ...(condition && { condition: `title=${condition.title}:expression=${condition.expression}` }) }]
        : [],
    );
    expect(granted.length).toBeGreaterThan(10);
    const lines = printed().filter((line) => /^role[ (]/.test(line));
    const calls = bash(`gcloud() { printf '%s\\n' "$*"; }; ${lines.join("\n")}`)
      .trim()
      .split("\n");
    expect(
      inOrder(
        calls.map((call) => {
          const [, role = "", condition] =
            / --role=(\S+) --condition=(?:None|\^:\^(.*)) --format=none$/.exec(call) ?? [];
          return { role, ...(condition && { condition }) };
        }),
      ),
    ).toEqual(inOrder(granted));

    const named = (name: string) => {
      const [, id] = /^\$\{(google_\w+\.[\w-]+)\.name\}$/.exec(name) ?? [];
      if (id === undefined) return name;
      const { name: bucket, repository_id } = bootstrap.resource(id);
      return bucket ?? repository_id;
    };
    const buckets = [
      ...Object.entries<{ binding: { role: string; members: string[] }[] }>(
        bootstrap.json.data.google_iam_policy,
      ).flatMap(([id, { binding }]) =>
        binding
          .filter(({ members }) => members.includes(deployer))
          .map(({ role }) => [
            bootstrap.resource(`google_storage_bucket.${id.replace("-policy", "").replace("-", "_")}`).name,
            role,
          ]),
      ),
      ...bootstrap.resources
        .filter(([address]) => /^google_storage_bucket_iam_(binding|member)\./.test(address))
        .filter(([, { members, member }]) => (members ?? [member]).includes(deployer))
        .map(([, { bucket, role }]) => [named(bucket), role]),
    ];
    expect(
      printed().flatMap((line) => {
        const [, bucket, role] =
          /^gcloud storage buckets add-iam-policy-binding gs:\/\/(\S+) .* --role=(\S+)$/.exec(line) ?? [];
        return bucket && role ? [[bucket, role]] : [];
      }),
    ).toEqual(expect.arrayContaining(buckets));
    expect(buckets).toHaveLength(name.endsWith(".production") ? 4 : 3);

    const repositories = bootstrap.resources
      .filter(([address]) => address.startsWith("google_artifact_registry_repository_iam_member."))
      .map(([, { repository, ...it }]) => [named(repository), it.project, it.location, it.role, it.member]);
    expect(
      printed().flatMap((line) => {
        const [, repository, location, project, role] =
          /^gcloud artifacts repositories add-iam-policy-binding (\S+) --location=(\S+) --project=(\S+) --member=serviceAccount:deployer@\S+ --role=(\S+)$/.exec(
            line,
          ) ?? [];
        return repository ? [[repository, project, location, role, deployer]] : [];
      }),
    ).toEqual(expect.arrayContaining(repositories));
    expect(repositories).toHaveLength(name.endsWith(".production") ? 2 : 0);
  });

  test("the keys of the stack are made with their grants, before the deploy", () => {
    const number = `$(gcloud projects describe ${stack().json.provider.google[0].project} --format='value(projectNumber)')`;
    const rings = of("google_kms_key_ring");
    expect(printed().filter((line) => line.startsWith("gcloud kms keyrings create"))).toHaveLength(rings.length);
    for (const [address, ring] of rings) {
      const key = stack().resource(address.replace("key_ring", "crypto_key").replace(/_ring$/, "_key"));
      const [, grant] = of("google_kms_crypto_key_iam_member").find(([, { crypto_key_id }]) =>
        crypto_key_id.includes(address.replace("key_ring", "crypto_key").replace(/_ring$/, "_key")),
      ) as (typeof rings)[number];
      const where = `--location=${ring.location} --project=${ring.project}`;
      const within = `${key.name} --keyring=${ring.name} ${where}`;
      const steps = [
        `gcloud kms keyrings create ${ring.name} ${where}`,
        `gcloud kms keys create ${within} --purpose=encryption --rotation-period=${key.rotation_period} `,
        `gcloud kms keys add-iam-policy-binding ${within} --member="${grant.member.replace(/\$\{.*?\}/, number)}" --role=${grant.role} `,
        `SYSTEM=${name.split(".")[0]} npm run deploy -- `,
      ].map(place);
      expect(steps).toEqual(steps.toSorted((a, b) => a - b));
      if (grant.member.includes("container-engine-robot"))
        expect(place("gcloud beta services identity create --service=container.googleapis.com ")).toBeLessThan(
          steps[0] as number,
        );
    }
  });
});

describe("quotas", () => {
  const pools = (nodePools: object, change: (files: Files) => void = () => {}) =>
    changed((files) => {
      const { environment } = files.staging;
      Object.assign(environment.cluster, { nodePools });
      change(files);
    });
  const needed = (printed: string[], metric: string) =>
    Number(new RegExp(`must allow for .*?\\b${metric} (\\d+)`).exec(printed.join("\n"))?.[1]);
  const { nodePools } = configuration().environments.staging.environment.cluster as unknown as { nodePools: object };
  const names = Object.keys(nodePools);
  const all = (pool: object) => Object.fromEntries(names.map((name) => [name, pool]));

  test("allow for all pools at their largest, in the region and in all regions together", () => {
    const printed = pools(all({ machineType: "e2-standard-4", min: 1, max: 3, diskGb: 200 }));
    // One more while a pool is upgraded; a pool starts with one in each of three zones.
    for (const [metric, each] of Object.entries({ CPUS: 4 * 4, CPUS_ALL_REGIONS: 4 * 4, INSTANCES: 4 }))
      expect([metric, needed(printed, metric)]).toEqual([metric, each * names.length]);
    expect(needed(printed, "SSD_TOTAL_GB")).toBeGreaterThanOrEqual(4 * 200 * names.length);
  });

  test("allow for the pool that the cluster is made with, which may be larger than a small one", () => {
    // The monitoring's disk alone is in SSD_TOTAL_GB besides.
    const printed = pools(all({ machineType: "e2-standard-4", min: 1, max: 3, diskGb: 20 }));
    const { diskGb } = configuration().environments.staging.environment.monitoring;
    expect(needed(printed, "SSD_TOTAL_GB")).toBe(300 + diskGb);
  });

  test("machines of another series count toward a quota of their own, and toward the project's", () => {
    const printed = pools(all({ machineType: "n2-standard-8", min: 1, max: 9 }));
    expect(needed(printed, "N2_CPUS")).toBe(10 * 8 * names.length);
    expect(needed(printed, "CPUS_ALL_REGIONS")).toBe(10 * 8 * names.length);
    expect(needed(printed, "CPUS")).toBe(6); // of the pool that the cluster is made with
  });

  test("a printed command shows the current value of each", () => {
    const printed = pools(all({ machineType: "e2-standard-4", min: 1, max: 5 }));
    const shown = printed.filter((line) => line.startsWith("gcloud compute ") && line.includes("grep")).join("\n");
    for (const metric of ["CPUS", "INSTANCES", "SSD_TOTAL_GB", "CPUS_ALL_REGIONS"])
      expect(shown).toMatch(new RegExp(`[(^|]${metric}[|),]`));
  });
});

describe("the network default of a new project", () => {
  const between = (printed: string[]) => {
    const start = printed.findIndex((line) => line.startsWith("if "));
    return printed.slice(start, printed.indexOf("fi", start) + 1).join("\n");
  };
  /** What is deleted in a project where gcloud lists these. */
  const deleted = (networks: string, machines: string) =>
    bash(`
      gcloud() {
        case "$*" in
          "compute networks list "*) printf '%s\\n' ${networks} ;;
          "compute instances list "*) printf '%s\\n' ${machines} ;;
          "compute firewall-rules list "*) printf '%s\\n' default-allow-ssh default-allow-rdp ;;
          *delete*) echo "$2 $4" ;;
          *) return 1 ;;
        esac
      }
      ${between(changed(() => {}))}`);

  test("the network is deleted after its rules", () => {
    expect(deleted("default", "").split("\n")).toEqual([
      "firewall-rules default-allow-ssh",
      "firewall-rules default-allow-rdp",
      "networks default",
      "",
    ]);
  });

  test("the network stays if the project has machines", () => expect(deleted("default", "vm-1")).toBe(""));
  test("the network may be absent", () => expect(deleted("", "")).toBe(""));
});

describe("buckets", () => {
  const roles = (printed: string[]) => printed.flatMap((line) => /^role (\S+)/.exec(line)?.[1] ?? []);
  const printed = changed(addBuckets);

  test("the deployer can make buckets and certificates of their hosts where the system has any", () => {
    expect(roles(printed)).toEqual(expect.arrayContaining(["roles/storage.admin", "roles/certificatemanager.owner"]));
    for (const role of ["roles/storage.admin", "roles/certificatemanager.owner"])
      expect(roles(changed(() => {}))).not.toContain(role);
  });

  /** What is created in a project that has the role, or has not. */
  const created = (exists: boolean) =>
    bash(`
      gcloud() {
        case "$*" in
          "iam roles describe "*) return ${exists ? 0 : 1} ;;
          *) echo "$*" ;;
        esac
      }
      ${printed.filter((line) => line.includes("gcloud iam roles") && line.includes("urlSigner")).join("\n")}`);

  test("the role that signs URLs is created once, with one permission", () => {
    expect(created(false)).toMatch(
      /^iam roles create urlSigner --project=pmcrm-staging .*--permissions=iam\.serviceAccounts\.signBlob\n$/,
    );
    expect(created(true)).toBe("");
    expect(changed(() => {}).join("\n")).not.toContain("urlSigner");
  });
});
