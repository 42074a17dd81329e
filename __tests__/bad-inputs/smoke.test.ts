import { P, production, refused, S, system, testRefused } from "./support";

const smoke = (checks: object) => system((s) => (s.smokeChecks = checks));
const JOB = {
  kind: "job",
  image: "backend",
  command: ["true"],
  pool: "app",
  resources: { cpu: "100m", memory: "64Mi", memoryLimit: "64Mi" },
  deadlineSeconds: 60,
};

testRefused({
  "a request to what has no host": refused(
    smoke({ known: { kind: "http", of: "worker", path: "/" } }),
    `${S} smokeChecks.known.of = "worker": is neither a frontend nor a public bucket nor a service with a port; use one of backend`,
  ),
  "a request to a service without a host in production": refused((files) => {
    smoke({ known: { kind: "http", of: "backend", path: "/" } })(files);
    files.system.services.backend = { ...files.system.services.backend, rateLimits: [] } as never;
    production((e) => (e.services.backend.hosts = []))(files);
  }, `${P} services.backend.hosts = []: must name a host: the check known asks it; add one, or remove the check`),
  "a request without a path, of a status that there is not, for no keys": refused(
    smoke({ known: { kind: "http", of: "backend", path: "ready", status: 99, keys: [] } }),
    `${S} smokeChecks.known.path = "ready": must be an absolute URL path without query; write it like "/health"`,
    `${S} smokeChecks.known.status = 99: must be at least 100 (HTTP status); write a number from 100 to 599`,
    `${S} smokeChecks.known.keys = []: must not be empty; name a key, or remove it`,
  ),
  "a request for a header that there is not, and for none": refused(
    smoke({
      known: { kind: "http", of: "backend", path: "/", headers: { "X Release": "1" } },
      other: { kind: "http", of: "backend", path: "/", headers: {} },
    }),
    `${S} smokeChecks.known.headers["X Release"] = "X Release": must be a header's name of at most 128 characters; write it like "Content-Security-Policy"`,
    `${S} smokeChecks.other.headers = {}: must not be empty; name a header, or remove the entry`,
  ),
  "a job with the name of a service, and one of a task": refused(
    smoke({ backend: JOB, migrate: JOB }),
    `${S} smokeChecks.backend = "backend": has the name of a service or a task; rename one of the two`,
    `${S} smokeChecks.migrate = "migrate": has the name of a service or a task; rename one of the two`,
  ),
  "a job without a command": refused(
    smoke({ known: { ...JOB, command: [] } }),
    `${S} smokeChecks.known.command = []: must not be empty; name the program and its arguments`,
  ),
  "a job that uses a variable without its connection": refused(
    smoke({ known: { ...JOB, variables: ["DATABASE_URL"] } }),
    `${S} smokeChecks.known.variables.0 = "DATABASE_URL": needs a connection to the database; add "database" to connects, or remove the variable`,
  ),
  "a job with a variable that is fixed when the image is built": refused((files) => {
    Object.assign(files.system.variables as object, { NEXT_PUBLIC_COLOR: "green" });
    smoke({ known: { ...JOB, variables: ["NEXT_PUBLIC_COLOR"] } })(files);
  }, `${S} smokeChecks.known.variables.0 = "NEXT_PUBLIC_COLOR": is fixed when the image is built, so a value at run time has no effect; pass it to docker build (--build-arg NEXT_PUBLIC_COLOR=...), or list it in the variables of a frontend on Vercel`),
  "a step without words": refused(
    smoke({ known: { kind: "manual" } }),
    `${S} smokeChecks.known.step = nothing: is required (string); add it`,
  ),
});
