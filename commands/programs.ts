/** Programs that commands start, each with the page that says how to install it. */
export const PROGRAMS = {
  gcloud: "https://cloud.google.com/sdk/docs/install",
  kubectl: "https://kubernetes.io/docs/tasks/tools/",
  helm: "https://helm.sh/docs/intro/install/",
  crane: "https://github.com/google/go-containerregistry/tree/main/cmd/crane#installation",
  trivy: "https://trivy.dev/docs/latest/getting-started/installation/",
} as const;

export type Program = keyof typeof PROGRAMS;

/** What to say where a program cannot be started, because it is not there. */
export const notOnPath = (program: Program): string => `${program} is not on PATH. Install it: ${PROGRAMS[program]}`;
