import { BOOTSTRAP_APIS } from "../constructs/google/bootstrap-apis";
import { NODE_ROLES } from "../constructs/google/node-roles";
import { WAF_RULES } from "../constructs/google/waf";
import { type Environment, mostNodesOf, nodePoolsOf } from "../schema/environment";
import { machineOf } from "../schema/google";
import { type Context, onEnvironment } from "./context";
import { addLines, suppliedSecrets } from "./secrets";

/** What the deploying account may do in the project; each for what the stack has of it. */
const DEPLOYER_ROLES: Readonly<Record<string, string>> = {
  "roles/serviceusage.serviceUsageAdmin": "enable APIs",
  "roles/compute.networkAdmin": "network, NAT, addresses, certificates, TLS policy",
  "roles/compute.viewer": "the node pools' instance groups",
  "roles/compute.securityAdmin": "firewall, Cloud Armor, certificates",
  "roles/container.admin": "cluster, node pools, everything in the cluster",
  "roles/cloudkms.admin": "keys and their grants",
  "roles/binaryauthorization.policyEditor": "which images may run",
  "roles/logging.configWriter": "how long logs are kept",
  "roles/monitoring.alertPolicyEditor": "alerts",
  "roles/monitoring.notificationChannelEditor": "who hears of them",
  "roles/monitoring.uptimeCheckConfigEditor": "checks of the public hosts",
  "roles/secretmanager.admin": "secrets, their versions and grants",
  "roles/iam.serviceAccountAdmin": "service accounts and workload identity",
  "roles/iam.serviceAccountUser": "give nodes their account",
};

/** Roles for what only some environments have. */
const rolesOf = ({ edge, database, cache, network }: Environment): Readonly<Record<string, string>> => ({
  ...DEPLOYER_ROLES,
  ...(network.datastores && { "roles/servicenetworking.networksAdmin": "private services access" }),
  ...(database.kind === "cloud-sql" && {
    "roles/cloudsql.admin": "Cloud SQL and its Data API",
    "roles/cloudsql.instanceUser": "log in to make the extensions",
  }),
  ...(database.kind === "bitnami" && { "roles/storage.admin": "the bucket of the database's dumps" }),
  ...(cache.kind === "memorystore" && { "roles/redis.admin": "Memorystore" }),
  ...(edge.dnsZone && { "roles/dns.admin": "records" }),
});

