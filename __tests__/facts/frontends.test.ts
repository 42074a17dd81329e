import { hasDatastoreUrl, isUnfitForFrontends } from "../../facts/frontends";

test.each(
  [
    "DATABASE_URL DATABASE_URL_2 DATABASE_URL_UNPOOLED DATABASEURL NEXT_PUBLIC_DATABASE_URL READ_DATABASE_URL",
    "POSTGRES_URL_NON_POOLING POSTGRES_PRISMA_URL SQLALCHEMY_DATABASE_URI MYSQL_URL MONGODB_URI DIRECT_URL",
    "REDIS_URL REDIS_TLS_URL UPSTASH_REDIS_REST_URL KV_URL CACHE_URL CELERY_BROKER_URL AMQP_URL OPENSEARCH_URL",
    "DATABASE_CONNECTION_STRING VITE_DATABASE_URL NUXT_PUBLIC_DATABASE_URL PUBLIC_DATABASE_URL",
    "NEXT_PUBLIC_API_SECRET PUBLIC_API_SECRET NUXT_PUBLIC_API_SECRET VITE_API_KEY SITE_PASSWORD",
    "NEXT_PUBLIC_SITE_PASSWORD PUBLIC_DB_PASSWORD ANON_SECRET AUTH_TOKEN",
  ].flatMap((line) => line.split(" ")),
)("%s is no variable of a frontend", (name) => {
  expect(isUnfitForFrontends(name)).toBe(true);
});

test.each(
  [
    "NEXT_PUBLIC_API_URL NEXT_PUBLIC_SITE_URL PUBLIC_BASE_URL VITE_API_URL NEXT_PUBLIC_SENTRY_DSN",
    "NEXT_PUBLIC_MAPS_PUBLISHABLE_KEY NEXT_PUBLIC_RECAPTCHA_SITE_KEY NEXT_PUBLIC_ANON_KEY MAPBOX_PUBLIC_TOKEN",
    "NEXT_PUBLIC_GOOGLE_OAUTH_CLIENT_ID NEXT_PUBLIC_MAX_TOKENS NEXT_PUBLIC_CACHE_SECONDS NEXT_PUBLIC_IMAGE_CACHE_CDN_URL",
  ].flatMap((line) => line.split(" ")),
)("%s can be a variable of a frontend", (name) => {
  expect(isUnfitForFrontends(name)).toBe(false);
});

test("a datastore's URL is known by its scheme, with a driver and within a text", () => {
  for (const text of [
    "postgres://db/app",
    "postgresql+asyncpg://db",
    "REDISS://10.0.0.3",
    "X=mongodb+srv://m next build",
  ])
    expect(hasDatastoreUrl(text)).toBe(true);
  for (const text of ["https://api.example.com", "wss://api.example.com/redis", "https://key@o1.ingest.sentry.io/2"])
    expect(hasDatastoreUrl(text)).toBe(false);
});
