/** @type {import("jest").Config} */
module.exports = {
  testEnvironment: "node",
  testMatch: ["**/__tests__/**/*.test.ts", "!**/*.{applied,slow}.test.ts"],
  globalSetup: "<rootDir>/__tests__/shared-folder.js",
  setupFiles: ["<rootDir>/__tests__/process-variables.ts", "<rootDir>/stacks/stack-trace.ts"],
  transform: { "^.+\\.ts$": ["@swc/jest", { jsc: { target: "es2022", parser: { syntax: "typescript" } } }] },
  modulePathIgnorePatterns: ["<rootDir>/cdktf.out"],
  maxConcurrency: 2, // of tests that are concurrent: two cores
  maxWorkers: 3, // for two cores: plans and a rehearsal wait most of their time
  testTimeout: 60_000, // some tests start processes, on machines that are busy
};
