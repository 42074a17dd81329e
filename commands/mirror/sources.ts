import { imagesOf } from "./images";

/** A Helm release whose chart is in somebody's repository. */
export interface ChartRelease {
  readonly name: string;
  readonly chart: string;
  /** URL of the repository. */
  readonly repository: string;
  readonly version: string;
  /** JSON. */
  readonly values: string;
}

/** What an environment's stack takes from others. */
export interface Sources {
  readonly releases: readonly ChartRelease[];
  /** Images that the stack itself names, such as those of backups. */
  readonly images: readonly string[];
}

interface StackJson {
  readonly resource: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** A Helm release in a stack's JSON. */
type Installed = Omit<ChartRelease, "repository" | "values"> & {
  readonly repository?: string;
  readonly values: readonly [string];
};

/**
 * What a stack takes from others.
 * @param own the folder that has the system's own images
 */
export function sourcesOf({ resource }: StackJson, own: string): Sources {
  const installed = Object.values(resource.helm_release ?? {}) as Installed[];
  const releases = installed.flatMap(({ name, chart, repository, version, values: [values] }) =>
    repository ? [{ name, chart, repository, version, values: withoutExpressions(values) }] : [],
  );
  const objects = [
    ...Object.entries(resource).flatMap(([type, byId]) => (type.startsWith("kubernetes_") ? Object.values(byId) : [])),
    ...installed.flatMap(({ repository, values: [values] }) =>
      repository ? [] : [JSON.parse(withoutExpressions(values))],
    ),
  ];
  return { releases, images: imagesOf(objects).filter((image) => !image.startsWith(`${own}/`)) };
}

/** A text of JSON, or an expression in place of a value; braces in it can be nested. */
const TEXT_OR_EXPRESSION = /"(?:[^"\\]|\\.)*"|\$\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}/g;

/** Values of a release with a text in place of each value that only Terraform knows. No chart's images depend on one. */
const withoutExpressions = (values: string): string =>
  values.replace(TEXT_OR_EXPRESSION, (part) => (part.startsWith("$") ? '"known-to-terraform"' : part));
