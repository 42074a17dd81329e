import { filesOfPmcrm } from "../support";
import { P, production, R, refused, S, staging, system, T, testRefused } from "./support";

testRefused({
  "a private key in a variable of the system": refused(
    system((s) => (s.variables.JWT_ACCESS_TOKEN_EXPIRY = "-----BEGIN RSA PRIVATE KEY-----")),
    `${S} variables.JWT_ACCESS_TOKEN_EXPIRY = a string: looks like a secret; declare it { kind: "supplied" } and keep the value in Secret Manager`,
  ),
  "a URL with a password in a variable of the environment": refused(
    production((e) => (e.variables.GOOGLE_CLIENT_ID = "postgres://user:word@host/db")),
    `${P} variables.GOOGLE_CLIENT_ID = a string: looks like a secret; declare it { kind: "supplied" } and keep the value in Secret Manager`,
  ),
  "a variable that is listed twice": refused(
    system((s) => s.services.worker.variables.push("LOG_LEVEL")),
    `${S} services.worker.variables.20 = "LOG_LEVEL": is listed twice; remove one of the two`,
  ),
  "a variable that the system does not declare in a service's list": refused(
    system((s) => s.services.worker.variables.push("STRIPE_KEY")),
    `${S} services.worker.variables.20 = "STRIPE_KEY": is not a variable of the system; declare it, or use one of ${Object.keys(filesOfPmcrm().system.variables).join(", ")}`,
  ),
  "a variable that no service uses": refused(
    system((s) => (s.variables.REGION = "eu")),
    `${S} variables.REGION = a string: is not used; remove it, or list it in a service's variables`,
  ),
  "a variable that is fixed when an image is built": refused(
    system((s) => {
      s.variables.NEXT_PUBLIC_API_URL = { kind: "url", of: "backend" };
      s.services.worker.variables.push("NEXT_PUBLIC_API_URL");
      s.tasks.migrate.variables.push("NEXT_PUBLIC_API_URL");
    }),
    `${S} services.worker.variables.20 = a string: is fixed when the image is built, so a value at run time has no effect; pass it to docker build (--build-arg NEXT_PUBLIC_API_URL=...), or list it in the variables of a frontend on Vercel`,
    `${S} tasks.migrate.variables.6 = a string: is fixed when the image is built, so a value at run time has no effect; pass it to docker build (--build-arg NEXT_PUBLIC_API_URL=...), or list it in the variables of a frontend on Vercel`,
  ),
  "a variable that the platform sets": refused(
    system((s) => {
      s.variables.HOME = "/root";
      s.services.worker.variables.push("HOME");
    }),
    `${S} variables.HOME = a string: is set by the platform: /tmp is the only writable folder; remove it`,
  ),
  "a secret with a reserved name": refused(
    system((s) => {
      s.variables.SECRETS = { kind: "supplied" };
      s.services.worker.variables.push("SECRETS");
    }),
    `${S} variables.SECRETS = an object: is a reserved name; choose another name`,
  ),
  "a variable with the name of a secret and a value in plain text": refused(
    system((s) => (s.variables.OPENAI_API_KEY = "correct-horse-battery")),
    `${S} variables.OPENAI_API_KEY = a string: has the name of a secret, and its value is plain text; declare it { kind: "supplied" } and keep the value in Secret Manager`,
  ),
  "a token in a command": refused(
    system((s) => s.services.worker.command.push(`--token=ghp_${"a1B2".repeat(9)}`)),
    `${S} services.worker.command.2 = a string: looks like a secret; let the program read it from a variable of the kind "supplied"`,
  ),
  "a password in the options of a command's program": refused(
    system((s) => s.services.worker.command.push("--db-pass", "correct-horse", "-u", "user:word1")),
    `${S} services.worker.command.3 = a string: looks like a secret; let the program read it from a variable of the kind "supplied"`,
    `${S} services.worker.command.5 = a string: looks like a secret; let the program read it from a variable of the kind "supplied"`,
  ),
  "tokens in texts and names that are not variables": refused(
    (files) => {
      const token = `ghp_${"a1B2".repeat(9)}`;
      files.system.overview = { title: token, figures: { [token]: "orders_total" } };
      files.production.release.version = token;
      Object.assign(files.production.environment.monitoring, { email: `${token}@pmcrm.io` });
    },
    `${S} overview.title = a string: looks like a secret; remove it: npm run secrets prints the commands that put a secret into Secret Manager`,
    `${S} overview.figures["..."] = a string: has a name that looks like a secret; remove it: npm run secrets prints the commands that put a secret into Secret Manager`,
    `${R} version = a string: looks like a secret; remove it: npm run secrets prints the commands that put a secret into Secret Manager`,
    `${P} monitoring.email = a string: looks like a secret; remove it: npm run secrets prints the commands that put a secret into Secret Manager`,
  ),
  "a database URL with a parameter that sets the role": refused(
    system((s) => (s.variables.DIRECT_URL.parameters = { options: "x" })),
    `${S} variables.DIRECT_URL.parameters.options = a string: must not be a part of the URL itself, such as its host, user or role; remove it`,
  ),
  "database URLs that only a standby serves": refused(
    system((s) => {
      s.variables.DATABASE_URL.parameters = { target_session_attrs: "read-only" };
      s.variables.DIRECT_URL.parameters = { target_session_attrs: "standby" };
    }),
    ...["DATABASE_URL", "DIRECT_URL"].map(
      (name) =>
        `${S} variables.${name}.parameters.target_session_attrs = a string: rejects the database, which is no standby: every connection fails; remove it`,
    ),
  ),
  "a database URL with a token in a parameter": refused(
    system((s) => (s.variables.DIRECT_URL.parameters = { application_name: `ghp_${"a1B2".repeat(9)}` })),
    `${S} variables.DIRECT_URL.parameters.application_name = a string: looks like a secret; remove it: the URL has its password already`,
  ),
  "an environment's variable with the name of a secret and a value in plain text": refused(
    (files) => {
      files.system.variables.APOLLO_API_KEY = { kind: "environment" };
      for (const { environment } of [files.staging, files.production])
        Object.assign(environment.variables as object, { APOLLO_API_KEY: "correct-horse-battery" });
    },
    `${T} variables.APOLLO_API_KEY = a string: has the name of a secret, and its value is plain text; declare it { kind: "supplied" } and keep the value in Secret Manager`,
    `${P} variables.APOLLO_API_KEY = a string: has the name of a secret, and its value is plain text; declare it { kind: "supplied" } and keep the value in Secret Manager`,
  ),
  "a variable with a control character": refused(
    production((e) => (e.variables.LOG_LEVEL = "in\u0000fo")),
    `${P} variables.LOG_LEVEL = a string: must be plain text without control characters; remove them`,
  ),
  "a variable with half of a surrogate pair": refused(
    production((e) => (e.variables.LOG_LEVEL = "in\ud800fo")),
    `${P} variables.LOG_LEVEL = a string: must be plain text without control characters; remove them`,
  ),
  "an environment without one of the system's variables": refused(
    production((e) => delete e.variables.LOG_LEVEL),
    `${P} variables.LOG_LEVEL = nothing: is required: the system reads it from here; add it`,
  ),
  "an environment with a variable that the system does not declare": refused(
    production((e) => (e.variables.LOG_LEVLE = "info")),
    `${P} variables.LOG_LEVLE = a string: is not a variable of the system; remove it, or declare it in the system`,
  ),
  "an environment with a variable that the system sets": refused(
    production((e) => (e.variables.NODE_ENV = "staging")),
    `${P} variables.NODE_ENV = a string: is set by the system, not by the environment; declare it { kind: "environment" } in the system, or remove it here`,
  ),
  "a new generation of a secret that encrypts stored data": refused(
    production((e) => (e.generations = { ENCRYPTION_KEY: 2 })),
    `${P} generations.ENCRYPTION_KEY = 2: must stay 1: a new value would make stored data unreadable; remove it`,
  ),
  "the latest version of a secret in place of a number": refused(
    production((e) => (e.generations = { OPENAI_API_KEY: "latest" })),
    `${P} generations.OPENAI_API_KEY = a string: must be a whole number (generation); write one from 1 to 100000`,
  ),
  "a generation of a variable that is not a secret": refused(
    production((e) => (e.generations = { LOG_LEVEL: 2 })),
    `${P} generations.LOG_LEVEL = 2: is not a secret of the system; use one of GRAFANA_ADMIN_PASSWORD, ALERTMANAGER_RECEIVER, DATADOG_API_KEY, JWT_SECRET, ENCRYPTION_KEY, GOOGLE_CLIENT_SECRET, MICROSOFT_CLIENT_SECRET, ANTHROPIC_API_KEY, OPENAI_API_KEY, APOLLO_API_KEY, WHATSAPP_API_TOKEN`,
  ),
  "a generation of the database password": refused(
    production((e) => (e.generations = { DATABASE_PASSWORD: 2 })),
    `${P} generations.DATABASE_PASSWORD = 2: has a field of its own; write it to database.password`,
  ),
  "a generation of a secret that the environment does not use": refused(
    staging((e) => (e.generations = { DATADOG_API_KEY: 2, ALERTMANAGER_RECEIVER: 2 })),
    `${T} generations.ALERTMANAGER_RECEIVER = 2: is not used without monitoring.receiver; add monitoring.receiver, or remove it`,
    `${T} generations.DATADOG_API_KEY = 2: is not used without datadog; add datadog, or remove it`,
  ),
  "a variable with the name of a platform secret": refused(
    system((s) => {
      s.variables.DATABASE_PASSWORD = { kind: "generated", length: 32 };
      s.services.worker.variables.push("DATABASE_PASSWORD");
    }),
    `${S} variables.DATABASE_PASSWORD = an object: is a secret of the platform; choose another name`,
  ),
});
