import {
  AUTOPILOT,
  createdElsewhere,
  faultPolicy,
  isKubernetes,
  labelsOf,
  notStruck,
} from "../src/machine/cluster-policies";

const event = (verb: string, objectRef: object, code = 200) =>
  JSON.stringify({ stage: "ResponseComplete", verb, objectRef, responseStatus: { code } });

test("the changes in an audit log are named like faults", () => {
  const log = [
    event("create", { resource: "namespaces", name: "n" }, 201),
    event("patch", { resource: "configmaps", namespace: "n", name: "c" }),
    event("create", { resource: "pods", namespace: "n", name: "p" }, 403),
    event("update", { resource: "pods", namespace: "n", name: "p", subresource: "status" }),
    event("delete", { resource: "jobs", namespace: "n", name: "j" }),
    event("create", { resource: "jobs", namespace: "n" }, 201),
    event("create", { resource: "tokenreviews" }, 201),
    "",
  ].join("\n");
  expect(labelsOf(log)).toEqual([
    "CREATE kubernetes n/namespaces/n",
    "UPDATE kubernetes n/configmaps/c",
    "DELETE kubernetes n/jobs/j",
    "CREATE kubernetes n/jobs/", // Kubernetes completes its name
  ]);
});

test("objects created outside deleted namespaces are reported by the namespace that stays", () => {
  const labels = [
    "CREATE kubernetes n/namespaces/n",
    "CREATE kubernetes n/secrets/s",
    "CREATE kubernetes /clusterroles/r",
    "CREATE kubernetes kube-system/rolebindings/b",
    "UPDATE kubernetes kube-system/configmaps/c",
    "CREATE kubernetes default/services/a",
    "CREATE kubernetes default/services/b",
  ];
  expect(Object.fromEntries(createdElsewhere(labels))).toEqual({
    "": ["clusterroles/r"],
    "kube-system": ["rolebindings/b"],
    default: ["services/a", "services/b"],
  });
});

test("the label of a fault says whether it is for Kubernetes", () => {
  expect(
    [/CREATE kubernetes n/, "CREATE kubernetes n/x/y", /sql/, "POST sql x"].map((label) => isKubernetes({ label })),
  ).toEqual([true, true, false, false]);
  expect(JSON.stringify(faultPolicy([{ label: 'CREATE kubernetes n/x/"y-*"' }, { label: /jobs\/.*/ }]))).toContain(
    JSON.stringify(String.raw`.matches("^CREATE kubernetes n\\/x\\/\"y-[^/]*\"$") || (`).slice(1, -1),
  );
});

test("a fault in Kubernetes has struck if its policy refused a matching call", () => {
  const refused = (name: string, message: string) =>
    JSON.stringify({
      ...JSON.parse(event("create", { resource: "secrets", namespace: "n", name })),
      responseStatus: { code: 403, message },
    });
  const log = [refused("a-1", 'secrets "a-1" is forbidden: simulated failure'), refused("b", "is forbidden")].join(
    "\n",
  );
  const [a, b, c] = ["a-*", "b", "c"].map((name) => ({ label: `CREATE kubernetes n/secrets/${name}` }));
  expect(
    notStruck(
      [a, b, c].flatMap((fault) => fault ?? []),
      log,
    ),
  ).toEqual([b, c]);
});

test("every policy has a binding", () => {
  const kinds = AUTOPILOT.map((object) => object.kind);
  for (const kind of kinds.filter((k) => !String(k).endsWith("Binding")))
    expect(kinds.filter((k) => k === kind)).toHaveLength(kinds.filter((k) => k === `${kind}Binding`).length);
});
