import { SECONDS } from "@slipway/fake-google-cloud";
import { type Bar, PARALLELISM, type Schedule } from "../../schedule/schedule";
import type { Action } from "../../terraform/output";
import type { Report } from "../report";
import { FAMILIES, familyOf, isRead } from "./families";
import { type Html, html, json } from "./html";

/** A period of time, in the unit of its view. */
type Span = readonly [from: number, to: number];

interface Row {
  readonly address: string;
  readonly model?: Span;
  readonly measured?: Span;
  /** The last resource that it waited for. */
  readonly after?: string;
  readonly failed: boolean;
}

/** A view of the apply. */
interface View {
  readonly id: "model" | "measured";
  readonly name: string;
  readonly unit: "min" | "s";
  readonly end: number;
}

/** The apply, with a bar for each resource. */
export function timeline({ schedule, actions, speed }: Report): Html | undefined {
  const rows = rowsOf(schedule.bars, actions);
  const views = viewsOf(rows);
  const [view] = views;
  if (!view) return undefined;
  const order = rows.toSorted((a, b) => compare(a[view.id], b[view.id]));
  const hasReads = rows.some((row) => isRead(row.address));
  const paths = pathsOf(schedule);
  return html`<section aria-labelledby="apply">
<h2 id="apply">The apply</h2>
<form class="controls" aria-label="What the timeline shows">
${
  views.length > 1
    ? html`<fieldset class="switch"><legend class="unseen">Times</legend>${views.map(
        ({ id, name }) =>
          html`<label><input type="radio" name="view" value="${id}"${id === view.id ? html` checked` : ""}><span>${name}</span></label>`,
      )}</fieldset>`
    : ""
}
<label class="search"><span class="unseen">Filter by address</span><input type="search" name="text" placeholder="Filter by address" autocomplete="off" spellcheck="false"></label>
${paths.length ? html`<label><input type="checkbox" name="critical"> Only the critical path</label>` : ""}
${hasReads ? html`<label><input type="checkbox" name="reads"> Data sources and ephemerals</label>` : ""}
<output name="count" class="quiet"></output>
</form>
${legend(rows, paths)}
<div class="gantt" data-view="${view.id}" style="${views.map((v) => `--${v.id}-end:${v.end};--${v.id}-step:${step(v.end)};`)}">
<div class="axes" aria-hidden="true">${views.map(axis)}</div>
<div class="scroll">
<svg class="links" aria-hidden="true"><path d=""/></svg>
<ol class="rows" aria-label="Resources by when they begin">
${order.map((row) => bar(row, view, paths))}
</ol>
<p class="none" hidden>No resource matches.</p>
</div>
<div class="detail" id="detail"><p class="quiet">Point at a bar to see what it waited for, or step through the list with the arrow keys. A click or Enter pins it.</p></div>
</div>
${views.map(({ id }) => html`<p class="quiet note" data-of="${id}">${id === "model" ? MODEL : measuredNote(speed)}</p>`)}
<script type="application/json" id="rows">${json(rows)}</script>
</section>`;
}

const MODEL = `Minutes are those that Google Cloud typically takes for each kind of resource, ${PARALLELISM} at a time as Terraform makes them. What is made in seconds counts ${SECONDS} of a minute.`;
const measuredNote = (speed: number | undefined) =>
  `Seconds on the machine of the rehearsal, where ${speed ? `a minute stood for ${speed} minutes of Google Cloud` : "the fake of Google Cloud answers at once"}. The critical path, and what waited longest for what, are the model's.`;

function rowsOf(bars: readonly Bar[], actions: readonly Action[]): Row[] {
  const begin = Math.min(...actions.map((a) => a.from));
  const measured = new Map(actions.map((a) => [a.address, a]));
  const modelled = new Map(bars.map((b) => [b.address, b]));
  return [...new Set([...modelled.keys(), ...measured.keys()])].map((address) => {
    const inModel = modelled.get(address);
    const here = measured.get(address);
    return {
      address,
      model: inModel && [round(inModel.from), round(inModel.to)],
      measured: here && [round((here.from - begin) / 1000), round((here.to - begin) / 1000)],
      after: inModel?.after,
      failed: here?.failed ?? false,
    };
  });
}

