/**
 * What Autopilot sets in a pod's template, by the template's path in a typed resource. Terraform ignores it, because a
 * difference would replace a Job, or change a CronJob with every plan.
 */
export const setByAutopilot = (template: string): string[] => [
  ...["resource-adjustment", "warden-version"].map(
    (key) => `${template}.metadata[0].annotations["autopilot.gke.io/${key}"]`,
  ),
  `${template}.spec[0].toleration`,
];
