import { ancestors, applies, atTerminal } from "./schema/ancestors";
import { InvalidConfiguration, load, refuseLogs, refuseUnnamedSystem, systemName } from "./schema/load";
import { TOKEN_PLUGIN, whyNoTokenPlugin } from "./stacks/token-plugin";

async function main(): Promise<void> {
  refuseLogs(process.env, ancestors, atTerminal);
  const name = systemName(__dirname, process.env);
  const configuration = await load(__dirname, name, process.env);
  refuseUnnamedSystem(configuration, process.env, ancestors);
  const { synthesize } = await import("./stacks/synthesize"); // the bindings take their time: not for a typing mistake
  synthesize(configuration, process.env);
  const why = applies(ancestors()) && whyNoTokenPlugin(process.env);
  if (why)
    console.error(
      `${TOKEN_PLUGIN} is not used: ${why}. The token for the cluster expires after an hour at most. If the command then fails with Unauthorized, run it again; see docs/troubleshooting.md#credentials`,
    );
}

main().catch((error: unknown) => {
  if (!(error instanceof InvalidConfiguration)) throw error;
  const { problems } = error;
  console.error(
    `${problems.length} ${problems.length === 1 ? "problem" : "problems"} in the configuration; nothing was written.\n${error.message}`,
  );
  process.exitCode = 1;
});
