#!/usr/bin/env node
// Terraform, as cdktf starts it for npm run diff, deploy and destroy: each plan is checked before it is applied.
import { createRequire } from "node:module";
import "tsx"; // the rest is TypeScript

process.exitCode = await createRequire(import.meta.url)("./gate.ts").gate(process.argv.slice(2));
