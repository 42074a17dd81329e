import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Body } from "./body";

/** What every access token begins with. */
export const ACCESS_TOKEN = "fake-access-token";

/**
 * Who calls: the name that policies grant something to, and further names of the same caller, such as the set of identities
 * that a federated one belongs to. https://cloud.google.com/iam/docs/principal-identifiers
 */
export type Caller = readonly [string, ...string[]];

/** Who may do everything: whoever made the projects. */
export const ADMINISTRATOR = "user:administrator@example.com";

/** Seconds that Google's live. {@link https://cloud.google.com/docs/authentication/token-types#access-tokens} */
export const TOKEN_LIFE = 3600;

/** Paths of the fake that are no API of Google Cloud's: who asks there has no access token yet, or asks about one. */
const PATHS = { issue: "/token", review: "/token-review" } as const;

/** Access tokens: each is somebody's, and ends. */
export class Tokens {
  private readonly issued = new Map<string, { readonly caller: Caller; readonly ends: number }>();

  /**
   * @param life seconds that a token lives
   * @param self who gets a token by default
   */
  constructor(
    readonly life: number,
    private readonly self: string = ADMINISTRATOR,
  ) {}

  issue(...caller: Caller | []): string {
    const [first = this.self, ...others] = caller;
    const token = `${ACCESS_TOKEN}-${this.issued.size + 1}`;
    this.issued.set(token, { caller: [first, ...others], ends: Date.now() + this.life * 1000 });
    return token;
  }

  /** Whose a token is; nobody's if it has ended. */
  callerOf(token: string): Caller | undefined {
    const found = this.issued.get(token);
    return found && Date.now() < found.ends ? found.caller : undefined;
  }

  /**
   * What is answered to a call that is about tokens; nothing where it is another one.
   *
   * @param groupsOf groups of a caller in clusters; nothing if no cluster lets it in
   */
  answer(address: string, text: string, groupsOf: (caller: Caller) => string[] | undefined): Body | undefined {
    const { pathname: path, searchParams } = new URL(address, "http://fake");
    // https://cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token
    if (path === PATHS.issue)
      return {
        access_token: this.issue(searchParams.get("member") ?? this.self),
        issued_token_type: "urn:ietf:params:oauth:token-type:access_token",
        token_type: "Bearer",
        expires_in: this.life,
      };
    if (path === PATHS.review) return this.review(JSON.parse(text) as Body, groupsOf);
    return undefined;
  }

  /** https://kubernetes.io/docs/reference/access-authn-authz/authentication/#webhook-token-authentication */
  private review({ apiVersion, kind, spec }: Body, groupsOf: (caller: Caller) => string[] | undefined): Body {
    const caller = this.callerOf(spec.token);
    const groups = caller && groupsOf(caller);
    // Whoever deploys has the same name in every cluster, so that its policies and its audit log know it.
    const username = caller?.[0] === this.self ? "deployer" : caller?.[0].replace(/^\w+:/, "");
    const user = { username, uid: username, groups };
    return { apiVersion, kind, status: groups ? { authenticated: true, user } : { authenticated: false } };
  }
}

/**
 * Writes application default credentials that get their tokens from the fake: those of workload identity federation, as
 * CI has them. {@link https://google.aip.dev/auth/4117}
 */
export function writeCredentials(file: string, address: string, member: string): void {
  const credentials = {
    type: "external_account",
    audience: "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/fake/providers/fake",
    subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
    token_url: `${address}${PATHS.issue}?${new URLSearchParams({ member })}`,
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
