import { register as registerRequire } from "tsx/cjs/api";
import { register as registerImport } from "tsx/esm/api";

// The threads of jest load tests as Node.js loads modules. tsx compiles them, as it does the program itself.
registerRequire();
registerImport();
