import { createRequire } from "node:module";

/**
 * cdktf records where each block was constructed, with an unlimited stack: most of the time that constructing takes. It
 * is only shown where a token does not resolve; `STACK_TRACES=1` brings it back.
 */
if (!process.env.STACK_TRACES)
  createRequire(__filename)("cdktf/lib/tokens/private/stack-trace").captureStackTrace = () => [];
