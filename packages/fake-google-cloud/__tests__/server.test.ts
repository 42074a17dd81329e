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
