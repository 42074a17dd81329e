import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { page } from "../src/report/page/page";
import { printed, type Report } from "../src/report/report";
import type { Bar } from "../src/schedule/schedule";

const NETWORK = "google_compute_network.network";
const DATABASE = "google_sql_database_instance.database";
const CLUSTER = "google_container_cluster.cluster";
const RELEASE = "helm_release.backend";
const SECRET = "ephemeral.google_secret_manager_secret_version.password";

const BARS: readonly Bar[] = [
  { address: SECRET, from: 0, to: 0 },
  { address: NETWORK, from: 0, to: 0.1 },
  { address: CLUSTER, from: 0.1, to: 7.1, after: NETWORK },
  { address: DATABASE, from: 0.1, to: 12.1, after: NETWORK },
  { address: RELEASE, from: 13, to: 14.5, after: DATABASE },
];
const action = (address: string, from: number, to: number) => ({
  address,
  action: "create",
  from: Date.UTC(2026) + from,
  to: Date.UTC(2026) + to,
  failed: false,
});
const NOTHING = { criticalPath: { minutes: 0, addresses: [] }, lowerBound: { minutes: 0, addresses: [] } };

/** Of nothing at all. */
const EMPTY: Report = {
  stack: "staging",
  ok: true,
  steps: [],
  resources: {},
  updates: [],
  schedule: { bars: [], all: NOTHING, cluster: NOTHING },
  actions: [],
  calls: 0,
};

const REPORT: Report = {
  system: "pmcrm",
  stack: "production",
  ok: false,
  steps: [
    { what: "apply", wrong: [], note: "Apply complete!", seconds: 71.3 },
    { what: "no warning", wrong: ["one was said"], note: "", seconds: 0.1 },
  ],
  resources: {
    google_compute_network: 1,
    google_sql_database_instance: 1,
    google_container_cluster: 1,
    helm_release: 1,
  },
  updates: [
    [
      { address: RELEASE, actions: ["update"] },
      { address: "kubernetes_job_v1.migration", actions: ["delete", "create"] },
    ],
  ],
  schedule: {
    bars: BARS,
    all: {
      criticalPath: { minutes: 14.5, addresses: [NETWORK, DATABASE, RELEASE] },
      lowerBound: { minutes: 12.1, addresses: [NETWORK, DATABASE] },
    },
    cluster: NOTHING,
  },
  actions: [
    action(NETWORK, 0, 1000),
    action(DATABASE, 1000, 3000),
    action(CLUSTER, 1000, 5000),
    action(RELEASE, 5000, 9000),
  ],
  calls: 9,
  failures: [
    { call: "POST compute networks", wrong: [], note: "", remedies: [], seconds: 60 },
    { call: "POST container clusters", wrong: ["does not converge"], note: "", remedies: [], seconds: 60 },
    { call: "POST joined", wrong: [], note: "not struck", inconclusive: true, remedies: [], seconds: 60 },
  ],
};

const headings = (text: string) => [...text.matchAll(/<h2[^>]*>([^<]*)/g)].map(([, heading]) => heading?.trim());

test("the page has its sections in order", () => {
  expect(headings(page(REPORT))).toEqual([
    "The apply",
    "Critical path and lower bound",
    "Resources by kind",
    "The next release",
    "Checks",
    "Failing calls",
  ]);
});

test("a call that was not made counts neither as held nor as failed", () => {
  const text = page(REPORT);
  expect(text).toContain("1 of 2 held, 1 not struck");
  expect(printed(REPORT)).toContain("\n1 of 2 calls that failed once");
  expect(printed(REPORT)).toContain("\n     POST joined: not struck\n");
});

test("sections without data are left out", () => {
  expect(headings(page(EMPTY))).toEqual([]);
  expect(page(EMPTY).split('<script type="module">')[0]).not.toMatch(/NaN|Infinity|undefined/);
  expect(headings(page({ ...EMPTY, steps: REPORT.steps }))).toEqual(["Checks"]);
});

test("the switch offers only views that have data", () => {
  expect(page(REPORT)).toContain('value="measured"');
  expect(page({ ...REPORT, actions: [] })).not.toContain('type="radio"');
});

test("the headline counts the checks that held", () => {
  const text = page(REPORT);
  expect(text).toContain("not everything held");
  expect(page({ ...REPORT, ok: true })).toContain("all held");
  for (const figure of ["14.5 min", "1.20×", "2 of 4"]) expect(text).toContain(`<dd>${figure}</dd>`);
});

