import type { SystemInput } from "../schema/system";

const runtime = ["NODE_ENV", "APP_VERSION", "LOG_LEVEL", "NODE_EXTRA_CA_CERTS"];
const application = [
  ...runtime,
  "DATABASE_URL",
  "DIRECT_URL",
  "REDIS_URL",
  "JWT_SECRET",
  "JWT_ACCESS_TOKEN_EXPIRY",
  "JWT_REFRESH_TOKEN_EXPIRY",
  "GOOGLE_CLIENT_ID",
  "GOOGLE_CLIENT_SECRET",
  "MICROSOFT_CLIENT_ID",
  "MICROSOFT_CLIENT_SECRET",
  "ANTHROPIC_API_KEY",
  "OPENAI_API_KEY",
  "APOLLO_API_KEY",
  "WHATSAPP_API_TOKEN",
  "ENCRYPTION_KEY",
  "DD_AGENT_HOST",
];
const resources = { cpu: "500m", cpuLimit: "1", memory: "512Mi", memoryLimit: "1Gi" };

/** Personal network CRM: an API and a worker of the same image, PostgreSQL with pgvector, Redis, a Next.js frontend on Vercel. */
export default {
  namespace: "pmcrm",
  database: { minimum: "POSTGRES_16", name: "pmcrm", user: "pmcrm", connectionsPerPod: 10, extensions: ["vector"] },
  cache: { minimum: "REDIS_7_2" },
  frontends: ["web"],
  vercel: {
    web: {
      repository: "pmcrm-io/pmcrm",
      framework: "nextjs",
      rootDirectory: "frontend",
      variables: ["NEXT_PUBLIC_API_URL"],
    },
  },
  variables: {
    NODE_ENV: "production", // in staging too: it sets the libraries' behavior and does not name the environment
    APP_VERSION: { kind: "version" },
    PORT: { kind: "port" },
    LOG_LEVEL: { kind: "environment" },
    NODE_EXTRA_CA_CERTS: { kind: "ca-bundle" },
    DATABASE_URL: { kind: "database-url", driver: "node-postgres" },
    DIRECT_URL: { kind: "database-url", driver: "node-postgres" },
    REDIS_URL: { kind: "cache-url" },
    JWT_SECRET: { kind: "generated", length: 64 },
    JWT_ACCESS_TOKEN_EXPIRY: "1h",
    JWT_REFRESH_TOKEN_EXPIRY: "30d",
    ENCRYPTION_KEY: { kind: "generated", length: 32, rotate: "never" }, // stored data is encrypted with it
    GOOGLE_CLIENT_ID: { kind: "environment" },
    GOOGLE_CLIENT_SECRET: { kind: "supplied" },
    MICROSOFT_CLIENT_ID: { kind: "environment" },
    MICROSOFT_CLIENT_SECRET: { kind: "supplied" },
    ANTHROPIC_API_KEY: { kind: "supplied" },
    OPENAI_API_KEY: { kind: "supplied" },
    APOLLO_API_KEY: { kind: "supplied" },
    WHATSAPP_API_TOKEN: { kind: "supplied" },
    DD_AGENT_HOST: { kind: "node-address" },
    CORS_ORIGINS: { kind: "origins", of: ["web"] },
    NEXT_PUBLIC_API_URL: { kind: "url", of: "backend" },
  },
  tasks: {
    migrate: {
      image: "backend",
      command: ["npm", "run", "db:migrate"],
      pool: "app",
      resources,
      variables: [...runtime, "DATABASE_URL", "DIRECT_URL"],
      connects: ["database"],
      changesDatabase: true,
      deadlineSeconds: 600,
    },
  },
  services: {
    backend: {
      image: "backend",
      pool: "app",
      port: 3000,
      health: { live: "/health", ready: "/health/ready" },
      metrics: {
        port: 9464,
        path: "/metrics",
        requests: { counter: "http_requests_total", status: "status_code", histogram: "http_request_duration_seconds" },
      },
      objective: { availability: 99.9 },
      resources,
      autoscale: { cpu: 70, memory: 80 },
      variables: ["PORT", "CORS_ORIGINS", ...application],
      connects: ["database", "cache", "internet:443", "host-agent"],
      after: ["migrate"],
      rateLimits: [
        { requests: 1000, seconds: 10 },
        { path: "/auth/", requests: 30, seconds: 60 },
      ],
    },
    worker: {
      image: "backend",
      command: ["node", "dist/worker"],
      pool: "workers",
      health: { command: ["node", "dist/worker-health"] },
      resources,
      variables: application,
      connects: ["database", "cache", "internet:443", "host-agent"],
      after: ["migrate"],
    },
  },
  auditLogs: { services: ["secretmanager", "cloudkms", "cloudsql", "iam", "storage"], retentionDays: 365 },
} satisfies SystemInput;
