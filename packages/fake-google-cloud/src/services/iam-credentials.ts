import { notFound } from "../api-error";
import { route } from "../route";
import type { Service } from "../service";

/**
 * Service Account Credentials, with which one account gets a token of another. Its project has the API, since bootstrap
 * enables it. https://cloud.google.com/iam/docs/reference/credentials/rest
 */
export const iamCredentials: Service = {
  name: "iamcredentials",
  endpoints: { IAM_CREDENTIALS: "v1" },
  routes: [
    route(
      "POST",
      "projects/{project}/serviceAccounts/{account}:generateAccessToken",
      ({ params: { account = "" } }, cloud) => {
        const [, home] = /@([^.]+)\./.exec(account) ?? [];
        cloud.need(
          `iam/projects/${home}/serviceAccounts/${account}`,
          notFound("Not found; Gaia id not found for email"),
        );
        return {
          accessToken: cloud.tokens.issue(`serviceAccount:${account}`),
          expireTime: new Date(Date.now() + cloud.tokens.life * 1000).toISOString(),
        };
      },
      { scope: ["text"], lifetime: "text", delegates: ["text"] },
    ),
  ],
};
