import { references, waitsFor } from "./graph";
import type { Json, Stack } from "./support";

type Blocks = Readonly<Record<string, Json>>;

const only = (blocks: Blocks, wanted: (name: string) => boolean): Blocks =>
  Object.fromEntries(Object.entries(blocks).filter(([name]) => wanted(name)));

/** Terraform takes no kind of block of which there is none. */
const filled = (blocks: Blocks): Blocks => only(blocks, (name) => Object.keys(blocks[name]).length > 0);

/** Everything that some addresses refer to, directly or through others, and they themselves. */
export function closure(stack: Stack, addresses: readonly string[]): string[] {
  const graph = references(stack);
  return [...new Set(addresses.flatMap((address) => [address, ...waitsFor(graph, address)]))];
}

/** What is left of a stack for some addresses: what they refer to, and the providers of that, which do not wait. */
export function prune(stack: Stack, addresses: readonly string[]): Json {
  const { terraform, provider, resource, data, ephemeral, import: imports = [] } = stack.json;
  const wanted = closure(stack, addresses);
  const taken = (imports as Json[]).filter(({ to }) => wanted.includes(to));
  const text = JSON.stringify(taken);
  const looked = [...references(stack).keys()].filter((address) => text.includes(address));
  const kept = new Set(closure(stack, [...wanted, ...looked]));
  const of = (blocks: Blocks, prefix = ""): Blocks =>
    filled(
      Object.fromEntries(
        Object.entries(blocks).map(([type, byName]) => [
          type,
          only(byName, (name) => kept.has(`${prefix}${type}.${name}`)),
        ]),
      ),
    );
  const providers = new Set([...kept].map((address) => address.replace(/^(data|ephemeral)\./, "").split("_")[0]));
  const used = (blocks: Blocks) => only(blocks, (name) => providers.has(name));
  const [google] = provider.google;
  return {
    terraform: {
      ...terraform,
      required_providers: used(terraform.required_providers),
      backend: { local: { path: "terraform.tfstate" } },
    },
    // Requests that are sent together are waited for, some seconds each time.
    provider: used({ ...provider, google: [{ ...google, batching: { enable_batching: false } }] }),
    ...filled({
      resource: of(resource),
      data: of(data, "data."),
      ephemeral: of(ephemeral, "ephemeral."),
      import: taken,
    }),
  };
}
