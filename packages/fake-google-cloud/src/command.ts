import { parseArgs } from "node:util";
import { type FakeCloudOptions, startFakeCloud } from "./fake-cloud";
import { SERVICES } from "./services";

const USAGE = `Starts a fake of Google Cloud's APIs on this machine and prints the environment variables that send Terraform's
google provider to it. It runs until it is stopped with Ctrl+C.

Usage: fake-google-cloud [options]

  --port N         port of 127.0.0.1 to listen on; a free one by default
  --apis a,b       APIs that every project has enabled from the start, such as compute.googleapis.com; all that the fake
                   knows by default, none with --apis ""
  --speed N        pass N minutes of Google Cloud in one minute; by default everything is done at once
  --eventually-consistent
                   a fresh API, service account or grant is seen only after a while, as at Google; the first call that
                   needs it fails
  --folder DIR     folder for the log of calls, cloud.log, and the credentials; a temporary one by default
  --help           print this text

Examples:

  npx fake-google-cloud --port 8080 > google.env &     start it
  . ./google.env && terraform apply                    apply against it
  npx fake-google-cloud --apis "" --speed 60           no API is enabled, and an hour of Google Cloud takes a minute

Exit codes: 0 after it was stopped, 1 if it cannot start, 2 for wrong options.`;

class UsageError extends Error {}

function number(name: string, text: string | undefined, least: number, most: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === "" || !(value >= least && value <= most) || (name === "port" && !Number.isInteger(value)))
    throw new UsageError(`--${name} ${text}: must be a number from ${least} to ${most}`);
  return value;
}

function apisOf(text: string | undefined): string[] {
  if (text === undefined) return SERVICES.flatMap(({ api }) => api ?? []);
  const apis = text.split(",").filter(Boolean);
  const wrong = apis.find((api) => !/^[a-z0-9-]+\.googleapis\.com$/.test(api));
  if (wrong) throw new UsageError(`--apis ${wrong}: must be an API's name, such as compute.googleapis.com`);
  return apis;
}

/** Options of the command line; undefined if it asks for help. */
function optionsOf(args: readonly string[]): FakeCloudOptions | undefined {
  const options = {
    port: { type: "string" },
    apis: { type: "string" },
    speed: { type: "string" },
    "eventually-consistent": { type: "boolean" },
    folder: { type: "string" },
    help: { type: "boolean", short: "h" },
  } as const;
  let values: ReturnType<typeof parseArgs<{ options: typeof options }>>["values"];
  try {
    ({ values } = parseArgs({ args: [...args], options }));
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  if (values.help) return undefined;
  return {
    port: number("port", values.port, 0, 65_535),
    speed: number("speed", values.speed, 0.001, 1_000_000),
    enabledApis: apisOf(values.apis),
    eventuallyConsistent: values["eventually-consistent"],
    unusedDatabases: true, // there is no server to log in to
    folder: values.folder,
  };
}

async function main(args: readonly string[]): Promise<void> {
  const options = optionsOf(args);
  if (!options) {
    console.log(USAGE);
    return;
  }
  const fake = await startFakeCloud(options);
  const quoted = (value: string) => `'${value.replaceAll("'", `'\\''`)}'`;
  console.log(
    Object.entries(fake.env)
      .map(([name, value]) => `export ${name}=${quoted(value)}`)
      .join("\n"),
  );
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => void fake.stop());
}

main(process.argv.slice(2)).catch((error: Error & { code?: string }) => {
  console.error(
    error.code === "EADDRINUSE" ? "the port is in use; choose another one with --port, or leave it out" : error.message,
  );
  if (error instanceof UsageError) console.error("fake-google-cloud --help prints the options");
  process.exitCode = error instanceof UsageError ? 2 : 1;
});
