import { ApiError, invalid } from "../../api-error";
import type { Body } from "../../body";
import { badRequest } from "./operations";

const words = (text: string) => text.trim().split(/\s+/);

const SWITCHES = words(`
  anon.restrict_to_trusted_schemas
  auto_explain.log_analyze auto_explain.log_buffers auto_explain.log_nested_statements auto_explain.log_settings
  auto_explain.log_timing auto_explain.log_triggers auto_explain.log_verbose auto_explain.log_wal
  autovacuum
  cloudsql.allow_passwordless_local_connections cloudsql.enable_anon cloudsql.enable_auto_explain
  cloudsql.enable_index_advisor cloudsql.enable_pg_bigm cloudsql.enable_pg_cron cloudsql.enable_pg_hint_plan
  cloudsql.enable_pg_squeeze cloudsql.enable_pg_wait_sampling cloudsql.enable_pgaudit cloudsql.enable_pglogical
  cloudsql.iam_authentication cloudsql.logical_decoding
  cron.log_run cron.log_statement
  default_transaction_deferrable default_transaction_read_only
  enable_async_append enable_bitmapscan enable_gathermerge enable_group_by_reordering enable_hashagg enable_hashjoin
  enable_incremental_sort enable_indexonlyscan enable_indexscan enable_material enable_memoize enable_mergejoin
  enable_nestloop enable_parallel_append enable_parallel_hash enable_partition_pruning enable_partitionwise_aggregate
  enable_partitionwise_join enable_presorted_aggregate enable_seqscan enable_sort enable_tidscan
  geqo
  google_ml_integration.enable_model_support google_ml_integration.enable_ai_query_engine
  hot_standby_feedback jit
  log_checkpoints log_connections log_disconnections log_duration log_executor_stats log_hostname log_lock_waits
  log_parser_stats log_planner_stats log_recovery_conflict_waits log_replication_commands log_statement_stats
  parallel_leader_participation
  pg_bigm.enable_recheck pg_hint_plan.enable_hint pg_hint_plan.enable_hint_table
  pg_stat_statements.save pg_stat_statements.track_planning pg_stat_statements.track_utility
  pg_wait_sampling.profile_pid pg_wait_sampling.profile_queries
  pgaudit.log_catalog pgaudit.log_client pgaudit.log_parameter pgaudit.log_relation pgaudit.log_rows
  pgaudit.log_statement pgaudit.log_statement_once
  pglogical.batch_inserts pglogical.use_spi
  standard_conforming_strings synchronize_seqscans
  trace_notify trace_sort track_activities track_commit_timestamp track_counts track_io_timing track_wal_io_timing
`);

const INTEGERS: Readonly<Record<string, readonly [number, number]>> = {
  max_connections: [14, 262143],
  autovacuum_max_workers: [1, 262142],
  autovacuum_naptime: [1, 2147483],
  checkpoint_timeout: [30, 86400],
  default_statistics_target: [1, 10000],
  effective_io_concurrency: [0, 1000],
  geqo_effort: [1, 10],
  maintenance_io_concurrency: [0, 1000],
  maintenance_work_mem: [1024, 2147483647],
  track_activity_query_size: [100, 1048576],
  work_mem: [64, 2147483647],
};

const NUMBERS = words(`
  auto_explain.log_min_duration auto_explain.log_parameter_max_length auto_explain.sample_rate
  autovacuum_analyze_scale_factor autovacuum_analyze_threshold autovacuum_freeze_max_age
  autovacuum_multixact_freeze_max_age autovacuum_vacuum_cost_delay autovacuum_vacuum_cost_limit
  autovacuum_vacuum_insert_scale_factor autovacuum_vacuum_insert_threshold autovacuum_vacuum_scale_factor
  autovacuum_vacuum_threshold autovacuum_work_mem
  backend_flush_after bgwriter_delay bgwriter_flush_after bgwriter_lru_maxpages bgwriter_lru_multiplier
  checkpoint_completion_target checkpoint_flush_after checkpoint_warning client_connection_check_interval
  commit_delay commit_siblings cpu_index_tuple_cost cpu_operator_cost cpu_tuple_cost cron.max_running_jobs
  cursor_tuple_fraction deadlock_timeout effective_cache_size from_collapse_limit
  geqo_generations geqo_pool_size geqo_seed geqo_selection_bias geqo_threshold gin_fuzzy_search_limit
  gin_pending_list_limit hash_mem_multiplier hnsw.ef_search hnsw.max_scan_tuples hnsw.scan_mem_multiplier
  idle_in_transaction_session_timeout idle_session_timeout ivfflat.probes ivfflat.max_probes
  jit_above_cost jit_inline_above_cost jit_optimize_above_cost join_collapse_limit lock_timeout
  log_autovacuum_min_duration log_min_duration_sample log_min_duration_statement log_parameter_max_length
  log_parameter_max_length_on_error log_startup_progress_interval log_statement_sample_rate log_temp_files
  log_transaction_sample_rate logical_decoding_work_mem
  max_files_per_process max_locks_per_transaction max_logical_replication_workers max_parallel_maintenance_workers
  max_parallel_workers max_parallel_workers_per_gather max_pred_locks_per_page max_pred_locks_per_relation
  max_pred_locks_per_transaction max_prepared_transactions max_replication_slots max_slot_wal_keep_size max_stack_depth
  max_standby_archive_delay max_standby_streaming_delay max_sync_workers_per_subscription max_wal_senders max_wal_size
  max_worker_processes min_parallel_index_scan_size min_parallel_relation_size min_parallel_table_scan_size
  min_wal_size old_snapshot_threshold parallel_setup_cost parallel_tuple_cost
  pg_bigm.gin_key_limit pg_bigm.similarity_limit pg_stat_statements.max
  pg_wait_sampling.history_period pg_wait_sampling.history_size pg_wait_sampling.profile_period
  random_page_cost replacement_sort_tuples seq_page_cost shared_buffers statement_timeout
  tcp_keepalives_count tcp_keepalives_idle tcp_keepalives_interval tcp_user_timeout temp_buffers temp_file_limit
  transaction_timeout
  vacuum_cost_delay vacuum_cost_limit vacuum_cost_page_dirty vacuum_cost_page_hit vacuum_cost_page_miss
  vacuum_failsafe_age vacuum_freeze_min_age vacuum_freeze_table_age vacuum_multixact_failsafe_age
  vacuum_multixact_freeze_min_age vacuum_multixact_freeze_table_age
  wal_buffers wal_decode_buffer_size wal_receiver_timeout wal_sender_timeout
`);

