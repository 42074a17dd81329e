import { z } from "zod";
import { EXTENSIONS, EXTENSIONS_ELSEWHERE, EXTENSIONS_NEEDED } from "../facts/extensions";
import { matching } from "./fields";
import { rule } from "./problem";

/** A PostgreSQL extension that Cloud SQL can create. */
const extension = matching(/^[a-z][a-z0-9_-]*$/, "must be an extension's name", 'write it like "vector"')
  .refine((name) => name !== "pgvector", rule("is called vector in PostgreSQL", 'write "vector"'))
  .superRefine((name, ctx) => {
    const say = (text: string, remedy: string) => ctx.addIssue({ code: "custom", message: rule(text, remedy) });
    if (Object.hasOwn(EXTENSIONS_ELSEWHERE, name)) say(EXTENSIONS_ELSEWHERE[name] as string, "leave it out");
    else if (/^[a-z][a-z0-9_-]*$/.test(name) && name !== "pgvector" && !EXTENSIONS.includes(name))
      say("is not an extension that Cloud SQL has", "correct it, or add it to facts/extensions.ts");
  });

/** Extensions in the order in which they are created. */
export const extensions = z.array(extension).superRefine((names, ctx) => {
  for (const [i, name] of names.entries())
    for (const needed of Object.hasOwn(EXTENSIONS_NEEDED, name) ? (EXTENSIONS_NEEDED[name] as readonly string[]) : [])
      if (!names.slice(0, i).includes(needed))
        ctx.addIssue({
          code: "custom",
          path: [i],
          message: rule(`needs ${needed}, which must be created first`, `write "${needed}" before it`),
        });
});
