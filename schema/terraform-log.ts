/** Variables that turn on Terraform's log. At INFO and above, the kubernetes provider logs the values of Secrets. */
export const logVariables = (env: NodeJS.ProcessEnv): string[] =>
  Object.keys(env)
    .filter((name) => name.startsWith("TF_LOG") && env[name])
    .sort();
