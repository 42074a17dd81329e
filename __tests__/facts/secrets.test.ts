// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts are for shells
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { secretNamed } from "../../facts/secret-names";
import { secretWords } from "../../facts/secret-words";
import { secretLooking } from "../../facts/secrets";

/** Letters and digits, in parts so that no scanner takes this file for leaked secrets. */
const mixed = (length: number) => "a1B2c3D4".repeat(40).slice(0, length);
const hex = (length: number) => "0a1b2c3d".repeat(40).slice(0, length);
const base64 = (text: string) => Buffer.from(text).toString("base64");
const PEM = (kind: string) => `-----BEGIN ${kind}-----\n${mixed(64)}\n-----END ${kind}-----`;

const SECRETS: readonly string[] = [
  ...[
    { kty: "RSA", n: mixed(43), e: "AQAB", d: mixed(43) },
    { keys: [{ kty: "OKP", crv: "Ed25519", x: mixed(43), d: mixed(43) }] },
    { k: mixed(43), alg: "HS256", kty: "oct" },
  ].flatMap((key) => [JSON.stringify(key), JSON.stringify(key, null, 2), base64(JSON.stringify(key))]),
  // passwords that begin like a gap
  ...["$word1", "<x9!", "{word1", "*word1"].map((password) => `amqp://user:${password}@host/`),
  ...["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "npm_"].map((start) => start + mixed(36)),
  ...["glpat-", "gldt-", "glrt-", "glptt-"].map((start) => start + mixed(20)),
  `pypi-AgEIcHlwaS5vcmc${mixed(60)}`,
  `dckr_pat_${mixed(27)}`,
  `AKIA${"ABCDEFGH23".repeat(2).slice(0, 16)}`,
  `ASIA${"ABCDEFGH23".repeat(2).slice(0, 16)}`,
  `AIza${mixed(35)}`,
  `GOCSPX-${mixed(28)}`,
  `ya29.${mixed(60)}`,
  `1//0${mixed(60)}`,
  ...["sk_live_", "sk_test_", "rk_live_", "rk_test_"].map((start) => start + mixed(24)),
  `whsec_${mixed(32)}`,
  ...["shpat_", "shpca_", "shppa_", "shpss_"].map((start) => start + hex(32)),
  ...["xoxb-", "xoxp-", "xoxa-", "xoxs-", "xoxe."].map((start) => `${start}123456789012-${mixed(24)}`),
  `xapp-1-A${mixed(10).toUpperCase()}-123456789-${hex(40)}`,
  `https://hooks.slack.com/services/T${"0A".repeat(4)}/B${"0A".repeat(4)}/${mixed(24)}`,
  `https://discord.com/api/webhooks/123456789012345678/${mixed(60)}`,
  `SG.${mixed(22)}.${mixed(43)}`,
  `key-${hex(32)}`,
  `${hex(32)}-us12`,
  `SK${hex(32)}`,
  `sk-${mixed(48)}`,
  `sk-proj-${mixed(64)}`,
  `sk-ant-api03-${mixed(93)}AA`,
  `sk-or-v1-${hex(64)}`,
  `hf_${"aBcD".repeat(9).slice(0, 34)}`,
  `gsk_${mixed(52)}`,
  `r8_${mixed(37)}`,
  `dop_v1_${hex(64)}`,
  `dapi${hex(32)}`,
  `hvs.${mixed(90)}`,
  `dp.pt.${mixed(43)}`,
  `pul-${hex(40)}`,
  `${mixed(14)}.atlasv1.${mixed(64)}`,
  `glsa_${mixed(32)}_${hex(8)}`,
  `NRAK-${mixed(27).toUpperCase()}`,
  `sntryu_${hex(64)}`,
  `lin_api_${mixed(40)}`,
  `ntn_123456789012${mixed(34)}`,
  `figd_${mixed(40)}`,
  `PMAK-${hex(24)}-${hex(34)}`,
  `pat${mixed(14)}.${hex(64)}`,
  `ATATT3${mixed(180)}`,
  `pat-eu1-${hex(8)}-${hex(4)}-${hex(4)}-${hex(4)}-${hex(12)}`,
  `123456789:AA${mixed(33)}`,
  `M${mixed(23)}.${mixed(6)}.${mixed(27)}`,
  `eyJ${mixed(20)}.eyJ${mixed(60)}.${mixed(43)}`,
  `pscale_pw_${mixed(43)}`,
  `sbp_${hex(40)}`,
  `tskey-auth-${mixed(20)}`,
  `sk.eyJ${mixed(60)}.${mixed(22)}`,
  `abc8Q~${mixed(34)}`,
  ...["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY", "ENCRYPTED PRIVATE KEY"].map(PEM),
  PEM("PGP PRIVATE KEY BLOCK"),
  base64(PEM("RSA PRIVATE KEY")),
  base64(JSON.stringify({ type: "service_account", private_key: PEM("PRIVATE KEY") })),
  ...[
    "postgres",
    "postgresql+asyncpg",
    "mysql",
    "mongodb+srv",
    "redis",
    "rediss",
    "amqp",
    "https",
    "smtp",
    "sqlserver",
  ].map((scheme) => `${scheme}://user:word@host.example/db`),
  "redis://:word@host:6379/0",
  "postgres://postgres:postgres@localhost:5432/app",
  "jdbc:postgresql://host/db?user=a&password=word",
  "Server=host;Database=db;User Id=a;Password=word;",
  "host=localhost user=a password='word' dbname=db",
  `DefaultEndpointsProtocol=https;AccountName=a;AccountKey=${mixed(86)}==`,
  `Endpoint=sb://a.servicebus.windows.net/;SharedAccessKeyName=b;SharedAccessKey=${mixed(43)}=`,
  `https://a.blob.core.windows.net/c?sv=2022-11-02&sig=${mixed(40)}%3D`,
  '{"username":"a","password":"word"}',
  "--db-password=word",
  "-Djavax.net.ssl.trustStorePassword=changeit",
  `--token=${mixed(24)}`,
  `Authorization: Bearer ${mixed(32)}`,
  ...["user:word1@tcp(host:3306)/db", "user:word1@unix(/run/mysqld.sock)/db", "user:word1@cloudsql(p:r:i)/db"],
  ...["user:word1@host.example:5432/db", "user/word1@host:1521/service"],
  ...["machine host.example login user password word1", "host:5432:db:user:word1", "*:*:*:user:word1"],
  `{"auths":{"host.example":{"auth":"${base64("user:word1")}"}}}`,
  base64(`{"auths":{"host.example":{"auth":"${base64("user:word1")}"}}}`),
  ...["_json_key:{}", "_json_key_base64:e30="],
  base64(`_json_key:${"{}".repeat(20)}`),
  `users:\n- name: user\n  user:\n    client-key-data: ${mixed(40)}`,
  "database:\n  user: a\n  password: word1",
  base64("database:\n  user: a\n  password: word1"),
  '<add key="ClearTextPassword" value="word1" />',
  ...[
    ...[
      "hooks.zapier.com/hooks/catch/123/abc",
      "hooks.slack-gov.com/services/a/b",
      "discord.com/api/v10/webhooks/1/abc",
    ],
    ...["a.webhook.office.com/webhookb2/abc", "outlook.office.com/webhook/abc", "hook.eu1.make.com/abc"],
    ...["maker.ifttt.com/trigger/a/with/key/b", "chat.googleapis.com/v1/spaces/a/messages?key=b&token=c"],
    ...[`events.pagerduty.com/integration/${hex(32)}`, `chat.host.example/hooks/${mixed(26)}`],
  ].map((address) => `https://${address}`),
  `sha256~${mixed(43)}`,
  `API-${"ABCDEFGH23".repeat(3).slice(0, 26)}`,
  `pnu_${mixed(36)}`,
  `vcp_${mixed(24)}`,
];

/** Private keys in DER, and what begins like them. */
const der = (key: KeyObject, type: "pkcs8" | "pkcs1" | "sec1" | "spki") =>
  key.export({ format: "der", type } as never) as unknown as Buffer;
const ed25519 = generateKeyPairSync("ed25519");
const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
const rsa = generateKeyPairSync("rsa", { modulusLength: 1024 });

test.each([
  ["PKCS #8", der(ed25519.privateKey, "pkcs8")],
  ["PKCS #8 with a curve", der(ec.privateKey, "pkcs8")],
  ["SEC 1", der(ec.privateKey, "sec1")],
  ["PKCS #1", der(rsa.privateKey, "pkcs1")],
])("a private key in DER (%s) in base64 looks like a secret", (_what, bytes) => {
  expect(secretLooking(bytes.toString("base64"))).toBe(true);
  expect(secretLooking(bytes.subarray(0, -1).toString("base64"))).toBe(false);
});

test.each([ed25519, ec, rsa])("a public key in DER in base64 looks like no secret", ({ publicKey }) => {
  expect(secretLooking(der(publicKey, "spki").toString("base64"))).toBe(false);
});

test.each(SECRETS)("%s looks like a secret", (text) => {
  expect(secretLooking(text)).toBe(true);
});

const HARMLESS: readonly string[] = [
  // public keys and a curve's name in JSON
  JSON.stringify({ keys: [{ kty: "RSA", kid: "2026-01", n: mixed(43), e: "AQAB", use: "sig" }] }),
  JSON.stringify({ kty: "EC", crv: "P-256", x: mixed(43), y: mixed(43) }),
  JSON.stringify({ kty: "how a token is signed", d: "no key" }),
  ...[
    "info",
    "production",
    "30d",
    "true",
    "5432",
    "0.25",
    "sk-SK",
    "sk_SK.UTF-8",
    "task-runner",
    "de_CH",
    "Europe/Zurich",
  ],
  ...[
    "sk_customer_segments_v2",
    "risk-assessment-service",
    "ask-me-anything-about-slipway",
    "whiskey-bar",
    "desk-booking",
  ],
  ...[
    "https://pmcrm.io:443/path",
    "https://user-guide.example/a@b",
    "https://host:443/path/x@y",
    "mailto:team@example.com",
  ],
  ...[
    "postgres://user:$(DB_PASSWORD)@host/db",
    "postgres://user:<password>@host/db",
    "redis://user@host",
    "amqp://host:5672",
  ],
  ...["postgres://user:${PASSWORD}@host/db", "https://user:***@host", "ssh://git@github.com:22/a/b.git"],
  "https://0123456789abcdef0123456789abcdef@o1.ingest.sentry.io/42",
  "https://accounts.example/oauth/token?grant_type=client_credentials",
  "-----BEGIN CERTIFICATE-----",
  "-----BEGIN PUBLIC KEY-----",
  base64(PEM("CERTIFICATE")),
  base64(PEM("PUBLIC KEY")),
  `sha256:${hex(64)}`,
  `sha384-${base64(mixed(48))}`,
  hex(40),
  "6f2f9d1c-3f5e-4b7e-9a55-2f1d8c0b7a11",
  `123456789012-${hex(32)}.apps.googleusercontent.com`,
  `6L${mixed(38)}`,
  `pk_live_${mixed(24)}`,
  `pk.eyJ${mixed(20)}`,
  "/usr/local/lib/node_modules/MyCompany2/bin/start-Server-With-Everything-Included.js",
  "/App/Server/V2/bin/start",
  "node_modules/@scope/Package1/dist/Main.js",
  "C:\\Program Files\\App2\\Bin\\start.exe",
  "org.example.billing.InvoiceRepositoryFactory2Impl",
  "urn:ietf:params:oauth:grant-type:jwt-bearer",
  "Enter your password: at least 12 characters",
  "select * from users where password = ?",
  "password=$(DB_PASSWORD)",
  "--password=${DB_PASSWORD}",
  "--password-file=/run/secrets/db",
  "--secret=pmcrm-google-client-secret",
  "--token-ttl=3600",
  "--eos-token=</s>",
  "--api-key-header=X-Api-Key",
  "--require-password=true",
  "Basic authentication",
  "Bearer",
  "SET search_path = app, public",
  "{{ .Values.password }}",
  "100% ${done} %{x}",
  "ou=people,dc=example,dc=com",
  "s3://bucket/key",
  "projects/pmcrm-production/secrets/db/versions/1",
  "arn:aws:iam::123456789012:role/Deployer",
  "0 3 * * 1-5",
  "^/api/(v1|v2)/[a-z]+$",
  "gpt-5.1-codex-mini",
  "eyJ is how tokens begin",
  "AKIA is a prefix",
  "Write it like https://user:pass@example.com",
  "postgres://user:password@db.example.com/app",
  ...["npm:react@18.2.0", "mailto:team@example.com", "sip:user@host.example:5060", "backend:1.2@sha256:0a1b"],
  ...["2001:1234:5678:9abc:def0::1", "00:1234:56:78:9a", "org/repo@main", "git@github.com:org/repo.git"],
  ...["project:region:instance", "https://hooks.host.example/docs", "react/hooks/useSomething", "user logs in"],
  "password: required",
  "Enter the password: then wait",
  '{"auth": "none"}',
];

test.each(HARMLESS)("%s looks like no secret", (text) => {
  expect(secretLooking(text)).toBe(false);
});

test.each([
  ...[
    "PASSWORD",
    "DB_PASSWORD",
    "PGPASSWORD",
    "DB_PASS",
    "MYSQL_PWD",
    "SMTP_PASSWD",
    "KEY_PASSPHRASE",
    "REDISCLI_AUTH",
  ],
  ...[
    "JWT_SECRET",
    "CLIENTSECRET",
    "SECRET_KEY_BASE",
    "JWT_SECRET_V2",
    "PASSWORD_1",
    "DB_PASSWORD_OLD",
    "SESSION_SECRET",
  ],
  ...["API_TOKEN", "ACCESSTOKEN", "GITHUB_TOKEN", "SLACK_BOT_TOKEN", "TOKEN", "NPM_TOKEN_NEW", "AWS_CREDENTIALS"],
  ...[
    "OPENAI_API_KEY",
    "APIKEY",
    "AWS_SECRET_ACCESS_KEY",
    "PRIVATE_KEY",
    "SIGNING_KEY",
    "ENCRYPTION_KEY_2",
    "LICENSE_KEY",
  ],
  ...["HASH_SALT", "PASSWORD_PEPPER", "WEBHOOK_KEY", "STORAGE_ACCOUNT_KEY", "FERNET_KEY"],
  ...["PASSWORDS", "API_TOKENS", "SECRET_KEYS", "SESSION_SECRETS", "DB_CREDS", "DB_PW", "REGISTRY_AUTH", "BEARER"],
  ...["API_BEARER", "WALLET_SEED", "WALLET_MNEMONIC", "REQUIREPASS", "MASTERAUTH", "SESSION_KEY"],
])("%s is a secret by its name", (name) => {
  expect(secretNamed(name, "correct-horse")).toBe(true);
});

test("a variable of another key is a secret when its value has the form of one", () => {
  expect(secretNamed("DATADOG_KEY", hex(32))).toBe(true);
  expect(secretNamed("ROUTING_KEY", "orders.created")).toBe(false);
});

test.each([
  ...[
    "TOKEN_TTL",
    "JWT_ACCESS_TOKEN_EXPIRY",
    "PASSWORD_MIN_LENGTH",
    "SECRET_NAME",
    "TOKEN_URL",
    "TOKEN_ISSUER",
    "MAX_TOKENS",
  ],
  ...["PASSWORD_RESET_URL", "BCRYPT_SALT_ROUNDS", "AWS_ACCESS_KEY_ID", "API_KEY_HEADER", "PUBLIC_KEY", "PARTITION_KEY"],
  ...["CACHE_KEY", "SORT_KEY", "PRIMARY_KEY", "ROUTING_KEY", "STORAGE_KEY", "COMPASS", "BYPASS", "PWD", "KEYCLOAK_URL"],
  ...["NEXT_PUBLIC_API_KEY", "STRIPE_PUBLISHABLE_KEY", "RECAPTCHA_SITE_KEY", "TOKENIZER", "SECRETARY", "PASSENGER"],
])("%s is no secret by its name", (name) => {
  expect(secretNamed(name, "correct-horse")).toBe(false);
});

test.each([
  ["REQUIRE_PASSWORD", "true"],
  ["FORGOT_PASSWORD", "https://pmcrm.io/forgot"],
  ["RESET_PASSWORD", "/reset-password"],
  ["OAUTH_TOKEN", "https://auth.example/token"],
  ["MAX_TOKEN", "128"],
  ["EOS_TOKEN", "</s>"],
  ["MASK_TOKEN", "[MASK]"],
  ["DB_PASSWORD", "$(PGPASSWORD)"],
  ["CSRF_TOKEN", "csrfmiddlewaretoken"],
  ["XSRF_TOKEN", "XSRF-TOKEN"],
  ["AUTH_TOKEN", "X-Auth-Token"],
  ["ACCESS_TOKEN", "accessToken"],
  ["FETCH_CREDENTIALS", "include"],
  ["FETCH_CREDENTIALS", "same-origin"],
  ["AUTH_KEY", "preferred_username"],
  ["ACCOUNT_KEY", "tenant"],
  ["PAYMENT_TOKEN", "USDC"],
  ["FEATURE_TOKEN", "beta"],
  ["SMTP_AUTH", "plain"],
  ["POSTGRES_AUTH", "scram-sha-256"],
  ["RANDOM_SEED", "20260131"],
  ["DB_SECRET", "projects/p/secrets/name"],
  ["DB_SECRET", "vault:secret/data/db"],
  ["DB_SECRET", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db"],
  ["SSH_KEY", "~/.ssh/id_ed25519"],
  ["JWT_SECRET_FILE", "/run/secrets/jwt"],
  ["PASSWORD_MIN_LENGTH", "12"],
  ["MIN_PASSWORD", "12"],
  ["TOKEN_TTL", "15m"],
  ["REFRESH_TOKEN", "30d"],
])("%s=%s is no secret", (name, value) => {
  expect(secretNamed(name, value)).toBe(false);
});

test.each(["hunter2", "changeme", "admin", "postgres", "letmein", "12345678", "Summer", "correct-horse"])(
  "%s is a password under a name of passwords, and most of them are secrets under names of tokens",
  (value) => {
    for (const name of ["PASSWORD", "DB_PW", "SMTP_PASS", "JWT_SECRET", "ENCRYPTION_KEY", "OPENAI_API_KEY"])
      expect([name, secretNamed(name, value)]).toEqual([name, true]);
    expect(secretNamed("GITHUB_TOKEN", value)).toBe(true);
  },
);

test.each([`/${mixed(40)}`, `${mixed(18)}/${mixed(18)}/ab`, `https://host.example/${mixed(32)}`])(
  "%s is a place with a key in it",
  (value) => {
    expect(secretNamed("API_TOKEN", value)).toBe(true);
  },
);

test.each([
  ["--password", "correct-horse"],
  ["--db-password", "correct-horse"],
  ["--pass", "word1"],
  ["--pw=word1"],
  ["--token", "word1"],
  ["--api-key=word1"],
  ["--client-secret", "correct-horse"],
  ["-Dssl.trustStorePassword=changeit"],
  ["env", "PGPASSWORD=word1", "psql"],
  ["sh", "-c", "mysql -u root -pword1"],
  ["sshpass", "-p", "word1"],
  ["/usr/bin/redis-cli", "-a", "word1"],
  ["docker", "login", "-u", "user", "-p", "word1"],
  ["ldapsearch", "-w", "word1"],
  ["curl", "-u", "user:word1", "https://host.example"],
  ["curl", "-uuser:word1"],
  ["curl", "--user", "user:word1"],
  ["sh", "-c", "exec server --token 'word1'"],
])("%s %s %s has a secret", (...words) => {
  expect(secretWords(words)).toHaveLength(1);
});

test.each([
  ["--password", "--force"],
  ["--password", "$(DB_PASSWORD)"],
  ["--password", "/run/secrets/db"],
  ['--password="$DB_PASSWORD"'],
  ["--password=$(cat", "/run/secrets/db)"],
  ["--no-password", "-q"],
  ["reset password", "now"],
  ["--no-password", "start"],
  ["--secret", "pmcrm-google-client-secret"],
  ["--csrf-token", "csrfmiddlewaretoken"],
  ["--auth=trust"],
  ["--token-ttl", "15m"],
  ["psql", "-p", "5432"],
  ["mkdir", "-p", "dist"],
  ["docker", "run", "-p", "80:80", "-u", "app:web"],
  ["mysql", "-p", "db"],
  ["docker", "login", "-p", "$TOKEN"],
  ["run", "-u", "1000:1000"],
  ["run", "-u", "node:node"],
  ["curl", "-u", "user:$PASSWORD"],
  ["start"],
])("%s %s %s has no secret", (...words) => {
  expect(secretWords(words)).toEqual([]);
});

test("a long command is looked at in time that grows with its length", () => {
  const start = performance.now();
  secretWords(Array.from({ length: 10_000 }, (_, i) => (i % 2 ? "mysql" : "-p")));
  expect(performance.now() - start).toBeLessThan(5000);
});
