import { expressionOf, type Fault, type Label } from "@slipway/fake-google-cloud";

/** Objects of Kubernetes, to be applied. */
type KubernetesObject = Readonly<Record<string, unknown>>;

const DEPLOYER = { name: "deployer", expression: 'request.userInfo.username == "deployer"' };

/** Objects of any kind, as the match constraints of a policy. */
const anything = (operations: readonly string[], groups = ["*"], resources = ["*"]) => ({
  matchConstraints: {
    resourceRules: [{ apiGroups: groups, apiVersions: ["*"], operations, resources }],
  },
});

/** A policy that refuses calls, and what makes it hold. {@link https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/} */
function refusal(name: string, spec: KubernetesObject): KubernetesObject[] {
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

/**
 * A call to Kubernetes as faults name it: `CREATE kubernetes pmcrm/configmaps/backend`, like those to Google Cloud; what
 * has no namespace begins with a slash. In CEL it is made of the request.
 */
const LABEL =
  'request.operation + " kubernetes " + (has(request.namespace) ? request.namespace : "") + "/" + request.resource.resource + "/" + request.name';

export const isKubernetes = ({ label }: Fault): boolean =>
  / kubernetes /.test(typeof label === "string" ? label : label.source.replace(/\\ /g, " "));

/** What a call that was to fail is refused with. */
const MESSAGE = "simulated failure";

/** A call that fails for as long as any does: admission hears of a policy a while after it was made, or deleted. */
export const PROBE = ["create", "configmap", "simulated-failure", "--dry-run=server"];
const PROBED: Fault = { label: "CREATE kubernetes default/configmaps/simulated-failure" };

/** Fails the deployer's calls for as long as it is there. */
export const faultPolicy = (faults: readonly Fault[]): KubernetesObject[] =>
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

/** The changes that a control plane's audit log records, as faults name them. */
export const labelsOf = (audit: string): Label[] => labelsWhere(audit, ({ code }) => code < 400);

/**
 * What was created and goes with no namespace that was, by the namespace that stays: what has none is below an empty name.
 * Each as kubectl names it, `<resource>/<name>`.
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

/** Those of the faults that failed no call in a control plane's audit log. */
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
      ({ responseStatus = { code: 0 }, objectRef }) =>
        ended(responseStatus) && objectRef?.name && !objectRef.subresource,
    )
    .map(({ verb, objectRef: { resource, namespace = "", name } = { resource: "" } }) => {
      const within = resource === "namespaces" ? name : namespace; // admission says of a namespace that it is in itself
      return `${OPERATIONS[verb]} kubernetes ${within}/${resource}/${name}`;
    });
}

/** Namespaces that Autopilot manages. {@link https://cloud.google.com/kubernetes-engine/docs/concepts/autopilot-security} */
const MANAGED = ["kube-system", "kube-node-lease", "kube-public", "gke-managed-system", "gmp-system"];

/** Where pods' templates are in what makes pods. */
const TEMPLATES: readonly (readonly [group: string, resources: readonly string[], path: string])[] = [
  ["", ["pods"], "spec"],
  ["apps", ["deployments", "statefulsets", "daemonsets"], "spec.template.spec"],
  ["batch", ["jobs"], "spec.template.spec"],
  ["batch", ["cronjobs"], "spec.jobTemplate.spec.template.spec"],
];

/**
 * Sets what Autopilot's webhook sets: requests where there are none, limits as large as the requests, and an annotation
 * that says so. {@link https://cloud.google.com/kubernetes-engine/docs/concepts/autopilot-resource-requests}
 */
function adjustment(group: string, resources: readonly string[], where: string): KubernetesObject[] {
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

/** What a cluster on Autopilot refuses and changes. */
export const AUTOPILOT: readonly KubernetesObject[] = [
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
