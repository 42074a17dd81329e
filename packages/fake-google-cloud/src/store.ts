import type { Body } from "./body";

/** What exists, by service and path: `compute/projects/p/global/networks/n`. */
export class Store {
  private readonly objects = new Map<string, Body>();

  get(key: string): Body | undefined {
    return this.objects.get(key);
  }

  set<T extends Body>(key: string, object: T): T {
    this.objects.set(key, object);
    return object;
  }

  /** Removes an object and everything below it. */
  delete(key: string): void {
    for (const [other] of this.below(key)) this.objects.delete(other);
    this.objects.delete(key);
  }

  /** Everything below a path, however deep. */
  below(key: string): [string, Body][] {
    return [...this.objects].filter(([other]) => other.startsWith(`${key}/`));
  }

  /** The members of a collection. */
  members(collection: string): Body[] {
    return this.below(collection)
      .filter(([key]) => !key.slice(collection.length + 1).includes("/"))
      .map(([, object]) => object);
  }

  entries(): [string, Body][] {
    return [...this.objects];
  }

  restore(entries: readonly (readonly [string, Body])[]): void {
    this.objects.clear();
    for (const [key, object] of structuredClone(entries)) this.objects.set(key, object);
  }
}
