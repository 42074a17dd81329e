import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { parseAllDocuments } from "yaml";
import { npmRun } from "../../schema/npm-run";
import { notOnPath, type Program } from "../programs";
import { Refused } from "../refused";
import { imagesOf } from "./images";
import type { ChartRelease } from "./sources";

/** What the command does with registries. References to images and charts have no scheme. */
export interface Registries {
  /** Digest of an image, all platforms together; undefined if there is none. */
  digest(image: string): Promise<string | undefined>;
  /** Digest of a chart's archive; undefined if there is no chart. Each push makes another manifest around the same archive. */
  archiveDigest(chart: string): Promise<string | undefined>;
  /** Copies an image with all its platforms, byte by byte. */
  copy(from: string, to: string): Promise<void>;
  /** Pushes a chart's archive into a folder. */
  push(archive: string, folder: string): Promise<void>;
}

const execute = promisify(execFile);

/** Runs a program, and returns what it prints. @throws Refused if it fails */
async function run(program: Program, args: readonly string[], input = ""): Promise<string> {
  const running = execute(program, args, { maxBuffer: 2 ** 28 });
  running.child.stdin?.on("error", () => {}).end(input);
  try {
    return (await running).stdout.trim();
  } catch (error) {
    const { stderr = "", message } = error as Error & { stderr?: string };
    const said = (/^Error: .*/ms.exec(stderr)?.[0] ?? stderr).trim() || message; // without crane's log
    throw new Refused([`${program} ${args.join(" ")}`, said, ...remedyOf(said)].join("\n"), said);
  }
}

/** What to do about an error of a registry, if it is a common one. Helm and crane have different words. */
function remedyOf(said: string): string[] {
  if (/too ?many ?requests/i.test(said))
    return ["Docker Hub limits downloads per address. Log in (crane auth login index.docker.io), or wait an hour."];
  if (/unauthorized|denied|forbidden|credential not found/i.test(said))
    return [
      `Log in to the registry. For Artifact Registry: gcloud auth login, then gcloud auth configure-docker <host>. The account needs the role Artifact Registry Writer. If the repository does not exist, create it: ${npmRun("<system>", "bootstrap", "<environment>")}`,
    ];
  if (/name[ _]unknown/i.test(said))
    return [`If the repository does not exist, create it: ${npmRun("<system>", "bootstrap", "<environment>")}`];
  return [];
}

/** @throws Refused unless the programs are on PATH */
export async function checkPrograms(...programs: readonly Program[]): Promise<void> {
  const missing = await Promise.all(
    programs.map((program) =>
      execute(program, ["version"]).then(
        () => [],
        (error: NodeJS.ErrnoException) => (error.code === "ENOENT" ? [notOnPath(program)] : []),
      ),
    ),
  );
  if (missing.flat().length) throw new Refused(missing.flat().join("\n"));
}

/** Registries on this machine have no TLS. crane knows it. */
const plain = (url: string): string[] => (/^oci:\/\/(localhost|127\.0\.0\.1)[:/]/.test(url) ? ["--plain-http"] : []);

/** Downloads a release's chart into a folder of its own, and returns the archive's path. */
export async function pull({ chart, repository, version }: ChartRelease, folder: string): Promise<string> {
  const into = mkdtempSync(path.join(folder, "chart-"));
  const from = repository.startsWith("oci://") ? [`${repository}/${chart}`] : [chart, `--repo=${repository}`];
  await run("helm", ["pull", ...from, `--version=${version}`, `--destination=${into}`, ...plain(repository)]);
  return path.join(into, readdirSync(into)[0] as string);
}

/** The oldest Kubernetes that stacks work with. Otherwise, Helm would render for the one that it was built with. */
const KUBERNETES = "--kube-version=1.33.0";

/** The images that a release of a chart runs. Tests of charts run in no release. */
export async function imagesOfRelease({ name, values }: ChartRelease, archive: string): Promise<string[]> {
  const printed = await run("helm", ["template", name, archive, KUBERNETES, "--skip-tests", "--values=-"], values);
  return imagesOf(parseAllDocuments(printed).map((document) => document.toJS()));
}

export const digestOf = (archive: string): string =>
  `sha256:${createHash("sha256").update(readFileSync(archive)).digest("hex")}`;

/** Media type of the layer that is a chart's archive. {@link https://helm.sh/docs/topics/registries/} */
const ARCHIVE = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";

/** What a registry answers; undefined if what was asked for is not there. */
const ifThere = (answer: Promise<string>): Promise<string | undefined> =>
  answer.catch((error: unknown) => {
    if (error instanceof Refused && /MANIFEST_UNKNOWN|NAME_UNKNOWN/.test(error.said)) return undefined;
    throw error;
  });

export const registries: Registries = {
  digest: (image) => ifThere(run("crane", ["digest", image])),
  async archiveDigest(chart) {
    const manifest = await ifThere(run("crane", ["manifest", chart]));
    if (!manifest) return undefined;
    const { layers } = JSON.parse(manifest) as { layers?: { mediaType: string; digest: string }[] };
    return layers?.find(({ mediaType }) => mediaType === ARCHIVE)?.digest ?? "no chart";
  },
  copy: async (from, to) => void (await run("crane", ["copy", from, to])),
  push: async (archive, folder) =>
    void (await run("helm", ["push", archive, `oci://${folder}`, ...plain(`oci://${folder}`)])),
};
