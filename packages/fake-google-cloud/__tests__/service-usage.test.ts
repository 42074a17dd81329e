import { Cloud } from "../src/cloud";
import { errorOf, serviceOf } from "./support";

const REST = "https://cloud.google.com/service-usage/docs/reference/rest/v1/services";
const SERVICES = "projects/p/services";
const DNS = "dns.googleapis.com";
const COMPUTE = "compute.googleapis.com";
const CONTAINER = "container.googleapis.com";

/** A project with Compute Engine and GKE enabled. */
function world(options = {}) {
  const cloud = new Cloud({ enabledApis: [COMPUTE, CONTAINER], ...options });
  const service = serviceOf("serviceusage", cloud);
  return {
    ...service,
    state: (api: string) => service.get(`${SERVICES}/${api}`).state,
    enable: (...serviceIds: string[]) => service.post(`${SERVICES}:batchEnable`, { serviceIds }),
    change: (verb: string, api: string, body = {}) => service.post(`${SERVICES}/${api}:${verb}`, body),
  };
}

type World = ReturnType<typeof world>;

test.each<[string, string, (world: World) => unknown, string]>([
  [
    "an unknown API",
    `${REST}/enable`,
    ({ change }) => change("enable", "sql.googleapis.com"),
    "403 Not found or permission denied for service(s): sql.googleapis.com.",
  ],
  [
    "a name that is none",
    `${REST}/enable`,
    ({ change }) => change("enable", "dns"),
    "403 Not found or permission denied for service(s): dns.",
  ],
  [
    "unknown ones among others",
    `${REST}/batchEnable`,
    ({ enable }) => enable(DNS, "a.googleapis.com", "b.googleapis.com"),
    "403 Not found or permission denied for service(s): a.googleapis.com,b.googleapis.com.",
  ],
  [
    "to look at an unknown one",
    `${REST}/get`,
    ({ get }) => get(`${SERVICES}/sql.googleapis.com`),
    "403 Not found or permission denied for service(s): sql.googleapis.com.",
  ],
  ["nothing to enable", `${REST}/batchEnable`, ({ enable }) => enable(), "400 At least one service"],
  [
    "21 at a time",
    `${REST}/batchEnable`,
    ({ enable }) => enable(...Array.from({ length: 21 }, () => DNS)),
    "400 A maximum of 20 services can be enabled at a time, not 21.",
  ],
  [
    "to disable what is not enabled",
    `${REST}/disable`,
    ({ change }) => change("disable", DNS),
    `400 The service ${DNS} is not enabled`,
  ],
  [
    "to disable what another one needs",
    `${REST}/disable`,
    ({ change }) => change("disable", COMPUTE),
    `400 The service ${COMPUTE} is depended on by the following active service(s): ${CONTAINER}; Please specify disable_dependent_services=true`,
  ],
])("it refuses %s: %s", (_what, _page, call, said) => {
  const it = world();
  expect(errorOf(() => call(it))).toContain(said);
  expect(it.state(DNS)).toBe("DISABLED");
});

test("enabled APIs are listed, those from the start too", () => {
  const { enable, call, state, cloud } = world();
  expect(enable(DNS, COMPUTE)).toMatchObject({ done: true });
  const { services } = call("GET", SERVICES, {}, { filter: "state:ENABLED" });
  const name = (api: string) => `projects/${cloud.numberOf("p")}/services/${api}`;
  expect(services.map((service: { name: string }) => service.name)).toEqual([COMPUTE, CONTAINER, DNS].map(name));
  expect(state(DNS)).toBe("ENABLED");
  expect(state("redis.googleapis.com")).toBe("DISABLED");
});

test("a disabled API is off, one from the start too", () => {
  const { change, call, state, cloud } = world();
  expect(change("disable", COMPUTE, { disableDependentServices: true })).toMatchObject({ done: true });
  expect([state(COMPUTE), state(CONTAINER)]).toEqual(["DISABLED", "DISABLED"]);
  expect(call("GET", SERVICES, {}, { filter: "state:ENABLED" }).services).toEqual([]);
  const networks = () => serviceOf("compute", cloud).get("projects/p/global/networks");
  expect(errorOf(networks)).toContain("403 compute.googleapis.com API has not been used in project");
});

describe("at the model's speed", () => {
  afterEach(() => jest.useRealTimers());

  test("an API is on when its operation is done", () => {
    jest.useFakeTimers();
    const { change, get, state } = world({ speed: 1 });
    const { name, done } = change("enable", DNS);
    expect([done, state(DNS)]).toEqual([false, "DISABLED"]);
    // https://github.com/hashicorp/terraform-provider-google/blob/v7.45.0/google/transport/error_retry_predicates.go
    for (const verb of ["enable", "disable"])
      expect(errorOf(() => change(verb, DNS))).toContain("400 Another activation or deactivation is in progress");
    jest.advanceTimersByTime(29_000);
    expect(get(name).done).toBe(false);
    jest.advanceTimersByTime(1_000);
    expect([get(name).done, state(DNS)]).toEqual([true, "ENABLED"]);
  });

  test("what is enabled already takes no time", () => {
    const { enable } = world({ speed: 1 });
    expect(enable(COMPUTE, CONTAINER).done).toBe(true);
    expect(enable(COMPUTE, DNS).done).toBe(false);
  });
});