test("failed runs come first", () => {
  const text = page(REPORT);
  expect(text.indexOf("container clusters")).toBeLessThan(text.indexOf("compute networks"));
  expect(text).toContain("1 of 2 held");
});

test("a replacement is not shown as a change", () => {
  expect([...page(REPORT).matchAll(/class="change (\w+)"/g)].map(([, change]) => change)).toEqual([
    "update",
    "replace",
  ]);
});

const EVIL = `</script><script>alert(1)</script><img src=x onerror="alert(2)">'&`;

/** A report that says one thing everywhere. */
const evil: Report = {
  system: EVIL,
  stack: EVIL,
  ok: true,
  steps: [{ what: EVIL, wrong: [EVIL], note: EVIL, seconds: 1 }],
  resources: { [EVIL]: 1 },
  updates: [[{ address: EVIL, actions: [EVIL] }]],
  schedule: {
    bars: [{ address: EVIL, from: 0, to: 1, after: EVIL }],
    all: { criticalPath: { minutes: 1, addresses: [EVIL] }, lowerBound: { minutes: 1, addresses: [EVIL] } },
    cluster: { criticalPath: { minutes: 1, addresses: [EVIL, EVIL] }, lowerBound: { minutes: 1, addresses: [EVIL] } },
  },
  actions: [action(EVIL, 0, 1000)],
  calls: 1,
  failures: [{ call: EVIL, wrong: [EVIL], note: EVIL, remedies: [], seconds: 1 }],
};

