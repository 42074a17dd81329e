/**
 * What secrets look like: only forms that nothing else has. There is no rule for text that is merely random, because hashes,
 * ids and public keys are random too. Names that say so are in [secret-names.ts](./secret-names.ts).
 */

/**
 * Forms of the keys and tokens of well-known services, as their documentation and the lists of those who look for leaked
 * keys show them: code and packages, clouds, data, monitoring, payments, messages, models; the last are of no one service.
 * {@link https://docs.github.com/en/code-security/secret-scanning/introduction/supported-secret-scanning-patterns}
 * {@link https://docs.gitlab.com/security/tokens/#token-prefixes}
 * {@link https://docs.stripe.com/keys}, {@link https://docs.slack.dev/authentication/tokens}
 * {@link https://github.com/gitleaks/gitleaks/blob/master/config/gitleaks.toml}: its rules that need no word beside the key
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
  A3-[A-Z0-9]{6}-[A-Z0-9]{6}-?[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5} p8e-[A-Za-z0-9]{32} cmVmd[A-Za-z0-9]{59}
  bedrock-api-key-[\w+/=]{20,} 4b1d[A-Za-z0-9]{38} fio-u-[\w=-]{40,} [ps]at\.[\w-]{22}\.\w{24}\.\w{20}
  ico-[A-Za-z0-9]{32} s-s4t2(ud|af)-[0-9a-f]{64} \w{6}_\w{29}_mmk API-[A-Z0-9]{26} sha256~[\w-]{43} pnu_\w{36}
  rdme_[a-z0-9]{70} tk-us-[\w-]{48} sm_[aps]at_\w{16} dnkey-[\w=-]{26}-[\w=-]{52} vc[piakr]_[A-Za-z0-9]{20,}
  cf(k|ut|at)_[A-Za-z0-9]{40,} (sc|ext|scauth|authress)_\w{5,30}\.\w{4,6}\.acc[_-][\w-]{10,32}\.[\w+/=-]{30,}
  eyJ[\w-]{10,}\.eyJ[\w-]{10,} ZXlK[\w+/=]{60,} AGE-SECRET-KEY-1[A-Z0-9]{40,} PuTTY-User-Key-File-\d
`
  .trim()
  .split(/\s+/);
const TOKEN = new RegExp(`(?<![A-Za-z0-9])(?:${TOKENS.join("|")})`);

/** Addresses that are secrets as a whole: whoever knows one can post to it. The last has the form that most services use. */
const WEBHOOKS = String.raw`
  hooks\.slack(-gov)?\.com\/(services|workflows|triggers)\/ discord(app)?\.com\/api\/(v\d+\/)?webhooks\/\d+\/
  \.webhook\.office\.com\/webhookb2\/ outlook\.office\.com\/webhook\/ hooks\.zapier\.com\/hooks\/
  hook\.[a-z0-9.]*make\.com\/\w hook\.integromat\.com\/\w maker\.ifttt\.com\/trigger\/\S+\/key\/
  chat\.googleapis\.com\/v1\/spaces\/\S+token= api\.telegram\.org\/bot\d+: events\.pagerduty\.com\/integration\/\w{20}
  open\.(feishu\.cn|larksuite\.com)\/open-apis\/bot\/v2\/hook\/ oapi\.dingtalk\.com\/robot\/send\?
  qyapi\.weixin\.qq\.com\/cgi-bin\/webhook\/ \.m\.pipedream\.net
  \/(web)?hooks?\/([\w-]{1,64}\/){0,3}(?=[A-Za-z0-9]*\d)(?=[A-Za-z0-9]*[A-Za-z])[A-Za-z0-9]{24,}
`
  .trim()
  .split(/\s+/);
const WEBHOOK = new RegExp(WEBHOOKS.join("|"), "i");

const PRIVATE_KEY = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY|openssh-key-v1\0/;

/** What stands for a password: a reference such as `$(NAME)`, `${NAME}` or `$NAME`, a gap such as `<password>`, a mask. */
const STANDS_FOR = String.raw`\$\(\w+\)? \$?\{+[^}]*\}+ \$[A-Z_][A-Z0-9_]* <[^>\s]*> \*+ %s \.\.\.`.split(" ");
const GAP = String.raw`(?!(?:${STANDS_FOR.join("|")})(?:[@\s"'&;,)]|$))`;
/**
 * The example of documentation: words in place of the user and the password, at a host that nobody can have.
 * {@link https://www.rfc-editor.org/rfc/rfc2606#section-3}
 */
const EXAMPLE = String.raw`(?!:\/\/(?:user|username|name|login):(?:pass|password|secret)@(?:[\w-]+\.)*example(?:\.com|\.net|\.org)?(?![\w.-]))`;
/**
 * A user and a password before a host: in a URL, with a user or without; in a DSN of Go's MySQL driver; in a connection
 * without a scheme, where a port and a path tell the host from an e-mail address or a version.
 * {@link https://github.com/go-sql-driver/mysql#dsn-data-source-name}
 */
const LOGIN = [
  new RegExp(String.raw`${EXAMPLE}:\/\/[^/\s:@]*:${GAP}[^/\s@]+@`),
  new RegExp(String.raw`(?:^|[\s"'=])[^\s:@/]+:${GAP}[^\s@]+@(?:tcp[46]?|udp|unix|cloudsql[a-z-]*)\(`),
  new RegExp(
    String.raw`^(?!mailto|sips?:|npm:|xmpp:)[\w.-]+[:/]${GAP}[^\s:@/]+@(?:\/\/)?[a-z][\w.-]*:\d{2,5}(?:[/?]\S*)?$`,
    "i",
  ),
];

