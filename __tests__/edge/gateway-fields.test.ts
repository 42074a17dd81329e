import { GATEWAY_KINDS } from "../../packages/rehearsal/src/machine/gateway-kinds";
import { gateway, staging } from "../bad-inputs/support";
import { type Json, synth } from "../support";

/** Kubernetes drops fields that a kind does not have, without an error. So a wrong name would mean nothing. */

const schemas = new Map(
  GATEWAY_KINDS.map(({ spec }) => [
    `${spec.group}/${spec.versions[0]?.name} ${spec.names.kind}`,
    spec.versions[0]?.schema.openAPIV3Schema as Json,
  ]),
);

/** Fields of a value that its schema does not have. */
function unknown(value: Json, schema: Json, at = ""): string[] {
  if (Array.isArray(value)) return value.flatMap((item, i) => unknown(item, schema.items ?? {}, `${at}[${i}]`));
  if (typeof value !== "object" || value === null || schema.additionalProperties) return [];
  return Object.entries(value).flatMap(([key, field]) =>
    schema.properties?.[key] ? unknown(field, schema.properties[key], `${at}.${key}`) : [`${at}.${key}`],
  );
}

test("the objects of a Gateway have only fields that their kinds have", () => {
  const { staging: stack } = synth((files) => {
    staging((e) => (e.edge = gateway))(files);
    Object.assign(files.system.services.backend as Json, { sticky: { minutes: 60 } });
  });
  const objects: Json[] = stack.resources
    .flatMap(([, { values: [text] = [] }]) => (text ? [text.replace(/\$\{jsonencode\((.*?)\)\}/g, '"x"')] : []))
    .flatMap((text: string) => JSON.parse(text).objects ?? [])
    .filter(({ apiVersion, kind }: Json) => schemas.has(`${apiVersion} ${kind}`));
  expect(new Set(objects.map(({ kind }) => kind)).size).toBe(schemas.size);
  for (const { apiVersion, kind, spec } of objects)
    expect([kind, unknown(spec, schemas.get(`${apiVersion} ${kind}`).properties.spec)]).toEqual([kind, []]);
});

test("a field that a kind does not have is found", () => {
  const spec = { default: { timeoutSeconds: 60 }, targetRef: { group: "", kind: "Service", name: "web" } };
  const policy = schemas.get("networking.gke.io/v1 GCPBackendPolicy").properties.spec;
  expect(unknown(spec, policy)).toEqual([".default.timeoutSeconds"]);
});
