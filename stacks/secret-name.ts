/** Name that the secret of a variable has in Secret Manager. */
export const secretName = (systemName: string, variable: string): string =>
  `${systemName}-${variable.toLowerCase().replace(/_/g, "-")}`;