/**
 * Lines of files with logins: netrc, PostgreSQL's .pgpass, Docker's config.json, kubeconfig, nuget.config.
 * {@link https://www.gnu.org/software/inetutils/manual/html_node/The-_002enetrc-file.html}
 * {@link https://www.postgresql.org/docs/current/libpq-pgpass.html}
 * {@link https://docs.docker.com/reference/cli/docker/login/}
 */
const FILES = [
  new RegExp(String.raw`\b(?:login|user)\s+\S+\s+password\s+${GAP}\S+`, "i"),
  new RegExp(String.raw`^(?![0-9a-f:.]+$)[^\s:/]+:(?:\d{4,5}|\*):[^\s:]+:[^\s:]+:${GAP}\S+$`, "im"),
  /"(?:auth|identitytoken|registrytoken)"\s*:\s*"[\w+/=.-]{8,}"/,
  /\bclient-key-data["']?\s*:\s*\S/,
  /^_json_key(?:_base64)?:/,
  /<add\s+key="(?:ClearText)?Password"\s+value="[^"]/i,
];

/**
 * A key in JSON that has its private part, or is a shared secret. A public key has neither.
 * {@link https://www.rfc-editor.org/rfc/rfc7518#section-6}
 */
const JSON_WEB_KEY = /^(?=.*"kty"\s*:).*"[dk]"\s*:\s*"[\w-]{16,}"/s;

/** Words that a password is not, where text only speaks of one. */
const NO_PASSWORD = String.raw`(?!(?:true|false|yes|no|null|none|required|optional)\b|\d{1,3}\b|[?:@&/.])`;
/** A password or a key by its name, as connection strings, options and JSON have it. */
const ASSIGNED = new RegExp(
  `(?:passw(?:or)?d|pwd|passphrase|(?:api|access|secret|private|account|shared ?access|auth)[_-]?key)["']?(?: *= *|(?<=["']) *: *)["']?${GAP}${NO_PASSWORD}[^\\s"'&;,]{3,}`,
  "i",
);
/** The same in YAML, where the value is one word at the end of the line. */
const YAML = new RegExp(
  String.raw`^[ \t-]*(?:\w[\w-]{0,63})?(?:passw(?:or)?d|passphrase|(?:api|access|secret|private)[_-]?key): +["']?${GAP}${NO_PASSWORD}[^\s"']{3,}["']?$`,
  "im",
);
/** Tokens and secrets have harmless namesakes, such as `--secret=NAME`: their values must have letters and digits. */
const ASSIGNED_KEY =
  /(?:token|secret|signature|[?&]sig)["']?(?: *= *|(?<=["']) *: *)["']?(?=[\w+/.~%-]*\d)(?=[\w+/.~%-]*[a-z])[\w+/.~%-]{20,}/i;
/** The header of an HTTP request. */
const AUTHORIZATION = /\b(Bearer|Basic) +(?=[\w+/.~-]*\d)[\w+/.~-]{16,}/i;

/**
 * Whether bytes are a private key in DER: a sequence that begins with a version, which is a small number. Certificates and
 * public keys begin with a sequence, an object's identifier, or a large number.
 * {@link https://www.rfc-editor.org/rfc/rfc5958#section-2}, {@link https://www.rfc-editor.org/rfc/rfc8017#appendix-A.1.2},
 * {@link https://www.rfc-editor.org/rfc/rfc5915#section-3}, {@link https://www.rfc-editor.org/rfc/rfc7292#section-4}
 */
function isPrivateKey(bytes: Buffer): boolean {
  const [sequence, length = 0] = bytes;
  const long = length > 0x80 ? length - 0x80 : 0;
  const start = 2 + long;
  if (sequence !== 0x30 || long > 3 || bytes.length < start + 3) return false;
  if (start + (long ? bytes.readUIntBE(2, long) : length) !== bytes.length) return false;
  return bytes[start] === 2 && bytes[start + 1] === 1 && (bytes[start + 2] ?? 4) <= 3;
}

const FORMS = [
  TOKEN,
  WEBHOOK,
  PRIVATE_KEY,
  JSON_WEB_KEY,
  ...LOGIN,
  ...FILES,
  ASSIGNED,
  YAML,
  ASSIGNED_KEY,
  AUTHORIZATION,
];
const hasForm = (text: string): boolean => FORMS.some((form) => form.test(text));

/** Whether text has a form that only secrets have, also when it is encoded as base64. */
export function secretLooking(text: string): boolean {
  if (hasForm(text)) return true;
  if (!/^[\w+/-][\w+/\s-]{22,}={0,2}\s*$/.test(text)) return false;
  const bytes = Buffer.from(text, "base64");
  return isPrivateKey(bytes) || hasForm(bytes.toString("latin1"));
}

/** Whether text has many letters and digits in no order, as keys have; hashes and ids have them too. */
export const keyShaped = (text: string): boolean =>
  /(?<!sha256:)\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{32,}\b|(?=[\w+/-]*[a-z])(?=[\w+/-]*[A-Z])(?=[\w+/-]*\d)[\w+/-]{24,}/.test(
    text,
  );
