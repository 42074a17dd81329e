import { failEach, faultsOf, notMade, spread } from "../src/fail-each";

test("each call fails once, the same call of Google Cloud as often as it was made, of Kubernetes once", () => {
  const kubernetes = "UPDATE kubernetes n/secrets/s";
  expect(faultsOf(["POST a b", kubernetes, "POST a b", "PUT a c", kubernetes])).toEqual([
    { label: "POST a b", occurrence: 1 },
    { label: kubernetes, occurrence: 1 },
    { label: "POST a b", occurrence: 2 },
    { label: "PUT a c", occurrence: 1 },
  ]);
});

const GRANT = "POST cloudresourcemanager projects/p:setIamPolicy";
const ENABLED = "POST serviceusage projects/p/services:enable";
test.each([
  ["a second grant, which the provider combines with the first", GRANT, 2, 0, []],
  ["a second API, which the provider combines with the first", ENABLED, 2, 0, []],
  ["a second grant after another failure", GRANT, 2, 1, ["the call was not made"]],
  ["a first grant", GRANT, 1, 0, ["the call was not made"]],
  [
    "a grant on a secret, which the provider never combines",
    "POST secretmanager s:setIamPolicy",
    2,
    0,
    ["the call was not made"],
  ],
])("if %s is not made, the run fails or is inconclusive", (_what, label, occurrence, status, wrong) => {
  const { inconclusive = false, ...finding } = notMade(
    { label, occurrence },
    { status, stdout: "", stderr: "", seconds: 1 },
  );
  expect(finding.wrong).toEqual(wrong);
  expect(inconclusive).toBe(!wrong.length);
});

test.each([
  [1, [0]],
  [3, [0, 4, 7]],
  [10, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
  [undefined, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
  [99, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
])("a sample of %s of ten is evenly spread", (n, expected) => {
  expect(spread([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], n)).toEqual(expected);
});

test("a run without a call to fail is not a success", async () => {
  const settings = { stacks: [], work: "/nowhere", timeout: 1 };
  await expect(failEach({ settings, calls: [], jobs: 1 })).rejects.toThrow("no call is to fail");
});
