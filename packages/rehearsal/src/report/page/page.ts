import { readFileSync } from "node:fs";
import path from "node:path";
import type { Report } from "../report";
import { html, raw } from "./html";
import { checks, failed, headline, kinds, paths, updates } from "./sections";
import { timeline } from "./timeline";

const STYLE = readFileSync(path.join(import.meta.dirname, "style.css"), "utf8");
const SCRIPT = readFileSync(path.join(import.meta.dirname, "script.js"), "utf8");

/** The page loads nothing, whatever the report contains. */
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/** A rehearsal as a page in one file. */
export function page(report: Report): string {
  const { system, stack, ok, schedule, resources } = report;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${ok ? "" : "FAIL "}${system ? `${system} ` : ""}${stack}: rehearsal</title>
<link rel="icon" href="data:,">
<style>${raw(STYLE)}</style>
</head>
<body>
${headline(report)}
<main>
${timeline(report)}
${paths(schedule)}
${kinds(resources)}
${updates(report.updates)}
${checks(report.steps)}
${failed(report.failures)}
</main>
<script type="module">${raw(SCRIPT)}</script>
</body>
</html>
`.markup;
}
