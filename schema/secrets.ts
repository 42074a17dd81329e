import { secretLooking } from "../facts/secrets";
import { dotted, type Problem } from "./problem";

/** Characters of a text that are looked at. No field allows more. */
const LOOKED_AT = 4096;

const RULE = "looks like a secret";
/** What to do with a secret, by the field that it is in. */
const REMEDIES: Readonly<Record<string, string>> = {
  variables: 'declare it { kind: "supplied" } and keep the value in Secret Manager',
  command: 'let the program read it from a variable of the kind "supplied"',
  parameters: "remove it: the URL has its password already",
};
const REMEDY = "remove it: npm run secrets prints the commands that put a secret into Secret Manager";

/** What a problem says of a secret in a list or a record of this name, such as `variables`. */
export const secretIn = (field: PropertyKey | undefined): readonly [rule: string, remedy: string] => [
  RULE,
  (Object.hasOwn(REMEDIES, field ?? "") && REMEDIES[field as string]) || REMEDY,
];

/**
 * Texts and names of a file that look like secrets, whatever their field allows: titles and versions end in Terraform's
 * state, too.
 */
export function secretProblems(file: string, root: unknown): Problem[] {
  const problems: Problem[] = [];
  const visit = (value: unknown, path: readonly PropertyKey[]): void => {
    const name = path.at(-1);
    const within = typeof value === "string" && secretLooking(value.slice(0, LOOKED_AT));
    if (within || (typeof name === "string" && secretLooking(name.slice(0, LOOKED_AT)))) {
      const [rule, remedy] = within ? secretIn(path.at(-2)) : ["has a name that looks like a secret", REMEDY];
      problems.push({ path: `${file} ${dotted(path)}`.trim(), value, secret: true, rule, remedy });
    }
    if (value === null || typeof value !== "object") return;
    for (const [key, entry] of Object.entries(value)) visit(entry, [...path, key]);
  };
  visit(root, []);
  return problems;
}
