import { BUCKETS } from "./table/buckets";
import { ENVIRONMENT } from "./table/environment";
import { FRONTENDS } from "./table/frontends";
import type { Hand } from "./table/hand";
import { SYSTEM } from "./table/system";
import { WEB } from "./table/web";
import { WORKLOADS } from "./table/workloads";

/**
 * How to turn knobs if the schema does not say it, by the end of their names; the longest match counts. Other knobs are
 * turned by type: true to false, a number to a larger one, a word to each of the others, an optional field to nothing.
 */
export const HANDS: Readonly<Record<string, Hand | readonly Hand[]>> = {
  ...SYSTEM,
  ...WEB,
  ...WORKLOADS,
  ...BUCKETS,
  ...FRONTENDS,
  ...ENVIRONMENT,
};
