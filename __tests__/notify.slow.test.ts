import { execFile, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import https from "node:https";
import net, { type AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import readline from "node:readline";
import { text } from "node:stream/consumers";
import tls from "node:tls";
import { parse } from "yaml";
import { ROOT } from "./support";

/** What the action Notify sends: curl talks to servers of this test instead of those that it names. */

const ACTION = path.join(ROOT, ".github/actions/notify");
const missing = ["jq", "curl", "openssl"].filter((tool) => spawnSync("which", [tool]).status !== 0);
if (missing.length) console.warn(`SKIPPED: tests of messages need ${missing.join(" and ")} on PATH.`);

const HOSTS = ["hooks.invalid", "api.datadoghq.eu", "grafana.invalid", "smtp.invalid"];
const SECRETS = { webhook: "https://hooks.invalid/path%2F", key: "the-key", token: "the-token", password: 'pass:"\\%' };
const CHANNELS = {
  slack: { webhook: SECRETS.webhook },
  datadog: { site: "datadoghq.eu", key: SECRETS.key },
  grafana: { url: "https://grafana.invalid/shop/", token: SECRETS.token },
  email: {
    server: "smtps://smtp.invalid",
    user: "slipway",
    password: SECRETS.password,
    from: "slipway@shop.invalid",
    to: "team@shop.invalid",
  },
};
const MASK = "::add-mask::";
const RUN = "https://github.invalid/shop/actions/runs/42";

interface Call {
  readonly url: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}
interface Mail {
  readonly login: string;
  readonly envelope: readonly string[];
  readonly content: string;
}

let folder: string;
let calls: Call[];
let mails: Mail[];
/** What the server of a host answers, if it is not 200. */
let answers: Readonly<Record<string, number>>;
let refusesLogin: boolean;
/** Everything that a client has told the mail server that does not encrypt. */
let overheard: string;
let servers: net.Server[];

const listens = (server: net.Server): Promise<number> =>
  new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)));

/** A mail server for one mail: RFC 5321, and AUTH PLAIN of RFC 4954. */
function receives(socket: net.Socket): void {
  const says = (line: string): boolean => socket.write(`${line}\r\n`);
  let [login, content]: (string | undefined)[] = [];
  const envelope: string[] = [];
  socket.on("error", () => socket.destroy());
  says("220 smtp.invalid");
  readline.createInterface({ input: socket, crlfDelay: Number.POSITIVE_INFINITY }).on("line", (line) => {
    if (content !== undefined && line !== ".") content += `${line.replace(/^\./, "")}\n`;
    else if (content !== undefined) {
      mails.push({ login: login ?? "", envelope, content });
      content = undefined;
      says("250 taken");
    } else if (login === "") {
      login = Buffer.from(line, "base64").toString().split("\0").slice(1).join(" ");
      says(refusesLogin ? "535 refused" : "235 welcome");
    } else if (/^EHLO/.test(line)) socket.write("250-smtp.invalid\r\n250 AUTH PLAIN\r\n");
    else if (/^AUTH PLAIN$/.test(line)) {
      login = "";
      says("334 ");
    } else if (/^(MAIL|RCPT)/.test(line)) {
      envelope.push(line.replace(/ SIZE=\d+$/, ""));
      says("250 ok");
    } else if (/^DATA/.test(line)) {
      content = "";
      says("354 go on");
    } else says(/^QUIT/.test(line) ? "221 bye" : "502 no");
  });
}

beforeAll(async () => {
  if (missing.length) return;
  folder = mkdtempSync(path.join(os.tmpdir(), "notify-"));
  const [key, cert] = ["key.pem", "cert.pem"].map((name) => path.join(folder, name)) as [string, string];
  const names = HOSTS.map((host) => `DNS:${host}`).join(",");
  const made = spawnSync("openssl", [
    ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"],
    ...["-subj", "/CN=shop", "-addext", `subjectAltName=${names}`, "-keyout", key, "-out", cert],
  ]);
  expect([made.status, String(made.stderr)]).toEqual([0, expect.anything()]);
  const certificate = { key: readFileSync(key), cert: readFileSync(cert) };
  const api = https.createServer(certificate, async (incoming, outgoing) => {
    const { url = "", headers } = incoming;
    calls.push({ url: `https://${headers.host}${url}`, headers, body: JSON.parse(await text(incoming)) });
    outgoing.writeHead(answers[String(headers.host)] ?? 200).end("the answer");
  });
  const plain = net.createServer((socket) => {
    socket.on("data", (data) => {
      overheard += data;
    });
    receives(socket);
  });
  servers = [api, tls.createServer(certificate, receives), plain];
  const [web, mail, unencrypted] = await Promise.all(servers.map(listens));
  const to = Object.entries({ 443: web, 465: mail, 25: unencrypted });
  writeFileSync(
    path.join(folder, ".curlrc"),
    [`cacert = "${cert}"`, ...to.map(([from, port]) => `connect-to = ":${from}:127.0.0.1:${port}"`)].join("\n"),
  );
  const curl = spawnSync("which", ["curl"], { encoding: "utf8" }).stdout.trim();
  const logged = `#!/usr/bin/env bash\necho "$*" >> "${folder}/commands"\nexec ${curl} "$@"\n`;
  writeFileSync(path.join(folder, "curl"), logged);
  chmodSync(path.join(folder, "curl"), 0o755);
});
afterAll(() => {
  for (const server of servers ?? []) server.close();
  if (folder) rmSync(folder, { recursive: true });
});
beforeEach(() => {
  [calls, mails, answers, refusesLogin, overheard] = [[], [], {}, false, ""];
});

