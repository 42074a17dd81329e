/** Markup. Text is escaped before it becomes part of it. */
export interface Html {
  readonly markup: string;
}

type Part = Html | string | number | undefined | readonly Part[];

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

const markupOf = (part: Part): string => {
  if (part === undefined) return "";
  if (typeof part !== "object") return String(part).replace(/[&<>"']/g, (c) => ENTITIES[c] as string);
  return "markup" in part ? part.markup : part.map(markupOf).join("");
};

/** Builds markup from text, other markup, lists of both, or undefined. */
export const html = (strings: TemplateStringsArray, ...parts: readonly Part[]): Html => ({
  markup: strings.map((string, i) => string + markupOf(parts[i])).join(""),
});

/** Text that is already markup, such as a style sheet or a script. */
export const raw = (markup: string): Html => ({ markup });

/** A value that a script reads. Nothing in it can end the script element. */
export const json = (value: unknown): Html => raw(JSON.stringify(value).replace(/</g, "\\u003c"));
