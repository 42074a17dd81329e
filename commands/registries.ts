import { fullName, nodesAccountId } from "../facts/names";
import { parseRegistry, type Registry, repositoryIn } from "../facts/registries";
import type { Environment } from "../schema/environment";
import type { Context } from "./context";

/**
 * Shell commands that create the registry of the environment's images, let the deployer copy into it what the environment
 * before has verified, and let the nodes read every registry that the environment names.
 */
export function registryLines({ systemName, environmentName, environment, source }: Context): string[] {
  const { project, repository, registries, bitnami, imagesMirror, deployer } = environment;
  const own = parseRegistry(repository);
  const others = imagesMirror ?? bitnami?.images ?? "";
  const read = [repository, ...registries, others].flatMap((it) => parseRegistry(it) ?? []);
  const hosts = [...new Set(read.map(({ host }) => host))];
  const elsewhere = read.filter((it) => it.project !== project);
  const nodes = `serviceAccount:${nodesAccountId(fullName(systemName, environmentName))}@${project}.iam.gserviceaccount.com`;
  return [
    ...(own?.repository
      ? [
          `gcloud artifacts repositories create ${own.repository} --repository-format=docker --location=${own.location} --project=${own.project}`,
        ]
      : [`# The images come from ${repository}.`]),
    ...(source ? copyLines(environment, source, `serviceAccount:${deployer}`) : []),
    ...(hosts.length ? [`gcloud auth configure-docker ${hosts.join(",")}`] : []),
    ...new Set(
      elsewhere.flatMap((registry) => [
        `# After the first deploy, let the nodes read from the project ${registry.project}:`,
        `#   ${grant(registry, nodes, "reader")}`,
      ]),
    ),
  ];
}

/** Commands that let somebody copy images from one environment to another one. */
function copyLines(environment: Environment, source: Environment, member: string): string[] {
  const [from, to] = [source, environment].map(({ project, repository }) => repositoryIn(project, repository));
  return [...(from ? [grant(from, member, "reader")] : []), ...(to ? [grant(to, member, "writer")] : [])];
}

const grant = ({ project, location, repository }: Registry, member: string, role: "reader" | "writer"): string =>
  repository
    ? `gcloud artifacts repositories add-iam-policy-binding ${repository} --location=${location} --project=${project} --member=${member} --role=roles/artifactregistry.${role}`
    : `gcloud projects add-iam-policy-binding ${project} --member=${member} --role=roles/artifactregistry.${role} --condition=None`;
