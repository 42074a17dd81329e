import { keyShaped } from "./secrets";

/**
 * Names that say that a value is a secret, and the values that are none all the same.
 *
 * The kind of the name decides. What is called a password or a secret is one, whatever it looks like: "admin" and "letmein"
 * are passwords. Tokens, keys and credentials have namesakes: the name of a cookie, a claim or a header, a currency, a mode.
 * Those are words, and generated secrets are none. So one word of letters is accepted under such a name, unless people use it
 * as a password.
 */

const KEY_OF_SECRECY = "API|PRIVATE|SECRET|SIGNING|SIGNATURE|ENCRYPTION|DECRYPTION|MASTER|HMAC|JWT|FERNET|AES|LICENSE";
const KEY_OF_MANY = "ACCESS|AUTH|ADMIN|SHARED|ACCOUNT|WEBHOOK|INTEGRATION|DEPLOY|SSH|SUBSCRIPTION|SESSION";
/** What follows the word in the name of one of several secrets. */
const WHICH =
  "\\d+|V\\d+|OLD|NEW|NEXT|PREVIOUS|CURRENT|PRIMARY|SECONDARY|BASE|BASE64|B64|VALUE|PROD|PRODUCTION|STAGING|DEV|TEST";
/** Names that end in the word, so that TOKEN_TTL, PASSWORD_MIN_LENGTH and SECRET_FILE are none. */
const ending = (words: string): RegExp => new RegExp(`(?:${words})(?:_?(?:${WHICH}))*$`);

const PASSWORD = ending(
  `PASSWORDS?|PASSWDS?|PASSPHRASES?|PASSCODES?|(?:^|_|REQUIRE|USER|DB|SMTP)PASS|_PWDS?|(?:^|_)(?:PW|PEPPER|SALT|MNEMONIC|SEED_PHRASE)|SECRETS?|CLI_AUTH|MASTERAUTH|(?:${KEY_OF_SECRECY})_?KEYS?`,
);
const TOKEN = ending(
  `TOKENS?|CREDENTIALS?|(?:^|_)(?:CREDS?|AUTH|BEARER)|^SEED|(?:WALLET|MASTER|CRYPTO|PRIVATE|ENCRYPTION|OTP)_SEED|(?:${KEY_OF_MANY})_?KEYS?`,
);
/** Keys of other kinds, which are secrets if they look like one. */
const KEY = /KEYS?(_?\d+)?$/;
/** What the browser or everybody may know, and numbers of tokens. */
const NO_SECRET = /(^|_)(PUBLIC|PUBLISHABLE|SITE|ANON)(_|$)|(^|_)(MAX|MIN|NUM|TOTAL)_/;
/** What nobody publishes: there are public keys and tokens, and no public passwords. */
const NEVER_PUBLIC = /PASS|PWD|SECRET|CREDENTIAL/;

/** A switch, a small number, a duration, a reference, a gap, a token of a language model, or a word about the secret. */
const HARMLESS =
  /^(true|false|yes|no|on|off|none|null|optional|required|\d{1,3}|\d+(\.\d+)?(ms|s|m|h|d|w|y)|\$[({]\w+[)}]|\$[A-Z_][A-Z0-9_]*|\$\([a-z<].*|<[^<>]*>|\[\w+\])$/i;
/** A URL, whose credentials other rules find; what secret stores call a secret; a path. */
const PLACE =
  /^([a-z][a-z0-9+.-]+:\/\/\S+|(arn|vault|ssm|sm|op|env|file|keyvault|awssm|gcpsm):\S+|(~|\.{0,2})\/[\w/.:-]*|[A-Za-z]:\\\S+|[a-z0-9._-]+(\/([a-z0-9._-]+|[A-Z0-9_]+)){2,})$/;
/** A part of a place that is a key. Base64 has slashes, too. */
const isKey = (part: string): boolean => keyShaped(part) || /^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[\w+=-]{16,}$/.test(part);
/** An identifier of letters, a currency, a header, a number, and the words of fetch, SASL and PostgreSQL. */
const WORD =
  /^([a-z]{1,20}([._][a-z]{1,20})*|[a-z]{2,12}([A-Z][a-z]{2,11}){1,2}|[A-Z]{2,6}|X(-[A-Z][A-Za-z]+)+|XSRF-TOKEN|\d{1,6}|same-origin|(cram-)?md5|scram-sha-\d{1,3}|oauth2)$/;
/** Words that stand where a secret should, because somebody did not think of another. */
const USED = /secret|passw|change|letmein|hunter|admin|root|guest|qwerty|default|todo|fixme|dummy|postgres/i;

/** Whether a variable's name says that its value is a secret, and the value does not say that it is none. */
export function secretNamed(variable: string, value: string): boolean {
  if (NO_SECRET.test(variable) || HARMLESS.test(value)) return false;
  if (PLACE.test(value)) return value.split(/[/:]/).some(isKey);
  if (PASSWORD.test(variable)) return true;
  if (TOKEN.test(variable)) return !WORD.test(value) || USED.test(value);
  return KEY.test(variable) && keyShaped(value);
}

/** Whether a variable's name says that its value is a secret, whatever the value is. */
export const isSecretName = (variable: string): boolean =>
  (PASSWORD.test(variable) || TOKEN.test(variable)) && (!NO_SECRET.test(variable) || NEVER_PUBLIC.test(variable));

/** The rule and the remedy for a variable that is a secret by its name, in plain text. */
export const NAMED = [
  "has the name of a secret, and its value is plain text",
  'declare it { kind: "supplied" } and keep the value in Secret Manager',
] as const;
