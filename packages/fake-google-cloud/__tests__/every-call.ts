import type { ValidCall } from "./calls/call";
import { CERTIFICATES } from "./calls/certificates";
import { COMPUTE } from "./calls/compute";
import { CLUSTERS } from "./calls/container";
import { DATASTORES } from "./calls/datastores";
import { IDENTITY } from "./calls/identity";
import { KMS } from "./calls/keys";
import { LOAD_BALANCERS } from "./calls/load-balancers";
import { MONITORING } from "./calls/monitoring";
import { OTHERS } from "./calls/others";

export type { ValidCall };

/**
 * A call of every route that takes a body, in an order in which each call succeeds. In a body, `FINGERPRINT` stands for the
 * object's fingerprint. In a path, `MADE/<collection>` stands for the name of the collection's object, which the service has
 * chosen.
 */
export const VALID_CALLS: readonly ValidCall[] = [
  ...COMPUTE,
  ...LOAD_BALANCERS,
  ...KMS,
  ...CLUSTERS,
  ...DATASTORES,
  ...MONITORING,
  ...CERTIFICATES,
  ...IDENTITY,
  ...OTHERS,
];
