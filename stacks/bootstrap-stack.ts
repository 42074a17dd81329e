import { DataGoogleIamPolicy } from "@cdktf/provider-google/lib/data-google-iam-policy";
import { ProjectIamCustomRole } from "@cdktf/provider-google/lib/project-iam-custom-role";
import { ProjectIamMember } from "@cdktf/provider-google/lib/project-iam-member";
import type { StorageBucket } from "@cdktf/provider-google/lib/storage-bucket";
import { StorageBucketIamBinding } from "@cdktf/provider-google/lib/storage-bucket-iam-binding";
import { StorageBucketIamMember } from "@cdktf/provider-google/lib/storage-bucket-iam-member";
import { StorageBucketIamPolicy } from "@cdktf/provider-google/lib/storage-bucket-iam-policy";
import { type TerraformElement, TerraformOutput, TerraformStack } from "cdktf";
import type { Construct, Node } from "constructs";
import { DeploymentAccount } from "../constructs/identity/deployment-account";
import { GithubFederation, whoDeploys } from "../constructs/identity/github-federation";
import { Budget } from "../constructs/project/budget";
import { Project } from "../constructs/project/project";
import { ImagePusher } from "../constructs/registry/image-pusher";
import { imageRepository, letUse } from "../constructs/registry/image-repository";
import { type AgentKey, IMAGES_KEY, userOf } from "../constructs/secrets/agent-key";
import { EncryptionKey } from "../constructs/secrets/encryption-key";
import { secretContainer } from "../constructs/secrets/secret";
import { bucket } from "../constructs/storage/bucket";
import type { CustomRole } from "../facts/custom-role";
import {
  bootstrapBucket,
  bootstrapStackName,
  fullName,
  planAccount,
  pushAccount,
  recordsBucket,
  secretName,
  THIRD_PARTY,
} from "../facts/names";
import { repositoryIn } from "../facts/registries";
import { URL_SIGNER } from "../facts/url-signer";
import { githubEnvironment, imageWorkflow, planEnvironment } from "../schema/bootstrap";
import { type Environment, regionsOf } from "../schema/environment";
import type { System } from "../schema/system";
import { workloads } from "../schema/workloads";
import { ACCOUNT_DEPLOYER, deployerGrants } from "./deployer-roles";
import { logicalIdOf } from "./logical-id";
import { planRoles, SECRETS_READER, secretsOf } from "./plan-roles";
import { bootstrapApis, keysOf, suppliedVariables } from "./prerequisites";
import { googleProviders } from "./providers";

export interface BootstrapStackProps {
  readonly systemName: string;
  readonly environmentName: string;
  readonly system: System;
  readonly environment: Environment;
  /** The environment that verifies this one's releases, if there is one. */
  readonly source?: Environment;
}

/** Versions of a state that are kept. */
const KEPT_VERSIONS = 100;
/** Days for which Google keeps deleted objects. */
const SOFT_DELETE_DAYS = 30;

/**
 * What must be there before an environment's stack, and what the environment's deployer must not change: APIs, keys, the
 * accounts that deploy and plan, who can act as them, the state's bucket, the registry. An administrator applies it with
 * `npm run bootstrap`. Its state is in a bucket of its own, which the deployer can neither read nor write.
 *
 * Nothing here is ever destroyed by Terraform.
 */
export class BootstrapStack extends TerraformStack {
  /** Prefix of the state in its bucket. */
  readonly statePrefix: string;

