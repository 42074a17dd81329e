import { applyOptions, cdktf } from "./cdktf.mjs";

export const destroy = (program) =>
  cdktf(applyOptions(program.command("destroy")))
    .summary("destroy an environment")
    .description(
      "Destroys everything that a deploy made, after approval. The environment's file must allow it (allowDestroy), and a deploy must have lifted the protections; see docs/operations.md#destroy-an-environment.",
    )
    .examples([["npx slipway destroy staging"]]);