/** https://www.postgresql.org/docs/current/runtime-config-logging.html#RUNTIME-CONFIG-SEVERITY-LEVELS */
const LEVELS = words("debug5 debug4 debug3 debug2 debug1 info notice warning error log fatal panic");

const CHOICES: Readonly<Record<string, readonly string[]>> = {
  "auto_explain.log_format": ["text", "xml", "json", "yaml"],
  "auto_explain.log_level": [...LEVELS, "debug"],
  client_min_messages: LEVELS,
  constraint_exclusion: ["partition", "on", "off"],
  "cron.log_min_messages": [...LEVELS, "debug"],
  default_toast_compression: ["pglz", "lz4"],
  default_transaction_isolation: ["serializable", "repeatable read", "read committed", "read uncommitted"],
  force_parallel_mode: ["off", "on", "regress"],
  "hnsw.iterative_scan": ["off", "relaxed_order", "strict_order"],
  huge_pages: ["try", "off"],
  "ivfflat.iterative_scan": ["off", "relaxed_order"],
  log_error_verbosity: ["terse", "default", "verbose"],
  log_min_error_statement: LEVELS,
  log_min_messages: LEVELS,
  log_statement: ["none", "ddl", "mod", "all"],
  password_encryption: ["md5", "scram-sha-256"],
  "pg_stat_statements.track": ["none", "top", "all"],
  "pgaudit.log_level": LEVELS,
  "pglogical.conflict_resolution": ["error", "apply_remote", "keep_local", "last_update_wins", "first_update_wins"],
  plan_cache_mode: ["auto", "force_custom_plan", "force_generic_plan"],
  session_replication_role: ["origin", "replica", "local"],
  ssl_max_protocol_version: ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"],
  ssl_min_protocol_version: ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"],
  synchronous_commit: ["on", "off", "local", "remote_write", "remote_apply"],
  track_functions: ["none", "pl", "all"],
  wal_compression: ["on", "off", "pglz", "lz4", "zstd"],
};

/** https://github.com/pgaudit/pgaudit#pgauditlog */
const AUDITED = words("read write function role ddl misc misc_set all none");

const TEXTS = words(`
  anon.algorithm anon.maskschema anon.salt anon.sourceschema
  cloudsql.index_advisor_auto_advisor_schedule cloudsql.pg_authid_select_role cloudsql.pg_shadow_select_role
  cron.database_name cron.timezone datestyle default_tablespace default_text_search_config intervalstyle
  log_line_prefix log_timezone pg_hint_plan.debug_print pg_hint_plan.message_level pg_hint_plan.parse_messages
  pgaudit.role pglogical.conflict_log_level pglogical.extra_connection_options pglogical.synchronous_commit
  recovery_prefetch search_path timezone TimeZone trace_recovery_messages
`);

const text = () => true;
const number = (value: string) => /^-?\d+(\.\d+)?([eE][-+]?\d+)?$/.test(value);

/** Flags of PostgreSQL that Cloud SQL lets one set, with what their values may be. https://cloud.google.com/sql/docs/postgres/flags */
const FLAGS: ReadonlyMap<string, (value: string) => boolean> = new Map([
  ...SWITCHES.map((name) => [name, (value: string) => ["on", "off"].includes(value)] as const),
  ...NUMBERS.map((name) => [name, number] as const),
  ...Object.entries(INTEGERS).map(
    ([name, [least, most]]) =>
      [name, (value: string) => /^\d+$/.test(value) && Number(value) >= least && Number(value) <= most] as const,
  ),
  ...Object.entries(CHOICES).map(([name, values]) => [name, (value: string) => values.includes(value)] as const),
  ["pgaudit.log", (value) => value.split(",").every((kind) => AUDITED.includes(kind.trim().replace(/^-/, "")))],
  ...TEXTS.map((name) => [name, text] as const),
]);

/**
 * Refuses flags that Cloud SQL does not know, that are there twice, and values that are none of theirs.
 * https://cloud.google.com/sql/docs/postgres/admin-api-error-messages
 */
export function checkFlags(flags: readonly Body[]): void {
  const seen = new Set<string>();
  for (const { name, value = "" } of flags) {
    const allows = FLAGS.get(name);
    if (!allows)
      throw new ApiError(
        404,
        "NOT_FOUND",
        "The requested flag is either misspelled or unsupported by Cloud SQL.",
        "invalidFlagName",
      );
    if (seen.has(name)) throw badRequest(`Flag ${name} is specified more than once`);
    seen.add(name);
    if (!allows(value))
      throw invalid(
        `Value requested is not valid. Failed to set ${name}: ${value} was not an expected value.`,
        "invalidFlagValue",
      );
  }
}