/** The views that have data. */
function viewsOf(rows: readonly Row[]): View[] {
  const end = (id: View["id"]) => Math.max(0, ...rows.map((row) => row[id]?.[1] ?? 0));
  const views: View[] = [
    { id: "model", name: "in Google Cloud (model)", unit: "min", end: end("model") },
    { id: "measured", name: "on this machine (measured)", unit: "s", end: end("measured") },
  ];
  return views.filter((view) => view.end > 0);
}

interface Path {
  readonly id: "all" | "cluster";
  readonly name: string;
  readonly addresses: ReadonlySet<string>;
}

function pathsOf({ all, cluster }: Schedule): Path[] {
  const paths: Path[] = [
    { id: "all", name: "Critical path of everything", addresses: new Set(all.criticalPath.addresses) },
    { id: "cluster", name: "Critical path of the cluster", addresses: new Set(cluster.criticalPath.addresses) },
  ];
  return paths.filter(({ addresses }) => addresses.size);
}

function legend(rows: readonly Row[], paths: readonly Path[]): Html {
  const shown = new Set(rows.filter((row) => !isRead(row.address)).map((row) => familyOf(row.address)));
  return html`<ul class="legend" aria-label="Colours">
${FAMILIES.filter((family) => shown.has(family)).map(({ id, name }) => html`<li><i class="swatch ${id}"></i>${name}</li>`)}
</ul>
${
  paths.length
    ? html`<ul class="legend" aria-label="Marks">${paths.map(({ id, name }) => html`<li><i class="mark on-${id}"></i>${name}</li>`)}</ul>`
    : ""
}`;
}

function bar({ address, model, measured, failed }: Row, view: View, paths: readonly Path[]): Html {
  const on = paths.filter(({ addresses }) => addresses.has(address));
  const span = (id: View["id"], at?: Span) => (at ? `--${id}-from:${at[0]};--${id}-to:${at[1]};` : "");
  const here = view.id === "model" ? model : measured;
  return html`<li data-address="${address}"${isRead(address) ? html` class="read"` : ""}${isRead(address) || !here ? html` hidden` : ""}><button type="button" class="row ${familyOf(address).id} ${on.map(({ id }) => `critical-${id} `)}${failed ? "failed" : ""}" aria-pressed="false" aria-describedby="detail" tabindex="-1" style="${span("model", model)}${span("measured", measured)}"><span class="marks">${(
    ["all", "cluster"] as const
  ).map((id) =>
    on.some((path) => path.id === id) ? html`<i class="mark on-${id}"></i>` : html`<i></i>`,
  )}</span><span class="label">${address}</span><span class="track"><span class="bar"></span></span>${on.map(({ name }) => html`<span class="unseen">, ${name.toLowerCase()}</span>`)}</button></li>
`;
}

function axis({ id, unit, end }: View): Html {
  const by = step(end);
  const ticks = Array.from({ length: Math.floor(end / by + 1e-9) + 1 }, (_, i) => round(i * by));
  return html`<div class="axis" data-of="${id}">${ticks.map((at) => html`<span class="tick" style="--at:${at / end}">${at}${at ? "" : ` ${unit}`}</span>`)}</div>`;
}

/** A round step that divides the axis into about eight parts. */
function step(end: number): number {
  const power = 10 ** Math.floor(Math.log10(end / 8));
  return round([1, 2, 5, 10].map((n) => n * power).find((n) => end / n <= 10) ?? end);
}

const round = (n: number): number => Number(n.toFixed(3));

const compare = (a?: Span, b?: Span): number =>
  a && b ? a[0] - b[0] || a[1] - b[1] : Number(Boolean(b)) - Number(Boolean(a));
