import { WorkloadIdentity } from "../../constructs/identity/workload-identity";
import { build, platform, ref } from "../construct";

const synth = (deletionProtection: boolean, signs?: boolean) =>
  build((stack) => {
    const { email, member } = new WorkloadIdentity(stack, "identity", {
      platform: { ...platform, deletionProtection },
      accountId: "shop-mail-sender",
      namespace: "shop",
      serviceAccount: "mail-sender",
      signs,
    });
    return { email, member };
  });
const ADDRESS = "google_service_account.identity_mail_sender";
const { resource, counts, given } = synth(true);

test("exactly one Kubernetes service account acts as the Google service account, without keys", () => {
  expect(counts).toEqual({ google_service_account: 1, google_service_account_iam_member: 1 });
  expect(resource("google_service_account_iam_member.identity_binding")).toMatchObject({
    service_account_id: ref(`${ADDRESS}.name`),
    role: "roles/iam.workloadIdentityUser",
    member: "serviceAccount:acme-test.svc.id.goog[shop/mail-sender]",
  });
});

test("the binding waits for the cluster, with which the workload pool appears; the account does not", () => {
  expect(resource("google_service_account_iam_member.identity_binding").depends_on).toEqual(["cluster"]);
  expect(resource(ADDRESS).depends_on).toBeUndefined();
});

test("grants and annotations get the account's own references", () => {
  expect(given).toEqual({ email: ref(`${ADDRESS}.email`), member: ref(`${ADDRESS}.member`) });
});

test.each([true, false])("the account has a fixed address and is locked: %s", (deletionProtection) => {
  expect(synth(deletionProtection).resource(ADDRESS).lifecycle.prevent_destroy).toBe(deletionProtection);
});

test("an account that signs can do so as itself, with a role that allows nothing else", () => {
  const { resource: signing, counts: made } = synth(true, true);
  expect(made.google_service_account_iam_member).toBe(2);
  expect(signing("google_service_account_iam_member.identity_signer")).toMatchObject({
    service_account_id: ref(`${ADDRESS}.name`),
    role: "projects/acme-test/roles/urlSigner",
    member: ref(`${ADDRESS}.member`),
  });
});
