import { expressionOf, type Fault, type Label } from "@slipway/fake-google-cloud";

/** A Kubernetes object to apply. */
type Manifest = Readonly<Record<string, unknown>>;

const DEPLOYER = { name: "deployer", expression: 'request.userInfo.username == "deployer"' };

/** Match constraints of a policy; by default they match every kind. */
const anything = (operations: readonly string[], groups = ["*"], resources = ["*"]) => ({
  matchConstraints: {
    resourceRules: [{ apiGroups: groups, apiVersions: ["*"], operations, resources }],
  },
});

/** A policy that refuses calls, with its binding. {@link https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/} */
function refusal(name: string, spec: Manifest): Manifest[] {
  const apiVersion = "admissionregistration.k8s.io/v1";
  return [
    { apiVersion, kind: "ValidatingAdmissionPolicy", metadata: { name }, spec: { failurePolicy: "Fail", ...spec } },
    {
      apiVersion,
      kind: "ValidatingAdmissionPolicyBinding",
      metadata: { name },
      spec: { policyName: name, validationActions: ["Deny"] },
    },
  ];
}

/** Whether Kubernetes completes the name of a created object. It has done so before admission asks policies. */
const COMPLETED = 'request.operation == "CREATE" && has(object.metadata) && has(object.metadata.generateName)';

/**
 * The label of a call to Kubernetes, as a CEL expression of the request: `CREATE kubernetes shop/configmaps/web`, or
 * `CREATE kubernetes /clusterroles/reader` without a namespace. A name that Kubernetes completes is left out, as in the audit
 * log, because it is another one in each run.
 */
const LABEL = `request.operation + " kubernetes " + (has(request.namespace) ? request.namespace : "") + "/" + request.resource.resource + "/" + (${COMPLETED} ? "" : request.name)`;

export const isKubernetes = ({ label }: Fault): boolean =>
  / kubernetes /.test(typeof label === "string" ? label : label.source.replace(/\\ /g, " "));

/** Message of the calls that a fault refuses. */
const MESSAGE = "simulated failure";

/** A call that fails while faults are armed. It shows when admission applies a policy, or no longer applies it. */
export const PROBE = ["create", "configmap", "simulated-failure", "--dry-run=server"];
const PROBED: Fault = { label: "CREATE kubernetes default/configmaps/simulated-failure" };

/** The policy that makes the deployer's calls fail. */
export const faultPolicy = (faults: readonly Fault[]): Manifest[] =>
  refusal("simulated-failure", {
    ...anything(["CREATE", "UPDATE", "DELETE"]),
    matchConditions: [
      DEPLOYER,
      {
        name: "fault",
        expression: [...faults, PROBED]
          .map((fault) => `(${LABEL}).matches(${JSON.stringify(expressionOf(fault).source)})`)
          .join(" || "),
      },
    ],
    validations: [{ expression: "false", reason: "Forbidden", message: MESSAGE }],
  });

/** What was changed, in a line of the control plane's audit log. {@link https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/} */
interface AuditEvent {
  readonly stage: string;
  readonly verb: string;
  readonly objectRef?: {
    readonly resource: string;
    readonly namespace?: string;
    readonly name?: string;
    readonly subresource?: string;
  };
  readonly responseStatus?: { readonly code: number; readonly message?: string };
}

const OPERATIONS: Readonly<Record<string, string>> = {
  create: "CREATE",
  update: "UPDATE",
  patch: "UPDATE",
  delete: "DELETE",
};

/** Labels of the changes in a control plane's audit log. */
export const labelsOf = (audit: string): Label[] => labelsWhere(audit, ({ code }) => code < 400);

/**
 * Created objects that do not disappear with a created namespace, as `<resource>/<name>`, by the namespace that stays. For
 * objects without a namespace, the key is empty.
 */
export function createdElsewhere(labels: readonly Label[]): Map<string, string[]> {
  const created = new Map<string, string[]>();
  for (const label of labels) {
    const [, namespace, object] = /^CREATE kubernetes (|default|kube-[^/]+)\/([^/]+\/[^/]+)$/.exec(label) ?? [];
    if (namespace === undefined || !object) continue;
    created.set(namespace, [...(created.get(namespace) ?? []), object]);
  }
  return created;
}

/** The faults that made no call fail in a control plane's audit log. */
export function notStruck(faults: readonly Fault[], audit: string): Fault[] {
  const struck = labelsWhere(audit, ({ message = "" }) => message.includes(MESSAGE));
  return faults.filter((fault) => !struck.some((label) => expressionOf(fault).test(label)));
}

