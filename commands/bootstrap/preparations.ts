import { IMAGES_KEY } from "../../constructs/secrets/agent-key";
import { fullName, parseAccount } from "../../facts/names";
import { bootstrapApis, keysOf } from "../../stacks/prerequisites";
import type { Context } from "../context";
import { Refused } from "../refused";
import { type Gcloud, listed } from "./gcloud";

/** Arguments of gcloud, one list for each call. */
type Calls = readonly (readonly string[])[];

/** Something that Terraform cannot do, or that must be done before Terraform can run. */
interface Preparation {
  readonly what: string;
  /** Calls that do it; none if it is done already. */
  calls(gcloud: Gcloud, context: Context): Promise<Calls>;
}

const apis: Preparation = {
  what: "enable APIs",
  async calls(gcloud, { system, environment }) {
    const { project, deployer } = environment;
    const { project: home } = parseAccount(deployer);
    const off = async (where: string, wanted: readonly string[]) => {
      const on = listed(
        await gcloud("services", "list", "--enabled", `--project=${where}`, "--format=value(config.name)"),
      );
      const missing = wanted.map((api) => `${api}.googleapis.com`).filter((api) => !on.includes(api));
      return missing.length ? [["services", "enable", ...missing, `--project=${where}`]] : [];
    };
    return [
      ...(await off(project, bootstrapApis(system, environment))),
      ...(home === project ? [] : await off(home, ["iam", "iamcredentials"])),
    ];
  },
};

/** The accounts with which Google's services encrypt. Terraform's provider has no resource for them. */
const agents: Preparation = {
  what: "create the accounts with which Google's services encrypt",
  async calls(gcloud, { systemName, environmentName, environment }) {
    const { project, region } = environment;
    const full = fullName(systemName, environmentName);
    const where = [`--location=${region}`, `--project=${project}`];
    const rings = await gcloud("kms", "keyrings", "list", ...where, "--format=value(name)");
    const has = (name: string) => listed(rings).some((ring) => ring.endsWith(`/${name}`));
    return [...keysOf(full, environment), IMAGES_KEY]
      .filter(({ name, agent }) => agent !== "compute" && !has(name)) // enabling its API creates Compute Engine's
      .map(({ agent }) => [
        "beta",
        "services",
        "identity",
        "create",
        `--service=${agent}.googleapis.com`,
        `--project=${project}`,
      ]);
  },
};

/** {@link https://cloud.google.com/vpc/docs/vpc#default-network} */
const defaultNetwork: Preparation = {
  what: "delete the network default, which SSH and RDP may enter from the internet",
  async calls(gcloud, { environment: { project } }) {
    const compute = async (kind: string, ...filter: string[]) =>
      listed(await gcloud("compute", kind, "list", `--project=${project}`, ...filter, "--format=value(name)"));
    if (!(await compute("networks", "--filter=name=default")).length) return [];
    if ((await compute("instances")).length) return []; // something may use it
    const rules = await compute("firewall-rules", "--filter=network~/default$ AND name~^default-allow-");
    const remove = (kind: string, name: string) => ["compute", kind, "delete", name, `--project=${project}`, "--quiet"];
    return [...rules.map((rule) => remove("firewall-rules", rule)), remove("networks", "default")];
  },
};

/** In many projects, this account can edit everything, and the deployer could act as it. */
const defaultAccount: Preparation = {
  what: "take the role Editor from Compute Engine's default account",
  async calls(gcloud, { environment: { project } }) {
    const number = await gcloud("projects", "describe", project, "--format=value(projectNumber)");
    const member = `serviceAccount:${number}-compute@developer.gserviceaccount.com`;
    const policy = JSON.parse(await gcloud("projects", "get-iam-policy", project, "--format=json"));
    const edits = (policy.bindings ?? []).some(
      ({ role, members }: { role: string; members?: string[] }) => role === "roles/editor" && members?.includes(member),
    );
    const binding = [`--member=${member}`, "--role=roles/editor", "--condition=None", "--format=none"];
    return edits ? [["projects", "remove-iam-policy-binding", project, ...binding]] : [];
  },
};

/** In this order: what is prepared after the APIs can be found only when they are enabled. */
export const PREPARATIONS: readonly (readonly Preparation[])[] = [[apis], [agents, defaultNetwork, defaultAccount]];

/** @throws Refused if no billing account is linked, without which hardly any API can be enabled */
export async function checkBilling(gcloud: Gcloud, { environment }: Context): Promise<void> {
  const { project, bootstrap } = environment;
  const enabled = await gcloud("billing", "projects", "describe", project, "--format=value(billingEnabled)");
  if (enabled !== "True")
    throw new Refused(
      `The project ${project} has no billing account.\nLink it: gcloud billing projects link ${project} --billing-account=${bootstrap.budget.account}`,
    );
}

/** What is left to prepare, with the calls of gcloud that do it. */
export async function left(
  gcloud: Gcloud,
  context: Context,
  preparations: readonly Preparation[],
): Promise<{ readonly what: string; readonly calls: Calls }[]> {
  const all = await Promise.all(
    preparations.map(async ({ what, calls }) => ({ what, calls: await calls(gcloud, context) })),
  );
  return all.filter(({ calls }) => calls.length);
}
