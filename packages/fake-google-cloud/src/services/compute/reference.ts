import { notFound } from "../../api-error";
import type { Body } from "../../body";
import type { Cloud } from "../../cloud";
import { urlOf, wrong } from "./kind";

/**
 * Path of what a URL, in full or in part, refers to; what is neither stays as it is.
 * https://cloud.google.com/compute/docs/reference/rest/v1/subnetworks
 */
export function pathOf(reference: string, project: string): string {
  const path = reference.replace(/^https?:\/\/[^/]+\/(?:compute\/)*(?:v1|beta)\//, ""); // the provider writes the fake's own address
  return /^(global|regions|zones)\//.test(path) ? `projects/${project}/${path}` : path;
}

/** A network by its name or URL. */
export function needNetwork(cloud: Cloud, project: string, reference: string): { path: string; network: Body } {
  const path = refer(cloud, project, reference, "network", "global/networks");
  return { path, network: need(cloud, path) };
}

/** A subnetwork of a region by its name or URL. */
export function needSubnetwork(
  cloud: Cloud,
  project: string,
  region: string,
  reference: string,
): { path: string; subnetwork: Body } {
  const path = refer(cloud, project, reference, "subnetwork", `regions/${region}/subnetworks`);
  return { path, subnetwork: need(cloud, path) };
}

/** Where an object is, without its project: `global`, or `regions/europe-west1`. */
export const placeOf = (path: string): string =>
  /^projects\/[^/]+\/(global|regions\/[^/]+)\//.exec(path)?.[1] as string;

/** The URL of an object in a place, by its name or URL. */
export function needAt(
  cloud: Cloud,
  project: string,
  place: string,
  reference: string,
  field: string,
  collection: string,
): string {
  const path = refer(cloud, project, reference, field, `${place}/${collection}`);
  need(cloud, path);
  return urlOf(path);
}

/** The URL of an object that belongs to no region, by its name or URL. */
export const needGlobal = (cloud: Cloud, project: string, reference: string, field: string, collection: string) =>
  needAt(cloud, project, "global", reference, field, collection);

/** The path of what a reference means, which must be of the kind that is wanted, in the place where it is wanted. */
export function refer(cloud: Cloud, project: string, reference: string, field: string, collection: string): string {
  const found = pathOf(reference, project);
  const path = /^[^/]+$/.test(found)
    ? `projects/${project}/${collection}/${found}`
    : found.replace(/^projects\/(\d+)\//, (text, number) => {
        const id = cloud.projectOf(number);
        return id ? `projects/${id}/` : text;
      });
  if (new RegExp(`^projects/[^/]+/${collection}/[^/]+$`).test(path)) return path;
  const elsewhere = new RegExp(`^projects/[^/]+/${collection.replace(/^(regions|zones)\/[^/]+/, "$1/[^/]+")}/[^/]+$`);
  throw wrong(
    field,
    reference,
    elsewhere.test(path) ? `It must be in ${collection.split("/")[1]}.` : "The URL is malformed.",
  );
}

function need(cloud: Cloud, path: string): Body {
  const object = cloud.need(`compute/${path}`, notFound(`The resource '${path}' was not found`));
  cloud.needReady(`compute/${path}`);
  return object;
}