function labelsWhere(audit: string, ended: (status: NonNullable<AuditEvent["responseStatus"]>) => boolean): Label[] {
  return audit
    .split("\n")
    .filter((line) => line.includes('"ResponseComplete"'))
    .map((line) => JSON.parse(line) as AuditEvent)
    .filter(
      ({ verb, responseStatus = { code: 0 }, objectRef }) =>
        ended(responseStatus) &&
        objectRef &&
        (objectRef.name || (verb === "create" && objectRef.namespace)) &&
        !objectRef.subresource,
    )
    .map(({ verb, objectRef: { resource, namespace = "", name = "" } = { resource: "" } }) => {
      const within = resource === "namespaces" ? name : namespace; // for admission, a namespace is in itself
      return `${OPERATIONS[verb]} kubernetes ${within}/${resource}/${name}`;
    });
}

/** Namespaces that Autopilot manages. {@link https://cloud.google.com/kubernetes-engine/docs/concepts/autopilot-security} */
const MANAGED = ["kube-system", "kube-node-lease", "kube-public", "gke-managed-system", "gmp-system"];

/** Path of the pod's spec in each resource that makes pods. */
const TEMPLATES: readonly (readonly [group: string, resources: readonly string[], path: string])[] = [
  ["", ["pods"], "spec"],
  ["apps", ["deployments", "statefulsets", "daemonsets"], "spec.template.spec"],
  ["batch", ["jobs"], "spec.template.spec"],
  ["batch", ["cronjobs"], "spec.jobTemplate.spec.template.spec"],
];

/**
 * Policies that set what Autopilot's webhook sets: missing requests, limits equal to the requests, and an annotation.
 * {@link https://cloud.google.com/kubernetes-engine/docs/concepts/autopilot-resource-requests}
 */
function adjustment(group: string, resources: readonly string[], where: string): Manifest[] {
  const name = `autopilot-resources-${resources[0]}`;
  const type = `Object.${where}`;
  const nested = (value: string) =>
    where.split(".").reduceRight(
      (inner, _, i, all) =>
        `Object${all
          .slice(0, i)
          .map((p) => `.${p}`)
          .join("")}{${all[i]}: ${inner}}`,
      value,
    );
  const requests = "c.resources.?requests.orValue({})";
  const quantity = (resource: string, fallback: string) =>
    `"${resource}": ${requests}[?"${resource}"].orValue("${fallback}")`;
  const all = `{${quantity("cpu", "500m")}, ${quantity("memory", "2Gi")}, ${quantity("ephemeral-storage", "1Gi")}}`;
  const containers = `object.${where}.containers.map(c, ${type}.containers{name: c.name, resources: ${type}.containers.resources{requests: ${all}, limits: ${all}}})`;
  const apiVersion = "admissionregistration.k8s.io/v1beta1";
  const spec = nested(`${type}{containers: ${containers}}`);
  return [
    {
      apiVersion,
      kind: "MutatingAdmissionPolicy",
      metadata: { name },
      spec: {
        failurePolicy: "Fail",
        reinvocationPolicy: "Never",
        ...anything(["CREATE", "UPDATE"], [group], [...resources]),
        mutations: [
          { patchType: "ApplyConfiguration", applyConfiguration: { expression: spec } },
          {
            patchType: "JSONPatch",
            jsonPatch: {
              expression: `(has(object.metadata.annotations) ? [] : [JSONPatch{op: "add", path: "/metadata/annotations", value: {}}]) + [JSONPatch{op: "add", path: "/metadata/annotations/" + jsonpatch.escapeKey("autopilot.gke.io/resource-adjustment"), value: "{\\"modified\\":true}"}]`,
            },
          },
        ],
      },
    },
    { apiVersion, kind: "MutatingAdmissionPolicyBinding", metadata: { name }, spec: { policyName: name } },
  ];
}

/** Policies of what a cluster on Autopilot refuses and changes. */
export const AUTOPILOT: readonly Manifest[] = [
  ...refusal("autopilot-managed-namespaces", {
    ...anything(["CREATE", "UPDATE", "DELETE"]),
    matchConditions: [
      DEPLOYER,
      {
        name: "managed",
        expression: `has(request.namespace) && request.namespace in ${JSON.stringify(MANAGED)} && request.operation != "CONNECT"`,
      },
    ],
    validations: [
      {
        expression: "false",
        reason: "Forbidden",
        messageExpression:
          '"GKE Warden rejected the request because it violates one or more constraints. Violations details: {\\"[denied by managed-namespaces-limitation]\\":[\\"the namespace \\\\\\"" + request.namespace + "\\\\\\" is managed and the request\'s verb \\\\\\"" + request.operation.lowerAscii() + "\\\\\\" is denied\\"]}"',
      },
    ],
  }),
  ...TEMPLATES.flatMap(([group, resources, where]) => adjustment(group, resources, where)),
];
