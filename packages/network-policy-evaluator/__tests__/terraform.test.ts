import { namespaceName, readTerraform, type TerraformJson } from "@slipway/network-policy-evaluator";

const referenceTo = (id: string) => `\${kubernetes_namespace_v1.${id}.metadata[0].name}`;
const NAMESPACES = { inner: { metadata: { name: "back", labels: { kind: "inner" } } } };

/** A configuration with one policy and one namespace. */
const configuration = (spec: object, namespace?: string) =>
  ({
    resource: {
      kubernetes_namespace_v1: NAMESPACES,
      kubernetes_network_policy_v1: { policy: { metadata: { name: "policy", namespace }, spec } },
    },
  }) as TerraformJson;

test("a policy is read with all its fields", () => {
  const spec = {
    pod_selector: { match_labels: { app: "server" } },
    policy_types: ["Ingress", "Egress"],
    ingress: [
      {
        from: [
          { pod_selector: { match_expressions: [{ key: "tier", operator: "In", values: ["one"] }] } },
          { namespace_selector: { match_labels: { kind: "outer" } } },
        ],
        ports: [{ port: "80", end_port: 82, protocol: "TCP" }],
      },
    ],
    egress: [{ to: [{ ip_block: { cidr: "10.0.0.0/8", except: ["10.1.0.0/16"] } }] }],
  };
  expect(readTerraform(configuration(spec, "front"))).toEqual({
    namespaces: [NAMESPACES.inner],
    policies: [
      {
        metadata: { name: "policy", namespace: "front" },
        spec: {
          podSelector: { matchLabels: { app: "server" }, matchExpressions: [] },
          policyTypes: ["Ingress", "Egress"],
          ingress: [
            {
              from: [
                {
                  podSelector: {
                    matchLabels: {},
                    matchExpressions: [{ key: "tier", operator: "In", values: ["one"] }],
                  },
                },
                { namespaceSelector: { matchLabels: { kind: "outer" }, matchExpressions: [] } },
              ],
              to: [],
              ports: [{ port: "80", endPort: 82, protocol: "TCP" }],
            },
          ],
          egress: [{ from: [], to: [{ ipBlock: { cidr: "10.0.0.0/8", except: ["10.1.0.0/16"] } }], ports: [] }],
        },
      },
    ],
  });
});

test("a configuration without policies and namespaces is read as an empty cluster", () => {
  expect(readTerraform({ resource: {} })).toEqual({ policies: [], namespaces: [] });
});

test("a block is read as an object and as a list of objects", () => {
  const peer = { pod_selector: { match_labels: { app: "client" } } };
  const object = { pod_selector: {}, ingress: { from: peer, ports: { port: 80 } } };
  const list = {
    pod_selector: [{}],
    ingress: [{ from: [{ pod_selector: [peer.pod_selector] }], ports: [{ port: 80 }] }],
  };
  expect(readTerraform(configuration([list], "back"))).toEqual(readTerraform(configuration(object, "back")));
});

test("a reference to a namespace is read as the namespace's name", () => {
  const to = { namespace_selector: { match_labels: { "kubernetes.io/metadata.name": referenceTo("inner") } } };
  const { policies } = readTerraform(configuration({ pod_selector: {}, egress: { to } }, referenceTo("inner")));
  expect(policies[0]?.metadata.namespace).toBe("back");
  expect(policies[0]?.spec.egress?.[0]?.to?.[0]?.namespaceSelector?.matchLabels).toEqual({
    "kubernetes.io/metadata.name": "back",
  });
});

test("a policy without a namespace is in the namespace default", () => {
  expect(readTerraform(configuration({ pod_selector: {} })).policies[0]?.metadata.namespace).toBe("default");
});

test.each([
  [referenceTo("other"), "refers to a namespace that is not in the configuration"],
  [`\${var.namespace}`, "is not a reference to a namespace's name"],
])("the namespace %s is refused", (namespace, problem) => {
  expect(() => namespaceName(configuration({}), namespace)).toThrow(`${namespace} ${problem}`);
  expect(() => readTerraform(configuration({ pod_selector: {} }, namespace))).toThrow(
    `kubernetes_network_policy_v1.policy: ${namespace} ${problem}`,
  );
});

test("a policy without a pod selector is refused", () => {
  expect(() => readTerraform(configuration({}))).toThrow(
    "kubernetes_network_policy_v1.policy: has no metadata, no spec or no pod selector",
  );
});
