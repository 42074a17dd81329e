#!/usr/bin/env node
// The package is TypeScript. tsx is registered from here, because a shebang with tsx fails outside this repository.
import { register } from "tsx/esm/api";

register();
await import("../src/command.ts");
