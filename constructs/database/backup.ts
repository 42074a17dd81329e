import { StorageBucketIamMember } from "@cdktf/provider-google/lib/storage-bucket-iam-member";
import { Construct } from "constructs";
import { BACKUP_FOLDER } from "../../facts/names";
import { mirrored } from "../../facts/registries";
import { PLATFORM_NAMES } from "../../facts/reserved";
import type { Resources } from "../../facts/resources";
import { GOOGLE_APIS } from "../identity/google-apis";
import { serviceAccount } from "../identity/service-account";
import { WorkloadIdentity } from "../identity/workload-identity";
import type { Namespace } from "../kubernetes/namespace";
import { type Allowance, connectionPolicy, type Peer } from "../kubernetes/network-policy";
import type { Placement } from "../kubernetes/placement";
import type { Platform } from "../platform";
import type { BackupBucket } from "./backup-bucket";
import { type BackupJobProps, backupJob } from "./backup-job";
import type { PostgreSql } from "./postgresql";

export interface DatabaseBackupProps {
  readonly platform: Platform;
  /** ID of the Google service account that writes and reads backups, 6 to 30 characters. */
  readonly accountId: string;
  /** The database's namespace. */
  readonly namespace: Namespace;
  readonly postgresql: PostgreSql;
  readonly bucket: BackupBucket;
  /** Time of the daily backup, as HH:MM in UTC. */
  readonly at: string;
  /** Size of the scratch disk in GiB. It must have room for one compressed backup. */
  readonly diskGb: number;
  readonly place: Placement;
}

const NAME = PLATFORM_NAMES.backup;
const RESTORE = "postgresql-restore";
/** An image with bash, curl and gcloud. {@link https://cloud.google.com/sdk/docs/downloads-docker} */
const CLOUD_SDK = "gcr.io/google.com/cloudsdktool/google-cloud-cli";
const CLIENT: Resources = { cpu: "250m", memory: "256Mi", memoryLimit: "512Mi" };
const GCLOUD: Resources = { cpu: "250m", memory: "512Mi", memoryLimit: "1Gi" };

// In these scripts, avoid text that Terraform or Kubernetes would replace: Terraform replaces ${}, and Kubernetes
// replaces $$ and $(NAME) if the container has a variable of that name.

/**
 * Makes a backup. It gets its final name only after pg_restore has read all of it, so an incomplete backup is never
 * uploaded.
 */
const DUMP = `set -euo pipefail
pg_dump --format=custom --file=unread.dump
pg_restore --file=/dev/null unread.dump
mv unread.dump complete.dump
`;

/**
 * Waits until the metadata server answers, which takes some seconds in a new pod. If gcloud runs earlier, it remembers
 * the failure for minutes.
 */
const WAIT_FOR_IDENTITY = `curl --silent --show-error --fail --output /dev/null \\
  --retry 30 --retry-all-errors --retry-max-time 90 --connect-timeout 3 --header "Metadata-Flavor: Google" \\
  http://169.254.169.254/computeMetadata/v1/instance/service-accounts/default/token
`;

const UPLOAD = `set -euo pipefail
${WAIT_FOR_IDENTITY}gcloud storage cp complete.dump "$FOLDER/$(date -u +%Y-%m-%dT%H-%M-%SZ).dump"
`;

const DOWNLOAD = `set -euo pipefail
${WAIT_FOR_IDENTITY}source="$FOLDER/$DUMP"
if [ "$DUMP" = newest ]; then source="$(gcloud storage ls "$FOLDER/*.dump" | sort | tail -n 1)"; fi
echo "Restoring $source"
gcloud storage cp "$source" complete.dump
`;

/**
 * Replaces the database's content with that of a backup, in one transaction. It first drops every schema, because
 * objects that are newer than the backup would otherwise stay, or prevent older ones from being replaced. If a step
 * fails, the database stays as it was. Connected services wait. The restore fails if a service holds a lock on a table
 * for more than a minute.
 */
const REPLACE = `set -euo pipefail
pg_restore --file=/dev/null complete.dump
{
  cat <<'SQL'
SET client_min_messages = error;
SET lock_timeout = '1min';
BEGIN;
DO $do$
DECLARE
  schema name;
BEGIN
  FOR schema IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP
    EXECUTE format('DROP SCHEMA %I CASCADE', schema);
  END LOOP;
END $do$;
CREATE SCHEMA public AUTHORIZATION pg_database_owner;
COMMENT ON SCHEMA public IS 'standard public schema';
GRANT USAGE ON SCHEMA public TO PUBLIC;
SQL
  pg_restore --single-transaction --clean --if-exists --file=- complete.dump
} | psql --no-psqlrc --quiet --output=/dev/null --set=ON_ERROR_STOP=1
echo "Restored"
psql --no-psqlrc --quiet --command=ANALYZE
`;

