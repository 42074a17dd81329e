import { actions, complaints, leftToDo, namesResource } from "../src/terraform/output";
import { terraformEnvironment } from "../src/terraform/run";

test("Terraform's log is always off", () => {
  process.env.TF_LOG_PROVIDER = "INFO";
  try {
    expect(Object.keys(terraformEnvironment()).filter((name) => name.startsWith("TF_LOG"))).toEqual([]);
  } finally {
    delete process.env.TF_LOG_PROVIDER;
  }
});

test.each([
  ["nothing to do", 0, "No changes.", []],
  ["a difference", 2, "  # a.b will be created\n", ["the plan is not empty", "  # a.b will be created"]],
  ["an error", 1, "Error: no such provider\n", ["exit 1", "Error: no such provider"]],
  ["a plan that was killed", null, "", ["exit null"]],
])("after %s, the check says what is left to do", (_what, status, stdout, wrong) => {
  expect(leftToDo({ status, stdout, stderr: "", seconds: 1 })).toEqual(wrong);
});

const lines = (...messages: readonly object[]) => ({
  status: 1,
  stdout: messages.map((m) => JSON.stringify(m)).join("\n"),
  stderr: "",
  seconds: 1,
});
const diagnostic = (severity: string, address?: string) => ({
  type: "diagnostic",
  diagnostic: { severity, summary: "It\nfailed", detail: "because", address },
});

test("a failed apply that names no resource is a problem", () => {
  expect(namesResource(lines(diagnostic("error", "a.b")))).toEqual({ wrong: [], note: "a.b: It failed" });
  const { wrong } = namesResource(lines(diagnostic("warning", "a.b"), diagnostic("error")));
  expect(wrong).toEqual([expect.stringContaining("no message names a resource")]);
  expect(complaints(lines(diagnostic("error", "a.b")))).toEqual(["a.b: It failed because"]);
});

test("a plan's own output is not a warning", () => {
  const stdout =
    '  + title = "Error budget left"\nError: Error retrieving secret\ngoogleapi: Error 404: Secret Version\n';
  expect(complaints({ status: 1, stdout, stderr: "", seconds: 1 })).toEqual([
    "Error: Error retrieving secret",
    "googleapi: Error 404: Secret Version",
  ]);
});

test("the changes of an apply are read from its output", () => {
  const hook = (type: string, seconds: number) => ({
    type,
    "@timestamp": `2026-01-01T00:00:0${seconds}Z`,
    hook: { resource: { addr: "a.b" }, action: "create" },
  });
  const run = lines(hook("apply_start", 1), hook("apply_complete", 3));
  expect(actions({ ...run, stdout: `a plugin's words\n{broken\n${run.stdout}` })).toEqual([
    { address: "a.b", action: "create", from: expect.any(Number), to: expect.any(Number), failed: false },
  ]);
  const [{ from = 0, to = 0 } = {}] = actions(run);
  expect(to - from).toBe(2000);
});