/** Shell lines from an empty project with billing to the first deploy. */
function bootstrapLines(context: Context): string[] {
  const { environment, system, systemName, environmentName } = context;
  const { project, region, deployer, stateBucket, edge } = environment;
  const account = deployer.split("@")[0];
  const [registry = ""] = environment.registries;
  const repository = /^([a-z0-9-]+)-docker\.pkg\.dev\/([^/]+)\/(?:([^/]+)\/)?$/.exec(registry);
  const images = [
    ...new Set([...Object.values(system.services), ...Object.values(system.migrations)].map((w) => w.image)),
  ];
  return [
    "# For bash.",
    "# 1. Billing must be linked: this prints True.",
    `gcloud billing projects describe ${project} --format='value(billingEnabled)'`,
    "",
    "# 2. The APIs that Terraform needs before it can enable the others.",
    `gcloud services enable ${BOOTSTRAP_APIS.map((api) => `${api}.googleapis.com`).join(" ")} iamcredentials.googleapis.com compute.googleapis.com artifactregistry.googleapis.com --project=${project}`,
    "",
    `# This prints where the project's log bucket is. The environment's logLocation is ${environment.logLocation}, and must be the same.`,
    `gcloud logging buckets list --project=${project} --filter='name~/_Default$' --format='value(name.segment(3))'`,
    ...quotaLines(environment),
    ...(edge.kind === "google"
      ? [
          `# The firewall's rules with expressions: ${Object.keys(WAF_RULES).length} and one more for each path with a limit, in each public service; the quota must allow for them.`,
          `gcloud compute project-info describe ${project} --flatten=quotas --format='csv[no-heading](quotas.metric,quotas.usage,quotas.limit)' | grep SECURITY_POLIC`,
        ]
      : []),
    "",
    "# 3. The bucket of Terraform's state: versioned, private, readable by the deployer alone.",
    `gcloud storage buckets create gs://${stateBucket} --project=${project} --location=${region} --uniform-bucket-level-access --public-access-prevention --soft-delete-duration=30d`,
    `gcloud storage buckets update gs://${stateBucket} --versioning`,
    `for grant in projectViewer:legacyBucketReader projectViewer:legacyObjectReader projectEditor:legacyBucketOwner projectEditor:legacyObjectOwner; do gcloud storage buckets remove-iam-policy-binding gs://${stateBucket} --member="\${grant%%:*}:${project}" --role="roles/storage.\${grant##*:}" || true; done`,
    "",
    "# 4. The account that deploys, and what it may do.",
    `gcloud iam service-accounts create ${account} --project=${project} --display-name='Deploys ${systemName} ${environmentName}'`,
    `gcloud storage buckets add-iam-policy-binding gs://${stateBucket} --member=serviceAccount:${deployer} --role=roles/storage.objectAdmin`,
    `role() { gcloud projects add-iam-policy-binding ${project} --member=serviceAccount:${deployer} --role="$1" --condition=None --format=none; }`,
    ...Object.entries(rolesOf(environment)).map(([role, why]) => `role ${role}  # ${why}`),
    "# It grants the nodes' two roles and sets the audit logs, and may grant nothing else.",
    `gcloud projects add-iam-policy-binding ${project} --member=serviceAccount:${deployer} --role=roles/resourcemanager.projectIamAdmin --format=none --condition="^:^title=nodes-only:expression=api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', []).hasOnly([${NODE_ROLES.map((role) => `'${role}'`).join(", ")}])"`,
    "# Compute Engine's own account may edit everything in many projects, and whoever makes accounts could act as it.",
    `gcloud projects remove-iam-policy-binding ${project} --member="serviceAccount:$(gcloud projects describe ${project} --format='value(projectNumber)')-compute@developer.gserviceaccount.com" --role=roles/editor --condition=None --format=none || true`,
    "# You, to act as it (CI does by workload identity federation):",
    `gcloud iam service-accounts add-iam-policy-binding ${deployer} --project=${project} --member="user:$(gcloud config get account)" --role=roles/iam.serviceAccountTokenCreator`,
    `gcloud auth application-default login --impersonate-service-account=${deployer}`,
    "",
    "# 5. The registry, and the first images in it.",
    ...(repository
      ? [
          `gcloud artifacts repositories create ${repository[3] ?? systemName} --repository-format=docker --location=${repository[1]} --project=${repository[2]}`,
          `gcloud auth configure-docker ${repository[1]}-docker.pkg.dev`,
          ...(repository[2] === project
            ? []
            : [
                "# It is in another project: give the nodes' account artifactregistry.reader there once the stack has made it.",
              ]),
        ]
      : [`# The images come from ${environment.registries.join(", ")}.`]),
    ...images.flatMap((image) => {
      const reference = `${registry}${repository?.[3] ? "" : `${systemName}/`}${image}`;
      return [
        `docker build --platform=linux/amd64 -t ${reference}:first . && docker push ${reference}:first`,
        `docker buildx imagetools inspect ${reference}:first --format '{{.Manifest.Digest}}'  # into releases/${systemName}/${environmentName}.json`,
      ];
    }),
    "",
    "# 6. The secrets that people supply.",
    ...suppliedSecrets(context).flatMap((secret) => [
      ...(secret.value ? [`# ${secret.name} is ${secret.value}.`] : []),
      ...addLines(context, secret),
    ]),
    "",
    "# 7. The first deploy: about 25 minutes.",
    `SYSTEM=${systemName} npx cdktf deploy ${environmentName}`,
  ];
}

/** What the region must allow for: nodes and disks. */
function quotaLines({ project, region, monitoring, ...environment }: Context["environment"]): string[] {
  const needs = new Map<string, number>();
  const need = (metric: string, n: number) => needs.set(metric, (needs.get(metric) ?? 0) + n);
  for (const pool of Object.values(nodePoolsOf(environment))) {
    const { machineType, diskGb } = pool;
    const nodes = mostNodesOf(pool);
    const series = machineType.split("-")[0]?.toUpperCase() ?? "";
    need(["E2", "N1"].includes(series) ? "CPUS" : `${series}_CPUS`, nodes * (machineOf(machineType)?.cpus ?? 0));
    need("SSD_TOTAL_GB", nodes * diskGb);
  }
  need("SSD_TOTAL_GB", monitoring.diskGb);
  const { database, cache, search } = environment;
  for (const store of [database, cache, search]) if (store?.kind === "bitnami") need("SSD_TOTAL_GB", store.diskGb);
  if (database.kind === "bitnami") need("SSD_TOTAL_GB", 2 * database.diskGb); // scratch of a dump and of a restore
  return [
    `# The region's quotas must allow for ${[...needs].map(([metric, n]) => `${metric} ${n}`).join(", ")}; this prints what there is.`,
    `gcloud compute regions describe ${region} --project=${project} --flatten=quotas --format='csv[no-heading](quotas.metric,quotas.usage,quotas.limit)' | grep -E '^(${[...needs.keys()].join("|")}),'`,
  ];
}

if (require.main === module)
  onEnvironment(
    `Prints the gcloud lines that make an empty project ready for the first deploy. Read them, then run them one by one.

  npm run bootstrap -- staging
  SYSTEM=pmcrm npm run bootstrap -- production`,
    (context) => {
      console.log(bootstrapLines(context).join("\n"));
    },
  );
