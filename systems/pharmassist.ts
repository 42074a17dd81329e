import type { SystemInput } from "../schema/system";

const runtime = ["LOG_LEVEL"];
const application = [
  ...runtime,
  "PORT",
  "DATABASE_URL",
  "DB_POOL_MAX",
  "REDIS_URL",
  "SECRET_KEY",
  "SECURE_COOKIES",
  "CORS_ORIGINS",
  "GOOGLE_OAUTH_CLIENT_ID",
  "GOOGLE_OAUTH_CLIENT_SECRET",
  "GOOGLE_OAUTH_REDIRECT_URI",
  "ADMIN_EMAILS",
  "ADMIN_EMAIL_DOMAIN",
  "OAUTH_AUTO_CUSTOMER_TYPE",
];
const resources = { cpu: "250m", cpuLimit: "1", memory: "384Mi", memoryLimit: "768Mi" };

/** Token buckets for what guesses a login: as many requests a minute, then no answer for ten minutes. */
const logins = (requests: number) =>
  ["/api/login", "/api/oauth/google/exchange"].map((path) => ({ path, requests, seconds: 60, ban: { seconds: 600 } }));

/** The Flask backend. It runs twice: for the API, and with stricter limits and headers for the admin's host. */
const backend = {
  image: "backend",
  pool: "app",
  port: 5000,
  health: { ready: "/ready" },
  resources,
  autoscale: { cpu: 70 },
  variables: application,
  connects: ["database", "cache", "internet:443"],
  after: ["check-database"],
} satisfies SystemInput["services"][string];

/** A check that logs in or writes, as a program of the backend's image. It asks the API in the cluster. */
const smoke = (check: string) =>
  ({
    kind: "job",
    image: "backend",
    command: ["python", "-m", "backend.smoke", check],
    pool: "app",
    resources,
    variables: ["LOG_LEVEL", "SMOKE_URL", "SMOKE_PASSWORD"],
    connects: ["backend"],
    deadlineSeconds: 120,
  }) satisfies NonNullable<SystemInput["smokeChecks"]>[string];

/** PharmAssist: a pharmacy's shop and inventory. Its Next.js frontend is on Vercel. */
export default {
  namespace: "pharmassist",
  database: { minimum: "POSTGRES_16", name: "pharmassist", user: "pharmassist", connectionsPerPod: 5 },
  cache: { minimum: "REDIS_7_0", optional: true }, // without it, products are not cached
  frontends: ["app"],
  vercel: {
    app: {
      repository: "pharmassist/pharmassist",
      framework: "nextjs",
      buildCommand: "npm run build",
      rootDirectory: "frontend",
      variables: ["NEXT_PUBLIC_API_URL", "NEXT_PUBLIC_GOOGLE_OAUTH_CLIENT_ID"],
      headers: [
        {
          path: "/admin",
          set: { "Content-Security-Policy": "frame-ancestors 'none'; object-src 'none'; base-uri 'self'" },
        },
      ],
    },
  },
  variables: {
    LOG_LEVEL: { kind: "environment" },
    PORT: { kind: "port" },
    DATABASE_URL: { kind: "database-url", driver: "sqlalchemy", via: "pooler" },
    DB_POOL_MAX: { kind: "pool-size" },
    REDIS_URL: { kind: "cache-url" },
    SECRET_KEY: { kind: "generated", length: 64 },
    SECURE_COOKIES: "true",
    CORS_ORIGINS: { kind: "origins", of: ["app", "admin"] },
    GOOGLE_OAUTH_CLIENT_ID: { kind: "environment" },
    NEXT_PUBLIC_API_URL: { kind: "url", of: "backend" },
    NEXT_PUBLIC_GOOGLE_OAUTH_CLIENT_ID: { kind: "environment" },
    GOOGLE_OAUTH_CLIENT_SECRET: { kind: "supplied" },
    GOOGLE_OAUTH_REDIRECT_URI: { kind: "url", of: "app", path: "/login/google/callback" },
    ADMIN_EMAILS: { kind: "environment", optional: true },
    ADMIN_EMAIL_DOMAIN: { kind: "environment", optional: true },
    OAUTH_AUTO_CUSTOMER_TYPE: "retail",
    SMOKE_URL: "http://backend",
    SMOKE_PASSWORD: { kind: "supplied" }, // of the staging user that the checks log in as
  },
  atLeastOne: [["ADMIN_EMAILS", "ADMIN_EMAIL_DOMAIN"]],
  tasks: {
    migrate: {
      changesDatabase: true,
      image: "backend",
      command: ["alembic", "upgrade", "head"],
      pool: "app",
      resources,
      variables: [...runtime, "DATABASE_URL"],
      connects: ["database"],
      deadlineSeconds: 600,
    },
    // SELECT 1, and whether the tables are there
    "check-database": {
      image: "backend",
      command: ["python", "-m", "backend.check_database"],
      pool: "app",
      resources,
      variables: [...runtime, "DATABASE_URL"],
      connects: ["database"],
      after: ["migrate"],
      changesDatabase: false,
      deadlineSeconds: 120,
    },
  },
  services: {
    backend: { ...backend, rateLimits: [{ requests: 300, seconds: 60 }, ...logins(10)] },
    admin: {
      ...backend,
      headers: [{ set: { "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'" } }],
      rateLimits: [{ requests: 60, seconds: 60 }, ...logins(5)],
    },
  },
  smokeChecks: {
    ready: { kind: "http", of: "backend", path: "/ready" },
    "password-login": smoke("login"),
    "inventory-batch": smoke("inventory-batch"),
    "customer-order": smoke("customer-order"),
    dashboard: smoke("dashboard"),
    discounts: smoke("discounts"),
    "google-login": { kind: "manual", step: "Log in with Google at the app's host; the account's name appears" },
  },
  auditLogs: { services: ["secretmanager", "cloudkms", "cloudsql", "iam", "storage"], retentionDays: 365 },
} satisfies SystemInput;
