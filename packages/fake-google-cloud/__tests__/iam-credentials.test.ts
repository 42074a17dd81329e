import { errorOf, everything, serviceOf } from "./support";

const REST =
  "https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateAccessToken";
const EMAIL = "deployer@p.iam.gserviceaccount.com";

test(`a token of an account is that account's, and lives as long as others (${REST})`, () => {
  const cloud = everything();
  serviceOf("iam", cloud).post("projects/p/serviceAccounts", { accountId: "deployer" });
  const { post } = serviceOf("iamcredentials", cloud);
  const before = Date.now();
  const { accessToken, expireTime } = post(`projects/-/serviceAccounts/${EMAIL}:generateAccessToken`, {
    scope: ["https://www.googleapis.com/auth/cloud-platform"],
  });
  expect(cloud.tokens.callerOf(accessToken)).toEqual([`serviceAccount:${EMAIL}`]);
  expect(Date.parse(expireTime)).toBeGreaterThanOrEqual(before + cloud.tokens.life * 1000);
  expect(Date.parse(expireTime)).toBeLessThan(before + (cloud.tokens.life + 60) * 1000);
});

test("an account that is not there has no token", () => {
  const { post } = serviceOf("iamcredentials");
  expect(errorOf(() => post(`projects/-/serviceAccounts/${EMAIL}:generateAccessToken`, {}))).toBe(
    "404 Not found; Gaia id not found for email",
  );
});