test("all text is escaped", () => {
  const text = page(evil);
  expect(text).not.toMatch(/<script>alert|<img|onerror="/);
  expect(text.match(/<\/script>/g)).toHaveLength(2);
  const data = /<script type="application\/json" id="rows">(.*)<\/script>/.exec(text)?.[1] as string;
  expect(JSON.parse(data)).toMatchObject([{ address: EVIL }]);
});

test("the page loads nothing", () => {
  expect(page(REPORT)).not.toMatch(/https?:|url\(|@import|\b(src|srcset|action)=/);
  expect([...page(REPORT).matchAll(/href="([^"]*)"/g)].map(([, target]) => target)).toEqual(["data:,"]);
});

/** A program on PATH. */
function which(...names: readonly string[]): string | undefined {
  const files = (process.env.PATH ?? "").split(path.delimiter).flatMap((dir) => names.map((n) => path.join(dir, n)));
  return files.find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

const FLAGS =
  "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";

// Jest wants to know before it starts which tests there are.
const executablePath = which("chromium", "chromium-browser", "google-chrome");
const missing = executablePath ? undefined : "chromium is not on PATH";
if (missing) console.warn(`SKIPPED: the page of a rehearsal in a browser. ${missing}.`);

describe(`in a browser${missing ? ` (SKIPPED: ${missing})` : ""}`, () => {
  const testHere = missing ? test.skip : test;
  const work = mkdtempSync(path.join(os.tmpdir(), "page-"));
  let browser: Browser | undefined;

  beforeAll(async () => {
    if (executablePath) browser = await chromium.launch({ executablePath, args: FLAGS.split(" ") });
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(work, { recursive: true });
  });

  /** The page of a report, and all that went wrong with it or that it asked for. */
  async function open(report: Report, options: BrowserContextOptions = {}): Promise<{ shown: Page; heard: string[] }> {
    const file = path.join(work, "report.html");
    writeFileSync(file, page(report));
    const shown = await (browser as Browser).newPage(options);
    const heard: string[] = [];
    shown.on("console", (message) => heard.push(message.text()));
    shown.on("pageerror", (error) => heard.push(String(error)));
    shown.on("dialog", (dialog) => heard.push(dialog.message()));
    shown.on("request", (request) => heard.push(request.url()));
    await shown.goto(String(pathToFileURL(file)));
    expect(heard.shift()).toBe(String(pathToFileURL(file)));
    return { shown, heard };
  }

  const rows = (shown: Page) => shown.locator(".rows li:visible");
  const row = (shown: Page, address: string) => shown.locator(`[data-address="${address}"] button`);
  const addresses = (shown: Page) => rows(shown).evaluateAll((all) => all.map((e) => e.getAttribute("data-address")));
  const highlighted = (shown: Page) => shown.locator(".row.on .label").allTextContents();

  testHere("the timeline has a bar for each resource, in order of start, and requests nothing", async () => {
    const { shown, heard } = await open(REPORT);
    expect(await addresses(shown)).toEqual([NETWORK, CLUSTER, DATABASE, RELEASE]);
    await shown.getByLabel("Data sources").check();
    expect(await addresses(shown)).toEqual([SECRET, NETWORK, CLUSTER, DATABASE, RELEASE]);
    const wide = await Promise.all(
      [CLUSTER, DATABASE].map(async (a) => (await row(shown, a).locator(".bar").boundingBox())?.width ?? 0),
    );
    expect((wide[1] as number) / (wide[0] as number)).toBeCloseTo(12 / 7, 1);
    expect(heard).toEqual([]);
  });

  testHere("mouse and keyboard show what a bar waited for", async () => {
    const { shown, heard } = await open(REPORT);
    await row(shown, RELEASE).hover();
    const detail = shown.locator(".detail");
    expect(await detail.innerText()).toContain(`${RELEASE} 13.0 to 14.5 min, takes 1.5 min`);
    expect(await detail.innerText()).toContain(
      `Waited longest for ${DATABASE}, until 12.1 min, then 0.9 min for a free`,
    );
    expect(await highlighted(shown)).toEqual([NETWORK, DATABASE, RELEASE]);
    expect((await shown.locator(".links path").getAttribute("d"))?.match(/M/g)).toHaveLength(2);
    await shown.mouse.move(0, 0);
    expect(await highlighted(shown)).toEqual([]);

    await row(shown, NETWORK).focus();
    await shown.keyboard.press("ArrowDown");
    expect(await detail.innerText()).toContain(CLUSTER);
    expect(await highlighted(shown)).toEqual([NETWORK, CLUSTER]);
    await shown.keyboard.press("Enter");
    await shown.mouse.click(5, 5);
    expect(await highlighted(shown)).toEqual([NETWORK, CLUSTER]);
    await row(shown, CLUSTER).press("Escape");
    expect(await highlighted(shown)).toEqual([]);
    expect(heard).toEqual([]);
  });

  testHere("the timeline filters by address and critical path", async () => {
    const { shown } = await open(REPORT);
    await shown.getByLabel("Only the critical path").check();
    expect(await addresses(shown)).toEqual([NETWORK, DATABASE, RELEASE]);
    await shown.getByLabel("Filter by address").fill("SQL");
    expect(await addresses(shown)).toEqual([DATABASE]);
    expect(await shown.locator("output").innerText()).toBe("1 of 4 resources");
    await shown.getByLabel("Filter by address").fill("nowhere");
    expect(await shown.getByText("No resource matches.").isVisible()).toBe(true);
  });

  testHere("the timeline switches to the measured times", async () => {
    const { shown } = await open(REPORT);
    await shown.getByText("on this machine (measured)").click();
    expect(await addresses(shown)).toEqual([NETWORK, DATABASE, CLUSTER, RELEASE]);
    await row(shown, RELEASE).hover();
    expect(await shown.locator(".detail").innerText()).toContain("5.0 to 9.0 s, takes 4.0 s");
    expect(await shown.locator(".axis:visible .tick").first().innerText()).toBe("0 s");
  });

  testHere("text in a report is never run", async () => {
    const { shown, heard } = await open(evil);
    await shown.locator(".row").hover();
    expect(await shown.locator(".detail b").innerText()).toBe(EVIL);
    expect(await shown.locator("h1").innerText()).toContain(EVIL);
    expect(heard).toEqual([]);
  });

  testHere("the page has a dark and a light theme, and fits a phone", async () => {
    const brightness = async (colorScheme: "light" | "dark") => {
      const { shown } = await open(REPORT, { colorScheme, viewport: { width: 390, height: 844 } });
      expect(await shown.evaluate("document.documentElement.scrollWidth")).toBe(390);
      const of = (property: string) =>
        shown
          .evaluate<string>(`getComputedStyle(document.documentElement).${property}`)
          .then((colour) => [...colour.matchAll(/\d+/g)].reduce((sum, [n]) => sum + Number(n), 0));
      return (await of("backgroundColor")) - (await of("color"));
    };
    expect(await brightness("light")).toBeGreaterThan(450);
    expect(await brightness("dark")).toBeLessThan(-450);
  });
});
