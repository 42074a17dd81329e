import { synth } from "./support";

const { staging, production } = synth();

test.each([
  ["staging", staging],
  ["production", production],
] as const)("%s is as before", (_name, stack) => {
  expect(stack.json).toMatchSnapshot();
});
