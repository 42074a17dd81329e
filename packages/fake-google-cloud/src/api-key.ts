/** Where the store keeps whether a project has enabled an API. */
export const apiKey = (project: string, api: string): string => `serviceusage/projects/${project}/services/${api}`;
