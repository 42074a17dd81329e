import type { Body } from "../src/body";
import { Cloud, type CloudOptions } from "../src/cloud";
import { PROPAGATION } from "../src/propagation";
import type { Caller } from "../src/tokens";
import { errorOf } from "./support";

const COMPUTE = "compute.googleapis.com";
const READER = "reader@p.iam.gserviceaccount.com";
const ACCOUNT = `projects/p/serviceAccounts/${READER}`;
const AS_READER: Caller = [`serviceAccount:${READER}`];

/** A project with IAM alone, and a clock that stands still until it is set. */
function world(options: CloudOptions = {}) {
  const since = Date.now();
  let milliseconds = 0;
  const cloud = new Cloud({
    enabledApis: ["iam.googleapis.com", "secretmanager.googleapis.com"],
    eventuallyConsistent: true,
    clock: () => since + milliseconds,
    ...options,
  });
  const call = (service: string, method: string, path: string, body?: Body, caller?: Caller) => () =>
    cloud.call({ service, method, path, body, caller }) as Body;
  const grant = (member: string) =>
    call("cloudresourcemanager", "POST", "projects/p:setIamPolicy", {
      policy: { bindings: [{ role: "roles/secretmanager.viewer", members: [member] }] },
    });
  return {
    cloud,
    pass: (seconds: number) => {
      milliseconds += seconds * 1000;
    },
    /** What is made, by the change that makes it seen late. */
    make: {
      api: call("serviceusage", "POST", `projects/p/services/${COMPUTE}:enable`),
      serviceAccount: call("iam", "POST", "projects/p/serviceAccounts", { accountId: "reader" }),
    },
    grant: grant(AS_READER[0]),
    networks: call("compute", "GET", "projects/p/global/networks"),
    account: call("iam", "GET", ACCOUNT),
    secrets: call("secretmanager", "GET", "projects/p/secrets", undefined, AS_READER),
  };
}

/** Makes each kind of change, and answers with a call that needs it. */
const CHANGES: Readonly<Record<keyof typeof PROPAGATION, (world: World) => () => unknown>> = {
  api: ({ make, networks }) => {
    make.api();
    return networks;
  },
  serviceAccount: ({ make, account }) => {
    make.serviceAccount();
    return account;
  },
  grant: ({ cloud, make, grant, secrets }) => {
    make.serviceAccount();
    cloud.propagation?.settle();
    grant();
    return secrets;
  },
};
type World = ReturnType<typeof world>;

const REFUSED: Readonly<Record<keyof typeof PROPAGATION, string>> = {
  api: `403 ${COMPUTE} API has not been used in project 123456789012 before or it is disabled.`,
  serviceAccount: `404 Service account ${ACCOUNT} does not exist.`,
  grant: "403 Permission 'secretmanager.secrets.list' denied for resource 'projects/p/secrets'",
};

describe.each(Object.entries(CHANGES) as [keyof typeof PROPAGATION, (typeof CHANGES)["api"]][])(
  "a fresh one is seen late: %s",
  (kind, make) => {
    test("at full speed, the first call that needs it fails as at Google", () => {
      const needs = make(world());
      expect(errorOf(needs)).toContain(REFUSED[kind]);
      needs();
      needs();
    });

    test("at full speed, no call fails after the time that it takes", () => {
      const one = world();
      const needs = make(one);
      one.pass(PROPAGATION[kind].minutes * 60);
      needs();
    });

    test("at another speed, calls fail as long as it takes", () => {
      const one = world({ speed: 60 });
      const needs = make(one);
      one.pass(PROPAGATION[kind].minutes - 0.1);
      expect(errorOf(needs)).toContain(REFUSED[kind]);
      expect(errorOf(needs)).toContain(REFUSED[kind]);
      one.pass(0.6); // enabling an API takes half a minute itself
      needs();
    });

    test("it is seen at once unless that is asked for, or if it is old", () => {
      make(world({ eventuallyConsistent: false }))();
      const one = world();
      const needs = make(one);
      one.cloud.propagation?.settle();
      needs();
    });
  },
);

test("an API that is fresh is enabled for Service Usage, and what was enabled is not fresh", () => {
  const { cloud, make, networks } = world({ enabledApis: [COMPUTE] });
  make.api();
  networks();
  const { state } = cloud.call({
    service: "serviceusage",
    method: "GET",
    path: `projects/p/services/${COMPUTE}`,
  }) as Body;
  expect(state).toBe("ENABLED");
});

test("a fresh account is granted nothing before it is seen", () => {
  const { make, grant } = world();
  make.serviceAccount();
  expect(errorOf(grant)).toBe(`400 Service account ${READER} does not exist.`);
  grant();
});

test("a grant that was there is not fresh when the policy is written again", () => {
  const { cloud, make, grant, secrets } = world();
  make.serviceAccount();
  cloud.propagation?.settle();
  grant();
  cloud.propagation?.settle();
  grant();
  secrets();
});
