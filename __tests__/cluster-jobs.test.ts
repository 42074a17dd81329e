import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { kubectlOf } from "../commands/cluster-jobs";
import type { Context } from "../commands/context";

const folder = mkdtempSync(path.join(os.tmpdir(), "cluster-jobs-"));
const { PATH } = process.env;
beforeAll(() => {
  for (const program of ["gcloud", "kubectl"]) {
    const file = path.join(folder, program);
    writeFileSync(file, `#!/bin/sh\necho "${program} $* KUBECONFIG=$KUBECONFIG" >>"${folder}/calls"\necho "$*"\n`);
    chmodSync(file, 0o755);
  }
  process.env.PATH = `${folder}:${PATH}`;
});
afterAll(() => {
  process.env.PATH = PATH;
  rmSync(folder, { recursive: true });
});

test("without gcloud or kubectl, the page that says how to install it is named", async () => {
  const environment = { project: "shop-staging", region: "europe-west1", cluster: {} };
  const context = { systemName: "shop", environmentName: "staging", environment } as unknown as Context;
  const bin = path.join(folder, "bin");
  mkdirSync(bin);
  process.env.PATH = bin;
  try {
    const kubectl = kubectlOf(context, folder);
    await expect(kubectl("get", "jobs")).rejects.toThrow(
      "gcloud is not on PATH. Install it: https://cloud.google.com/",
    );
    symlinkSync("/bin/true", path.join(bin, "gcloud"));
    await expect(kubectl("get", "jobs")).rejects.toThrow("kubectl is not on PATH. Install it: https://kubernetes.io/");
  } finally {
    process.env.PATH = `${folder}:${PATH}`;
  }
});

test.each([
  ["the DNS endpoint", {}, " --dns-endpoint"],
  ["the address, where networks are named", { authorizedNetworks: { office: "192.168.10.0/24" } }, ""],
])(
  "kubectl reaches a cluster through %s, and leaves the person's kubeconfig as it is",
  async (_what, cluster, flag) => {
    writeFileSync(path.join(folder, "calls"), "");
    const environment = { project: "shop-staging", region: "europe-west1", cluster };
    const context = { systemName: "shop", environmentName: "staging", environment } as unknown as Context;
    const kubectl = kubectlOf(context, folder);
    expect(await kubectl("get", "jobs")).toBe("get jobs\n");
    await kubectl("get", "pods");
    const own = `KUBECONFIG=${folder}/kubeconfig`;
    expect(readFileSync(path.join(folder, "calls"), "utf8").trimEnd().split("\n")).toEqual([
      `gcloud container clusters get-credentials shop-staging --project shop-staging --location europe-west1${flag} ${own}`,
      `kubectl get jobs ${own}`,
      `kubectl get pods ${own}`,
    ]);
  },
);
