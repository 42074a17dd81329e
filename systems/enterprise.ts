import type { SystemInput } from "../schema/system";

const resources = { cpu: "250m", cpuLimit: "500m", memory: "256Mi", memoryLimit: "512Mi" };
const autoscale = { cpu: 80 };
const rateLimits = [{ requests: 100, seconds: 1 }];

/** A FastAPI service. The services differ in their image and their path. */
const api = (image: string, path: string) =>
  ({
    image,
    pool: "app",
    port: 8000,
    paths: [path],
    health: { live: "/health", ready: "/health" },
    // On the same port as requests: the edge routes only paths below `paths`, so metrics stay private.
    metrics: {
      port: 8000,
      path: "/metrics",
      requests: { counter: "http_requests_total", status: "status", histogram: "http_request_duration_seconds" },
    },
    // prometheus_client's default buckets have 0.1 and 0.25, so the services must add a bucket of 0.2.
    objective: { availability: 99.9, latency: { percent: 95, seconds: 0.2 } },
    resources,
    autoscale,
    rateLimits,
    variables: [
      "LOG_LEVEL",
      "DATABASE_HOST",
      "DATABASE_PORT",
      "DATABASE_NAME",
      "DATABASE_USER",
      "DATABASE_PASSWORD",
      "REDIS_HOST",
      "REDIS_PORT",
      "REDIS_PASSWORD",
      "ELASTICSEARCH_HOST",
      "ELASTICSEARCH_PORT",
      "ELASTICSEARCH_USER",
      "ELASTICSEARCH_PASSWORD",
      "JWT_SECRET_KEY",
      "ENCRYPTION_KEY",
    ],
    connects: ["database", "cache", "search"],
  }) satisfies SystemInput["services"][string];

/** Enterprise management: APIs for sales, finance and human resources, and a frontend. */
export default {
  namespace: "enterprise-system",
  database: { minimum: "POSTGRES_17", name: "enterprise", user: "enterprise", connectionsPerPod: 5 },
  cache: { minimum: "REDIS_8_2" },
  search: { minimum: "ELASTICSEARCH_9_1" },
  variables: {
    LOG_LEVEL: { kind: "environment" },
    DATABASE_HOST: { kind: "datastore", of: "database", field: "host" },
    DATABASE_PORT: { kind: "datastore", of: "database", field: "port" },
    DATABASE_NAME: { kind: "datastore", of: "database", field: "name" },
    DATABASE_USER: { kind: "datastore", of: "database", field: "user" },
    DATABASE_PASSWORD: { kind: "datastore", of: "database", field: "password" },
    REDIS_HOST: { kind: "datastore", of: "cache", field: "host" },
    REDIS_PORT: { kind: "datastore", of: "cache", field: "port" },
    REDIS_PASSWORD: { kind: "datastore", of: "cache", field: "password" },
    ELASTICSEARCH_HOST: { kind: "datastore", of: "search", field: "host" },
    ELASTICSEARCH_PORT: { kind: "datastore", of: "search", field: "port" },
    ELASTICSEARCH_USER: { kind: "datastore", of: "search", field: "user" },
    ELASTICSEARCH_PASSWORD: { kind: "datastore", of: "search", field: "password" },
    JWT_SECRET_KEY: { kind: "generated", length: 64 },
    ENCRYPTION_KEY: { kind: "generated", length: 32, rotate: "never" }, // stored data is encrypted with it
  },
  services: {
    "sales-api": api("sales-api", "/sales"),
    "finance-api": api("finance-api", "/finance"),
    "hr-api": api("hr-api", "/hr"),
    frontend: {
      image: "frontend",
      pool: "app",
      port: 8080, // nginx without root
      health: { live: "/", ready: "/" },
      resources,
      autoscale,
      rateLimits,
    },
  },
  alerts: { errorPercent: 10, memoryPercent: 80 },
  overview: {
    title: "Enterprise System Overview",
    figures: {
      "Customers Created (24h)": "customers_created_total",
      "Orders Created (24h)": "orders_created_total",
      "Revenue Generated (24h)": "revenue_generated_total",
    },
  },
  auditLogs: { services: ["secretmanager", "cloudkms", "iam", "storage"], retentionDays: 365 },
} satisfies SystemInput;
