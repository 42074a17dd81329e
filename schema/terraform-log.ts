/** Variables about Terraform's log. In it are Secrets, which the kubernetes provider prints from INFO on. */
export const logVariables = (env: NodeJS.ProcessEnv): string[] =>
  Object.keys(env)
    .filter((name) => name.startsWith("TF_LOG") && env[name])
    .sort();
