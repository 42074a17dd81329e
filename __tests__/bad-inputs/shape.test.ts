import { type Anything, P, production, R, refused, release, S, system, testRefused } from "./support";

testRefused({
  "a misspelled key": refused(
    production((e) => (e.databse = {})),
    `${P} databse = {}: is not a known key; remove it, or correct its spelling`,
  ),
  "NaN in place of a number": refused(
    production((e) => (e.database.diskGb = Number.NaN)),
    `${P} database.diskGb = NaN: must be a whole number (GB); write one from 10 to 65536`,
  ),
  "an empty text": refused(
    production((e) => (e.variables.LOG_LEVEL = "")),
    `${P} variables.LOG_LEVEL = "": must not be empty; write a value, or remove the key`,
  ),
  "null in place of a text": refused(
    production((e) => (e.project = null)),
    `${P} project = null: must be a project id of 6 to 30 lower-case letters, digits and dashes; copy it from gcloud projects list`,
  ),
  "a Terraform expression in a text": refused(
    production((e) => (e.services.backend.hosts = [`\${var.host}.pmcrm.io`])),
    `${P} services.backend.hosts.0 = "\${var.host}.pmcrm.io": must be a fully qualified host name in lower case, no wildcard and no port; write it like "api.my-company.com"`,
  ),
  "a misspelled key in a nested object": refused(
    production((e) => (e.cluster.nodePools.app.maximum = 3)),
    `${P} cluster.nodePools.app.maximum = a number: is not a known key; remove it, or correct its spelling`,
  ),
  "a missing object": refused(
    production((e) => delete e.cache),
    `${P} cache = nothing: is required: the system has a cache; add it`,
  ),
  "a missing object, whose line names the keys that it needs": refused(
    system((s) => delete s.auditLogs),
    `${S} auditLogs = nothing: is required (object); add it, with services, retentionDays`,
  ),
  "a missing object in one kind of a section": refused(
    production((e) => delete e.edge.waf),
    `${P} edge.waf = nothing: is required (object); add it, with mode`,
  ),
  "a missing section that has kinds": refused(
    production((e) => delete e.edge),
    `${P} edge = nothing: is required (object); add it, with a kind: one of google, gateway, traefik`,
  ),
  "a missing cache that is optional": refused(({ system, production }) => {
    (system as Anything).cache.optional = true;
    delete (production.environment as Anything).cache;
  }, `${P} cache = nothing: is required: the system has a cache; add it, or write { kind: "none" }`),
  "a missing node pool of a service": refused(
    system((s) => delete s.services.backend.pool),
    `${S} services.backend.pool = nothing: is required (string); name a node pool of the environments, such as "app"`,
  ),
  "a text in place of a whole number": refused(
    production((e) => (e.database.diskGb = "100")),
    `${P} database.diskGb = "100": must be a whole number (GB); write one from 10 to 65536`,
  ),
  "a number in place of a text": refused(
    production((e) => (e.region = 1)),
    `${P} region = 1: must be a region, not a zone; write it like "europe-west1"`,
  ),
  "a fraction in place of a whole number": refused(
    production((e) => (e.cluster.nodePools.app.max = 3.5)),
    `${P} cluster.nodePools.app.max = 3.5: must be a whole number (nodes in all zones together); write one from 1 to 1000`,
  ),
  "infinity in place of a number": refused(
    production((e) => (e.database.diskLimitGb = Number.POSITIVE_INFINITY)),
    `${P} database.diskLimitGb = Infinity: must be a whole number (GB); write one from 10 to 65536`,
  ),
  "a number above the maximum": refused(
    production((e) => (e.database.diskLimitGb = 1e300)),
    `${P} database.diskLimitGb = 1e+300: must be at most 65536 (GB); write a number from 10 to 65536`,
  ),
  "a BigInt in place of a number": refused(
    production((e) => (e.database.diskGb = 100n)),
    `${P} database.diskGb = 100n: must be a whole number (GB); write one from 10 to 65536`,
  ),
  "a negative number": refused(
    production((e) => (e.monitoring.retentionDays = -1)),
    `${P} monitoring.retentionDays = -1: must be at least 1 (days); write a number from 1 to 400`,
  ),
  "a text in place of a boolean": refused(
    production((e) => (e.allowDestroy = "false")),
    `${P} allowDestroy = "false": must be true or false; write one of the two, without quotes`,
  ),
  "a list in place of an object": refused(
    production((e) => (e.network = [])),
    `${P} network = []: must be an object; write it in braces`,
  ),
  "a list in place of an object of tasks": refused(
    system((s) => (s.tasks = [])),
    `${S} tasks = []: must be an object; write it in braces`,
  ),
  "an object in place of a list": refused(
    production((e) => (e.registries = { eu: "europe-west1-docker.pkg.dev/p/" })),
    `${P} registries = an object: must be a list; write it in brackets`,
  ),
  "a function in place of a text": refused(
    production((e) => (e.region = () => "europe-west1")),
    `${P} region = a function: must be a region, not a zone; write it like "europe-west1"`,
  ),
  "a Date in place of an object": refused(
    production((e) => (e.cache = new Date(0))),
    `${P} cache = {}: must be a plain object or list, without a prototype of its own; write it in braces`,
  ),
  "an object that contains itself": refused(
    production((e) => (e.cache.cache = e)),
    `${P} cache.cache = an object: contains itself; write it out`,
  ),
  "an object that is nested too deeply": refused(
    production((e) => {
      for (let i = 0, o = e; i < 1000; i++) o = o.deeper = {};
    }),
    `${P} deeper.deeper.deeper.deeper.deeper.deeper.deeper.deeper.deeper.deeper.deeper.deeper = an object: is more than 12 levels deep; remove it`,
    `${P} deeper = an object: is not a known key; remove it, or correct its spelling`,
  ),
  "a getter in place of a value": refused(
    production((e) =>
      Object.defineProperty(e, "project", {
        enumerable: true,
        get() {
          throw new Error("no project");
        },
      }),
    ),
    `${P} project = nothing: must be a value, not a getter; write the value`,
  ),
  "an object whose keys are in its prototype": refused(
    production((e) => (e.generations = Object.create({ JWT_SECRET: 2 }))),
    `${P} generations = {}: must be a plain object or list, without a prototype of its own; write it in braces`,
  ),
  "a list with a named key": refused(
    production((e) => Object.assign(e.registries, { eu: "europe-west1-docker.pkg.dev/p/" })),
    `${P} registries.eu = a string: is a named key, and a list has only numbers; remove it`,
  ),
  "an instance of a subclass of Array": refused(
    production((e) => (e.services.backend.hosts = new (class extends Array {})())),
    `${P} services.backend.hosts = []: must be a plain object or list, without a prototype of its own; write it in braces`,
  ),
  "an object with a length in place of a list": refused(
    system((s) => (s.services.worker.command = { length: { valueOf: 5, toString: 5 } })),
    `${S} services.worker.command = an object: must be a list; write it in brackets`,
  ),
  "an object with a length in place of a text": refused(
    production((e) => (e.services.backend.hosts = [{ length: 500 }])),
    `${P} services.backend.hosts.0 = an object: must be a string; write it in quotes`,
  ),
  "a symbol as a key": refused(
    production((e) => (e[Symbol("project")] = "x")),
    `${P} ["Symbol(project)"] = a string: is a symbol; keys must be text; remove it`,
  ),
  "the key __proto__": refused(
    release((r) => (r.images = JSON.parse(`{"__proto__": "x", "backend": ${JSON.stringify(r.images.backend)}}`))),
    `${R} images.__proto__ = a string: is not a known key; remove it`,
  ),
  "a file without a default export": refused(
    (files) => ((files as Anything).system = undefined),
    `${S} = nothing: must export an object by default; write export default { ... }`,
  ),
  "a file that exports a text": refused(
    (files) => ((files as Anything).system = "pmcrm"),
    `${S} = "pmcrm": must be an object; write it in braces`,
  ),
  "a release that is a list": refused(
    (files) => ((files.production as Anything).release = []),
    `${R} = []: must be an object; write it in braces`,
  ),
  "a text in place of a number or a range": refused(
    production((e) => (e.services.worker.replicas = "2")),
    `${P} services.worker.replicas = "2": must be a number or a range; write it like 2 or { min: 2, max: 6 }`,
  ),
  "an object that mixes the keys of two kinds": refused(
    system((s) => (s.services.worker.health = { command: ["true"], timeout: 3 })),
    `${S} services.worker.health.timeout = a number: is not a known key; remove it, or correct its spelling`,
  ),
  "a variable of an unknown kind": refused(
    system((s) => (s.variables.LOG_LEVEL = { kind: "magic" })),
    `${S} variables.LOG_LEVEL.kind = a string: is not a known kind; use one of environment, port, version, node-address, ca-bundle, hosts, origins, url, bucket, pool-size, generated, supplied, database-url, cache-url, search-url, datastore`,
  ),
  "a variable without a kind": refused(
    system((s) => (s.variables.LOG_LEVEL = {})),
    `${S} variables.LOG_LEVEL.kind = nothing: is required; use one of environment, port, version, node-address, ca-bundle, hosts, origins, url, bucket, pool-size, generated, supplied, database-url, cache-url, search-url, datastore`,
  ),
  "a variable's name in lower case": refused(
    system((s) => {
      s.variables.log = "x";
    }),
    `${S} variables.log = a string: must be a variable's name in capitals, at most 128 characters; write it like "LOG_LEVEL"`,
  ),
  "a key with line breaks": refused(
    production((e) => (e["a\nb\u2028c"] = 1)),
    `${P} ["a\\nb\\u2028c"] = a number: is not a known key; remove it, or correct its spelling`,
  ),
  "a key of 10,000 characters": refused(
    production((e) => (e["k".repeat(10_000)] = 1)),
    `${P} ["..."] = a number: is not a known key; remove it, or correct its spelling`,
  ),
  "a text of 100,000 characters": refused(
    production((e) => (e.variables.LOG_LEVEL = "x".repeat(100_000))),
    `${P} variables.LOG_LEVEL = a string: must be at most 4096 characters long; shorten it`,
  ),
});
