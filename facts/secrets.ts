/**
 * What secrets look like: only forms that nothing else has, and names that say so. There is no rule for text that is merely
 * random, because hashes, ids and public keys are random too.
 */

/**
 * Forms of the keys and tokens of well-known services, as their documentation and the lists of those who look for leaked
 * keys show them: code and packages, clouds, data, monitoring, payments, messages, models; the last are of no one service.
 * {@link https://docs.github.com/en/code-security/secret-scanning/introduction/supported-secret-scanning-patterns}
 * {@link https://docs.gitlab.com/security/tokens/#token-prefixes}
 * {@link https://docs.stripe.com/keys}, {@link https://docs.slack.dev/authentication/tokens}
 */
const TOKENS = String.raw`
  gh[pousr]_\w{16,} github_pat_\w{20,} gl(pat|oas|dt|rt|rtr|cbt|ptt|ft|imt|agent|soat|ffct|wt)-[\w.-]{16,}
  GR1348941[\w-]{16,} npm_\w{30,} pypi-Ag[\w-]{16,} rubygems_[0-9a-f]{40,} dckr_(pat|oat)_[\w-]{16,} oy2[a-z0-9]{43}
  CLOJARS_[a-z0-9]{40,} AKCp[A-Za-z0-9]{60,} CCIPAT_\w{20,} bk(ua|at)_[0-9a-f]{30,} sgp_[0-9a-f_]{40,}
  ATATT3[\w=-]{20,} ATCTT3[\w=-]{20,} ATBB\w{24,} PMAK-[0-9a-f]{24}-[0-9a-f]{30,}
  (AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{12,} ABSK[\w+/]{60,} AIza[\w-]{30,} GOCSPX-[\w-]{20,} ya29\.[\w-]{20,} 1//0[\w-]{30,}
  LTAI[A-Za-z0-9]{12,} AKID[A-Za-z0-9]{28,} AQVN[\w-]{30,} [\w~.]{3}\dQ~[\w~.-]{31,} do[opr]_v1_[0-9a-f]{40,}
  HRKU-[\w-]{30,} fo1_[\w-]{40,} fm[12][ar]?_[\w+/]{60,} nfp_\w{30,} v1\.0-[0-9a-f]{24}-[0-9a-f]{100,}
  pul-[0-9a-f]{40} \w{14}\.atlasv1\.[\w-]{40,} hv[sbr]\.[\w-]{20,} dp\.(pt|st|ct|sa|scim|audit)\.[\w.-]{20,}
  ops_eyJ[\w+/=]{40,} tskey-[a-z]+-[\w-]{16,}
  dapi[0-9a-f]{32} pscale_(tkn|oauth|pw)_[\w.=-]{20,} sbp_[0-9a-f]{40} sb_secret_[\w-]{16,} napi_\w{40,}
  mdb_sa_sk_[\w-]{20,} pat[A-Za-z0-9]{14}\.[0-9a-f]{40,} pcsk_\w{40,}
  gl(c|sa)_[\w+/=]{20,} eyJrIjoi[\w+/=]{40,} NR(AK|II|RA|AL|JS)-[\w-]{16,} sntry[su]_[\w+/=]{40,}
  dt0[a-z]\d\d\.[A-Z0-9]{24}\.[A-Z0-9]{40,} phx_\w{30,} hc[abi][ilm]k_\w{30,}
  (sk|rk)_(live|test|prod)_\w{10,} whsec_[\w+/=]{16,} shp(at|ca|pa|ss|tka)_[0-9a-fA-F]{32} sq0(atp|csp)-[\w-]{20,}
  EAAA[\w-]{56,} access_token\$(production|sandbox)\$\w+\$\w+ FLWSECK(_TEST)?-[\w-]{12,} EZ[AT]K\w{50,}
  access-(sandbox|development|production)-[0-9a-f-]{36} shippo_(live|test)_[0-9a-f]{40}
  duffel_(live|test)_[\w=-]{40,}
  xox[abeoprs][.-][\w.-]{10,} xapp-\d-[\w-]{10,} SG\.[\w-]{16,}\.[\w-]{16,} key-[0-9a-f]{32} [0-9a-f]{32}-us\d{1,2}
  (xkeysib|xsmtpsib)-[0-9a-f]{40,}[\w-]* re_[A-Za-z0-9]{8}_[A-Za-z0-9]{16,} SK[0-9a-f]{32}
  [MNO][\w-]{22,}\.[\w-]{6}\.[\w-]{27,} \d{8,10}:AA[\w-]{32,} EAA[A-Z][A-Za-z0-9]{80,} A{20}[A-Za-z0-9%]{50,}
  (pat-(na|eu|ap)\d|sdk|api)-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12} lin_(api|oauth)_\w{30,} ntn_\d{9,}\w{30,}
  secret_[A-Za-z0-9]{43} fig[doru]_[\w-]{30,} sk\.eyJ[\w-]{20,}\.[\w-]{16,} tfp_[\w.=-]{40,}
  sk-[a-z]+[a-z0-9]*-[\w-]{24,} sk-[A-Za-z0-9]{20,} sk_[A-Za-z0-9]{32,} hf_[A-Za-z]{30,} r8_\w{30,} gsk_\w{40,}
  (pplx|tvly|xai)-[\w-]{28,} lsv2_(pt|sk)_[\w-]{30,} api_org_[A-Za-z]{30,}
  eyJ[\w-]{10,}\.eyJ[\w-]{10,} AGE-SECRET-KEY-1[A-Z0-9]{40,} PuTTY-User-Key-File-\d
`
  .trim()
  .split(/\s+/);
