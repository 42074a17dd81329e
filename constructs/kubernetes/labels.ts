/** Key of the label that selects a workload's pods. */
export const NAME_LABEL = "app.kubernetes.io/name";