/** Sends a message as the action does, and returns the lines that it prints. */
function printed(channels: unknown, { text = "a text", state = "begin" } = {}): Promise<string[]> {
  const env = {
    PATH: `${folder}:${process.env.PATH}`,
    CURL_HOME: folder,
    RUNNER_TEMP: folder,
    CHANNELS: typeof channels === "string" ? channels : JSON.stringify(channels),
    TAGS: "system:pmcrm environment:staging event:deploy",
    STATE: state,
    TEXT: text,
    RUN,
  };
  return new Promise((resolve, reject) => {
    execFile(path.join(ACTION, "send"), { env, cwd: folder }, (error, stdout, stderr) => {
      if (error) reject(error);
      else resolve(`${stdout}${stderr}`.split("\n").filter(Boolean));
    });
  });
}

/** The same, without the lines that GitHub obeys and does not show. */
const notified = async (...message: Parameters<typeof printed>): Promise<string[]> =>
  (await printed(...message)).filter((line) => !line.startsWith(MASK));

const called = (host: string): Call | undefined => calls.find(({ url }) => new URL(url).host === host);
const decoded = (base64: string): string => Buffer.from(base64, "base64").toString();

/** The subject and the text of a mail. */
function read({ content }: Mail): { subject: string; body: string; headers: string } {
  const [headers = "", body = ""] = content.split("\n\n");
  const words = [...headers.replaceAll("\n ", " ").matchAll(/=\?utf-8\?B\?(\S+)\?=/g)];
  return { headers, subject: words.map(([, word]) => decoded(word as string)).join(""), body: decoded(body) };
}

const testWithTools = missing.length ? test.skip : test;
const TAGS = ["system:pmcrm", "environment:staging", "event:deploy"];

testWithTools("every channel gets the message, with where, what and how it stands", async () => {
  expect(await notified(CHANNELS, { text: "pmcrm staging: a deploy begins" })).toEqual([]);
  expect(called("hooks.invalid")).toMatchObject({
    url: SECRETS.webhook,
    body: { text: `pmcrm staging: a deploy begins <${RUN}|run>` },
  });
  expect(called("api.datadoghq.eu")).toMatchObject({
    url: "https://api.datadoghq.eu/api/v1/events",
    headers: { "dd-api-key": SECRETS.key, "content-type": "application/json" },
    body: {
      title: "pmcrm staging: a deploy begins",
      text: `pmcrm staging: a deploy begins\n${RUN}`,
      tags: [...TAGS, "state:begin"],
      alert_type: "info",
    },
  });
  expect(called("grafana.invalid")).toMatchObject({
    url: "https://grafana.invalid/shop/api/annotations",
    headers: { authorization: `Bearer ${SECRETS.token}`, "content-type": "application/json" },
    body: { text: `pmcrm staging: a deploy begins<br><a href="${RUN}">run</a>`, tags: [...TAGS, "state:begin"] },
  });
  const [mail] = mails as [Mail];
  expect([calls.length, mails.length]).toEqual([3, 1]);
  expect(mail).toMatchObject({
    login: `slipway ${SECRETS.password}`,
    envelope: ["MAIL FROM:<slipway@shop.invalid>", "RCPT TO:<team@shop.invalid>"],
  });
  expect(read(mail)).toEqual({
    subject: "pmcrm staging: a deploy begins",
    body: `pmcrm staging: a deploy begins\r\n${RUN}\r\n${TAGS.join(" ")} state:begin`,
    headers: expect.stringMatching(
      /^From: slipway@shop\.invalid\nTo: team@shop\.invalid\nDate: \w{3}, \d\d \w{3} \d{4} /,
    ),
  });
});

testWithTools.each([
  ["begin", "info"],
  ["waiting", "info"],
  ["success", "success"],
  ["failure", "error"],
  ["cancelled", "warning"],
])("the state %s is of Datadog's type %s", async (state, type) => {
  await notified({ datadog: CHANNELS.datadog }, { state });
  expect(calls.map(({ body }) => body)).toMatchObject([{ alert_type: type, tags: [...TAGS, `state:${state}`] }]);
});

