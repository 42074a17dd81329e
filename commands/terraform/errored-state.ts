import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { Refused } from "../refused";
import { terraform } from "./run";
import type { State } from "./state-lock";

/**
 * The file in which Terraform leaves a state that it could not write into the bucket. Without it, Terraform would create again
 * what the apply has created. {@link https://developer.hashicorp.com/terraform/cli/commands/state/push}
 */
const FILE = "errored.tfstate";

const objectOf = ({ prefix }: State): string => `${prefix}/${FILE}`;

/** Brings a state that an apply has left here into the bucket, so that another machine can go on with it. */
export async function keepErrored(state: State): Promise<void> {
  if (!existsSync(FILE)) return;
  try {
    await state.bucket.create(objectOf(state), readFileSync(FILE, "utf8"));
    rmSync(FILE);
    console.error(
      `Terraform could not write the state. It is in ${state.place}/${FILE}. The next deploy brings it back.`,
    );
  } catch (error) {
    console.error(
      `${(error as Error).message}\nTerraform could not write the state. It is in ${path.resolve(FILE)}. Keep this file: the next deploy in this checkout brings it back.`,
    );
  }
}

/** Pushes a state that an earlier apply could not write, from here or from the bucket. @throws Refused if Terraform refuses it */
export async function pushErrored(state: State): Promise<void> {
  if (existsSync(FILE)) {
    await push(state, path.resolve(FILE), `${path.resolve(FILE)}`);
    rmSync(FILE);
  }
  const found = await state.bucket.read(objectOf(state));
  if (!found) return;
  const folder = mkdtempSync(path.join(os.tmpdir(), "state-")); // nobody else can read it
  try {
    const file = path.join(folder, FILE);
    writeFileSync(file, found.text);
    await push(state, file, `${state.place}/${FILE}`);
    await state.bucket.remove(objectOf(state), found.generation);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function push({ place }: State, file: string, name: string): Promise<void> {
  console.log(`An earlier deploy could not write the state. Pushes ${name}.`);
  if ((await terraform(["state", "push", file])) !== 0)
    throw new Refused(
      `Terraform refuses ${name}. If a later deploy has written ${place}, compare the two, and delete the older one.`,
    );
}
