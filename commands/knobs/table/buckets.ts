import { type Any, beside, type Context, type Hand, system } from "./hand";

const MEDIA = { "knob-media": { access: "private" } };
const ANOTHER = { "knob-files": { access: "private" } };
const STATIC = { access: "public", health: "/knob.txt" };

/** A host of a bucket, beside those of services. */
const host =
  (name: string) =>
  (context: Context): string =>
    `${name}.${beside(context)}`;
/** Adds to what is there. */
const more =
  (added: object) =>
  (context: Context): object => ({ ...(context.before as object), ...added });
/** Adds to each service and each task that passes a test. */
const each =
  (test: (workload: Any, context: Context) => boolean, uses: object) =>
  (context: Context): Any =>
    Object.fromEntries(
      Object.entries<Any>((context.before as object) ?? {}).map(([name, workload]) => [
        name,
        test(workload, context) ? { ...workload, buckets: { ...workload.buckets, ...uses } } : workload,
      ]),
    );
const hasVariable = (workload: Any, context: Context): boolean =>
  workload.variables?.includes(context.names[0] as string);
const everywhere = (uses: object) => ({
  "system.services": each(hasVariable, uses),
  "system.tasks": each(hasVariable, uses),
});
const isFirst = (workload: Any, context: Context): boolean => workload === Object.values(system(context).services)[0];

const ADDED = "system.buckets+";
/** A bucket that a workload starts to use. */
const USED: Hand = { to: { "knob-files": "read" }, with: { "system.buckets": more(ANOTHER) }, protects: true };

/** How to turn what is about buckets. */
export const BUCKETS: Readonly<Record<string, Hand | readonly Hand[]>> = {
  "system.buckets+": {
    to: { ...MEDIA, "knob-static": STATIC },
    with: {
      "system.services": each(isFirst, { "knob-media": "write", "knob-static": "read" }),
      "environment.buckets": (context: Context) => more({ "knob-static": { host: host("static")(context) } })(context),
    },
    protects: true,
  },
  "system.buckets.*=private": {
    to: { access: "private" },
    with: { "environment.buckets.*.host": undefined },
  },
  "system.buckets.*=public": {
    to: STATIC,
    with: {
      "environment.buckets": (context: Context) =>
        more({ [context.names[0] as string]: { host: host("public")(context) } })(context),
    },
  },
  "system.buckets.*(public).health": { to: "/knob-2.txt" },
  "system.services.*.buckets+": USED,
  "system.tasks.*.buckets+": USED,
  "system.scheduled.*.buckets+": USED,
  "system.smokeChecks.*(job).buckets+": USED,
  "system.services.*.signsUrls": { after: "system.services.*.buckets+" },
  "system.tasks.*.signsUrls": { after: "system.tasks.*.buckets+" },
  "system.scheduled.*.signsUrls": { after: "system.scheduled.*.buckets+" },
  "system.smokeChecks.*(job).signsUrls": { after: "system.smokeChecks.*(job).buckets+" },
  "system.variables.*=bucket": {
    to: { kind: "bucket", of: "knob-files" },
    with: { "system.buckets": more(ANOTHER), ...everywhere({ "knob-files": "read" }) },
    protects: true,
  },
  "system.variables.*(bucket).of": {
    to: "knob-media",
    with: { "system.buckets": more(MEDIA), ...everywhere({ "knob-media": "read" }) },
    protects: true,
  },
  "environment.buckets+": { after: ADDED, to: { "knob-media": { keepDays: 30 } } },
  "environment.buckets.*.host?": { refused: "the system says whether a bucket is public" },
  "environment.buckets.*.host": { after: ADDED, to: host("other") },
  "environment.buckets.*.keepDays": { after: ADDED },
};
