import { references, waitsFor } from "./graph";
import { type Files, synth } from "./support";
import { addService, hideService, removeService } from "./two-services";

const service = ({ system }: Files, name: string) => system.services[name] as Files["system"]["services"][string];

/** Everything that can be removed while something that used it stays. */
const CHANGES: Readonly<Record<string, (files: Files) => void>> = {
  "a service's hosts": hideService,
  "a service": removeService,
  "a node pool": (files) => {
    service(files, "worker").pool = "app";
    for (const { environment } of [files.staging, files.production])
      if (environment.cluster.mode === "standard") delete environment.cluster.nodePools.workers;
  },
  "a connection": (files) => {
    const backend = service(files, "backend");
    backend.connects = backend.connects?.filter((to) => to !== "internet:443");
  },
  "a service's metrics": (files) => {
    delete service(files, "backend").metrics;
    delete service(files, "backend").objective;
  },
  "a service's variables": (files) => {
    service(files, "worker").variables = [];
  },
  "who is notified": ({ production }) => {
    delete production.environment.monitoring.receiver;
  },
  Datadog: ({ production }) => {
    delete production.environment.datadog;
  },
};

const before = synth(addService).production;
const graph = references(before);

// Terraform destroys a removed resource before it updates the ones that used it, unless its state has
// create_before_destroy.
// https://github.com/hashicorp/terraform/blob/main/docs/destroying.md
test.each(Object.entries(CHANGES))("%s: the removed resource is deleted after its users are updated", (_, change) => {
  const { resources } = synth((files) => {
    addService(files);
    change(files);
  }).production;
  const stays = new Set(resources.map(([address]) => address));
  const leaves = before.resources.filter(([address]) => !stays.has(address));
  expect(leaves).not.toEqual([]);
  const early = leaves.flatMap(([address, { lifecycle }]) => {
    const users = [...stays].filter((user) => graph.has(user) && waitsFor(graph, user).has(address));
    return users.length && !lifecycle?.create_before_destroy
      ? [`${address} goes before ${users.join(", ")} is updated`]
      : [];
  });
  expect(early).toEqual([]);
});
