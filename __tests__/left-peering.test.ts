import { readFileSync } from "node:fs";
import path from "node:path";
import { leftPeering, removal } from "../commands/left-peering";
import { type Json, ROOT, synth, synthEvery } from "./support";

const COMMAND =
  "gcloud compute networks peerings delete servicenetworking-googleapis-com --network=pmcrm-staging --project=pmcrm-staging";

test("a stack with a private connection leaves a peering in its network, and docs/operations.md has the command", () => {
  const peering = leftPeering(synth().staging.json);
  expect(peering && removal(peering)).toBe(COMMAND);
  expect(readFileSync(path.join(ROOT, "docs", "operations.md"), "utf8")).toContain(COMMAND);
});

test("a stack without a private connection leaves no peering", async () => {
  const json = (await synthEvery()).get("enterprise.production")?.json;
  expect(json?.resource.google_compute_network.network).toBeDefined();
  expect(leftPeering(json as Json)).toBeUndefined();
});
