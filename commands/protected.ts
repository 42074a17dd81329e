import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { protectedFile, systemsIn } from "../schema/files";
import { toTheEnd } from "../schema/finish";
import { environmentOf } from "../schema/load";
import { type Protected, passwordGeneration } from "../schema/protection";
import { writeWhole } from "../schema/write";
import { everyStack, stackText, synthesizeEvery, withFixedRelease } from "./every-stack";

interface Config {
  readonly lifecycle?: { readonly prevent_destroy?: boolean };
}

/** Which of a stack's resources are protected: their addresses. */
export const protectedIn = (resources: readonly (readonly [address: string, Config])[]): string[] =>
  resources.filter(([, { lifecycle }]) => lifecycle?.prevent_destroy === true).map(([address]) => address);

/** Resources of a stack as written, by their addresses. */
const resourcesIn = (text: string): [string, Config][] =>
  Object.entries((JSON.parse(text) as { resource: Record<string, Record<string, Config>> }).resource).flatMap(
    ([type, byName]) => Object.entries(byName).map(([name, config]): [string, Config] => [`${type}.${name}`, config]),
  );

/** Adds what every stack protects to the lists below a root; returns a line for each stack. */
export async function addProtected(root: string, work: string): Promise<string[]> {
  const folderOf = await synthesizeEvery(root, work);
  const configurations = await Promise.all(systemsIn(root).map((system) => withFixedRelease(root, system)));
  return everyStack(root).map((stack) => {
    const configuration = configurations.find(({ name }) => name === stack.system) as (typeof configurations)[number];
    const { environment, protectedList: before } = environmentOf(configuration, stack.environment);
    const { addresses, removed } = before as Protected;
    const added = protectedIn(resourcesIn(stackText(folderOf(stack)))).filter(
      (address) => !addresses.includes(address),
    );
    const generation = passwordGeneration(environment);
    const after: Protected = { addresses: [...addresses, ...added].sort(), removed, passwordGeneration: generation };
    const rotated = generation !== before?.passwordGeneration;
    const file = protectedFile(stack.system, stack.environment);
    if (!added.length && !rotated) return `${file}: as before`;
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeWhole(path.join(root, file), `${JSON.stringify(after, null, 2)}\n`);
    return `${file}: added ${[...added, ...(rotated ? [`passwordGeneration ${generation ?? "none"}`] : [])].join(", ")}`;
  });
}

export const main = (): Promise<void> =>
  toTheEnd(async () => {
    const work = mkdtempSync(path.join(os.tmpdir(), "protected-"));
    try {
      console.log((await addProtected(path.resolve(__dirname, ".."), work)).join("\n"));
    } finally {
      rmSync(work, { recursive: true });
    }
  });
