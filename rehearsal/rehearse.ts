import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, openSync, readFileSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { copies, type Finding, leaks, snapshot, warnings, workloads } from "./checks";
import { type Run, startMachine } from "./machine";
import { prepare } from "./stack";

const USAGE = `Applies a synthesized stack for real on this machine, without a cloud account: real Terraform and providers, a real
Kubernetes control plane with simulated nodes, a stand-in for Google Cloud's APIs.

  npm run rehearse -- cdktf.out/stacks/production
  npm run rehearse -- v1/stacks/production v2/stacks/production --changes kubernetes_job --changes helm_release
  npm run rehearse -- v1/stacks/production --fault 'POST sql .*/users$'
  npm run rehearse -- v1/stacks/production --refuse-destroy --destroy v3/stacks/production

  --fault REGEX        fail this call once ("<method> <product> <path>"); the next apply must converge; may be repeated
  --changes REGEX      an update may change only matching addresses, and must change one of each; may be repeated
  --scaled NAME=N      scale the Deployment NAMESPACE/NAME to N between plan and apply of an update; it must not drop
  --refuse-destroy     terraform destroy must refuse and change nothing
  --destroy FOLDER     apply this version, which allows destruction, and destroy
  --plan               validate and plan only
  --no-seed            a secret version that nobody added is missing, as in a new project
  --charts-mirror URL  chart repository that holds the real charts; without it stubs stand in for them
  --work DIR  --port N  --timeout SECONDS  --keep

Needs Terraform 1.11 or newer, kubectl, Go, and the providers where Terraform finds them: the registry, or
~/.terraform.d/plugins.`;

