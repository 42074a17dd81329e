import { Environment } from "@marcbachmann/cel-js";
import { unknownHere } from "../api-error";
import type { Body } from "../body";

/** Attributes of a request that only some services set. https://cloud.google.com/iam/docs/conditions-attribute-reference#api-attributes */
class ApiAttributes {
  constructor(private readonly values: Readonly<Record<string, unknown>>) {}

  get(name: string, otherwise: unknown): unknown {
    return this.values[name] ?? otherwise;
  }
}

const LANGUAGE = new Environment()
  .registerType("iam.ApiAttributes", ApiAttributes)
  .registerVariable("api", "iam.ApiAttributes")
  .registerVariable("resource", "map")
  .registerFunction(
    "iam.ApiAttributes.getAttribute(string, dyn): dyn",
    (api: ApiAttributes, name: string, or: unknown) => api.get(name, or),
  )
  .registerFunction("list.hasOnly(list): bool", (some: unknown[], all: unknown[]) =>
    some.every((one) => all.includes(one)),
  );

const parsed = new Map<string, ReturnType<typeof LANGUAGE.parse>>();

/** What conditions are told of a request. */
export interface Attributes {
  /** `projects/_/buckets/b`: https://cloud.google.com/iam/docs/conditions-resource-attributes */
  readonly resource: { readonly name: string };
  readonly api: Readonly<Record<string, unknown>>;
}

/** Whether a binding's condition holds; one that the fake cannot evaluate fails the call. https://cloud.google.com/iam/docs/conditions-overview */
export function holds(condition: Body | undefined, { resource, api }: Attributes): boolean {
  if (!condition) return true;
  const expression = String(condition.expression);
  try {
    if (!parsed.has(expression)) parsed.set(expression, LANGUAGE.parse(expression));
    return parsed.get(expression)?.({ resource, api: new ApiAttributes(api) }) === true;
  } catch (error) {
    throw unknownHere(`the fake cannot evaluate the condition ${expression}: ${(error as Error).message}`);
  }
}
