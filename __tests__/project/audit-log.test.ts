import { AuditLog } from "../../constructs/project/audit-log";
import { build, project } from "../construct";

const { resource, counts } = build((stack) => {
  new AuditLog(stack, "audit", {
    project,
    services: ["secretmanager", "cloudsql"],
    location: "eu",
    retentionDays: 90,
    deletionProtection: true,
  });
});

test("reads and writes of the services are logged, of everybody, and of no other service", () => {
  expect(counts.google_project_iam_audit_config).toBe(2);
  for (const service of ["secretmanager", "cloudsql"])
    expect(resource(`google_project_iam_audit_config.audit_${service}`)).toEqual(
      expect.objectContaining({
        project: "acme-test",
        service: `${service}.googleapis.com`,
        audit_log_config: [{ log_type: "ADMIN_READ" }, { log_type: "DATA_READ" }, { log_type: "DATA_WRITE" }],
      }),
    );
});

test("the project's own bucket keeps them, which waits for its API", () => {
  expect(resource("google_logging_project_bucket_config.audit_bucket")).toMatchObject({
    project: "acme-test",
    location: "eu",
    bucket_id: "_Default",
    retention_days: 90,
    lifecycle: { prevent_destroy: true },
    depends_on: ["api.logging"],
  });
});
