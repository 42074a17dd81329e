import Module, { createRequire } from "node:module";

/**
 * cdktf records a stack trace of unlimited length for each block, which takes most of the time of a synthesis. It shows
 * the trace only if a token cannot be resolved. tsx makes Node parse the source map of every module, and those of cdktf and
 * its bindings, which are in the modules, take a tenth of a synthesis. To have both, set `STACK_TRACES=1`.
 */
if (!process.env.STACK_TRACES) {
  withoutSourceMaps();
  createRequire(__filename)("cdktf/lib/tokens/private/stack-trace").captureStackTrace = () => [];
}

/** Makes Node compile packages without the source maps in their modules. The program's own modules keep theirs. */
function withoutSourceMaps(): void {
  const module = Module.prototype as unknown as { _compile(code: string, file: string, ...more: unknown[]): unknown };
  const { _compile: compile } = module;
  module._compile = function (code, file, ...more) {
    const end = file.includes("/node_modules/") ? code.lastIndexOf("\n//# sourceMappingURL=data:") : -1;
    // tsx has the text in its own code
    const isLastLine =
      end >= 0 &&
      !code
        .slice(end + 1)
        .trimEnd()
        .includes("\n");
    return compile.call(this, isLastLine ? code.slice(0, end) : code, file, ...more);
  };
}
