import type { ValidCall } from "./call";

const GLOBAL = "projects/p/locations/global";

const certificates = (method: string, path: string, body: ValidCall["body"], query: ValidCall["query"]): ValidCall => ({
  service: "certificatemanager",
  method,
  path: `${GLOBAL}/${path}`,
  body,
  query,
});

export const CERTIFICATES: readonly ValidCall[] = [
  certificates("POST", "dnsAuthorizations", { domain: "a.example.com" }, { dnsAuthorizationId: "a" }),
  certificates("PATCH", "dnsAuthorizations/a", { description: "d" }, { updateMask: "description" }),
  certificates(
    "POST",
    "certificates",
    {
      managed: { domains: ["a.example.com"], dnsAuthorizations: [`${GLOBAL}/dnsAuthorizations/a`] },
      labels: { a: "b" },
    },
    { certificateId: "c" },
  ),
  certificates("PATCH", "certificates/c", { labels: { a: "c" } }, { updateMask: "labels" }),
  certificates("POST", "certificateMaps", { description: "d" }, { certificateMapId: "m" }),
  certificates("PATCH", "certificateMaps/m", { description: "e" }, { updateMask: "description" }),
  certificates(
    "POST",
    "certificateMaps/m/certificateMapEntries",
    { hostname: "a.example.com", certificates: [`${GLOBAL}/certificates/c`] },
    { certificateMapEntryId: "e" },
  ),
  certificates(
    "PATCH",
    "certificateMaps/m/certificateMapEntries/e",
    { description: "d" },
    { updateMask: "description" },
  ),
];
