/** Resources that have the same colour. */
export interface Family {
  /** Name of the colour in style.css. */
  readonly id: string;
  readonly name: string;
  /** Terraform's types. */
  readonly types: RegExp;
}

const OTHER: Family = { id: "other", name: "Other", types: /^/ };

/** The families; the first that matches a type counts. */
export const FAMILIES: readonly Family[] = [
  {
    id: "iam",
    name: "IAM, keys & secrets",
    types: /^(google_(\w+_iam_\w+|service_account.*|secret_manager_.*|kms_.*)|random_.*)$/,
  },
  { id: "network", name: "Compute & network", types: /^google_(compute|service_networking|dns|certificate_manager)_/ },
  { id: "gke", name: "GKE", types: /^google_(container|gke|binary_authorization)_/ },
  { id: "data", name: "Cloud SQL & Redis", types: /^google_(sql|redis|storage)_/ },
  { id: "monitoring", name: "Monitoring & logging", types: /^google_(monitoring|logging)_/ },
  { id: "project", name: "Project & APIs", types: /^google_/ },
  { id: "kubernetes", name: "Kubernetes", types: /^kubernetes_/ },
  { id: "helm", name: "Helm", types: /^helm_/ },
  OTHER,
];

/** Whether a plan only reads the resource. */
export const isRead = (address: string): boolean => /^(data|ephemeral)\./.test(address);

export const familyOf = (address: string): Family => {
  const type = address.replace(/^(data|ephemeral)\./, "").split(".")[0] as string;
  return FAMILIES.find(({ types }) => types.test(type)) ?? OTHER;
};
