import { denied, invalid, precondition, unknownHere } from "../api-error";
import { type Body, masked } from "../body";
import type { Cloud } from "../cloud";
import { longRunningAnswer } from "../collection";
import { type Call, type Route, route } from "../route";
import type { Shape } from "../shape";

const FOLDER: Shape = { displayName: "text", parent: "text" };

const activeFolders = (cloud: Cloud): Body[] =>
  cloud.store.members("cloudresourcemanager/folders").filter(({ state }) => state === "ACTIVE");

/** Whoever may not see a folder does not learn whether it is there. */
const find = ({ path }: Call, cloud: Cloud): Body =>
  cloud.need(
    `cloudresourcemanager/${path}`,
    denied(
      `Permission 'resourcemanager.folders.get' denied on resource '//cloudresourcemanager.googleapis.com/${path}' (or it may not exist).`,
    ),
  );

/** https://cloud.google.com/resource-manager/reference/rest/v3/folders#Folder.FIELDS.display_name */
function check(folder: Body, cloud: Cloud): void {
  const { name, displayName = "", parent = "" } = folder;
  if (!/^[\p{L}\p{N}]([\p{L}\p{N}_ -]{0,28}[\p{L}\p{N}])?$/u.test(displayName))
    throw invalid(`Invalid value at 'folder.display_name': "${displayName}"`);
  if (!/^(folders|organizations)\/[^/]+$/.test(parent)) throw invalid(`Invalid value at 'folder.parent': "${parent}"`);
  const siblings = activeFolders(cloud).filter((other) => other.parent === parent && other.name !== name);
  if (siblings.some((other) => other.displayName === displayName))
    throw precondition("The folder operation violates display name uniqueness within the parent.");
}

/** Puts a folder down, and answers with the operation that did so. */
function changed(cloud: Cloud, folder: Body): Body {
  const key = `cloudresourcemanager/${folder.name}`;
  const now = cloud.store.set(key, { ...folder, updateTime: new Date().toISOString() });
  return longRunningAnswer(cloud, `operations/${cloud.operations.begin(key, 0, now).name}`);
}

/** The fake knows one kind of search: of active folders by their parent and their display name. */
function search({ query }: Call, cloud: Cloud): Body {
  const [, parent, displayName] =
    /^state=ACTIVE AND parent=(\S+) AND displayName="([^"]*)"$/.exec(query.get("query") ?? "") ?? [];
  if (!parent) throw unknownHere(`the fake does not know the search ${query.get("query")}`);
  const folders = activeFolders(cloud).filter((one) => one.parent === parent && one.displayName === displayName);
  return folders.length ? { folders } : {};
}

/** Folders of an organization. https://cloud.google.com/resource-manager/reference/rest/v3/folders */
export const folders: Route[] = [
  route("GET", "operations/{operation}", ({ path }, cloud) => longRunningAnswer(cloud, path)),
  route("GET", "folders:search", search),
  route(
    "POST",
    "folders",
    ({ body }, cloud) => {
      const name = `folders/${100000000000 + cloud.next()}`;
      const folder = { ...body, name, state: "ACTIVE", createTime: new Date().toISOString() };
      check(folder, cloud);
      return changed(cloud, folder);
    },
    FOLDER,
  ),
  route("GET", "folders/{folder}", find),
  route(
    "PATCH",
    "folders/{folder}",
    (call, cloud) => {
      const before = find(call, cloud);
      const folder = masked(before, call.body, call.query.get("updateMask"));
      if (folder.parent !== before.parent) throw invalid("The field 'parent' is changed by a move alone.");
      check(folder, cloud);
      return changed(cloud, folder);
    },
    FOLDER,
  ),
  // It is there for another 30 days. https://cloud.google.com/resource-manager/reference/rest/v3/folders/delete
  route("DELETE", "folders/{folder}", (call, cloud) => {
    const folder = find(call, cloud);
    if (folder.state !== "ACTIVE") throw precondition(`The folder '${call.path}' is not active.`);
    if (activeFolders(cloud).some(({ parent }) => parent === call.path))
      throw precondition(`The folder '${call.path}' is not empty.`);
    return changed(cloud, { ...folder, state: "DELETE_REQUESTED" });
  }),
];
