import { fromApiServer, toApiServer } from "../../constructs/kubernetes/api-server";

const nodes = "10.0.0.0/20";
const controlPlane = "172.16.0.0/28";
const tunnel = { pods: { "k8s-app": "konnectivity-agent" }, namespace: "kube-system" };

test("pods reach the API's port in the nodes' range, and in the control plane's own where it has one", () => {
  expect(toApiServer({ nodes })).toEqual({ peers: [{ range: nodes }], ports: [{ port: 443 }] });
  expect(toApiServer({ nodes, controlPlane }).peers).toEqual([{ range: nodes }, { range: controlPlane }]);
});

test("webhooks are called through the tunnel, or from the control plane's own range, and never from the nodes'", () => {
  expect(fromApiServer({ nodes })).toEqual([tunnel]);
  expect(fromApiServer({ nodes, controlPlane })).toEqual([tunnel, { range: controlPlane }]);
});
