import { secretNamed } from "./secret-names";
import { secretLooking } from "./secrets";

/**
 * Options with a password that have one letter, by program. The letter alone says nothing: `-p` is also a port, a project,
 * a profile. `-u` takes a user and a password in curl and programs like it, and is looked at in every program.
 */
const OPTIONS: readonly (readonly [program: RegExp, option: RegExp])[] = [
  [/^(sshpass|mongo(sh|dump|restore|import|export|files|stat|top)?|influx|cqlsh|rabbitmqadmin|login)$/, /^-p$/],
  [/^(mysql|mariadb)(-?(admin|dump|import|check|show|slap|binlog))?$|^7za?$/, /^-p(?=.)/],
  [/^(redis|valkey|keydb)-(cli|benchmark)$/, /^-a/],
  [/^ldap(search|add|modify|delete|passwd|whoami|compare)$/, /^-w/],
  [/^(sqlcmd|bcp|mosquitto_(pub|sub)|zip|unzip)$/, /^-P/],
];
/** Programs whose `-u` is an account and a group. */
const WITH_GROUP = /^(docker|podman|nerdctl|chroot|setpriv|unshare|systemd-run)$/;

const unquoted = (word: string): string => word.replace(/^(["'])(.*)\1$/, "$2");

/** An option's name as the name of a variable: `--db-password`, `-Dssl.trustStorePassword`. */
const asVariable = (option: string): string =>
  option
    .replace(/^-*(D(?=[a-z]))?/, "")
    .replace(/([a-z\d])(?=[A-Z])/g, "$1_")
    .replace(/[.-]/g, "_")
    .toUpperCase();

/** Whether the value of an option or of a variable is a secret by its name. `--secret` alone names one in a store. */
const isNamed = (option: string, value: string): boolean =>
  asVariable(option) !== "SECRET" &&
  value !== "" &&
  !/^-/.test(value) &&
  secretNamed(asVariable(option), unquoted(value));

/** Whether a value can be a password, and no port, range or mapping of ports, and no option. */
const isPassword = (value: string): boolean =>
  value !== "" && !/^-|^[\d.:/]+(tcp|udp)?$/.test(value) && secretNamed("PASSWORD", unquoted(value));

/** The value of an option in a word, or in the word after it; empty if there is none. */
function optionValue(option: RegExp, word: string, before: string): string {
  if (option.test(word)) return word.replace(option, "");
  return option.test(before) && before.replace(option, "") === "" ? word : "";
}

/** Whether a word is a user and a password after `-u`; an account and a group have one name, or numbers. */
function isLogin(word: string, before: string): boolean {
  const login = optionValue(/^-u|^-U$|^--(user|proxy-user|auth)$/, word, before);
  const [, user, password = ""] = /^([\w.@-]+):(.+)$/.exec(unquoted(login)) ?? [];
  return password !== user && isPassword(password);
}

/**
 * Which words of a command look like secrets: alone, as the value of an option or a variable, or within a word that is a
 * command itself, as a shell's is.
 */
export function secretWords(words: readonly string[]): number[] {
  const options: RegExp[] = [];
  let withGroup = false;
  return [...words.keys()].filter((i) => {
    const [before = "", word = ""] = [words[i - 1], words[i]];
    const [, option = "", value = ""] = /^(-{1,2}[\w.-]+|[A-Z][A-Z0-9_]*)=(.*)$/s.exec(word) ?? [];
    const found =
      secretLooking(word) ||
      (option && isNamed(option, value)) ||
      (/^--?(?!-|no-)[\w.-]+$/.test(before) &&
        ((!word.startsWith("-") && secretLooking(`${before}=${word}`)) || isNamed(before, word))) ||
      options.some((letter) => isPassword(optionValue(letter, word, before))) ||
      (!withGroup && isLogin(word, before)) ||
      (/\s/.test(word.trim()) && secretWords(word.trim().split(/\s+/)).length > 0);
    const program = word.replace(/^.*\//, "");
    withGroup ||= WITH_GROUP.test(program);
    for (const [name, letter] of OPTIONS) if (name.test(program) && !options.includes(letter)) options.push(letter);
    return found;
  });
}
