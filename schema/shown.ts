import { keyShaped, secretLooking } from "../facts/secrets";

/**
 * What a problem's line may show of a file. CI keeps what the program prints, and a secret can be in any field by mistake. So
 * a text is shown only if it cannot be a secret: it has a form of this configuration, such as a range, a host or a name of
 * words. Passwords and keys mix letters and digits, or have other characters. Everything else is shown as its type.
 */

/** A part of a name: a word, a number, a few letters with a number such as `e2`, a quantity, a part of a region. */
const WORD =
  /^([a-z]{1,20}|[A-Z]{1,20}|[A-Z]?[a-z]{1,20}([A-Z][a-z]{1,20}){0,3}|[A-Za-z]{1,3}\d{1,4}[a-z]{0,2}|\d{1,5}[A-Za-z]{0,3}|(north|south)?(east|west)\d{1,2}|(central|north|south)\d{1,2}|)$/;
/** Most words of three letters and more in a name. More can be a passphrase, unless one names the system or the environment. */
const WORDS = 3;

const HOST = String.raw`(\*\.)?([A-Za-z0-9]([A-Za-z0-9-]{0,62})\.)+[A-Za-z]{2,24}\.?(:\d{1,5})?`;
const FORMS = [
  new RegExp(String.raw`^(https?:\/\/|oci:\/\/)?${HOST}(\/[\w./-]*)?$`), // a host, a URL, a registry's folder
  /^(\/[\w.~%-]*)+$/, // a path
  /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-][\d:]+)?$/,
  /^sha256:[0-9a-f]{60,70}$/, // a digest
  /^(?=\d*[a-f])(?=[a-f]*\d)[0-9a-f]{16}$/, // a release's name
  /^(?=.* \*)([\d*,/-]{1,40}|[A-Z]{1,3})( ([\d*,/-]{1,40}|[A-Z]{1,3})){3,5}$/, // a schedule
  /^owasp-crs-v\d{6}-id\d{6}-[a-z]+$/, // a signature of Cloud Armor
  /^(google|kubernetes|helm|random|terraform|vercel)_\w+\.[\w-]+$/, // the address of a resource
];
/** The place of a release's name in the file of an environment, and the beginning of one, or one with a digit too many. */
const RELEASE_PLACE = /^releases\/\S+ (stable|candidate|previous|database|left\.\d+|approved\.release)$/;
const ALMOST_RELEASE = /^[0-9a-f]{1,17}$/;
const DOMAIN = new RegExp(`^${HOST}$`);
const EMAIL = /^([\w.+-]+)@([\w.-]+)$/;

/** Passwords of words that everybody tries first. {@link https://en.wikipedia.org/wiki/List_of_the_most_common_passwords} */
const COMMON = /^(password|secret|change-me|changeme|letmein|qwerty|iloveyou|trustno|hunter|princess|sunshine)$/i;
/** Names have some of them as words. */
const isCommon = (word: string): boolean => COMMON.test(word) && !/^(password|secret)$/i.test(word);

/** A name of words. What is not ASCII is no password's usual part, and its code shows why the name is wrong. */
function isName(text: string, path: string): boolean {
  const words = text.split(/[-_./:, ]/);
  const long = words.filter((word) => /^[A-Za-z]{3,}$/.test(word));
  const known = path.replace(/ .*/, "").split(/[^A-Za-z]+/);
  return (
    words.every((word) => WORD.test(word) && !isCommon(word)) &&
    (long.length <= WORDS || long.some((word) => known.includes(word)))
  );
}

/** Whether a text has a form of this configuration that no secret has. */
export function isPlain(text: string, path = ""): boolean {
  if (text.length > 256 || secretLooking(text) || keyShaped(text) || COMMON.test(text.trim())) return false;
  const written = text.replace(/[$%]\{[\w.]*\}|[^ -~]/g, ""); // without expressions, either
  return (
    isName(written, path) ||
    FORMS.some((form) => form.test(written)) ||
    (RELEASE_PLACE.test(path) && ALMOST_RELEASE.test(text)) ||
    written.split(", ").every((part) => {
      const [, user, host] = EMAIL.exec(part) ?? [];
      return (
        user !== undefined && host !== undefined && isName(user, path) && (DOMAIN.test(host) || isName(host, path))
      );
    })
  );
}

/** Whether everything in a value can be shown. */
export function isShown(value: unknown, path: string, depth = 0): boolean {
  if (typeof value === "string") return isPlain(value, path);
  if (value === null || typeof value !== "object") return true;
  return (
    depth < 8 &&
    Object.keys(value).every(
      (key) =>
        (Array.isArray(value) || isPlain(key)) &&
        isShown(Object.getOwnPropertyDescriptor(value, key)?.value, path, depth + 1),
    )
  );
}

/** A name in a path as it is shown. Of a pasted line such as `"DB_PASSWORD=..."`, only the variable's name is. */
export function shownName(name: string): string {
  if (isPlain(name) || /^(password|secret)$/.test(name)) return name;
  const [variable] = /^[A-Za-z_]\w*\s*[=:]/.exec(name) ?? [""];
  return `${isPlain(variable.slice(0, -1).trim()) ? variable : ""}...`;
}

/** Whether a text is almost a word of what the rule and the remedy say, such as one of the field's choices. */
export const isAlmostIn = (value: string, said: string): boolean =>
  value.length > 2 &&
  value.length <= 64 &&
  !/passw|secret/i.test(value) &&
  said.split(/[\s,;"]+/).some((word) => {
    const most = 1 + word.length / 8;
    return word.length > 2 && Math.abs(word.length - value.length) <= most && differences(value, word) <= most;
  });

/** How many letters must be added, left out or replaced to get from one text to the other (Levenshtein). */
function differences(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (const [i, a] of [...from].entries()) {
    const above = row;
    row = [i + 1];
    for (const [j, b] of [...to].entries())
      row.push(
        Math.min((row[j] as number) + 1, (above[j + 1] as number) + 1, (above[j] as number) + (a === b ? 0 : 1)),
      );
  }
  return row.at(-1) as number;
}

/** Replaces words that look like secrets in the text of a rule or a remedy. */
export const withoutSecrets = (text: string): string =>
  text
    .split(" ")
    .map((word) => (/[:=@]|.{16}/.test(word) && (secretLooking(word) || keyShaped(word)) ? "..." : word))
    .join(" ");
