import { secretName } from "../facts/names";
import { generationOf, regionsOf } from "../schema/environment";
import { toTheEnd } from "../schema/finish";
import { PLATFORM_SECRETS } from "../schema/system";
import { suppliedVariables } from "../stacks/prerequisites";
import { type Context, contextOf } from "./context";

/** Secrets that a person supplies, each with the version that the environment reads. */
export function suppliedSecrets({
  systemName,
  system,
  environment,
}: Pick<Context, "systemName" | "system" | "environment">) {
  const { database, cache, search, monitoring } = environment;
  const { receiver } = monitoring;
  const passwordOf = (store?: { readonly kind: string; readonly host?: string; readonly user?: string }) =>
    store?.kind === "external" ? `the password of ${store.user ?? "default"} at ${store.host}` : undefined;
  const values: Readonly<Record<string, string | undefined>> = {
    [PLATFORM_SECRETS.receiver]: receiver && RECEIVERS[receiver.kind],
    [PLATFORM_SECRETS.database]: passwordOf(database),
    [PLATFORM_SECRETS.cache]: passwordOf(cache),
    [PLATFORM_SECRETS.search]: passwordOf(search),
    [PLATFORM_SECRETS.datadog]: "an API key of the organization, for the agents",
  };
  return suppliedVariables(system, environment).map((variable) => ({
    variable,
    name: secretName(systemName, variable),
    generation: generationOf(environment, variable),
    value: values[variable],
  }));
}

/** The credential of each kind of receiver. */
const RECEIVERS = {
  slack: "the URL of a Slack incoming webhook",
  pagerduty: "the integration key of a PagerDuty service (Events API v2)",
  webhook: "the URL that alerts are posted to, https on port 443",
} as const;

/**
 * Shell commands that create a secret and add a version. They prompt for the value, so that it stays out of the shell's
 * history, and read it from the terminal, also where the commands themselves come from a pipe. If several lines are
 * pasted at once, the lines that wait would be the value, so then nothing is added.
 */
export function addLines(context: Context, secret: { name: string }): string[] {
  const { project } = context.environment;
  const locations = regionsOf(context.environment).join(",");
  return [
    `gcloud secrets describe ${secret.name} --project=${project} >/dev/null 2>&1 || gcloud secrets create ${secret.name} --project=${project} --replication-policy=user-managed --locations=${locations}`,
    `if IFS= read -rst 1 value </dev/tty; then echo '${secret.name} is not added: more lines were pasted. Run this line by itself.'; else IFS= read -rsp '${secret.name}: ' value </dev/tty && printf %s "$value" | gcloud secrets versions add ${secret.name} --project=${project} --data-file=-; fi; unset value; echo`,
  ];
}

/** The secrets with the lines that add them. */
function page(context: Context): string[] {
  const { systemName, environmentName, environment } = context;
  const secrets = suppliedSecrets(context);
  return [
    `# ${secrets.length} supplied ${secrets.length === 1 ? "secret" : "secrets"} of ${systemName} ${environmentName}, in the project ${environment.project}`,
    ...secrets.flatMap((secret) => [
      "",
      `# ${secret.variable}: version ${secret.generation} of ${secret.name} is read`,
      ...(secret.value ? [`# It is ${secret.value}.`] : []),
      ...addLines(context, secret),
    ]),
  ];
}

export const main = (environmentName: string, { json }: { readonly json?: boolean }): Promise<void> =>
  toTheEnd(async () => {
    const context = await contextOf(environmentName);
    const { project } = context.environment;
    const listed = suppliedSecrets(context).map(({ value, ...secret }) => ({ ...secret, description: value }));
    console.log(json ? JSON.stringify({ project, secrets: listed }, null, 2) : page(context).join("\n"));
  });
