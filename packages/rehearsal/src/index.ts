export { during } from "./checks/during";
export { copies } from "./checks/secrets";
export { watchPods } from "./checks/single";
export { warnings } from "./checks/warnings";
export { workloads } from "./checks/workloads";
export { type FailEachOptions, type Failure, failEach } from "./fail-each";
export type { Finding } from "./finding";
export { Inconclusive } from "./inconclusive";
export type { KubernetesObject } from "./kubernetes";
export { isControlPlaneBuilt } from "./machine/control-plane";
export { type Machine, type MachineOptions, type Surroundings, startMachine } from "./machine/machine";
export { whatMachineLacks, withTokenPlugin } from "./machine/tools";
export { type MadeByHand, madeByHand, SUPPLIED } from "./made-by-hand";
export type { BrokenVersions, Change, LeftPeering, RehearsalOptions, Scaled, Shift } from "./options";
export type { Rehearsed, Step } from "./rehearsal";
export { rehearse } from "./rehearse";
export { page } from "./report/page/page";
export { printed, type Report, reportOf } from "./report/report";
export { type Graph, graphOf } from "./schedule/graph";
export { PARALLELISM, parallelismOf, type Schedule, scheduleOf } from "./schedule/schedule";
export {
  poolsOf,
  type Requirements,
  readStack,
  recordedOnly,
  renewsTokens,
  type StackJson,
  whyNoStack,
  withoutVercel,
} from "./stack";
export {
  type Action,
  actions,
  complaints,
  type Diagnostic,
  diagnostics,
  leftToDo,
  type Planned,
  planned,
} from "./terraform/output";
export { type Plan, type PlanJson, type PlannedChange, planFromNothing } from "./terraform/plan";
export { adapt, prepare } from "./terraform/prepare";
export { type OnVercel, onVercel, whatIsMissing } from "./terraform/requirements";
export { type Run, run, runSync, terraformEnvironment } from "./terraform/run";
export { type Withheld, type WithholdEachOptions, withholdEach } from "./withhold-each";
