import { ancestors, atTerminal } from "./schema/ancestors";
import { InvalidConfiguration, load, refuseLogs, refuseUnnamedSystem, systemName } from "./schema/load";

async function main(): Promise<void> {
  refuseUnnamedSystem(process.env, ancestors);
  refuseLogs(process.env, ancestors, atTerminal);
  const name = systemName(__dirname, process.env);
  const configuration = await load(__dirname, name, process.env);
  const { synthesize } = await import("./stacks/synthesize"); // the bindings take their time: not for a typing mistake
  synthesize(configuration, process.env);
}

main().catch((error: unknown) => {
  if (!(error instanceof InvalidConfiguration)) throw error;
  const { problems } = error;
  console.error(
    `${problems.length} ${problems.length === 1 ? "problem" : "problems"} in the configuration; nothing was written.\n${error.message}`,
  );
  process.exitCode = 1;
});