  constructor(scope: Construct, props: BootstrapStackProps) {
    super(scope, bootstrapStackName(props.environmentName));
    const { systemName, environmentName, system, environment, source } = props;
    const { region, bootstrap } = environment;
    const full = fullName(systemName, environmentName);
    const labels = { system: systemName, environment: environmentName, managed_by: "slipway" };

    this.statePrefix = `${systemName}/${bootstrapStackName(environmentName)}`;
    googleProviders(this, {
      project: environment.project,
      region,
      labels,
      stateBucket: bootstrapBucket(environment.project),
      statePrefix: this.statePrefix,
      others: [],
      // Cloud Billing's API of budgets wants a project to charge the calls to.
      userProjectOverride: true,
    });
    const project = new Project(this, "project", {
      id: environment.project,
      apis: bootstrapApis(system, environment),
    });

    // ---- keys that Google's service agents encrypt with
    const keyOf = (id: string, key: AgentKey) =>
      new EncryptionKey(this, id, {
        project,
        name: key.name,
        location: region,
        user: userOf(key, project.number),
        userExists: [project.api(key.agent)],
        deletionProtection: true,
        adopts: false,
      });
    for (const key of keysOf(full, environment)) keyOf(key.name.slice(full.length + 1), key);

    // ---- who deploys
    const deploys = githubEnvironment(bootstrap, environmentName);
    const plans = planEnvironment(bootstrap, environmentName);
    const github = new GithubFederation(this, "github", {
      project,
      pool: "github",
      condition: whoDeploys({ ...bootstrap.github, environments: [deploys, plans] }),
      claims: ["environment"],
    });
    const deployer = new DeploymentAccount(this, "deployer", {
      project,
      email: environment.deployer,
      displayName: `Deploys ${systemName} ${environmentName}`,
      grants: deployerGrants(system, environment),
      customRoles: [customRole(this, "account-deployer", project, ACCOUNT_DEPLOYER)],
      federated: github.jobsOf(deploys),
      operators: bootstrap.operators,
    });
    const planner = new DeploymentAccount(this, "planner", {
      project,
      email: planAccount(environment.project),
      displayName: `Plans ${systemName} ${environmentName}`,
      grants: planRoles(system, environment).map((role) => ({ role })),
      customRoles: [],
      federated: github.jobsOf(plans),
      operators: bootstrap.operators,
    });
    this.letPlan(project, planner.member, systemName);
    if (workloads(system).some(({ signsUrls }) => signsUrls)) customRole(this, "url-signer", project, URL_SIGNER);

    // ---- states and records
    const platform = { project, region, secondRegion: bootstrap.secondRegion, labels, deletionProtection: true };
    const made = (id: string, name: string) =>
      bucket(this, id, {
        platform,
        name,
        logicalId: id.replace(/-/g, "_"),
        softDeleteDays: SOFT_DELETE_DAYS,
        // No retention policy: it would forbid Terraform to replace the state.
        versioning: { enabled: true },
        lifecycleRule: [
          { action: { type: "Delete" }, condition: { numNewerVersions: KEPT_VERSIONS, withState: "ARCHIVED" } },
        ],
        dependsOn: [project.api("storage")],
      });
    access(this, "bootstrap-state", made("bootstrap-state", bootstrapBucket(environment.project)), project, {});
    access(this, "state", made("state", environment.stateBucket), project, {
      "roles/storage.objectUser": deployer.member,
      "roles/storage.objectViewer": planner.member,
    });
    // The deployer can create records, and neither replace nor delete them. Who reads them is added one by one, because the
    // bootstrap stacks of the environments after this one let their deployers do it. The planner proposes promotions.
    const records = made("records", recordsBucket(environment.project));
    for (const [role, member] of Object.entries({
      // Google grants the first four to everybody who can view or edit the project.
      legacyBucketOwner: `projectOwner:${project.id}`,
      legacyBucketReader: `projectOwner:${project.id}`,
      legacyObjectOwner: `projectOwner:${project.id}`,
      legacyObjectReader: `projectOwner:${project.id}`,
      objectCreator: deployer.member,
    }))
      new StorageBucketIamBinding(this, `records-${role}`, {
        bucket: records.name,
        role: `roles/storage.${role}`,
        members: [member],
      });
    const read = { records: records.name, ...(source && { "source-records": recordsBucket(source.project) }) };
    for (const [id, name] of Object.entries(read))
      for (const [reader, { member }] of Object.entries({ viewer: deployer, planner }))
        new StorageBucketIamMember(this, `${id}-${reader}`, {
          bucket: name,
          role: "roles/storage.objectViewer",
          member,
        });

    // ---- secrets that people supply; their values are nobody's but Secret Manager's
    for (const variable of suppliedVariables(system, environment)) {
      const name = secretName(systemName, variable);
      secretContainer(this, `secret-${name}`, {
        project,
        name,
        regions: regionsOf(environment),
        deletionProtection: true,
        dependsOn: [project.api("secretmanager")],
      }).overrideLogicalId(`secret_${name.slice(systemName.length + 1).replace(/-/g, "_")}`);
    }

    // ---- images
    const images = keyOf("images", IMAGES_KEY);
    const repository = (name: string, location: string, description: string) =>
      imageRepository(this, `repository-${name}`, {
        project,
        name,
        location,
        description,
        labels,
        key: location === region ? images.key.id : undefined, // a key encrypts only what is in its region
        dependsOn: [images.grant],
      });
    const named = repositoryIn(environment.project, environment.repository);
    if (named?.repository !== THIRD_PARTY)
      repository(THIRD_PARTY, region, "Images and charts of others, copied by digest");
    const own = named && {
      ...named,
      repository: repository(named.repository, named.location, `Images of ${systemName}`).name,
    };
    // Who promotes a release copies its images from the environment before this one.
    if (source) {
      const copied = repositoryIn(source.project, source.repository);
      const { member } = deployer;
      if (copied)
        letUse(this, "source-images-reader", { repository: copied, role: "roles/artifactregistry.reader", member });
      if (own) letUse(this, "images-writer", { repository: own, role: "roles/artifactregistry.writer", member });
    }
    const { applicationRepositoryIds: repositoryIds } = bootstrap.github;
    if (own && repositoryIds.length) {
      const email = pushAccount(environment.project);
      const { provider } = new ImagePusher(this, "pusher", {
        project,
        email,
        displayName: `Pushes images of ${systemName} ${environmentName}`,
        repository: own,
        repositoryIds,
        workflow: imageWorkflow(bootstrap),
      });
      this.output("images_workload_identity_provider", provider);
      this.output("pusher", email);
    }

    new Budget(this, "budget", {
      project,
      name: `Budget of ${full}`,
      email: environment.monitoring.email,
      ...bootstrap.budget,
    });

    this.output("workload_identity_provider", github.provider);
    this.output("deployer", environment.deployer);
    this.output("planner", planAccount(environment.project));
    this.output("records_bucket", recordsBucket(environment.project));
  }

