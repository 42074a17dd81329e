import { target } from "../replay";
import type { Body } from "../src/body";

const NETWORKS = "compute/v1/projects/recorded-project/global/networks";

test("a recorded call is answered by the service at its host, and what is put in beforehand is there", () => {
  const { call, seed, number } = target();
  const get = (host: string, url: string) => call({ method: "GET", host, url });
  expect(get("compute.googleapis.com", `${NETWORKS}/n`).status).toBe(404);
  seed({ host: "compute.googleapis.com", url: `${NETWORKS}/n`, body: { name: "n" } });
  expect(get("compute.googleapis.com", `${NETWORKS}/n`)).toEqual({ status: 200, body: { name: "n" } });
  const created = call({ method: "POST", host: "compute.googleapis.com", url: NETWORKS, body: { name: "m" } });
  expect(created).toMatchObject({ status: 200, body: { kind: "compute#operation" } });
  const project = get("cloudresourcemanager.googleapis.com", "v1/projects/recorded-project");
  expect((project.body as Body).projectNumber).toBe(number);
  expect(get("sqladmin.googleapis.com", "sql/v1beta4/projects/recorded-project/instances/i").status).toBe(404);
  expect(get("bigtable.googleapis.com", "v2/projects/recorded-project").status).toBe(501);
});
