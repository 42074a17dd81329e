const config = require("./jest.config");

/**
 * The tests that take minutes: those that plan or apply for real, and those that start many programs or try many cases.
 *
 * @type {import("jest").Config}
 */
module.exports = { ...config, testMatch: ["**/__tests__/**/*.{applied,slow}.test.ts"], maxWorkers: 2 };
