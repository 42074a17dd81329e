import type { SystemInput } from "../schema/system";

const resources = { cpu: "250m", cpuLimit: "1", memory: "256Mi", memoryLimit: "512Mi" };

/** A FastAPI service of the backend, `apps/api`. */
const api = (image: string) =>
  ({
    image,
    command: ["uvicorn", "src.main:app", "--host", "0.0.0.0", "--port", "8000"],
    pool: "app",
    port: 8000,
    health: { live: "/health", ready: "/health/ready" },
    metrics: {
      port: 9464,
      path: "/metrics",
      requests: { counter: "http_requests_total", status: "status", histogram: "http_request_duration_seconds" },
    },
    objective: { availability: 99.9 },
    resources,
    autoscale: { cpu: 70 },
    rateLimits: [{ requests: 600, seconds: 60 }],
    variables: ["LOG_LEVEL", "DATABASE_URL", "REDIS_URL", "JWT_SECRET", "CORS_ORIGINS"],
    connects: ["database", "cache"],
    after: ["migrate"],
  }) satisfies SystemInput["services"][string];

/** Nexus ERP: a FastAPI backend, released module by module. Its Next.js frontend is on Vercel. */
export default {
  namespace: "nexus",
  database: { minimum: "POSTGRES_16", name: "nexus", user: "nexus", connectionsPerPod: 5 },
  cache: { minimum: "REDIS_7_0" },
  frontends: ["web"],
  vercel: {
    web: {
      repository: "nexus-erp/nexus",
      framework: "nextjs",
      rootDirectory: "apps/web",
      buildCommand: "npm run build",
      outputDirectory: ".next",
      variables: ["NEXT_PUBLIC_API_URL"],
    },
  },
  variables: {
    LOG_LEVEL: { kind: "environment" },
    DATABASE_URL: { kind: "database-url", driver: "sqlalchemy" },
    REDIS_URL: { kind: "cache-url" },
    JWT_SECRET: { kind: "generated", length: 64 },
    CORS_ORIGINS: { kind: "origins", of: ["web"] },
    NEXT_PUBLIC_API_URL: { kind: "url", of: "api" },
  },
  tasks: {
    migrate: {
      changesDatabase: true,
      image: "api",
      command: ["alembic", "upgrade", "head"],
      pool: "app",
      resources,
      variables: ["LOG_LEVEL", "DATABASE_URL"],
      connects: ["database"],
      deadlineSeconds: 600,
    },
  },
  services: {
    api: api("api"),
    crm: { ...api("crm"), paths: ["/crm"] },
  },
  modules: {
    core: { title: "Core", services: ["api"] },
    crm: { title: "CRM pipeline", services: ["crm"] },
  },
  auditLogs: { services: ["secretmanager", "cloudkms", "cloudsql", "iam", "storage"], retentionDays: 365 },
} satisfies SystemInput;
