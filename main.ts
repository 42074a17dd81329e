import { ancestors, applies, atTerminal, DEPLOYS } from "./schema/ancestors";
import { toTheEnd } from "./schema/finish";
import { load, systemName } from "./schema/load";
import { isUnguarded, refuseLogs, refuseUnguarded, refuseUnnamedSystem } from "./schema/refusals";
import { discardManifest } from "./stacks/manifest";
import { TOKEN_PLUGIN, whyNoTokenPlugin } from "./stacks/token-plugin";

async function main(): Promise<void> {
  discardManifest(process.env.CDKTF_OUTDIR);
  refuseLogs(process.env, ancestors, atTerminal);
  const name = systemName(__dirname, process.env);
  const configuration = await load(__dirname, name, process.env);
  refuseUnnamedSystem(configuration, process.env, ancestors);
  refuseUnguarded(configuration, process.env, ancestors);
  const { synthesize } = await import("./stacks/synthesize"); // the bindings load slowly, and a wrong file needs none
  // To stdout: cdktf marks every line on stderr as an error.
  const deploys = applies(ancestors());
  console.log(synthesize(configuration, process.env, undefined, deploys));
  if (isUnguarded(process.env) && applies(ancestors(), DEPLOYS))
    console.log("npx cdktf deploy checks no approvals; npx slipway deploy does.");
  const why = deploys && whyNoTokenPlugin(process.env);
  if (why)
    console.log(
      `${TOKEN_PLUGIN} is not used: ${why}. The token for the cluster expires after an hour at most. If the command then fails with Unauthorized, run it again; see docs/troubleshooting.md#credentials`,
    );
}

toTheEnd(main);
