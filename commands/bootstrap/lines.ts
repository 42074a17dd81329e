import { KEY_ROLE, ROTATION, userOf } from "../../constructs/secrets/agent-key";
import type { CustomRole } from "../../facts/custom-role";
import { dualRegionOf } from "../../facts/dual-regions";
import { machineOf } from "../../facts/google";
import { fullName, parseAccount, recordsBucket } from "../../facts/names";
import { URL_SIGNER } from "../../facts/url-signer";
import { WAF_RULES } from "../../facts/waf";
import { ALL_CPUS, modeOf, mostNodesOf, nodePoolsOf } from "../../schema/cluster";
import { datastoreNeeds } from "../../schema/datastores";
import { imagesOf } from "../../schema/release";
import { workloads } from "../../schema/workloads";
import { ACCOUNT_DEPLOYER, deployerGrants } from "../../stacks/deployer-roles";
import { bootstrapApis, keysOf } from "../../stacks/prerequisites";
import type { Context } from "../context";
import { registryLines } from "../registries";
import { addLines, suppliedSecrets } from "../secrets";
import { word } from "../shell";

/** Shell commands that prepare an empty project with billing for the first deploy. */
export function bootstrapLines(context: Context): string[] {
  const { environment, system, systemName, environmentName, source } = context;
  const { project, region, deployer, stateBucket, edge, bootstrap } = environment;
  const apis = bootstrapApis(system, environment);
  const { accountId: account, project: home } = parseAccount(deployer);
  const location = locationOf(region, bootstrap.secondRegion);
  const images = imagesOf(system).map((name) => ({ name, reference: `${environment.repository}/${name}` }));
  return [
    "# Run these commands in bash, one by one.",
    "# 1. Check that billing is linked. This prints True.",
    `gcloud billing projects describe ${project} --format='value(billingEnabled)'`,
    "",
    "# 2. Enable the APIs, including those that the stack enables. An API works some minutes after you enable it.",
    `gcloud services enable ${apis.map((api) => `${api}.googleapis.com`).join(" ")} --project=${project}`,
    "",
    `# This prints the location of the project's log bucket. It must be the environment's logLocation, which is ${environment.logLocation}.`,
    `gcloud logging buckets list --project=${project} --filter='name~/_Default$' --format='value(name.segment(3))'`,
    ...quotaLines(environment),
    ...("waf" in edge
      ? [
          `# The quota must allow for Cloud Armor's rules with expressions: ${Object.keys(WAF_RULES).length} for each public service, and one for each path with a limit.`,
          `gcloud compute project-info describe --project=${project} --flatten=quotas --format='csv[no-heading](quotas.metric,quotas.usage,quotas.limit)' | grep SECURITY_POLIC`,
        ]
      : []),
    "",
    ...defaultNetworkLines(project),
    "",
    ...keyLines(context),
    "",
    "# 5. Create the buckets for Terraform's state and for records of deploys: versioned and private; only the deployer can",
    "# read them. It cannot replace or delete records.",
    ...[stateBucket, recordsBucket(project)].flatMap((bucket) => [
      `gcloud storage buckets create gs://${bucket} --project=${project} ${location} --uniform-bucket-level-access --public-access-prevention --soft-delete-duration=30d`,
      `gcloud storage buckets update gs://${bucket} --versioning`,
      `for grant in projectViewer:legacyBucketReader projectViewer:legacyObjectReader projectEditor:legacyBucketOwner projectEditor:legacyObjectOwner; do gcloud storage buckets remove-iam-policy-binding gs://${bucket} --member="\${grant%%:*}:${project}" --role="roles/storage.\${grant##*:}" || true; done`,
    ]),
    "",
    "# 6. Create the account that deploys, and grant its roles.",
    ...(home === project
      ? [
          `gcloud iam service-accounts create ${account} --project=${project} --display-name='Deploys ${systemName} ${environmentName}'`,
        ]
      : [
          `# The account is in the project ${home}, where others may use it too.`,
          `gcloud services enable iam.googleapis.com iamcredentials.googleapis.com --project=${home}`,
          `gcloud iam service-accounts describe ${deployer} --project=${home} >/dev/null 2>&1 || gcloud iam service-accounts create ${account} --project=${home}`,
        ]),
    ...[
      `${stateBucket} objectUser`,
      `${recordsBucket(project)} objectCreator`,
      `${recordsBucket(project)} objectViewer`,
      ...(source ? [`${recordsBucket(source.project)} objectViewer`] : []),
    ]
      .map((grant) => grant.split(" "))
      .map(
        ([bucket, role]) =>
          `gcloud storage buckets add-iam-policy-binding gs://${bucket} --member=serviceAccount:${deployer} --role=roles/storage.${role}`,
      ),
    roleLine(project, ACCOUNT_DEPLOYER),
    `role() { gcloud projects add-iam-policy-binding ${project} --member=serviceAccount:${deployer} --role="$1" --condition="\${2:-None}" --format=none; }`,
    ...deployerGrants(system, environment).map(
      ({ role, why, condition }) =>
        `role ${role}${condition ? ` ${word(`^:^title=${condition.title}:expression=${condition.expression}`)}` : ""}  # ${why}`,
    ),
    "# In many projects, Compute Engine's default account can edit everything, and the deployer could act as it.",
    `gcloud projects remove-iam-policy-binding ${project} --member="serviceAccount:${numberOf(project)}-compute@developer.gserviceaccount.com" --role=roles/editor --condition=None --format=none || true`,
    ...signerLines(context),
    "# Let yourself impersonate the deployer. (CI uses workload identity federation.)",
    `gcloud iam service-accounts add-iam-policy-binding ${deployer} --project=${home} --member="user:$(gcloud config get account)" --role=roles/iam.serviceAccountTokenCreator`,
    `gcloud auth application-default login --impersonate-service-account=${deployer}`,
    "",
    "# 7. Create the registry, and push the first images.",
    ...registryLines(context),
    ...images.map(
      ({ reference }) =>
        `docker build --platform=linux/amd64 -t ${reference}:first . && docker push ${reference}:first`,
    ),
    "# Write a release of these images, unless the environment is to run one that exists. Commit the two files that this writes.",
    `digest() { docker buildx imagetools inspect "$1" --format '{{.Manifest.Digest}}'; }`,
    `SYSTEM=${systemName} npm run release -- ${environmentName} --version 1.0.0${images.map(({ name, reference }) => ` --image ${name}="$(digest ${reference}:first)"`).join("")}${Object.keys(
      system.vercel,
    )
      .map((name) => ` --frontend ${name}="$(git rev-parse HEAD)"`)
      .join("")}`,
    "",
    "# 8. Add the secrets that people supply.",
    ...suppliedSecrets(context).flatMap((secret) => [
      ...(secret.value ? [`# ${secret.name} is ${secret.value}.`] : []),
      ...addLines(context, secret),
    ]),
    "",
    ...vercelLines(context),
    "# 9. Deploy. This takes about 25 minutes.",
    `SYSTEM=${systemName} npm run deploy -- ${environmentName}`,
  ];
}

