import { type EnvironmentName, environmentNames } from "../schema/environment";

/** Whether an argument names one of the system's stacks; anything else is a folder. */
export const isStackName = (name: string): name is EnvironmentName => environmentNames.some((known) => known === name);