const TOKEN = new RegExp(`(?<![A-Za-z0-9])(?:${TOKENS.join("|")})`);

/** Addresses that are secrets as a whole: whoever knows one can post to it. */
const WEBHOOK =
  /hooks\.slack\.com\/(services|workflows|triggers)\/|discord(app)?\.com\/api\/webhooks\/\d+\/|\.webhook\.office\.com\/webhookb2\//i;

const PRIVATE_KEY = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY/;

/** What stands for a password: a reference such as `$(NAME)`, `${NAME}` or `$NAME`, a gap such as `<password>`, a mask. */
const STANDS_FOR = String.raw`\$\(\w+\) \$?\{+[^}]*\}+ \$[A-Z_][A-Z0-9_]* <[^>\s]*> \*+ %s \.\.\.`.split(" ");
const GAP = String.raw`(?!(?:${STANDS_FOR.join("|")})(?:[@\s"'&;,)]|$))`;
/** A URL with a password, with a user or without. */
const URL_PASSWORD = new RegExp(`:\\/\\/[^/\\s:@]*:${GAP}[^/\\s@]+@`);

/** A password or a key by its name, as connection strings, options and JSON have it. */
const ASSIGNED = new RegExp(
  `(?:passw(?:or)?d|pwd|passphrase|(?:api|access|secret|private|account|shared ?access|auth)[_-]?key)["']?(?: *= *|(?<=["']) *: *)["']?${GAP}(?!(?:true|false|yes|no|null|none|required|optional)\\b|\\d{1,3}\\b|[?:@&/.])[^\\s"'&;,]{3,}`,
  "i",
);
/** Tokens and secrets have harmless namesakes, such as `--secret=NAME`: their values must have letters and digits. */
const ASSIGNED_KEY =
  /(?:token|secret|signature|[?&]sig)["']?(?: *= *|(?<=["']) *: *)["']?(?=[\w+/.~%-]*\d)(?=[\w+/.~%-]*[a-z])[\w+/.~%-]{20,}/i;
/** The header of an HTTP request. */
const AUTHORIZATION = /\b(Bearer|Basic) +(?=[\w+/.~-]*\d)[\w+/.~-]{16,}/i;

/** Whether text has a form that only secrets have. */
export const secretLooking = (text: string): boolean =>
  [TOKEN, WEBHOOK, PRIVATE_KEY, URL_PASSWORD, ASSIGNED, ASSIGNED_KEY, AUTHORIZATION].some((form) => form.test(text)) ||
  (/^[A-Za-z0-9+/\s]{80,}={0,2}\s*$/.test(text) && PRIVATE_KEY.test(Buffer.from(text, "base64").toString("latin1")));

/** Whether a word of a command looks like a secret, alone or as the value of the option before it. */
export const secretWord = (word: string, before = ""): boolean =>
  secretLooking(word) ||
  (/^--?(?!-|no-)[\w-]+$/.test(before) && !word.startsWith("-") && secretLooking(`${before}=${word}`));

/** Whether text has many letters and digits in no order, as keys have; hashes and ids have them too. */
export const keyShaped = (text: string): boolean =>
  /(?<!sha256:)\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{32,}\b|(?=[\w+/-]*[a-z])(?=[\w+/-]*[A-Z])(?=[\w+/-]*\d)[\w+/-]{24,}/.test(
    text,
  );

const KEYS =
  "API|ACCESS|PRIVATE|SECRET|SIGNING|SIGNATURE|ENCRYPTION|DECRYPTION|MASTER|AUTH|ADMIN|SHARED|ACCOUNT|HMAC|JWT|WEBHOOK|INTEGRATION|LICENSE|DEPLOY|SSH|SUBSCRIPTION|FERNET|AES";
/** What follows the word in the name of one of several secrets. */
const WHICH =
  "\\d+|V\\d+|OLD|NEW|NEXT|PREVIOUS|CURRENT|PRIMARY|SECONDARY|BASE|BASE64|B64|VALUE|PROD|PRODUCTION|STAGING|DEV|TEST";
/** Names that end in the word, so that TOKEN_TTL and PASSWORD_MIN_LENGTH are none. */
const NAME = new RegExp(
  `(PASSWORD|PASSWD|PASSPHRASE|PASSCODE|SECRET|TOKEN|CREDENTIALS?|(^|_)(PASS|PEPPER|SALT)|_PWD|CLI_AUTH|(${KEYS})_?KEY)(_?(${WHICH}))*$`,
);
const KEY_NAME = /KEY(_?(ID|\d+))?$/;
const PUBLIC_NAME = /(^|_)(PUBLIC|PUBLISHABLE|SITE|ANON)(_|$)/;
/** Values that no secret has: a switch, a number, an address, a path, a reference, or a word about the secret. */
const HARMLESS =
  /^(true|false|yes|no|on|off|none|null|optional|required|\d{1,3}|https?:\/\/\S+|\.{0,2}\/[a-z0-9/_.:-]*|\$[({]\w+[)}]|<[^<>]*>)$/i;

/** Whether a variable's name says that its value is a secret, and the value does not say that it is none. */
export const secretNamed = (variable: string, value: string): boolean =>
  !PUBLIC_NAME.test(variable) &&
  !HARMLESS.test(value) &&
  (NAME.test(variable) || (KEY_NAME.test(variable) && !variable.endsWith("ID") && keyShaped(value)));
