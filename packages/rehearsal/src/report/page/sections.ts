import type { Failure } from "../../fail-each";
import type { Step } from "../../rehearsal";
import type { Bound, Chain, Schedule } from "../../schedule/schedule";
import type { Report } from "../report";
import { familyOf, isRead } from "./families";
import { type Html, html } from "./html";

const count = (n: number, thing: string) => `${n} ${thing}${n === 1 ? "" : "s"}`;
const fixed = (n: number, digits = 1) => n.toFixed(digits);

/** The result in a few figures. */
export function headline({ system, stack, ok, resources, schedule, calls, steps, failures = [] }: Report): Html {
  const total = Object.values(resources).reduce((sum, n) => sum + n, 0);
  const tried = [...steps, ...failures].filter(({ inconclusive }) => !inconclusive);
  const held = tried.filter((s) => !s.wrong.length).length;
  const seconds = steps.reduce((sum, s) => sum + s.seconds, 0);
  const { all, cluster } = schedule;
  const figure = (value: string | number, of: string, more = "") =>
    html`<div><dt>${of}</dt><dd>${value}</dd>${more ? html`<dd class="quiet">${more}</dd>` : ""}</div>`;
  return html`<header>
<p class="eyebrow">Rehearsal${system ? ` of ${system}` : ""}</p>
<h1>${stack} <span class="verdict ${ok ? "ok" : "bad"}">${ok ? "all held" : "not everything held"}</span></h1>
<dl class="figures">
${figure(total, "resources", `of ${count(Object.keys(resources).length, "type")}`)}
${bounded(all) ? figure(`${fixed(all.criticalPath.minutes)} min`, "in Google Cloud, by the model", `the least possible is ${fixed(all.lowerBound.minutes)}`) : ""}
${bounded(all) ? figure(`${ratio(all)}×`, "the lower bound", "what its services allow") : ""}
${bounded(cluster) ? figure(`${fixed(cluster.criticalPath.minutes)} min`, "until all is in the cluster", `${ratio(cluster)}× of ${fixed(cluster.lowerBound.minutes)}`) : ""}
${steps.length ? figure(`${held} of ${tried.length}`, "checks held", `${count(calls, "call")}, ${fixed(seconds, 0)} s here`) : ""}
</dl>
</header>`;
}

const bounded = ({ lowerBound }: Bound) => lowerBound.minutes > 0;
const ratio = ({ criticalPath, lowerBound }: Bound) => fixed(criticalPath.minutes / lowerBound.minutes, 2);

/** The critical path beside the lower bound. */
export function paths(schedule: Schedule): Html | undefined {
  const { all, cluster } = schedule;
  const same = String(all.criticalPath.addresses) === String(cluster.criticalPath.addresses);
  const bounds = [
    { of: "Everything", bound: all },
    ...(same ? [] : [{ of: "All that is in the cluster", bound: cluster }]),
  ].filter(({ bound }) => bounded(bound));
  if (!bounds.length) return undefined;
  const lengths = new Map(schedule.bars.map((bar) => [bar.address, bar.to - bar.from]));
  return html`<section aria-labelledby="paths">
<h2 id="paths">Critical path and lower bound</h2>
<p class="quiet">The critical path is the chain of resources that the apply is as long as. The lower bound is the longest chain that Google Cloud and Kubernetes impose themselves. Steps that only the first has are those that this stack adds.</p>
${bounds.map(
  ({ of, bound: { criticalPath, lowerBound } }) => html`<h3>${of}</h3>
<div class="pair">
${chain("Critical path", criticalPath, lengths, lowerBound)}
${chain("Lower bound", lowerBound, lengths)}
</div>`,
)}
</section>`;
}

function chain(name: string, { addresses, minutes }: Chain, lengths: ReadonlyMap<string, number>, least?: Chain): Html {
  const steps = addresses
    .filter((address) => !isRead(address))
    .map((address) => ({ address, own: lengths.get(address) ?? 0 }));
  const waited = minutes - steps.reduce((sum, { own }) => sum + own, 0);
  const row = (own: number, what: Html, family: string) =>
    html`<tr><td class="number">${fixed(own)}</td><th scope="row" class="${family}"><span class="length" style="--part:${fixed(own / minutes, 4)}"></span>${what}</th></tr>
`;
  return html`<table class="chain">
<caption>${name}</caption>
<thead><tr><th scope="col" class="number">min</th><th scope="col">Step</th></tr></thead>
<tbody>
${steps.map(({ address, own }) =>
  row(
    own,
    html`<span class="address">${address}</span>${least && !least.addresses.includes(address) ? html` <span class="tag">not in the lower bound</span>` : ""}`,
    familyOf(address).id,
  ),
)}
${waited > 0.05 ? row(waited, html`waiting for a free place`, "other") : ""}
</tbody>
<tfoot><tr><td class="number">${fixed(minutes)}</td><th scope="row">in all</th></tr></tfoot>
</table>`;
}

