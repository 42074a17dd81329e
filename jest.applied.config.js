const config = require("./jest.config");

/**
 * The tests that apply for real, which take minutes.
 *
 * @type {import("jest").Config}
 */
module.exports = { ...config, testMatch: ["**/__tests__/**/*.applied.test.ts"], maxWorkers: 2 };
