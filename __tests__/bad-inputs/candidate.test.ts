import { releaseId } from "../../schema/release";
import { behindGateway, behindTraefik, NEXT, withCandidate, withStrategy } from "../candidate/support";
import { type Files, problems } from "../support";
import { type Anything, P, R, refused, S, system, T, testRefused } from "./support";

/** Strategies of services, and the release that an environment runs beside the stable one. */

const id = releaseId(NEXT);
const IRREVERSIBLE = { ...NEXT, irreversible: true };
const POINTER = "releases/pmcrm/production.json";
const B = `${S} services.backend`;
const strategy = (value: unknown) => (files: Files) => {
  withStrategy(files);
  (files.system.services.backend as Anything).strategy = value;
};
const STEPS = "write it like [10, 50]";

testRefused({
  "an unknown strategy": refused(
    strategy({ kind: "recreate" }),
    `${B}.strategy.kind = "recreate": is not a known kind; use one of blue-green, canary, rolling`,
  ),
  "a canary without steps": refused(
    strategy({ kind: "canary" }),
    `${B}.strategy.steps = nothing: is required (list); add it`,
  ),
  "a canary with no step": refused(
    strategy({ kind: "canary", steps: [] }),
    `${B}.strategy.steps = []: must not be empty; ${STEPS}`,
  ),
  "steps that are none and all": refused(
    strategy({ kind: "canary", steps: [0, 100] }),
    `${B}.strategy.steps.0 = 0: must be at least 1 (per cent); write a number from 1 to 99`,
    `${B}.strategy.steps.1 = 100: must be at most 99 (per cent); write a number from 1 to 99`,
  ),
  "steps that go back, or stay": refused(
    strategy({ kind: "canary", steps: [50, 10, 10] }),
    `${B}.strategy.steps = a list: must be in ascending order; ${STEPS}`,
  ),
  "steps of another strategy": refused(
    strategy({ kind: "blue-green", steps: [10] }),
    `${B}.strategy.steps = a list: is not a known key; remove it, or correct its spelling`,
  ),
  "a worker with a strategy": refused((files) => {
    behindTraefik(files);
    (files.system.services.worker as Anything).strategy = { kind: "blue-green" };
    files.system.database.connectionsPerPod = 2;
  }, `${S} services.worker.strategy = {"kind":"blue-green"}: is for services with a port; remove it`),
  "a service with a strategy and without a host": refused((files) => {
    withStrategy(files);
    (files.system.services.backend as Anything).rateLimits = [];
    (files.production.environment.services.backend as Anything).hosts = [];
  }, `${P} services.backend.hosts = []: must name a host: the system shifts this service's requests to a candidate at the edge; add one`),
  "a strategy behind Google's load balancer for an Ingress": refused(
    system((s) => {
      s.database.connectionsPerPod = 2;
      Object.assign(s.services.backend, { strategy: { kind: "canary", steps: [10] }, sticky: { minutes: 60 } });
    }),
    `${B}.strategy = {"kind":"canary","steps":[10]}: must be rolling: Google's load balancer for an Ingress sends all requests of a route to one Service; use the edge "gateway" or "traefik", or remove it`,
  ),
  "a canary with sticky clients behind a Gateway": refused((files) => {
    withStrategy(files);
    behindGateway(files);
    (files.system.services.backend as Anything).sticky = { minutes: 60 };
  }, `${B}.strategy = {"kind":"canary","steps":[10,50]}: must be rolling beside sticky: Google's load balancer keeps no client at one of two Services; remove sticky, or use the edge "traefik"`),
  "blue-green with sticky clients behind a Gateway": refused((files) => {
    withStrategy(files);
    behindGateway(files);
    Object.assign(files.system.services.backend as Anything, {
      strategy: { kind: "blue-green" },
      sticky: { minutes: 60 },
    });
  }, `${B}.strategy = {"kind":"blue-green"}: must be rolling beside sticky: Google's load balancer keeps no client at one of two Services; remove sticky, or use the edge "traefik"`),
  "names that candidates have": refused(
    system((s) => {
      const { worker } = s.services;
      s.tasks["migrate-candidate"] = { ...s.tasks.migrate, changesDatabase: false, connects: [], variables: [] };
      s.smokeChecks = {
        "login-candidate": {
          kind: "job",
          ...{ image: "backend", command: ["true"], pool: "app", resources: worker.resources },
          deadlineSeconds: 60,
        },
      };
    }),
    ...["tasks.migrate-candidate", "smokeChecks.login-candidate"].map(
      (path) =>
        `${S} ${path} = "${path.split(".")[1]}": has a name that is kept for what runs a candidate; choose another name`,
    ),
  ),
  "a database without connections for a candidate": refused(
    (files) => {
      withStrategy(files);
      files.system.database.connectionsPerPod = 10;
    },
    ...[
      [T, "db-custom-1-3840", 96, 120],
      [P, "db-custom-4-16384", 496, 550],
    ].map(
      ([file, tier, most, asked]) =>
        `${file} database.tier = "${tier}": allows pods ${most} connections, and they may open ${asked} during a rollout; use one with more memory, or lower the replicas or the system's connectionsPerPod`,
    ),
  ),

  "a candidate that no service would run": refused(
    ({ production }) => Object.assign(production, { candidate: NEXT, share: 0 }),
    `${POINTER} candidate = "${id}": must be absent: no service of production has a strategy, so nothing would run it; let the environment run it as stable, or give a service a strategy`,
  ),
  "a candidate that is the stable release": refused(
    withCandidate(10, ({ production }) => (production.release = NEXT)),
    `${POINTER} candidate = "${id}": is the stable release itself; name another release, or remove candidate and share`,
  ),
  "a candidate that is irreversible": refused(
    withCandidate(10, ({ production }) => Object.assign(production, { candidate: IRREVERSIBLE })),
    `${POINTER} candidate = "${releaseId(IRREVERSIBLE)}": is irreversible: the stable release could not work beside it, nor after it; let the environment run it as stable`,
  ),
  "a share without a candidate": refused(
    withCandidate(10, ({ production }) => delete production.candidate),
    `${POINTER} share = 10: needs a candidate, which gets it; name one, or remove it`,
  ),
  "a candidate without a share": refused(
    withCandidate(10, ({ production }) => delete production.share),
    `${POINTER} share = nothing: is required: the candidate gets it; write 0 to begin with`,
  ),
  "a share that is not a step": refused(
    withCandidate(20),
    `${POINTER} share = 20: is not a step of every canary service; use one of 0, 10, 50, 100`,
  ),
  "a share that only one of two services has": refused(
    withCandidate(10, (files) => {
      const { system, staging, production } = files;
      system.database.connectionsPerPod = 1;
      system.services.second = { ...(system.services.backend as Anything), strategy: { kind: "canary", steps: [50] } };
      staging.environment.services.second = { replicas: { min: 1, max: 3 }, hosts: ["second.staging.pmcrm.io"] };
      production.environment.services.second = { replicas: { min: 3, max: 20 }, hosts: ["second.pmcrm.io"] };
    }),
    `${POINTER} share = 10: is not a step of every canary service; use one of 0, 50, 100`,
  ),
  "a share of blue-green services that is neither none nor all": refused(
    withCandidate(50, (files) => strategy({ kind: "blue-green" })(files)),
    `${POINTER} share = 50: is not a step of every canary service; use one of 0, 100`,
  ),
  "shares that are no whole numbers of per cent": refused(
    withCandidate(10, ({ production, staging }) => {
      production.share = 101;
      Object.assign(staging, { candidate: NEXT, share: 0.5 });
    }),
    `releases/pmcrm/staging.json share = 0.5: must be a whole number (per cent); write one from 0 to 100`,
    `${POINTER} share = 101: must be at most 100 (per cent); write a number from 0 to 100`,
  ),
  "a candidate without an image that the system runs": refused(
    withCandidate(10, ({ production }) => {
      production.candidate = { version: "2.0.0", images: { frontend: NEXT.images.backend } };
    }),
    `${R} images.backend = nothing: is required: the system runs it; add the image`,
    `${R} images.frontend = "${NEXT.images.backend}": is not used; remove it, or use one of backend`,
  ),
  "a candidate with a wrong version and a tag": refused(
    withCandidate(10, ({ production }) => {
      production.candidate = { version: "2 0", images: { backend: "2.0" } };
    }),
    `${R} version = "2 0": must be a version; write it like "1.4.2"`,
    `${R} images.backend = "2.0": must be an image's digest, in lower case; write "sha256:<64 digits>"; docker buildx imagetools inspect shows it`,
  ),
});

test.each([0, 10, 50, 100])("a candidate with the share %i is accepted", (share) => {
  expect(problems(withCandidate(share))).toEqual([]);
});

test("a Gateway has weights", () => {
  expect(problems(withCandidate(10, behindGateway))).toEqual([]);
});

test("a strategy is accepted without a candidate, and rolling on every edge", () => {
  expect(problems(withStrategy)).toEqual([]);
  expect(problems(system((s) => (s.services.worker.strategy = { kind: "rolling" })))).toEqual([]);
});
