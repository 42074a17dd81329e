/** A role of a project's own. {@link https://cloud.google.com/iam/docs/creating-custom-roles} */
export interface CustomRole {
  readonly id: string;
  readonly title: string;
  readonly permissions: readonly string[];
}
