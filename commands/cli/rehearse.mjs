import { load, toPath } from "./command.mjs";
import { forSystem } from "./environment.mjs";

const GREATEST = {
  port: 63_000, // leaves room for the ports above it
  speed: 1_000_000, // Go reads no shorter start of a pod
  tokenLife: 43_200, // of Google's tokens, twelve hours
  timeout: 1_000_000, // Node's timers wait no longer
};

export const rehearse = (program) => {
  const command = forSystem(program.command("rehearse"));
  return command
    .summary("apply a stack on this machine, without a cloud account")
    .description(
      `Applies a stack on this machine, without a cloud account. Terraform, the providers and the Kubernetes control plane are real; nodes and pods are simulated, and Google Cloud's APIs are a fake that rejects what Google rejects.

Needs Terraform 1.11 or later, kubectl, Go, and the providers: from their registry or from ~/.terraform.d/plugins.`,
    )
    .argument(
      "<stacks...>",
      "the name of an environment of the system, which is then synthesized, or the folder of a synthesized stack; then folders of its next versions",
    )
    .optionsGroup("Versions:")
    .option("--release", "deploy another digest of every image next, and print what changes")
    .manyOption(
      "--changes <[n:]regex>",
      "an update may change only matching addresses, and must change at least one of each; can be repeated. With n, this applies to version n only (2 is the first update)",
    )
    .option(
      "--scaled <name=n>",
      "scale the Deployment namespace/name to n between plan and apply of an update; it must not drop",
    )
    .option(
      "--broken",
      "deploy variables that make pods crash, twice in a row: the rollouts must fail, and the previous pods must be able to start again. Then go back, fail once more, and go forward",
    )
    .option(
      "--shift",
      "run a candidate, shift requests to it in steps and back, promote it, and abandon bad ones: what the cluster's objects say must follow, and nothing may be left over",
    )
    .option(
      "--drift",
      "change resources behind Terraform's back: the plan must show only these, and the apply repair them",
    )
    .option("--refuse-destroy", "terraform destroy must be refused and change nothing")
    .option("--destroy", "apply a version without protections, and destroy it")
    .option("--destroyable <folder>", "the version that --destroy applies; required if the first argument is a folder")
    .option("--again", "after the destroy, deploy the first version again")
    .option("--plan", "validate and plan only")
    .optionsGroup("Failures:")
    .manyOption(
      "--fault <regex>",
      "make this call fail in the first apply; the next apply must converge; can be repeated. A call is '<method> <service> <path>' to Google Cloud or 'CREATE|UPDATE|DELETE kubernetes <namespace>/<resource>/<name>' to Kubernetes, as --list-calls prints it",
    )
    .manyOption("--fault-update <regex>", "make this call fail in the last update")
    .option("--fail-each", "make each call of the first apply fail once, in a run of its own")
    .manyOption(
      "--without <permission>",
      "take this permission from the deployer: the rehearsal fails and names it if a call needs it; can be repeated",
    )
    .option(
      "--without-each",
      "take each permission that the deployer used from it, in a rehearsal of its own, which must fail and name it",
    )
    .option("--only <regex>", "only calls, or permissions, that match")
    .wholeNumberOption("--sample <n>", "only n of them, evenly spread", { least: 1, most: 10_000 })
    .wholeNumberOption("--jobs <n>", "number of these runs at a time (default: 2)", { least: 1, most: 100 })
    .option("--interrupt", "stop Terraform (SIGINT) when half of the plan is made; the next apply must converge")
    .positiveOption(
      "--token-life <seconds>",
      "how long the deployer's access tokens are valid, instead of an hour; the first apply must take longer",
      { most: GREATEST.tokenLife },
    )
    .option(
      "--no-plugin",
      "without GKE's credential plugin, so that each run of Terraform has one token. An apply that takes longer fails, and must converge when it runs again",
    )
    .option("--list-calls", "print the calls that change something")
    .optionsGroup("Surroundings:")
    .positiveOption(
      "--speed <n>",
      "minutes of Google Cloud that pass in a minute here; by default everything is done at once",
      { most: GREATEST.speed },
    )
    .option("--no-seed", "leave out what people make before the first deploy, such as supplied secrets")
    .option("--charts-mirror <url>", "chart repository that holds the real charts; without it, charts are stubs")
    .option("--json", "print the report as JSON, and progress to the standard error")
    .option(
      "--work <folder>",
      "folder of logs, plans, the state and the page report.html: a new or empty folder, or that of an earlier rehearsal, whose files are deleted",
      toPath,
    )
    .wholeNumberOption(
      "--port <n>",
      "port of the API server; the fake listens 1000 above it, and etcd 2000. Free ports by default",
      { least: 1, most: GREATEST.port },
    )
    .positiveOption("--timeout <seconds>", "limit of one Terraform command", { most: GREATEST.timeout, fallback: 420 })
    .option("--keep", "keep everything running until Ctrl-C, also after a failure, and print the table then")
    .examples([
      ["npx slipway rehearse production", "applies from nothing and checks the result"],
      ["npx slipway rehearse production --release --drift --refuse-destroy --destroy --again"],
      ["npx slipway rehearse production --fail-each --sample 10", "makes ten calls fail, each in a run of its own"],
      ["npx slipway rehearse production --interrupt", "stops Terraform halfway and continues"],
      ["npx slipway rehearse staging --speed 60", "takes as long as Google, sixty times faster"],
      [
        "npx slipway rehearse v1/stacks/production v2/stacks/production --changes kubernetes_job --changes helm_release",
      ],
    ])
    .hook("preAction", async () => {
      const { problemsOf } = await load("rehearse/arguments.ts");
      command.problems.push(...problemsOf(command.opts(), command.args));
    })
    .action(async (stacks, options) => (await load("rehearse.ts")).main(stacks, options));
};