const { values: options, positionals: stacks } = parseArgs({
  allowPositionals: true,
  options: {
    fault: { type: "string", multiple: true, default: [] },
    changes: { type: "string", multiple: true, default: [] },
    scaled: { type: "string" },
    "refuse-destroy": { type: "boolean", default: false },
    destroy: { type: "string" },
    plan: { type: "boolean", default: false },
    "no-seed": { type: "boolean", default: false },
    "charts-mirror": { type: "string" },
    work: { type: "string" },
    port: { type: "string", default: "6443" },
    timeout: { type: "string", default: "420" },
    keep: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

let failures = 0;
function say(ok: boolean, what: string, note = ""): boolean {
  if (!ok) failures++;
  console.log(`${ok ? "ok  " : "FAIL"} ${what}${note && `  ${note}`}`);
  return ok;
}
const found = (what: string, { wrong, note }: Finding) =>
  say(!wrong.length, what, wrong.length ? `\n       ${wrong.join("\n       ")}` : note);
const tail = ({ stdout, stderr }: Run) =>
  `\n${(stdout + stderr)
    .split("\n")
    .filter((line) => /^(│|╷|╵)|Error|on .*line|Warning:/.test(line))
    .slice(0, 60)
    .join("\n")}`;

/** What a plan changes, by address. */
function changedAddresses(planJson: string): string[] {
  const { resource_changes = [] } = JSON.parse(planJson) as {
    resource_changes?: { address: string; mode: string; change: { actions: string[] } }[];
  };
  return resource_changes
    .filter((c) => c.mode === "managed" && c.change.actions.some((a) => a !== "no-op"))
    .map((c) => c.address);
}

async function rehearse(): Promise<void> {
  const work = options.work ?? mkdtempSync(path.join(os.tmpdir(), "rehearsal-"));
  mkdirSync(work, { recursive: true });
  const machine = await startMachine({
    work,
    port: Number(options.port),
    timeout: Number(options.timeout),
    seedSecrets: !options["no-seed"],
    realCharts: Boolean(options["charts-mirror"]),
  });
  const { terraform } = machine;
  for (const match of options.fault)
    await fetch(`${machine.cloud}/_fault`, { method: "POST", body: JSON.stringify({ match, times: 1 }) });

  const step = (what: string, run: Run, note: (run: Run) => string = () => "", codes = [0]) => {
    const ok = codes.includes(run.status ?? -1);
    return say(ok, what, ok ? note(run) : tail(run));
  };
  const init = (name: string) => {
    const run = terraform(`${name}-init`, ["init"]);
    return run.status === 0 || say(false, "init", `\n${(run.stdout + run.stderr).slice(-1500)}`);
  };

  for (const [i, stack] of stacks.entries()) {
    const label = stacks.length > 1 ? `version ${i + 1}: ` : "";
    prepare(stack, work, options["charts-mirror"]);
    if (!init(String(i))) return;
    if (
      !step(`${label}validate`, terraform(`${i}-validate`, ["validate"]), (r) =>
        r.stdout.includes("Warning") ? tail(r) : "",
      )
    )
      return;
    const plan = terraform(`${i}-plan`, ["plan", "-out=plan.bin"]);
    if (
      !step(
        `${label}plan`,
        plan,
        (r) => `${/Plan: .*|No changes.*/.exec(r.stdout)?.[0] ?? ""} (${r.seconds.toFixed(1)} s)`,
      )
    )
      return;
    const planJson = terraform(`${i}-show`, ["show", "-json", "plan.bin"]).stdout;
    writeFileSync(path.join(work, `${i}-plan.json`), planJson);
    if (i > 0) {
      const changed = changedAddresses(planJson);
      const expected = options.changes;
      const stray = expected.length ? changed.filter((a) => !expected.some((e) => new RegExp(e).test(a))) : [];
      const missing = expected.filter((e) => !changed.some((a) => new RegExp(e).test(a)));
      say(
        !stray.length && !missing.length,
        `${label}changes only what it should`,
        [...changed, ...missing.map((m) => `(nothing matches ${m})`)].join(", "),
      );
    }
    if (options.plan) continue;

    const watching = i > 0 && options.scaled ? scaleUp(options.scaled) : undefined;
    let apply = terraform(`${i}-apply`, ["apply", "plan.bin"]);
    if (apply.status !== 0 && i === 0 && options.fault.length) {
      const reason = /Error: .*/.exec(apply.stderr)?.[0] ?? "no reason";
      say(true, "the fault struck", reason);
      apply = terraform(`${i}-apply-again`, ["apply", "-auto-approve"]);
    } else if (i === 0 && options.fault.length) say(false, "the fault struck", "no call matched");
    if (watching) found(`${label}${options.scaled} never drops`, await watching.end());
    const applied = step(
      `${label}apply`,
      apply,
      (r) => `${/Apply complete.*/.exec(r.stdout)?.[0]} (${r.seconds.toFixed(1)} s)`,
    );
    if (applied) {
      step(`${label}second plan is empty`, terraform(`${i}-plan-again`, ["plan", "-detailed-exitcode"]), () => "") ||
        console.log(
          readFileSync(path.join(work, `${i}-plan-again.log`), "utf8")
            .split("\n")
            .filter((l) => /^\s+# |^\s+[~+-]/.test(l))
            .slice(0, 60)
            .join("\n"),
        );
      found(`${label}no secret in state, plan or logs`, await leaks(machine, String(i)));
      found(`${label}every copy of each secret agrees`, await copies(machine));
      found(`${label}exactly the declared workloads run`, await workloads(machine));
    }
    found(`${label}no warning`, warnings(machine));
    if (!applied) return;
  }

  if (options["refuse-destroy"]) {
    const before = await snapshot(machine);
    const run = terraform("destroy-refused", ["destroy", "-auto-approve"]);
    const refused = run.status !== 0 && /Instance cannot be destroyed/.test(run.stdout + run.stderr);
    say(
      refused && before === (await snapshot(machine)),
      "destroy is refused; state and cloud are unchanged",
      refused ? "" : tail(run),
    );
  }
  if (options.destroy) {
    prepare(options.destroy, work, options["charts-mirror"]);
    if (!init("destroy")) return;
    step(
      "apply of the version that allows destruction",
      terraform("destroy-allow", ["apply", "-auto-approve"]),
      (r) => /Apply complete.*/.exec(r.stdout)?.[0] ?? "",
    );
    step(
      "destroy",
      terraform("destroy", ["destroy", "-auto-approve"]),
      (r) => /Destroy complete.*/.exec(r.stdout)?.[0] ?? "",
    );
  }
  console.log(`logs, plans and the state: ${work}`);
  if (options.keep) {
    console.log(`still up: KUBECONFIG=${path.join(work, "kube", "kubeconfig")}; Ctrl-C ends it`);
    await new Promise(() => undefined);
  }

  /** Plays the autoscaler between plan and apply, then keeps looking at the number of replicas. */
  function scaleUp(target: string) {
    const [, namespace, name, count] = /^([^/]+)\/([^=]+)=(\d+)$/.exec(target) as unknown as [
      string,
      string,
      string,
      string,
    ];
    machine.kubectl("scale", "deployment", name, "-n", namespace, `--replicas=${count}`);
    const file = path.join(work, "replicas.log");
    writeFileSync(file, "");
    // Terraform runs synchronously here, so another process watches.
    const watch = spawnWatch(file, namespace, name);
    return {
      async end(): Promise<Finding> {
        await new Promise((resolve) => setTimeout(resolve, 2000));
        watch.kill();
        const seen = readFileSync(file, "utf8").split("\n").filter(Boolean).map(Number);
        return {
          wrong: seen.some((n) => n < Number(count)) || !seen.length ? [`seen: ${seen.join(" ")}`] : [],
          note: `seen: ${seen.join(" ")}`,
        };
      },
    };
  }
  function spawnWatch(file: string, namespace: string, name: string) {
    const out = openSync(file, "a");
    return spawn(
      "kubectl",
      ["get", "deployment", name, "-n", namespace, "--watch", "-o", 'jsonpath={.spec.replicas}{"\\n"}'],
      {
        env: { ...process.env, KUBECONFIG: path.join(work, "kube", "kubeconfig") },
        stdio: ["ignore", out, "ignore"],
      },
    );
  }
}

if (options.help || !stacks.length) {
  console.log(USAGE);
  process.exit(options.help ? 0 : 2);
}
rehearse()
  .catch((error) => say(false, "rehearsal", error instanceof Error ? error.message : String(error)))
  .finally(() => process.exit(failures ? 1 : 0));
