import { type Body, defaults } from "../../body";
import type { About } from "../../collection";
import type { Route } from "../../route";
import type { Shape } from "../../shape";
import { computeCollection, urlOf, wrong } from "./kind";
import { checkTrafficRange } from "./range";
import { needNetwork, pathOf } from "./reference";

const ROUTE: Shape = {
  name: "text",
  description: "text",
  network: "text",
  destRange: "text",
  priority: "number",
  tags: ["text"],
  nextHopGateway: "text",
  nextHopIlb: "text",
  nextHopInstance: "text",
  nextHopIp: "text",
  nextHopVpnTunnel: "text",
};
const NEXT_HOPS = Object.keys(ROUTE).filter((field) => field.startsWith("nextHop"));

/** https://cloud.google.com/vpc/docs/routes#static-routes, https://cloud.google.com/compute/docs/reference/rest/v1/routes/insert */
function accept(object: Body, { cloud, call }: About): void {
  const { project = "" } = call.params;
  object.network = urlOf(needNetwork(cloud, project, object.network ?? "").path);
  checkTrafficRange("destRange", object.destRange ?? "");
  defaults(object, { priority: 1000 });
  const { priority, nextHopGateway } = object;
  if (!(Number.isInteger(priority) && priority >= 0 && priority <= 65535))
    throw wrong("priority", priority, "Must be from 0 to 65535.");
  if (NEXT_HOPS.filter((field) => object[field]).length !== 1)
    throw wrong("nextHop", "", `Exactly one of ${NEXT_HOPS.join(", ")} must be specified.`);
  if (!nextHopGateway) return;
  const gateway = pathOf(nextHopGateway, project);
  if (gateway !== `projects/${project}/global/gateways/default-internet-gateway`)
    throw wrong("nextHopGateway", nextHopGateway, "It must be default-internet-gateway.");
  object.nextHopGateway = urlOf(gateway);
}

/** Static routes of networks: https://cloud.google.com/compute/docs/reference/rest/v1/routes */
export const routes: Route[] = computeCollection({
  at: "projects/{project}/global/routes",
  type: "google_compute_route",
  shape: ROUTE,
  update: "none",
  accept,
});