/**
 * A CronJob that backs up PostgreSQL to a bucket every day, and a suspended CronJob that restores a backup. Their
 * service account can add and read backups. It cannot overwrite or delete them.
 *
 * To restore the newest backup, create a Job from the suspended CronJob with {@link restoreCommand}. To restore another
 * backup, name it as `gcloud storage ls` shows it:
 *
 *     kubectl -n <namespace> create job --from=cronjob/postgresql-restore restore-2 --dry-run=client -o yaml |
 *       kubectl set env --local -f - -c download DUMP=2026-01-31T02-00-00Z.dump -o yaml | kubectl create -f -
 *
 * After a restore, the database has the content, owners and grants of the backup. A backup does not contain roles and
 * passwords. Changes since the backup are lost.
 * {@link https://www.postgresql.org/docs/17/app-pgdump.html}
 */
export class DatabaseBackup extends Construct {
  /** The pods that connect to the database, as a peer in its own namespace. */
  static readonly PEER: Peer = { workload: NAME };
  /** Images of the jobs besides PostgreSQL's own, as Binary Authorization patterns. */
  static readonly IMAGES: readonly string[] = [`${CLOUD_SDK}:*`];

  /** Name of the CronJob that makes backups. */
  readonly cronJob = NAME;
  /** The command that restores the newest backup. */
  readonly restoreCommand: string;

  constructor(scope: Construct, id: string, props: DatabaseBackupProps) {
    super(scope, id);
    const { platform, postgresql, bucket } = props;
    const { administrator } = postgresql;
    const namespace = props.namespace.name;

    const identity = new WorkloadIdentity(this, "identity", {
      platform,
      accountId: props.accountId,
      namespace,
      serviceAccount: NAME,
    });
    const grants = ["objectCreator", "objectViewer"].map(
      (role) =>
        new StorageBucketIamMember(this, role, {
          bucket: bucket.name,
          role: `roles/storage.${role}`,
          member: identity.member,
        }),
    );
    const serviceAccountName = serviceAccount(this, "account", { namespace, name: NAME, actsAs: identity.email });

    const egress: Readonly<Record<string, Allowance>> = {
      postgresql: { peers: postgresql.peers, ports: [{ port: postgresql.port }] },
      ...GOOGLE_APIS,
    };
    const policies = Object.entries(egress).map(([to, allowance]) =>
      connectionPolicy(this, { workload: NAME, namespace }, "to", to, allowance),
    );

    const client = {
      image: postgresql.image,
      resources: CLIENT,
      env: [
        { name: "PGHOST", value: postgresql.host },
        { name: "PGPORT", value: String(postgresql.port) },
        { name: "PGDATABASE", value: postgresql.database },
        { name: "PGUSER", value: administrator.user },
        {
          name: "PGPASSWORD",
          valueFrom: { secretKeyRef: { name: administrator.secret.name, key: administrator.key } },
        },
        { name: "PGCONNECT_TIMEOUT", value: "30" },
      ],
    };
    const gcloud = {
      image: mirrored(`${CLOUD_SDK}:562.0.0-slim`, platform.imagesMirror),
      resources: GCLOUD,
      env: [
        { name: "FOLDER", value: `gs://${bucket.name}/${BACKUP_FOLDER}` },
        { name: "CLOUDSDK_CONFIG", value: "/tmp/gcloud" },
        { name: "CLOUDSDK_CORE_DISABLE_PROMPTS", value: "1" },
        { name: "CLOUDSDK_STORAGE_CHECK_HASHES", value: "always" },
        // A parallel upload deletes its temporary parts, which the account must not do.
        { name: "CLOUDSDK_STORAGE_PARALLEL_COMPOSITE_UPLOAD_ENABLED", value: "False" },
      ],
    };

    const [hour, minute] = props.at.split(":").map(Number);
    const job = (
      name: string,
      config: Pick<BackupJobProps, "steps" | "schedule" | "suspend" | "retries" | "againAfterDisruption">,
    ) =>
      backupJob(this, name, {
        name,
        workload: NAME,
        namespace,
        serviceAccountName,
        diskGb: props.diskGb,
        place: props.place,
        dependsOn: [...props.namespace.ready, ...policies, ...grants, ...postgresql.ready],
        ...config,
      });
    job(NAME, {
      steps: [
        { ...client, name: "dump", script: DUMP },
        { ...gcloud, name: "upload", script: UPLOAD },
      ],
      schedule: `${minute} ${hour} * * *`,
      suspend: false,
      retries: 2,
      againAfterDisruption: true, // a second backup does no harm
    });
    job(RESTORE, {
      steps: [
        {
          ...gcloud,
          name: "download",
          script: DOWNLOAD,
          env: [...gcloud.env, { name: "DUMP", value: "newest" }],
        },
        { ...client, name: "restore", script: REPLACE },
      ],
      schedule: "0 0 31 2 *", // a day that does not exist: the schedule never runs
      suspend: true,
      retries: 0,
      againAfterDisruption: false, // a second try could restore another backup
    });
    this.restoreCommand = `kubectl -n ${namespace} create job --from=cronjob/${RESTORE} restore-1`;
  }
}
