import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { type Copy, copyImages } from "../../commands/releases/images";
import { printer } from "../../commands/terminal";

const folder = mkdtempSync(path.join(os.tmpdir(), "images-"));
const { env } = process;
beforeEach(() => {
  process.env = { ...env, PATH: `${folder}:${env.PATH}`, GOOGLE_OAUTH_ACCESS_TOKEN: "a-token" };
});
afterEach(() => {
  process.env = env;
});
afterAll(() => rmSync(folder, { recursive: true }));

const DIGEST = `sha256:${"1".repeat(64)}`;
const copyOf = (host: string): Copy => ({
  from: `${host}/staging/images/api@${DIGEST}`,
  here: `${host}/production/images/api@${DIGEST}`,
  digest: DIGEST,
  to: `${host}/production/images/api:release-c94ba9c1f3ed61cd`,
});
const COPY = copyOf("europe-west1-docker.pkg.dev");

/** Puts a crane on PATH that knows these images, and returns what it is called with. */
function withCrane(images: Readonly<Record<string, string>>) {
  const calls = path.join(folder, "calls");
  rmSync(calls, { force: true });
  const known = Object.entries(images).map(([name, digest]) => `"digest ${name}") echo ${digest} ;;`);
  const crane = path.join(folder, "crane");
  writeFileSync(
    crane,
    `#!/bin/sh
echo "$* $(cat "$DOCKER_CONFIG/config.json" 2>/dev/null)" >> ${calls}
case "$*" in
  ${known.join("\n  ")}
  digest*) echo "Error: MANIFEST_UNKNOWN: Failed to fetch" >&2; exit 1 ;;
esac
`,
  );
  chmodSync(crane, 0o755);
  return () => (existsSync(calls) ? readFileSync(calls, "utf8").trim().split("\n") : []);
}
const copy = (it = COPY) => copyImages([it], printer({ write: () => true } as never));

test("an image is copied from the environment that verified it, as the account that deploys", async () => {
  const calls = withCrane({ [COPY.from]: DIGEST });
  await copy();
  const last = calls().at(-1) ?? "";
  expect(last).toMatch(`copy ${COPY.from} ${COPY.to} {`);
  const { auths } = JSON.parse(last.slice(last.indexOf("{")));
  expect(Object.keys(auths)).toEqual(["europe-west1-docker.pkg.dev"]);
  expect(Buffer.from(Object.values<{ auth: string }>(auths)[0]?.auth ?? "", "base64").toString()).toBe(
    "oauth2accesstoken:a-token",
  );
  expect(process.env.DOCKER_CONFIG).toBe(env.DOCKER_CONFIG);
});

test("one that is there has its tag, or gets it", async () => {
  const calls = withCrane({ [COPY.to]: DIGEST });
  await copy();
  expect(calls().some((it) => it.startsWith("copy"))).toBe(false);
  const others = withCrane({ [COPY.here]: DIGEST, [COPY.from]: DIGEST });
  await copy();
  expect(others().at(-1)).toMatch(`copy ${COPY.here} ${COPY.to} `);
});

test("one that is in neither registry is refused, and so is a tag of another image", async () => {
  withCrane({});
  await expect(copy()).rejects.toThrow(
    `This image is in neither registry: ${COPY.here}, ${COPY.from}. Push it, and deploy again.`,
  );
  const calls = withCrane({ [COPY.to]: "sha256:2" });
  await expect(copy()).rejects.toThrow(
    `${COPY.to} is sha256:2, not ${DIGEST}. A tag never moves: delete it if it is wrong.`,
  );
  expect(calls().some((it) => it.startsWith("copy"))).toBe(false);
});

test("another registry gets no token of Google's", async () => {
  const elsewhere = copyOf("registry.example.com");
  const calls = withCrane({ [elsewhere.from]: DIGEST });
  await copy(elsewhere);
  expect(calls().join()).not.toContain("oauth2accesstoken");
  expect(calls().at(-1)).toMatch(`copy ${elsewhere.from} ${elsewhere.to}`);
});

test("without crane, it says where to get it", async () => {
  process.env.PATH = path.join(folder, "nowhere");
  await expect(copy()).rejects.toThrow("crane is not on PATH. Install it: https://");
});
