/** Markup, as opposed to text, which is escaped before it becomes part of markup. */
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

/** Markup with text, other markup, lists of both, or nothing in it. */
export const html = (strings: TemplateStringsArray, ...parts: readonly Part[]): Html => ({
  markup: strings.map((string, i) => string + markupOf(parts[i])).join(""),
});

/** What is markup already: a style sheet, a script. */
export const raw = (markup: string): Html => ({ markup });

/** A value for a script to read, in which nothing can end the script's element. */
export const json = (value: unknown): Html => raw(JSON.stringify(value).replace(/</g, "\\u003c"));