/** Number of resources of each type. */
export function kinds(resources: Report["resources"]): Html | undefined {
  const types = Object.entries(resources).sort(([a, n], [b, m]) => m - n || a.localeCompare(b));
  const most = types[0]?.[1];
  if (!most) return undefined;
  return html`<section aria-labelledby="kinds">
<h2 id="kinds">Resources by kind</h2>
<ul class="kinds">
${types.map(
  ([type, n]) =>
    html`<li class="${familyOf(type).id}"><span class="address">${type}</span><span class="count"><i style="--part:${n / most}"></i>${n}</span></li>
`,
)}
</ul>
</section>`;
}

/** Names of changes, by the actions in a plan. */
const CHANGES: Readonly<Record<string, string>> = {
  create: "create",
  update: "update",
  delete: "delete",
  "delete,create": "replace",
  "create,delete": "replace",
};

/** What each update changes. */
export function updates(plans: Report["updates"]): Html | undefined {
  if (!plans.length) return undefined;
  return html`<section aria-labelledby="updates">
<h2 id="updates">${plans.length > 1 ? "The next releases" : "The next release"}</h2>
${plans.map((plan, i) => {
  const changes = plan.map(({ address, actions }) => ({ address, change: CHANGES[String(actions)] ?? actions.join() }));
  const each = [...new Set(changes.map((c) => c.change))].map(
    (change) => `${changes.filter((c) => c.change === change).length} to ${change}`,
  );
  return html`<h3>Version ${i + 2} <span class="quiet">${each.length ? each.join(", ") : "changes nothing"}</span></h3>
<ul class="changes">
${changes.map(
  ({
    address,
    change,
  }) => html`<li><span class="change ${change}">${change}</span><span class="address">${address}</span></li>
`,
)}
</ul>`;
})}
</section>`;
}

/** The steps and their findings. */
export function checks(steps: readonly Step[]): Html | undefined {
  if (!steps.length) return undefined;
  return html`<section aria-labelledby="checks">
<h2 id="checks">Checks</h2>
${found(
  "Check",
  steps.map(({ what, ...finding }) => ({ name: html`${what}`, ...finding })),
)}
</section>`;
}

/** The runs in which one call failed each; failed runs come first. */
export function failed(failures: readonly Failure[] = []): Html | undefined {
  if (!failures.length) return undefined;
  const inconclusive = failures.filter((failure) => failure.inconclusive);
  const held = failures.filter((failure) => !failure.wrong.length && !failure.inconclusive);
  const sorted = [...failures.filter(({ wrong }) => wrong.length), ...inconclusive, ...held];
  return html`<section aria-labelledby="failed">
<h2 id="failed">Failing calls <span class="quiet">${held.length} of ${failures.length - inconclusive.length} held${inconclusive.length ? `, ${inconclusive.length} not struck` : ""}</span></h2>
<p class="quiet">Each call failed once, in a run of its own: the apply must name the resource, the next one converge, the plan be empty and the copies of secrets agree.</p>
${found(
  "Call",
  sorted.map(({ call, ...finding }) => ({ name: html`<span class="address">${call}</span>`, ...finding })),
)}
</section>`;
}

interface Found extends Omit<Step, "what"> {
  readonly name: Html;
}

function found(of: string, rows: readonly Found[]): Html {
  return html`<table class="found">
<thead><tr><th scope="col">Result</th><th scope="col">${of}</th><th scope="col" class="number">Seconds</th><th scope="col">Found</th></tr></thead>
<tbody>
${rows.map(
  ({ name, wrong, note, inconclusive, seconds }) =>
    html`<tr><td>${inconclusive ? "–" : html`<span class="verdict ${wrong.length ? "bad" : "ok"}">${wrong.length ? "FAIL" : "ok"}</span>`}</td><th scope="row">${name}</th><td class="number">${fixed(seconds)}</td><td>${wrong.length ? html`<ul class="wrong">${wrong.map((line) => html`<li>${line}</li>`)}</ul>` : ""}${note ? html`<p class="quiet said">${note}</p>` : ""}</td></tr>
`,
)}
</tbody>
</table>`;
}
