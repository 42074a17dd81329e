/**
 * Variables that change how a process starts, and not what it does: with another value, another program or library
 * runs, or none.
 * - `PATH` replaces the image's. `LD_*` and `GCONV_PATH` load code into every program
 *   ({@link https://man7.org/linux/man-pages/man8/ld.so.8.html}); `GLIBC_TUNABLES` changes the C library.
 * - `BASH_ENV`, `SHELLOPTS`, `BASHOPTS` and `IFS` change shell scripts, such as the image's start.
 * - Kubernetes sets `KUBERNETES_*`, and libraries find the API server with them.
 *
 * A runtime's own options, such as `NODE_OPTIONS`, `JAVA_TOOL_OPTIONS` and `PYTHONPATH`, are ordinary settings; so are
 * `HOSTNAME` and `ENV`, which many programs read. `HOME` has a rule of its own, because the platform sets it.
 */
export const changesProcess = (variable: string): boolean =>
  /^(PATH|LD_.*|GCONV_PATH|GLIBC_TUNABLES|BASH_ENV|SHELLOPTS|BASHOPTS|IFS|KUBERNETES_.*)$/.test(variable);
