import { TerraformResource, type TerraformStack } from "cdktf";
import { environmentFile, protectedFile } from "../schema/files";
import type { Problem } from "../schema/problem";
import type { Protected } from "../schema/protection";

/**
 * Types that hold no data: what they delete can be created again from the files. Their removal needs a reason, and
 * leaves the protections of everything else as they are.
 */
const WITHOUT_DATA = /^(terraform_data|google_service_account)\./;

/** Whether a listed resource may be deleted: a reason is given, and protections are lifted if it holds data. */
export const mayBeDeleted = (address: string, list: Protected, allowDestroy: boolean): boolean =>
  Object.hasOwn(list.removed, address) && (allowDestroy || WITHOUT_DATA.test(address));

export interface Listed {
  readonly system: string;
  readonly environment: string;
  readonly allowDestroy: boolean;
  readonly list: Protected;
}

/** Problems of a stack that no longer protects what is listed: a deploy would delete it, or could. */
export function lost(stack: TerraformStack, { system, environment, allowDestroy, list }: Listed): Problem[] {
  const resources = resourcesOf(stack);
  const kept = new Set(allowDestroy ? resources.keys() : protectedIn(stack));
  for (const [address, resource] of resources) {
    const moved = resource.hasResourceMove();
    if (moved && "from" in moved && kept.has(address)) kept.add(moved.from);
  }
  const allow = `allowDestroy: true in ${environmentFile(system, environment)}`;
  return list.addresses
    .filter((address) => !kept.has(address) && !mayBeDeleted(address, list, allowDestroy))
    .map((address) => ({
      path: `${protectedFile(system, environment)} addresses`,
      value: address,
      ...(Object.hasOwn(list.removed, address)
        ? {
            rule: "is listed under removed, and protections are not lifted",
            remedy: `write ${allow}; if the resource is deleted already, remove it from addresses`,
          }
        : resources.has(address)
          ? { rule: "is no longer protected, so a deploy could delete it", remedy: "undo the change of the files" }
          : {
              rule: "is no longer in the stack, so a deploy would delete it",
              remedy: `undo the change of the files; to delete it for good, write ${WITHOUT_DATA.test(address) ? "" : `${allow}, and `}a reason under removed, see docs/operations.md#remove-one-protected-resource`,
            }),
    }));
}

/** Addresses of the resources of a stack that Terraform refuses to destroy. */
export const protectedIn = (stack: TerraformStack): string[] =>
  [...resourcesOf(stack)].flatMap(([address, { lifecycle }]) => (lifecycle?.preventDestroy === true ? [address] : []));

/** Protected resources that the list lacks: nothing would notice that they disappear. */
export const unlisted = (stack: TerraformStack, { addresses }: Protected): string[] => {
  const listed = new Set(addresses);
  return protectedIn(stack).filter((address) => !listed.has(address));
};

const resourcesOf = (stack: TerraformStack): Map<string, TerraformResource> =>
  new Map(
    stack.node
      .findAll()
      .filter((element) => element instanceof TerraformResource)
      .map((resource) => [`${resource.terraformResourceType}.${resource.friendlyUniqueId}`, resource]),
  );
