import { NOTHING, TYPES } from "../packages/fake-google-cloud/__tests__/filled-in";
import { synthEvery } from "./support";

test("the fake knows Google's defaults for every Google type in a stack, or that there are none", async () => {
  const used = new Set<string>();
  for (const { resources } of (await synthEvery()).values())
    for (const [address] of resources) used.add(address.split(".")[0] as string);
  const known = [...Object.keys(TYPES), ...NOTHING];
  expect([...used].filter((type) => type.startsWith("google_") && !known.includes(type))).toEqual([]);
});
