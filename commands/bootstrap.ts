import { BOOTSTRAP_APIS } from "../constructs/google/bootstrap-apis";
import { machineOf } from "../schema/google";
import { type Context, onEnvironment } from "./context";
import { addLines, suppliedSecrets } from "./secrets";

/** What the deploying account may do in the project; each for what the stack has of it. */
const DEPLOYER_ROLES: Readonly<Record<string, string>> = {
  "roles/serviceusage.serviceUsageAdmin": "enable APIs",
  "roles/compute.networkAdmin": "network, NAT, addresses, certificates, TLS policy",
  "roles/compute.viewer": "the node pools' instance groups",
  "roles/compute.securityAdmin": "firewall, Cloud Armor, certificates",
  "roles/servicenetworking.networksAdmin": "private services access",
  "roles/container.admin": "cluster, node pools, everything in the cluster",
  "roles/cloudsql.admin": "Cloud SQL and its Data API",
  "roles/cloudsql.instanceUser": "log in to make the extensions",
  "roles/redis.admin": "Memorystore",
  "roles/cloudkms.admin": "keys and their grants",
  "roles/secretmanager.admin": "secrets, their versions and grants",
  "roles/iam.serviceAccountAdmin": "service accounts and workload identity",
  "roles/iam.serviceAccountUser": "give nodes their account",
  "roles/resourcemanager.projectIamAdmin": "grant the nodes' roles",
};

/** Shell lines from an empty project with billing to the first deploy. */
function bootstrapLines(context: Context): string[] {
  const { environment, system, systemName, environmentName } = context;
  const { project, region, deployer, stateBucket, dnsZone } = environment;
  const account = deployer.split("@")[0];
  const repository = /^([a-z0-9-]+)-docker\.pkg\.dev\/([^/]+)\/$/.exec(environment.registries[0] ?? "");
  const roles = { ...DEPLOYER_ROLES, ...(dnsZone && { "roles/dns.admin": "records" }) };
  const pools = Object.values(environment.cluster.nodePools);
  const need = {
    cpus: pools.reduce((sum, pool) => sum + pool.max * (machineOf(pool.machineType)?.cpus ?? 0), 0),
    disk: pools.reduce((sum, pool) => sum + pool.max * pool.diskGb, 0),
  };
  const images = [
    ...new Set([...Object.values(system.services), ...Object.values(system.migrations)].map((w) => w.image)),
  ];
  return [
    "# 1. Billing must be linked: this prints True.",
    `gcloud billing projects describe ${project} --format='value(billingEnabled)'`,
    "",
    "# 2. The APIs that Terraform needs before it can enable the others.",
    `gcloud services enable ${BOOTSTRAP_APIS.map((api) => `${api}.googleapis.com`).join(" ")} iamcredentials.googleapis.com compute.googleapis.com artifactregistry.googleapis.com --project=${project}`,
    "",
    `# The region's quotas must allow for ${need.cpus} vCPUs and ${need.disk} GB of SSD; this prints what there is (new projects often have 24 and 500).`,
    `gcloud compute regions describe ${region} --project=${project} --flatten=quotas --format='csv[no-heading](quotas.metric,quotas.usage,quotas.limit)' | grep -E '^(CPUS|SSD_TOTAL_GB),'`,
    "",
    "# 3. The bucket of Terraform's state: versioned, private, readable by the deployer alone.",
    `gcloud storage buckets create gs://${stateBucket} --project=${project} --location=${region} --uniform-bucket-level-access --public-access-prevention --soft-delete-duration=30d`,
    `gcloud storage buckets update gs://${stateBucket} --versioning`,
    "",
    "# 4. The account that deploys, and what it may do.",
    `gcloud iam service-accounts create ${account} --project=${project} --display-name='Deploys ${systemName} ${environmentName}'`,
    `gcloud storage buckets add-iam-policy-binding gs://${stateBucket} --member=serviceAccount:${deployer} --role=roles/storage.objectAdmin`,
    `role() { gcloud projects add-iam-policy-binding ${project} --member=serviceAccount:${deployer} --role="$1" --condition=None --format=none; }`,
    ...Object.entries(roles).map(([role, why]) => `role ${role}  # ${why}`),
    "# You, to act as it (CI does by workload identity federation):",
    `gcloud iam service-accounts add-iam-policy-binding ${deployer} --project=${project} --member="user:$(gcloud config get account)" --role=roles/iam.serviceAccountTokenCreator`,
    `gcloud auth application-default login --impersonate-service-account=${deployer}`,
    "",
    "# 5. The registry, and the first images in it.",
    ...(repository
      ? [
          `gcloud artifacts repositories create ${systemName} --repository-format=docker --location=${repository[1]} --project=${repository[2]}`,
          `gcloud auth configure-docker ${repository[1]}-docker.pkg.dev`,
        ]
      : [`# The images come from ${environment.registries.join(", ")}.`]),
    ...images.flatMap((image) => {
      const reference = `${environment.registries[0]}${systemName}/${image}`;
      return [
        `docker build -t ${reference}:first . && docker push ${reference}:first`,
        `docker buildx imagetools inspect ${reference}:first --format '{{.Manifest.Digest}}'  # into releases/${systemName}/${environmentName}.json`,
      ];
    }),
    "",
    "# 6. The secrets that people supply.",
    ...suppliedSecrets(context).flatMap((secret) => addLines(context, secret)),
    "",
    "# 7. The first deploy: about 25 minutes.",
    `SYSTEM=${systemName} npx cdktf deploy ${environmentName}`,
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
