import { type Any, beside, type Context, type Hand, system } from "./hand";

/** What names the first frontend, with another name. */
const renamed = (context: Context): Any =>
  JSON.parse(JSON.stringify(context.before ?? null).replaceAll(JSON.stringify(system(context).frontends[0]), '"knob"'));
/** One more variable, of text. */
const KNOB_TEXT = ({ before }: Context) => ({ ...(before as object), KNOB: "knob" });
const SYSTEM_SAYS = "the system says whether there is one; turned there";

/** How to turn the knobs of frontends. */
export const FRONTENDS: Readonly<Record<string, Hand | readonly Hand[]>> = {
  "system.frontends+": {
    to: ["knob"],
    with: {
      "environment.frontends": (context: Context) => ({ ...(context.before as object), knob: [beside(context)] }),
    },
  },
  "system.frontends[]": {
    to: "knob",
    with: {
      "system.vercel": renamed,
      "system.variables": renamed,
      "environment.frontends": renamed,
      "environment.vercel": renamed,
      "release.frontends": renamed,
    },
    fixed: "its project on Vercel would be made anew",
  },
  "system.vercel+": {
    to: { knob: { repository: "knob/knob", framework: "nextjs" } },
    with: {
      "system.frontends": (context: Context) => [...((context.before as string[] | undefined) ?? []), "knob"],
      "environment.frontends": (context: Context) => ({ ...(context.before as object), knob: [beside(context)] }),
      "environment.vercel.frontends": (context: Context) => ({
        ...(context.before as object),
        knob: { productionBranch: "main", regions: ["fra1"] },
      }),
      "release.frontends": (context: Context) => ({ ...(context.before as object), knob: "a".repeat(40) }),
    },
    protects: true,
  },
  "vercel.*.repository": { to: "knob/knob" },
  "vercel.*.rootDirectory?": { to: "knob" },
  "vercel.*.rootDirectory": { to: "knob-2" },
  "vercel.*.buildCommand?": { to: "knob" },
  "vercel.*.buildCommand": { to: "knob-2" },
  "vercel.*.outputDirectory?": { to: "knob" },
  "vercel.*.outputDirectory": { to: "knob-2" },
  "vercel.*.variables+": { to: ["KNOB"], with: { "system.variables": KNOB_TEXT } },
  "vercel.*.variables[]": {
    to: "KNOB",
    with: {
      "system.variables": (context: Context) => {
        const { NEXT_PUBLIC_API_URL: _, ...others } = KNOB_TEXT(context) as Any;
        return others;
      },
    },
  },
  "vercel.*.headers[].path?": { to: "/knob" },
  "vercel.*.headers[].path": { to: "/knob" },
  "environment.frontends+": { refused: SYSTEM_SAYS },
  "environment.frontends.*+": { to: (context: Context) => [beside(context)] },
  "environment.frontends.*[]": { to: beside },
  "environment.vercel?": { refused: SYSTEM_SAYS },
  "environment.vercel.team": { to: "knob", fixed: "a project does not move to another team, so it would be made anew" },
  "environment.vercel.frontends+": { refused: SYSTEM_SAYS },
  productionBranch: { to: "knob" },
  "regions+": { to: ["dub1"] },
};
