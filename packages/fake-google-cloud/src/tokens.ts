import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Body } from "./body";

/** What every access token of the deployer begins with. */
export const ACCESS_TOKEN = "fake-access-token";
/** Seconds that Google's live. {@link https://cloud.google.com/docs/authentication/token-types#access-tokens} */
export const TOKEN_LIFE = 3600;

/** Paths of the fake that are no API of Google Cloud's: who asks there has no access token yet, or asks about one. */
const PATHS = { issue: "/token", review: "/token-review" } as const;

/** The deployer's access tokens: each ends. */
export class Tokens {
  private readonly ends = new Map<string, number>();

  /** @param life seconds that a token lives */
  constructor(private readonly life: number) {}

  issue(): string {
    const token = `${ACCESS_TOKEN}-${this.ends.size + 1}`;
    this.ends.set(token, Date.now() + this.life * 1000);
    return token;
  }

  isValid(token: string): boolean {
    return Date.now() < (this.ends.get(token) ?? 0);
  }

  /** What is answered to a call that is about tokens; nothing where it is another one. */
  answer(address: string, text: string): Body | undefined {
    const [path] = address.split("?");
    // https://cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token
    if (path === PATHS.issue)
      return {
        access_token: this.issue(),
        issued_token_type: "urn:ietf:params:oauth:token-type:access_token",
        token_type: "Bearer",
        expires_in: this.life,
      };
    if (path === PATHS.review) return this.review(JSON.parse(text) as Body);
    return undefined;
  }

  /** https://kubernetes.io/docs/reference/access-authn-authz/authentication/#webhook-token-authentication */
  private review({ apiVersion, kind, spec }: Body): Body {
    const user = { username: "deployer", uid: "deployer", groups: ["system:masters"] };
    return {
      apiVersion,
      kind,
      status: this.isValid(spec.token) ? { authenticated: true, user } : { authenticated: false },
    };
  }
}

/**
 * Writes application default credentials that get their tokens from the fake: those of workload identity federation, as
 * CI has them. {@link https://google.aip.dev/auth/4117}
 */
export function writeCredentials(file: string, address: string): void {
  const credentials = {
    type: "external_account",
    audience: "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/fake/providers/fake",
    subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
    token_url: `${address}${PATHS.issue}`,
    credential_source: { file: resolve(file) }, // whatever it says is believed
  };
  writeFileSync(file, JSON.stringify(credentials));
}

/**
 * Writes how an API server asks the fake about tokens.
 * {@link https://kubernetes.io/docs/reference/access-authn-authz/authentication/#webhook-token-authentication}
 */
export function writeTokenReviewConfig(file: string, address: string): void {
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "fake-google-cloud", cluster: { server: `${address}${PATHS.review}` } }],
    users: [{ name: "api-server", user: {} }],
    contexts: [{ name: "fake-google-cloud", context: { cluster: "fake-google-cloud", user: "api-server" } }],
    "current-context": "fake-google-cloud",
  };
  writeFileSync(file, JSON.stringify(config));
}
