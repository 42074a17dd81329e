import { secretName } from "../stacks/secret-name";
import { type Context, onEnvironment } from "./context";

/** Secrets that a person adds, each with what adds the version that the environment reads. */
export function suppliedSecrets({
  systemName,
  system,
  environment,
}: Pick<Context, "systemName" | "system" | "environment">) {
  return Object.entries(system.variables).flatMap(([variable, kind]) =>
    typeof kind !== "string" && kind.kind === "supplied"
      ? [{ variable, name: secretName(systemName, variable), generation: environment.generations[variable] ?? 1 }]
      : [],
  );
}

/** Shell lines that create a secret's container and add a version, read from a prompt so that it stays out of the history. */
export function addLines(context: Context, secret: { name: string }): string[] {
  const { project, region } = context.environment;
  return [
    `gcloud secrets describe ${secret.name} --project=${project} >/dev/null 2>&1 || gcloud secrets create ${secret.name} --project=${project} --replication-policy=user-managed --locations=${region}`,
    `read -rsp '${secret.name}: ' value && printf %s "$value" | gcloud secrets versions add ${secret.name} --project=${project} --data-file=-; unset value; echo`,
  ];
}

if (require.main === module)
  onEnvironment(
    `Lists the secrets that a person supplies, each with the gcloud lines that add it. The number of the version that gcloud
prints is the secret's generation: put it into the environment's file (generations) when it is not 1.

  npm run secrets -- staging
  npm run secrets -- production
  SYSTEM=pmcrm npm run secrets -- production`,
    (context) => {
      const secrets = suppliedSecrets(context);
      console.log(
        `# ${secrets.length} supplied secrets of ${context.systemName} ${context.environmentName}, in the project ${context.environment.project}`,
      );
      for (const secret of secrets) {
        console.log(`\n# ${secret.variable}: version ${secret.generation} of ${secret.name} is read`);
        for (const line of addLines(context, secret)) console.log(line);
      }
    },
  );