/** Commands that let Terraform use Vercel. The token stays in the shell. */
const vercelLines = ({ system, environment: { vercel, frontends } }: Context): string[] =>
  vercel
    ? [
        `# Let Vercel's app for GitHub read ${[...new Set(Object.values(system.vercel).map(({ repository }) => repository))].join(", ")}. Point ${Object.keys(
          system.vercel,
        )
          .flatMap((name) => frontends[name] ?? [])
          .join(", ")} to Vercel (CNAME cname.vercel-dns.com, or A 76.76.21.21 where no CNAME can be).`,
        `# Create a token of the team ${vercel.team} at https://vercel.com/account/tokens.`,
        "IFS= read -rsp 'VERCEL_API_TOKEN: ' VERCEL_API_TOKEN </dev/tty; export VERCEL_API_TOKEN; echo",
        "",
      ]
    : [];

/** Commands that create the role with which workloads sign URLs as themselves. */
const signerLines = ({ system, environment: { project } }: Context): string[] =>
  workloads(system).some(({ signsUrls }) => signsUrls)
    ? [
        "# Create the role with which workloads sign URLs. The stack grants it to an account on itself.",
        roleLine(project, URL_SIGNER),
      ]
    : [];

/** Command that creates a role of the project. */
const roleLine = (project: string, { id, title, permissions }: CustomRole): string =>
  `gcloud iam roles describe ${id} --project=${project} >/dev/null 2>&1 || gcloud iam roles create ${id} --project=${project} --title='${title}' --permissions=${permissions.join()}`;

/** Options of gcloud that say where a bucket is. */
function locationOf(region: string, second: string | undefined): string {
  const dual = second && dualRegionOf(region, second);
  if (!dual) return `--location=${region}`;
  return `--location=${dual.location}${dual.predefined ? "" : ` --placement=${region},${second}`}`;
}

