/** A variable's name as names are written in Google Cloud. */
export const kebab = (variable: string): string => variable.toLowerCase().replace(/_/g, "-");

/** Name that the secret of a variable has in Secret Manager. */
export const secretName = (systemName: string, variable: string): string => `${systemName}-${kebab(variable)}`;
