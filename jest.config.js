/**
 * The test files of a thread share its modules, because loading cdktf and its bindings again for each file takes half of
 * the time. The runner therefore has no `jest.mock` and no time limits: .ci/run has a limit for all tests together.
 *
 * @type {import("jest").Config}
 */
module.exports = {
  runner: "jest-light-runner",
  testMatch: ["**/__tests__/**/*.test.ts", "!**/*.{applied,slow}.test.ts"],
  globalSetup: "<rootDir>/__tests__/shared-folder.js",
  setupFiles: [
    "<rootDir>/__tests__/load-typescript.mjs",
    "<rootDir>/__tests__/process-variables.ts",
    "<rootDir>/stacks/stack-trace.ts",
  ],
  modulePathIgnorePatterns: ["<rootDir>/cdktf.out"],
  maxWorkers: 3, // for two cores: plans and a rehearsal wait most of their time
};
