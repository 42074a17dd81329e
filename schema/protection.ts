import { z } from "zod";
import type { Environment } from "./environment";
import { count, matching } from "./fields";
import { protectedFile, type Raw } from "./files";
import type { Parse, Parsed } from "./parse";
import { type Problem, rule } from "./problem";

const address = matching(
  /^[a-z][a-z0-9_]*\.[A-Za-z_][\w-]*$/,
  "must be the address of a resource",
  'write it like "google_sql_database_instance.database", or use npm run protected',
);

/**
 * What must not disappear from a stack: `protected/<system>/<environment>.json`. `prevent_destroy` disappears with its
 * block, so a resource that is no longer declared would be deleted. The program writes no stack that has lost a listed
 * address.
 */
const schema = z.strictObject({
  /** Addresses of the resources that hold data or identity. */
  addresses: z.array(address),
  /** Why a resource was removed for good, by its address. The address stays in `addresses` until the resource is deleted. */
  removed: z
    .record(
      address,
      z
        .string(rule("must be the reason, in words", "write why the resource is removed"))
        .refine((reason) => reason.trim() !== "", rule("must be the reason, in words", "write why it is removed")),
    )
    .default({}),
  /** Generation of Cloud SQL's password that was deployed last. */
  passwordGeneration: count(1, 100000, "generation").optional(),
});

export type Protected = z.output<typeof schema>;

const NOTHING: Protected = { addresses: [], removed: {} };

/**
 * The lists of a system's environments, by name; an empty one for a new environment. There are none where nothing is
 * compared with them. Adds what is wrong to the problems.
 */
export function protectedLists(system: string, raw: Raw, parse: Parse, problems: Problem[]): Map<string, Protected> {
  const lists = new Map<string, Protected>();
  if (!raw.protected) return lists;
  for (const environment of Object.keys(raw.environments)) lists.set(environment, NOTHING);
  for (const [environment, content] of Object.entries(raw.protected)) {
    const file = protectedFile(system, environment);
    lists.set(environment, { ...NOTHING, ...parse(file, schema, content).value });
    if (!Object.hasOwn(raw.environments, environment))
      problems.push({
        path: file,
        value: environment,
        rule: "is the list of no environment",
        remedy: `remove it once the environment is destroyed, or name it after one of ${Object.keys(raw.environments).join(", ")}`,
      });
  }
  return lists;
}

/** The generation of Cloud SQL's password, if the database has generations. */
export const passwordGeneration = ({ database }: Pick<Environment, "database">): number | undefined =>
  database?.kind === "cloud-sql" ? (database.password?.generation ?? 1) : undefined;

/**
 * Problems of a generation that does not follow the one that was deployed. A stack has the users of two generations, the
 * current and the one before, so a jump drops the user that the services log in as. A rotation in a release that does
 * not exist drops the one before in the same deploy. Older rotations can name releases whose files are gone.
 * @param versions those of the system's releases
 */
export function generationProblems(
  environment: Parsed<Environment>,
  list: Protected | undefined,
  versions: readonly unknown[],
): Problem[] {
  const before = list?.passwordGeneration;
  const now = environment.valid.has("database") ? passwordGeneration(environment.value) : undefined;
  if (before === undefined || now === undefined || now === before) return [];
  if (now === before + 1) {
    const { database } = environment.value;
    const rotatedIn = database?.kind === "cloud-sql" ? database.password?.rotatedIn : undefined;
    if (rotatedIn === undefined || versions.includes(rotatedIn)) return [];
    return [
      {
        path: `${environment.file} database.password.rotatedIn`,
        value: rotatedIn,
        rule: "is not the version of a release of the system",
        remedy: "write the version of the release that you deploy the new generation with",
      },
    ];
  }
  return [
    {
      path: `${environment.file} database.password.generation`,
      value: now,
      rule: `must be ${before} or ${before + 1}: ${before} was deployed last, and another generation drops the user that the services log in as`,
      remedy: `write ${before + 1} to rotate the password; if a later generation is deployed, first run npm run protected with that one in the file`,
    },
  ];
}
