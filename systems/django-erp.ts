import type { SystemInput } from "../schema/system";

const resources = { cpu: "250m", cpuLimit: "1", memory: "384Mi", memoryLimit: "768Mi" };

/** What each process of the image `erp` has: the settings of Django, and what they connect to. */
const django = {
  image: "erp",
  pool: "app",
  resources,
  variables: [
    "DJANGO_SETTINGS_MODULE",
    "LOG_LEVEL",
    "SECRET_KEY",
    "ALLOWED_HOSTS",
    "CSRF_TRUSTED_ORIGINS",
    "DATABASE_URL",
    "REDIS_URL",
    "REDIS_CA_BUNDLE",
    "CELERY_BROKER_URL",
    "ELASTICSEARCH_URL",
    "STATIC_URL",
  ],
  connects: ["database", "cache", "search"],
} satisfies Partial<SystemInput["services"][string]>;

const manage = (...command: string[]) => ["python", "manage.py", ...command];

const metrics = {
  port: 9464,
  path: "/metrics",
  requests: {
    counter: "django_http_responses_total_by_status_total",
    status: "status",
    histogram: "django_http_requests_latency_seconds_by_view_method",
  },
};

/** The same for what also reads and writes uploaded files. */
const withMedia = {
  ...django,
  variables: [...django.variables, "MEDIA_BUCKET"],
  buckets: { media: "write" },
} satisfies Partial<SystemInput["services"][string]>;

/** The workers of a queue. They have five minutes to finish a job when they must stop. */
const worker = (queue: string) =>
  ({
    ...withMedia,
    pool: "workers",
    command: ["celery", "--app", "config", "worker", "--queues", queue],
    health: { command: ["python", "-m", "config.worker_health"] },
    timeoutSeconds: 300,
    autoscale: { queue: { name: queue, length: 20 } },
    after: ["migrate"],
  }) satisfies SystemInput["services"][string];

/** A program that runs at the times of a schedule. */
const scheduled = (schedule: string, ...command: string[]) =>
  ({
    ...django,
    command: manage(...command),
    schedule,
    timeZone: "Europe/Berlin",
    deadlineSeconds: 1800,
    after: ["migrate"],
  }) satisfies NonNullable<SystemInput["scheduled"]>[string];

/** An ERP's backend in Django: web and websockets, Celery with a queue for each kind of work, files in buckets. */
export default {
  namespace: "erp",
  database: { minimum: "POSTGRES_16", name: "erp", user: "erp", connectionsPerPod: 5 },
  cache: { minimum: "REDIS_7_0" }, // cache, Celery's broker, and the channel layer of the websockets
  search: { minimum: "ELASTICSEARCH_9_1" },
  buckets: { media: { access: "private" }, static: { access: "public", health: "/admin/css/base.css" } },
  variables: {
    DJANGO_SETTINGS_MODULE: "config.settings.production", // in staging, too: it sets behavior, and names no environment
    LOG_LEVEL: { kind: "environment" },
    SECRET_KEY: { kind: "generated", length: 64 },
    ALLOWED_HOSTS: { kind: "hosts", of: ["web"] },
    CSRF_TRUSTED_ORIGINS: { kind: "origins", of: ["web"] },
    DATABASE_URL: { kind: "database-url", driver: "django" },
    REDIS_URL: { kind: "cache-url" },
    REDIS_CA_BUNDLE: { kind: "ca-bundle" },
    CELERY_BROKER_URL: { kind: "cache-url", client: "celery" },
    ELASTICSEARCH_URL: { kind: "search-url" },
    MEDIA_BUCKET: { kind: "bucket", of: "media" },
    STATIC_BUCKET: { kind: "bucket", of: "static" },
    STATIC_URL: { kind: "url", of: "static", path: "/" },
  },
  tasks: {
    migrate: { ...django, command: manage("migrate", "--noinput"), changesDatabase: true, deadlineSeconds: 1800 },
    collectstatic: {
      ...django,
      variables: [...django.variables, "STATIC_BUCKET"],
      command: manage("collectstatic", "--noinput"),
      buckets: { static: "write" },
      changesDatabase: false,
      deadlineSeconds: 600,
    },
  },
  services: {
    web: {
      ...withMedia,
      command: ["gunicorn", "config.wsgi", "--bind", "0.0.0.0:8000"],
      port: 8000,
      health: { live: "/health/", ready: "/health/ready/" },
      metrics,
      objective: { availability: 99.9, latency: { percent: 95, seconds: 1 } },
      autoscale: { cpu: 70 },
      strategy: { kind: "canary", steps: [10, 50] },
      signsUrls: true,
      rateLimits: [
        { requests: 600, seconds: 60 },
        { path: "/accounts/login/", requests: 10, seconds: 60, ban: { seconds: 600 } },
      ],
      after: ["migrate", "collectstatic"],
    },
    websockets: {
      ...django,
      command: ["daphne", "--bind", "0.0.0.0", "--port", "8001", "config.asgi:application"],
      port: 8001,
      paths: ["/ws"],
      health: { ready: "/ws/health" },
      websockets: { minutes: 60 },
      strategy: { kind: "blue-green" },
      autoscale: { cpu: 70 },
      after: ["migrate"],
    },
    "worker-default": worker("default"),
    "worker-reports": worker("reports"),
    "worker-search": worker("search"),
    beat: {
      ...django,
      pool: "workers",
      command: ["celery", "--app", "config", "beat", "--schedule", "/tmp/beat"],
      health: { command: ["python", "-m", "config.beat_health"] },
      single: true,
      after: ["migrate"],
    },
  },
  scheduled: {
    "clear-sessions": scheduled("0 3 * * *", "clearsessions"),
    "rebuild-index": scheduled("0 1 * * 0", "search_index", "--rebuild", "-f"),
  },
  smokeChecks: {
    ready: { kind: "http", of: "web", path: "/health/ready/" },
    "static-files": { kind: "http", of: "static", path: "/admin/css/base.css" },
  },
  auditLogs: { services: ["secretmanager", "cloudkms", "cloudsql", "iam", "storage"], retentionDays: 365 },
} satisfies SystemInput;
