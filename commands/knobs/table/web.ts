import { type Context, type Hand, system, workload } from "./hand";

/** A path below the service's first one. */
const below =
  (path: string) =>
  (context: Context): string =>
    (workload(context).paths?.[0] ?? "/").replace(/\/$/, "") + path;

/** How to turn what services ask of the edge. */
export const WEB: Readonly<Record<string, Hand | readonly Hand[]>> = {
  "system.services.*.paths+": { to: ["/knob"] },
  "system.services.*.paths[]": { to: "/knob" },
  "headers+": { to: [{ set: { "X-Knob": "a" } }] },
  "headers[].path?": { to: below("/knob") },
  "headers[].path": { to: below("/knob-2") },
  "headers[].set+": { to: { "X-Knob-2": "b" } },
  "headers[].set.*": { to: "knob" },
  "cors?": { to: { origins: ["https://knob.example.com"], methods: ["GET", "POST"] } },
  "cors.origins+": { to: ["https://knob-2.example.com"] },
  "cors.origins[]": { to: "https://knob-3.example.com" },
  "cors.headers+": { to: ["X-Knob"] },
  "cors.headers[]": { to: "X-Knob-2" },
  "cors.methods+": { to: ["PUT"] },
  "strategy=blue-green": { to: { kind: "blue-green" } },
  "strategy=rolling": { after: "system.services.*.strategy=blue-green", to: { kind: "rolling" } },
  "strategy=canary": { to: { kind: "canary", steps: [10, 50] } },
  "strategy(canary).steps+": { to: [90] },
  "strategy(canary).steps[]": { to: 5 },
  "sticky?": { to: { minutes: 60 } },
  "websockets?": { to: { minutes: 60 } },
  "rateLimits+": { to: [{ path: "/knob/", requests: 10, seconds: 60 }] },
  "timeoutSeconds?": { to: 90 },
  "rateLimits[].path?": { to: "/knob/" },
  "rateLimits[].path": { to: "/knob/" },
  "rateLimits[].seconds": { to: 30 },
  "ban?": { to: { seconds: 600 } },
  "ban.seconds": { to: 60 },
  "system.modules+": {
    to: (context: Context) => ({ knob: { title: "Knob", services: [Object.keys(system(context).services).at(-1)] } }),
  },
};
