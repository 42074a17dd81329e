import { mkdtempSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { type Change, rehearse, type Scaled, type Step } from "./rehearsal";

const USAGE = `Applies a synthesized stack for real on this machine, without a cloud account: real Terraform and providers, a real
Kubernetes control plane with simulated nodes, a stand-in for Google Cloud's APIs.

  npm run rehearse -- cdktf.out/stacks/production
  npm run rehearse -- v1/stacks/production v2/stacks/production --changes kubernetes_job --changes helm_release
  npm run rehearse -- v1/stacks/production --fault 'POST sql .*/users$'
  npm run rehearse -- v1/stacks/production --refuse-destroy --destroy v3/stacks/production --again

  --fault REGEX         fail this call once in the first apply ("<method> <product> <path>"); the next apply must
                        converge; may be repeated
  --fault-update REGEX  the same in the apply of the last update
  --changes [N:]REGEX   an update may change only matching addresses, and must change one of each; may be repeated.
                        With N it is said of version N alone (2 is the first update), otherwise of every update
  --scaled NAME=N       scale the Deployment NAMESPACE/NAME to N between plan and apply of an update; it must not drop
  --refuse-destroy      terraform destroy must refuse and change nothing
  --destroy FOLDER      apply this version, which allows destruction, and destroy
  --again               after the destroy, deploy the first version again in what is left
  --plan                validate and plan only
  --no-seed             a secret version that nobody added is missing, as in a new project
  --charts-mirror URL   chart repository that holds the real charts; without it stubs stand in for them
  --work DIR            folder of logs, plans and the state, which begins anew
  --port N              port of the API server; the stand-in's is 1000 above, etcd's 2000. Free ones by default
  --timeout SECONDS     limit of one Terraform command (420)
  --keep                leave everything up until Ctrl-C

Needs Terraform 1.11 or newer, kubectl, Go, and the providers where Terraform finds them: the registry, or
~/.terraform.d/plugins.`;

const { values: options, positionals: stacks } = parseArgs({
  allowPositionals: true,
  options: {
    fault: { type: "string", multiple: true, default: [] },
    "fault-update": { type: "string", multiple: true, default: [] },
    changes: { type: "string", multiple: true, default: [] },
    scaled: { type: "string" },
    "refuse-destroy": { type: "boolean", default: false },
    destroy: { type: "string" },
    again: { type: "boolean", default: false },
    plan: { type: "boolean", default: false },
    "no-seed": { type: "boolean", default: false },
    "charts-mirror": { type: "string" },
    work: { type: "string" },
    port: { type: "string" },
    timeout: { type: "string", default: "420" },
    keep: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

/** Options that would be overlooked. */
function mistake(): string | undefined {
  const updates = stacks.length - 1;
  if (options["fault-update"].length && updates < 1) return "--fault-update needs an update: a second stack";
  if (options.scaled && updates < 1) return "--scaled needs an update: a second stack";
  if (options.scaled && !scaled(options.scaled)) return "--scaled is NAMESPACE/NAME=N";
  for (const { version = 2, address } of options.changes.map(change))
    if (version < 2 || version > stacks.length) return `--changes ${address}: there is no update to version ${version}`;
  if (options.again && !options.destroy) return "--again needs --destroy";
  return undefined;
}

function change(text: string): Change {
  const [, version, address] = /^(\d+):(.*)$/.exec(text) ?? [];
  return address ? { version: Number(version), address } : { address: text };
}

function scaled(text: string): Scaled | undefined {
  const { groups } = /^(?<namespace>[^/]+)\/(?<name>[^=]+)=(?<replicas>\d+)$/.exec(text) ?? {};
  return (
    groups && { namespace: String(groups.namespace), name: String(groups.name), replicas: Number(groups.replicas) }
  );
}

function print({ what, wrong, note }: Step): void {
  console.log(wrong.length ? [`FAIL ${what}`, ...wrong].join("\n       ") : `ok   ${what}${note && `  ${note}`}`);
}

async function main(): Promise<boolean> {
  const work = options.work ?? mkdtempSync(path.join(os.tmpdir(), "rehearsal-"));
  const steps = await rehearse({
    stacks,
    work,
    port: options.port ? Number(options.port) : undefined,
    timeout: Number(options.timeout),
    faults: options.fault,
    updateFaults: options["fault-update"],
    changes: options.changes.map(change),
    scaled: options.scaled ? scaled(options.scaled) : undefined,
    refuseDestroy: options["refuse-destroy"],
    destroy: options.destroy,
    again: options.again,
    planOnly: options.plan,
    seedSecrets: !options["no-seed"],
    chartsMirror: options["charts-mirror"],
    report: print,
    hold: async ({ env }) => {
      if (!options.keep) return;
      console.log(`still up: KUBECONFIG=${env.KUBECONFIG}; Ctrl-C ends it`);
      await new Promise(() => undefined);
    },
  });
  console.log(`logs, plans and the state: ${work}`);
  return steps.every((step) => !step.wrong.length);
}

const wrongly = stacks.length ? mistake() : USAGE;
if (options.help || wrongly) {
  console.log(options.help ? USAGE : wrongly);
  process.exit(options.help ? 0 : 2);
}
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130));
main()
  .catch((error) =>
    print({ what: "rehearsal", wrong: [error instanceof Error ? error.message : String(error)], note: "" }),
  )
  .then((ok) => process.exit(ok ? 0 : 1));
