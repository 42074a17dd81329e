import { type Json, type Stack, synthEvery } from "./support";

let stacks: Map<string, Stack>;
beforeAll(async () => {
  stacks = await synthEvery();
});
const stack = (name: string) => stacks.get(`django-erp.${name}`) as Stack;

/** Data of the ConfigMap of a workload. */
const configOf = (name: string, workload: string): Json =>
  Object.values<Json>(stack(name).json.resource.kubernetes_config_map_v1).find(({ metadata }) =>
    metadata.name.startsWith(`${workload}-`),
  ).data;

test("Django gets its hosts and origins, and the names of its buckets", () => {
  expect(configOf("production", "web")).toMatchObject({
    ALLOWED_HOSTS: "erp.django-erp.com",
    CSRF_TRUSTED_ORIGINS: "https://erp.django-erp.com",
    STATIC_URL: "https://static.django-erp.com/",
    MEDIA_BUCKET: expect.stringContaining("media"),
  });
});
