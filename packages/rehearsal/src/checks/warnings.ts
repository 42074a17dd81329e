import type { Finding } from "../finding";
import type { Machine } from "../machine/machine";

/**
 * Warnings that do not concern the stack: about a volume that is just being made, an autoscaler whose pods are starting, that
 * is being deleted, takes the place of another one, or scales by a queue that nobody measures here, and a budget whose last
 * pods end after their Deployment. The others come from a busy control plane.
 */
const HARMLESS =
  /unbound immediate PersistentVolumeClaims|^HorizontalPodAutoscaler\/.*(deployments(\/scale)?\.apps "[^"]*" not found|horizontalpodautoscalers\.autoscaling "[^"]*" not found|no metrics returned|did not receive metrics for targeted pods|unable to fetch metrics from external metrics API|are controlled by multiple HPAs)|^PodDisruptionBudget\/.*found no controllers for pod|^Endpoints\/.*: Failed to create endpoint for service .*already exists$|Operation cannot be fulfilled on (resourcequotas|horizontalpodautoscalers\.autoscaling) "[^"]*": the object has been modified|^Service\/kubernetes: |is not allocated; repairing$/;

/** Checks that Kubernetes and GKE's controllers have no warnings, and that the fake knows every call. */
export async function warnings(machine: Machine): Promise<Finding> {
  await machine.sync();
  const format = 'jsonpath={range .items[*]}{.involvedObject.kind}/{.involvedObject.name}: {.message}{"\\n"}{end}';
  const events = await machine.kubectl("get", "events", "-A", "--field-selector", "type=Warning", "-o", format);
  const unknown = machine.google.calls.flatMap(({ code, message }) =>
    code === 501 || code === 500 ? [String(message)] : [],
  );
  const said = events.split("\n").filter((line) => line && !HARMLESS.test(line));
  return { wrong: [...new Set([...said, ...unknown])], note: "" };
}