  private output(name: string, value: string): void {
    new TerraformOutput(this, `output-${name}`, { value }).overrideLogicalId(name);
  }

  /** Lets the planner read what a plan needs beyond what viewers see. */
  private letPlan(project: Project, member: string, systemName: string): void {
    new ProjectIamMember(this, "plan-secrets", {
      project: project.id,
      role: "roles/secretmanager.secretAccessor",
      member,
      condition: secretsOf(systemName, project.number),
    });
    const reader = customRole(this, "plan-reader", project, SECRETS_READER);
    new ProjectIamMember(this, "plan-kubernetes-secrets", { project: project.id, role: reader.name, member });
  }

  protected override allocateLogicalId(element: TerraformElement | Node): string {
    return logicalIdOf(element);
  }
}

function customRole(scope: Construct, id: string, project: Project, role: CustomRole): ProjectIamCustomRole {
  return new ProjectIamCustomRole(scope, id, {
    project: project.id,
    roleId: role.id,
    title: role.title,
    permissions: [...role.permissions],
    lifecycle: { preventDestroy: true }, // Google keeps the name of a deleted role for weeks
    dependsOn: [project.api("iam")],
  });
}

/**
 * Says who can use a bucket: these members, and the project's owners, who can anyway. This replaces what Google grants to
 * everybody who can view or edit the project.
 * {@link https://cloud.google.com/storage/docs/access-control/iam#convenience-values}
 */
function access(
  scope: Construct,
  id: string,
  target: StorageBucket,
  project: Project,
  roles: Readonly<Record<string, string>>,
): void {
  const owners = [`projectOwner:${project.id}`];
  const policy = new DataGoogleIamPolicy(scope, `${id}-policy`, {
    binding: [
      { role: "roles/storage.legacyBucketOwner", members: owners },
      { role: "roles/storage.legacyObjectOwner", members: owners },
      ...Object.entries(roles).map(([role, member]) => ({ role, members: [member] })),
    ],
  });
  new StorageBucketIamPolicy(scope, `${id}-access`, { bucket: target.name, policyData: policy.policyData });
}
