import type { Body } from "../src/body";
import { TYPES } from "./filled-in";

const at = (object: Body, field: string): unknown =>
  field.split(".").reduce<Body | undefined>((value, key) => value?.[key], object);

test.each(Object.entries(TYPES))("the answer for %s has Google's defaults", (_type, { answer, facts }) => {
  const answered = answer();
  expect(Object.fromEntries(Object.keys(facts).map((field) => [field, at(answered, field) ?? null]))).toEqual(facts);
});
