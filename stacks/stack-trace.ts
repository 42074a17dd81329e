import { createRequire } from "node:module";

/**
 * cdktf records a stack trace of unlimited length for each block, which takes most of the time of a synthesis. It shows
 * the trace only if a token cannot be resolved. To record the traces, set `STACK_TRACES=1`.
 */
if (!process.env.STACK_TRACES)
  createRequire(__filename)("cdktf/lib/tokens/private/stack-trace").captureStackTrace = () => [];
