import { Project } from "../../constructs/project/project";
import { build, ref } from "../construct";

let project: Project;
const { resource, counts, json, given } = build((stack) => {
  project = new Project(stack, "project", { id: "acme-test", apis: ["compute", "dns"] });
  return { number: project.number, api: project.api("dns").fqn };
});

test("the APIs that are asked for are enabled, and no others", () => {
  expect(counts).toEqual({ google_project_service: 2 });
  expect(resource("google_project_service.project_compute")).toMatchObject({
    project: "acme-test",
    service: "compute.googleapis.com",
  });
  expect(resource("google_project_service.project_dns").service).toBe("dns.googleapis.com");
});

test("APIs stay enabled when the stack is destroyed, for something else may use them", () => {
  for (const api of ["compute", "dns"])
    expect(resource(`google_project_service.project_${api}`).disable_on_destroy).toBe(false);
});

test("APIs do not wait for one another", () => {
  expect(JSON.stringify(json.resource)).not.toContain("depends_on");
});

test("the project's number is read from Google", () => {
  expect(json.data.google_project.project_number.project_id).toBe("acme-test");
  expect(given.number).toBe(ref("data.google_project.project_number.number"));
});

test("waiting for an API that is not enabled fails, naming it", () => {
  expect(given.api).toBe(ref("google_project_service.project_dns"));
  expect(() => project.api("redis")).toThrow("the project does not enable redis");
});
