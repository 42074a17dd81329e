import { Secret, type SecretValue } from "../../constructs/kubernetes/secret";
import { build, ref } from "../construct";

const synth = (data: Record<string, SecretValue>) =>
  build((stack) => {
    const { name, digest } = new Secret(stack, "s", { namespace: "shop", name: "backend", data });
    return { name, digest };
  });
const ADDRESS = "kubernetes_secret_v1.s_secret";
const data = {
  API_KEY: { value: "the-key", changesWith: [3] },
  URL: { value: "postgres://the-password@10.1.2.3", changesWith: ["10.1.2.3", 1] },
};
const { resource, counts, given, readable } = synth(data);
const secret = resource(ADDRESS);

test("values are write-only, so that none is in the state", () => {
  expect(counts).toEqual({ kubernetes_secret_v1: 1 });
  expect(secret.data_wo).toEqual({ API_KEY: "the-key", URL: "postgres://the-password@10.1.2.3" });
  expect(secret.metadata).toEqual({ name: "backend", namespace: "shop" });
  expect(readable).not.toMatch(/the-key|the-password/);
  for (const readableArgument of ["data", "binary_data", "string_data"])
    expect(secret).not.toHaveProperty(readableArgument);
});

test("what rolls the pods is what writes the Secret again", () => {
  const digest = given.digest.replace(/^\$\{(.*)\}$/, "$1");
  expect(secret.data_wo_revision).toContain(digest);
});

test("the revision is a number between 1, for 0 counts as none, and 2^31", () => {
  const { 1: digits } = /^\$\{max\(1, parseint\(substr\(.+, 0, (\d+)\), 16\)\)\}$/.exec(secret.data_wo_revision) ?? [];
  expect(16 ** Number(digits)).toBeLessThan(2 ** 31);
});

test.each<[string, Record<string, SecretValue>]>([
  ["a generation", { ...data, API_KEY: { value: "the-key", changesWith: [4] } }],
  ["an address", { ...data, URL: { ...data.URL, changesWith: ["10.9.9.9", 1] } }],
  ["a key's name", { KEY: data.API_KEY, URL: data.URL }],
  ["one key more", { ...data, MORE: { value: "v", changesWith: [1] } }],
  ["one key less", { API_KEY: data.API_KEY }],
])("digest and revision change with %s", (_what, changed) => {
  const built = synth(changed);
  expect(built.given.digest).not.toBe(given.digest);
  expect(built.resource(ADDRESS).data_wo_revision).not.toBe(secret.data_wo_revision);
});

test("nothing that can be read changes with a value by itself", () => {
  const other = synth({ ...data, API_KEY: { ...data.API_KEY, value: "another" } });
  expect(other.readable).toBe(readable);
  expect(other.given).toEqual(given);
});

test("whoever uses its name waits for it", () => {
  expect(given.name).toBe(ref(`${ADDRESS}.metadata[0].name`));
});
