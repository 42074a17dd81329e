import { copyFileSync, existsSync, mkdirSync, rmSync } from "node:fs";
import path from "node:path";

interface Release {
  readonly chart: string;
  readonly repository?: string;
  readonly version?: string;
}

/** Releases of Helm in a stack's JSON. */
interface Releases {
  readonly resource?: { readonly helm_release?: Readonly<Record<string, Release>> };
}

/** Where Helm looks for a chart before it asks its repository: at the chart's reference, as if it were a path. */
const referenceOf = ({ chart, repository = "" }: Release): string =>
  repository.startsWith("oci://") ? path.join(repository, chart) : chart;

/** Releases whose charts are not in a folder of this program. */
const fetched = ({ resource }: Releases): Release[] =>
  Object.values(resource?.helm_release ?? {}).filter(({ repository }) => repository);

/** Lets Helm keep the charts that it downloads in a folder, unless somebody chose another one; returns the folder. */
export function keepCharts(folder: string, env: NodeJS.ProcessEnv): string {
  env.HELM_REPOSITORY_CACHE ||= folder;
  mkdirSync(env.HELM_REPOSITORY_CACHE, { recursive: true });
  return env.HELM_REPOSITORY_CACHE;
}

/**
 * Lays the charts that Helm has kept where it looks before it asks a repository, so that a plan needs none.
 * {@link https://github.com/helm/helm/blob/v3.18.6/pkg/action/install.go}
 * @param folder the stack's folder, in which Terraform runs
 * @param kept where Helm keeps charts, as `<chart>-<version>.tgz`
 */
export function layCharts(stack: Releases, folder: string, kept: string): void {
  for (const release of fetched(stack)) {
    const from = path.join(kept, `${release.chart}-${release.version}.tgz`);
    const to = path.join(folder, referenceOf(release));
    if (!existsSync(from)) continue;
    mkdirSync(path.dirname(to), { recursive: true });
    copyFileSync(from, to);
  }
}

/** Takes them away: they would stand for later versions, too. */
export function takeChartsAway(stack: Releases, folder: string): void {
  for (const release of fetched(stack))
    rmSync(path.join(folder, referenceOf(release).split("/")[0] as string), { recursive: true, force: true });
}
