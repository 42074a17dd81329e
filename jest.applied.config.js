/**
 * The tests that take minutes: those that plan or apply for real, and those that start many programs or try many cases.
 * They have Jest's own runner, with time limits and tests that are concurrent.
 *
 * @type {import("jest").Config}
 */
module.exports = {
  testEnvironment: "node",
  testMatch: ["**/__tests__/**/*.{applied,slow}.test.ts"],
  globalSetup: "<rootDir>/__tests__/shared-folder.js",
  setupFiles: ["<rootDir>/__tests__/process-variables.ts", "<rootDir>/stacks/stack-trace.ts"],
  // The evaluator of conditions is an ES module, which Jest's own runner does not load as it is.
  transformIgnorePatterns: ["/node_modules/(?!@marcbachmann/cel-js/)"],
  transform: { "^.+\\.[jt]s$": ["@swc/jest", { jsc: { target: "es2022", parser: { syntax: "typescript" } } }] },
  modulePathIgnorePatterns: ["<rootDir>/cdktf.out"],
  maxConcurrency: 2, // of tests that are concurrent: two cores
  maxWorkers: 3, // for two cores: deploys wait half of their time
  testTimeout: 60_000, // some tests start processes, on machines that are busy
};
