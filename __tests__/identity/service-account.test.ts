import { serviceAccount } from "../../constructs/identity/service-account";
import { build, ref } from "../construct";

const synth = (actsAs?: string) => {
  const { resource, given } = build((stack) => ({
    name: serviceAccount(stack, "account", { namespace: "shop", name: "backend", actsAs }),
  }));
  return { given, ...resource("kubernetes_service_account_v1.account") };
};

test("pods get no token of it", () => {
  expect(synth().automount_service_account_token).toBe(false);
});

test("whoever runs as it waits for it", () => {
  expect(synth().given.name).toBe(ref("kubernetes_service_account_v1.account.metadata[0].name"));
});

test("it acts as a Google service account where one is named, and as none otherwise", () => {
  const annotation = "iam.gke.io/gcp-service-account";
  expect(synth("backend@acme-test.iam").metadata).toMatchObject({
    name: "backend",
    namespace: "shop",
    annotations: { [annotation]: "backend@acme-test.iam" },
  });
  expect(synth().metadata.annotations ?? {}).not.toHaveProperty([annotation]);
});