/** Shell expression for a project's number. */
const numberOf = (project: string): string => `$(gcloud projects describe ${project} --format='value(projectNumber)')`;

/**
 * Commands that delete the network `default` of a new project.
 * {@link https://cloud.google.com/vpc/docs/vpc#default-network}
 */
const defaultNetworkLines = (project: string): string[] => [
  "# 3. Many projects start with a network `default` that admits SSH and RDP from the internet. This deletes it and its",
  "# rules, if it exists and the project has no machines. Google rejects the command if anything else uses the network.",
  `if [ -n "$(gcloud compute networks list --project=${project} --filter=name=default --format='value(name)')" ] && [ -z "$(gcloud compute instances list --project=${project} --format='value(name)')" ]; then`,
  `  for rule in $(gcloud compute firewall-rules list --project=${project} --filter='network~/default$ AND name~^default-allow-' --format='value(name)'); do gcloud compute firewall-rules delete "$rule" --project=${project} --quiet; done`,
  `  gcloud compute networks delete default --project=${project} --quiet`,
  "fi",
];

/** Commands that create the keys that Google's service agents encrypt with. The first deploy imports the keys. */
function keyLines({ systemName, environmentName, environment }: Context): string[] {
  const { project, region } = environment;
  return [
    "# 4. Create the keys and their grants. A grant works some minutes after you create it. The first deploy imports the keys.",
    ...keysOf(fullName(systemName, environmentName), environment).flatMap((key) => [
      // Enabling its API creates Compute Engine's agent. https://cloud.google.com/iam/docs/create-service-agents
      ...(key.agent === "container"
        ? [`gcloud beta services identity create --service=container.googleapis.com --project=${project}`]
        : []),
      `gcloud kms keyrings create ${key.name} --location=${region} --project=${project}`,
      `gcloud kms keys create ${key.name} --keyring=${key.name} --location=${region} --project=${project} --purpose=encryption --rotation-period=${ROTATION} --next-rotation-time=+PT${ROTATION.toUpperCase()}`,
      `gcloud kms keys add-iam-policy-binding ${key.name} --keyring=${key.name} --location=${region} --project=${project} --member="${userOf(key, numberOf(project))}" --role=${KEY_ROLE} --format=none`,
    ]),
  ];
}

/**
 * Quotas that the region and the project need for nodes and disks. GKE creates a cluster with a pool, which is deleted
 * before the other pools are created.
 * https://cloud.google.com/kubernetes-engine/docs/concepts/regional-clusters#pricing
 */
function quotaLines({ project, region, monitoring, ...environment }: Context["environment"]): string[] {
  const needs = new Map<string, number>();
  const need = (metric: string, n: number) => needs.set(metric, (needs.get(metric) ?? 0) + n);
  for (const pool of Object.values(nodePoolsOf(environment))) {
    const { machineType, diskGb } = pool;
    const nodes = mostNodesOf(pool);
    const cpus = nodes * (machineOf(machineType)?.cpus ?? 0);
    const series = machineType.split("-")[0]?.toUpperCase() ?? "";
    need(["E2", "N1"].includes(series) ? "CPUS" : `${series}_CPUS`, cpus);
    need(ALL_CPUS, cpus);
    need("INSTANCES", nodes);
    need("SSD_TOTAL_GB", nodes * diskGb);
  }
  for (const [metric, n] of Object.entries(modeOf(environment).quotas))
    needs.set(metric, Math.max(needs.get(metric) ?? 0, n));
  need("SSD_TOTAL_GB", monitoring.diskGb);
  for (const { diskGb } of datastoreNeeds(environment)) need("SSD_TOTAL_GB", diskGb);
  const all = needs.get(ALL_CPUS);
  needs.delete(ALL_CPUS);
  const shown = "--flatten=quotas --format='csv[no-heading](quotas.metric,quotas.usage,quotas.limit)'";
  return [
    `# The region's quotas must allow for ${[...needs].map(([metric, n]) => `${metric} ${n}`).join(", ")}; this prints them.`,
    `gcloud compute regions describe ${region} --project=${project} ${shown} | grep -E '^(${[...needs.keys()].join("|")}),'`,
    ...(all
      ? [
          `# The project's quota for all regions together must allow for ${ALL_CPUS} ${all}.`,
          `gcloud compute project-info describe --project=${project} ${shown} | grep '^${ALL_CPUS},'`,
        ]
      : []),
  ];
}
