import { refused, staging, T, testRefused } from "./support";

const declares = (...differences: unknown[]) => staging((e) => (e.differences = differences));

testRefused({
  "a difference without fields, and one without a reason": refused(
    declares({ fields: [], reason: "smaller" }, { fields: ["cluster"] }),
    `${T} differences.0.fields = []: must not be empty; name a field, or remove the entry`,
    `${T} differences.1.reason = nothing: is required (string); write it`,
  ),
  "a path of a wrong shape": refused(
    declares({ fields: ["cluster/mode", "*", "services..replicas"], reason: "smaller" }),
    `${T} differences.0.fields.0 = "cluster/mode": must be a field's path; write it like "database.tier"; npm run parity prints the paths`,
    `${T} differences.0.fields.1 = a string: must be a field's path; write it like "database.tier"; npm run parity prints the paths`,
    `${T} differences.0.fields.2 = "services..replicas": must be a field's path; write it like "database.tier"; npm run parity prints the paths`,
  ),
  "a reason of two lines": refused(
    declares({ fields: ["cluster"], reason: "smaller\nand cheaper" }),
    `${T} differences.0.reason = "smaller\\nand cheaper": must be one line of 1 to 80 characters; write it in one line`,
  ),
});
