const { mkdtempSync, rmSync } = require("node:fs");
const os = require("node:os");
const path = require("node:path");

/** Jest calls it once, before it starts the workers: a folder for what several test files need. See support.ts. */
module.exports = () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "tests-"));
  process.env.SHARED_FOLDER = folder;
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
};
