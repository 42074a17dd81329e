import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Body } from "../src/body";
import { startFakeCloud } from "../src/fake-cloud";

test("before a deletion the cluster's controllers run; if they fail, the call fails with their error", async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "server-"));
  const sync = jest.fn().mockResolvedValueOnce(undefined).mockRejectedValueOnce(new Error("the API server is gone"));
  const kubernetes = { host: "", authority: "", sync };
  const server = await startFakeCloud({ folder, enabledApis: ["compute.googleapis.com"], kubernetes });
  const address = `${server.env.GOOGLE_COMPUTE_CUSTOM_ENDPOINT}projects/p/global/networks/none`;
  const answers: [number, string][] = [];
  for (const method of ["GET", "DELETE", "DELETE"]) {
    const answer = await fetch(address, { method, headers: { authorization: `Bearer ${server.tokens.issue()}` } });
    answers.push([answer.status, ((await answer.json()) as Body).error.message]);
  }
  await server.stop();
  rmSync(folder, { recursive: true });
  const missing = "The resource 'projects/p/global/networks/none' was not found";
  expect(answers).toEqual([
    [404, missing],
    [404, missing],
    [500, expect.stringContaining("the API server is gone")],
  ]);
  expect(sync).toHaveBeenCalledTimes(2);
});

test("whoever may only create objects can neither replace nor read one", async () => {
  const server = await startFakeCloud();
  const { cloud } = server;
  cloud.call({
    service: "storage",
    method: "POST",
    path: "b",
    query: new URLSearchParams({ project: "p" }),
    body: { name: "records", location: "us-east4" },
  });
  const member = "user:clerk@example.com";
  const bindings = [{ role: "roles/storage.objectCreator", members: [member] }];
  cloud.call({ service: "storage", method: "PUT", path: "b/records/iam", body: { bindings } });
  const address = new URL(server.env.GOOGLE_STORAGE_CUSTOM_ENDPOINT as string).origin;
  const as = async (who: string | undefined, path: string, body?: string): Promise<number> => {
    const token = who ? server.tokens.issue(who) : "none";
    const headers = { authorization: `Bearer ${token}` };
    const answer = await fetch(`${address}/${path}`, { method: body ? "POST" : "GET", headers, body });
    await answer.text();
    return answer.status;
  };
  const upload = "upload/storage/v1/b/records/o?uploadType=media&name=a/b.json";
  const codes = [
    await as(undefined, upload, "1"),
    await as(member, upload, "1"),
    await as(member, upload, "2"),
    await as(member, "records/a/b.json"),
    await as("user:administrator@example.com", "records/a/b.json"),
  ];
  await server.stop();
  expect(codes).toEqual([401, 200, 403, 403, 200]);
  expect([...cloud.access.missing]).toEqual(["storage.objects.delete", "storage.objects.get"]);
});
