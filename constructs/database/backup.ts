import { StorageBucketIamMember } from "@cdktf/provider-google/lib/storage-bucket-iam-member";
import { Construct } from "constructs";
import type { Resources } from "../../facts/resources";
import { serviceAccount } from "../identity/service-account";
import { WorkloadIdentity } from "../identity/workload-identity";
import type { Namespace } from "../kubernetes/namespace";
import { type Allowance, connectionPolicy, INTERNET, type Peer } from "../kubernetes/network-policy";
import type { Placement } from "../kubernetes/placement";
import type { Platform } from "../platform";
import type { BackupBucket } from "./backup-bucket";
import { type BackupJobProps, backupJob } from "./backup-job";
import type { PostgreSql } from "./postgresql";

export interface DatabaseBackupProps {
  readonly platform: Platform;
  /** Id of the Google service account that writes and reads dumps, 6 to 30 characters. */
  readonly accountId: string;
  /** That of the database. */
  readonly namespace: Namespace;
  readonly postgresql: PostgreSql;
  readonly bucket: BackupBucket;
  /** When a dump is made every night, HH:MM in UTC. */
  readonly at: string;
  /** GiB of the scratch disk that holds a dump, compressed, on its way. */
  readonly diskGb: number;
  readonly place: Placement;
}

const NAME = "postgresql-backup";
const RESTORE = "postgresql-restore";
/** With bash, curl and gcloud. {@link https://cloud.google.com/sdk/docs/downloads-docker} */
const CLOUD_SDK = "gcr.io/google.com/cloudsdktool/google-cloud-cli";
const CLIENT: Resources = { cpu: "250m", memory: "256Mi", memoryLimit: "512Mi" };
const GCLOUD: Resources = { cpu: "250m", memory: "512Mi", memoryLimit: "1Gi" };

/**
 * Where pods on Dataplane V2 get the tokens of their Google account.
 * {@link https://cloud.google.com/kubernetes-engine/docs/how-to/workload-identity}
 */
const METADATA_SERVER: Allowance = {
  peers: [{ range: "169.254.169.254/32" }],
  ports: [{ port: 80 }, { port: 8080 }],
};

// Terraform reads ${}, and Kubernetes $$ and $(NAME) of a variable that the container has: here are none of them.

/** The dump takes its name once all of it was read again: whole, of its format, and its data unpacked. */
const DUMP = `set -euo pipefail
pg_dump --format=custom --file=unread.dump
pg_restore --file=/dev/null unread.dump
mv unread.dump complete.dump
`;

/** In the first seconds of a pod the metadata server answers nothing, and gcloud remembers that for minutes. */
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
 * What is in the database goes, in the same transaction as what was in it comes back: objects that are newer than the
 * dump would otherwise stay, or keep those below them from being replaced. The transaction ends with the last line of
 * pg_restore, so whatever breaks before leaves everything as it was. Services that are connected wait; one that holds
 * on to a table for a minute makes the restore fail.
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
 * A dump of PostgreSQL every night in a bucket, and a job that puts one back. The account of both may add dumps and
 * read them, and neither overwrite nor delete any.
 *
 * The restore is a CronJob that is suspended: it runs when somebody makes a Job of it, and takes the newest dump. To
 * take another, name it, as `gcloud storage ls` shows it, before the Job is made:
 *
 *     kubectl -n <namespace> create job --from=cronjob/postgresql-restore restore-2 --dry-run=client -o yaml |
 *       kubectl set env --local -f - -c download DUMP=2026-01-31T02-00-00Z.dump -o yaml | kubectl create -f -
 *
 * It leaves the database as the dump has it, with owners and grants; roles and passwords are not in a dump, nor are
 * changes that were made after it.
 * {@link https://www.postgresql.org/docs/17/app-pgdump.html}
 */
export class DatabaseBackup extends Construct {
  /** Who connects to the database, as seen from its namespace. */
  static readonly PEER: Peer = { workload: NAME };
  /** Images beside PostgreSQL's own, as patterns of Binary Authorization. */
  static readonly IMAGES: readonly string[] = [`${CLOUD_SDK}:*`];

  /** Name of the CronJob that dumps. */
  readonly cronJob = NAME;
  /** Restores the newest dump. */
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
      internet: { peers: [INTERNET], ports: [{ port: 443 }] },
      "metadata-server": METADATA_SERVER,
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
      image: `${CLOUD_SDK}:562.0.0-slim`,
      resources: GCLOUD,
      env: [
        { name: "FOLDER", value: `gs://${bucket.name}/postgresql` },
        { name: "CLOUDSDK_CONFIG", value: "/tmp/gcloud" },
        { name: "CLOUDSDK_CORE_DISABLE_PROMPTS", value: "1" },
        { name: "CLOUDSDK_STORAGE_CHECK_HASHES", value: "always" },
        // Its parts would have to be deleted.
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
      againAfterDisruption: true, // another dump does no harm
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
      schedule: "0 0 31 2 *", // no such day
      suspend: true,
      retries: 0,
      againAfterDisruption: false, // by then, another dump may be the newest
    });
    this.restoreCommand = `kubectl -n ${namespace} create job --from=cronjob/${RESTORE} restore-1`;
  }
}
