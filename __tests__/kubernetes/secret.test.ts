import { Secret, type SecretValue } from "../../constructs/kubernetes/secret";
import { build, ref } from "../construct";

const synth = (data: Record<string, SecretValue>) => {
  const built = build((stack) => {
    const { name } = new Secret(stack, "s", { namespace: "shop", name: "backend", data });
    return { name };
  });
  const [address, secret] = built.digested("kubernetes_secret_v1.s");
  return { ...built, address, secret };
};
const data = {
  API_KEY: { value: "the-key", changesWith: [3] },
  URL: { value: "postgres://the-password@10.1.2.3", changesWith: ["10.1.2.3", 1] },
};
const { address, secret, counts, given, readable } = synth(data);

test("values are write-only, so that none is in the state", () => {
  expect(counts).toEqual({ kubernetes_secret_v1: 1 });
  expect(secret.data_wo).toEqual({ API_KEY: "the-key", URL: "postgres://the-password@10.1.2.3" });
  expect(secret.metadata).toEqual({ name: expect.stringMatching(/^backend-[0-9a-f]{10}$/), namespace: "shop" });
  expect(readable).not.toMatch(/the-key|the-password/);
  for (const readableArgument of ["data", "binary_data", "string_data"])
    expect(secret).not.toHaveProperty(readableArgument);
});

test("it is written once, never changes, and outlives what still uses it", () => {
  // Without a revision of at least 1 the provider would not write it at all.
  expect(secret).toMatchObject({ data_wo_revision: 1, immutable: true, lifecycle: { create_before_destroy: true } });
});

test.each<[string, Record<string, SecretValue>]>([
  ["a generation", { ...data, API_KEY: { value: "the-key", changesWith: [4] } }],
  ["an address", { ...data, URL: { ...data.URL, changesWith: ["10.9.9.9", 1] } }],
  ["a key's name", { KEY: data.API_KEY, URL: data.URL }],
  ["one key more", { ...data, MORE: { value: "v", changesWith: [1] } }],
  ["one key less", { API_KEY: data.API_KEY }],
])("address and name change with %s", (_what, changed) => {
  const other = synth(changed);
  expect(other.address).not.toBe(address);
  expect(other.secret.metadata.name).not.toBe(secret.metadata.name);
});

test("nothing that can be read changes with a value by itself", () => {
  const other = synth({ ...data, API_KEY: { ...data.API_KEY, value: "another" } });
  expect(other.readable).toBe(readable);
  expect(other.given).toEqual(given);
});

test("whoever uses its name waits for it", () => {
  expect(given.name).toBe(ref(`${address}.metadata[0].name`));
});