testWithTools.each([
  `"quoted" 'single' <b>&amp;</b> | \\ \\n %0A %%`,
  "$(touch ran) `touch ran` $HOME; touch ran\n",
  "two lines\n.\nBcc: other@shop.invalid\n\n::error::a command of GitHub's",
  "ünïcødé 😀 ".repeat(40),
  "@/etc/hostname",
])("a text arrives as it is: %j", async (odd) => {
  expect(await notified(CHANNELS, { text: odd })).toEqual([]);
  const html = (it: string): string => it.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  expect(called("hooks.invalid")?.body).toEqual({ text: `${html(odd)} <${RUN}|run>` });
  expect(called("grafana.invalid")?.body).toMatchObject({ text: `${html(odd)}<br><a href="${RUN}">run</a>` });
  expect(called("api.datadoghq.eu")?.body).toMatchObject({
    title: [...odd].slice(0, 100).join(""),
    text: `${odd}\n${RUN}`,
  });
  const { subject, body, headers } = read(mails[0] as Mail);
  expect([subject, body.startsWith(`${odd}\r\n${RUN}\r\n`)]).toEqual([odd, true]);
  expect(headers.split("\n").filter((line) => line.length > 78 || /^Bcc/.test(line))).toEqual([]);
  expect(existsSync(path.join(folder, "ran"))).toBe(false);
});

testWithTools("a channel that fails is a warning, and the others get the message", async () => {
  answers = { "api.datadoghq.eu": 403 };
  refusesLogin = true;
  const { slack, ...others } = CHANNELS;
  const gone = { webhook: "https://another.invalid/" }; // the certificate is not its own
  expect((await notified({ slack: gone, ...others })).sort()).toEqual([
    "::warning::The message to datadog could not be sent: curl ended with 22, the server answered 403.",
    "::warning::The message to email could not be sent: curl ended with 67, the server answered 535.",
    "::warning::The message to slack could not be sent: curl ended with 60, the server answered 000.",
  ]);
  expect([called("grafana.invalid") !== undefined, mails]).toEqual([true, []]);
});

testWithTools("no password goes to a mail server that does not encrypt", async () => {
  const [warning] = await notified({ email: { ...CHANNELS.email, server: "smtp://smtp.invalid" } });
  expect(warning).toMatch(/^::warning::The message to email could not be sent: curl ended with 64/);
  expect(overheard).toMatch(/^EHLO/);
  expect(overheard).not.toMatch(/AUTH|MAIL/);
});

testWithTools.each<[string, unknown, readonly string[]]>([
  ["no JSON", `{"slack": "${SECRETS.webhook}"`, ["is no object in JSON, so nothing is sent"]],
  ["a text", JSON.stringify(SECRETS.webhook), ["is no object in JSON, so nothing is sent"]],
  [
    "an unknown channel",
    { [SECRETS.key]: {} },
    ["has a channel that is not known; use datadog, email, grafana, slack"],
  ],
  [
    "wrong fields",
    {
      slack: SECRETS.webhook,
      datadog: { site: "", key: 1 },
      grafana: { url: `http://${SECRETS.token}`, token: null },
      email: { ...CHANNELS.email, server: "smtp.invalid", to: ["a", "b"] },
    },
    [
      "slack.webhook must be a text that begins with https://; slack gets no message",
      "datadog.site must be a text; datadog gets no message",
      "datadog.key must be a text; datadog gets no message",
      "grafana.url must be a text that begins with https://; grafana gets no message",
      "grafana.token must be a text; grafana gets no message",
      "email.server must be a text that begins with smtps:// or smtp://; email gets no message",
      "email.to must be a text; email gets no message",
    ],
  ],
])("what is wrong with the secret is a warning that does not quote it: %s", async (_what, channels, problems) => {
  expect(await notified(channels)).toEqual(problems.map((problem) => `::warning::NOTIFICATIONS: ${problem}`));
  expect([calls, mails]).toEqual([[], []]);
});

testWithTools("a channel that is right gets the message beside one that is wrong", async () => {
  expect(await notified({ ...CHANNELS, datadog: {} })).toHaveLength(2);
  expect([calls.length, mails.length]).toEqual([2, 1]);
});

testWithTools("what is secret is masked in logs, and on no command line", async () => {
  const lines = await printed(CHANNELS);
  const masks = lines.map((line) => line.replace(MASK, "").replaceAll("%25", "%"));
  expect([lines.every((line) => line.startsWith(MASK)), masks.sort()]).toEqual([true, Object.values(SECRETS).sort()]);
  const commands = readFileSync(path.join(folder, "commands"), "utf8");
  expect(commands).toContain("--config -");
  for (const secret of Object.values(SECRETS)) expect(commands).not.toContain(secret);
});

test("the action passes its inputs on as variables, and nothing without channels", () => {
  const { inputs, runs } = parse(readFileSync(path.join(ACTION, "action.yml"), "utf8"));
  const [{ if: condition, env, run }, ...others] = runs.steps;
  const { RUN: address, ...variables } = env;
  expect(Object.keys(variables).sort()).toEqual(
    Object.keys(inputs)
      .map((name) => name.toUpperCase())
      .sort(),
  );
  expect([condition, run, others]).toEqual(["inputs.channels != ''", '"$GITHUB_ACTION_PATH/send"', []]);
  expect(address).toMatch(/\/actions\/runs\/\$\{\{ github\.run_id }}$/);
});
