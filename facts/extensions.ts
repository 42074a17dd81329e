/**
 * Extensions that Cloud SQL can create in a database of PostgreSQL 15 and later.
 * {@link https://cloud.google.com/sql/docs/postgres/extensions}
 */
export const EXTENSIONS: readonly string[] = `
  address_standardizer address_standardizer_data_us amcheck autoinc bloom btree_gin btree_gist citext cube dblink
  dict_int dict_xsyn earthdistance fuzzystrmatch h3 h3_postgis hll hstore hypopg insert_username intagg intarray ip4r
  isn lo ltree moddatetime oracle_fdw orafce pageinspect pg_background pg_buffercache pg_freespacemap pg_ivm pg_partman
  pg_prewarm pg_proctab pg_repack pg_similarity pg_stat_statements pg_trgm pg_visibility pg_walinspect pgaudit pgcrypto
  pgfincore pgrouting pgrowlocks pgstattuple pgtap pgtt plpgsql plproxy plv8 postgis postgis_raster postgis_sfcgal
  postgis_tiger_geocoder postgis_topology postgres_fdw prefix rdkit refint seg sslinfo tablefunc tcn tds_fdw
  temporal_tables tsm_system_rows tsm_system_time unaccent unit uuid-ossp vector xml2
`
  .trim()
  .split(/\s+/);

/**
 * Extensions that others need: `requires` in the control file of each. PostgreSQL creates none that lacks one of them.
 * {@link https://www.postgresql.org/docs/current/extend-extensions.html#EXTEND-EXTENSIONS-FILES}
 * {@link https://github.com/pgsty/extension/blob/main/data/extension.csv}
 */
export const EXTENSIONS_NEEDED: Readonly<Record<string, readonly string[]>> = {
  earthdistance: ["cube"],
  h3_postgis: ["h3", "postgis", "postgis_raster"],
  pgrouting: ["postgis"],
  postgis_raster: ["postgis"],
  postgis_sfcgal: ["postgis"],
  postgis_tiger_geocoder: ["fuzzystrmatch", "postgis"],
  postgis_topology: ["postgis"],
};

/**
 * Extensions that Cloud SQL has, but that cannot be created here, each with the reason.
 * {@link https://cloud.google.com/sql/docs/postgres/flags}
 */
export const EXTENSIONS_ELSEWHERE: Readonly<Record<string, string>> = {
  pg_cron: "can only be created in the database postgres, and needs the flag cloudsql.enable_pg_cron",
  ...Object.fromEntries(
    [
      ["anon", "enable_anon"],
      ["google_ml_integration", "enable_google_ml_integration"],
      ["index_advisor", "enable_index_advisor"],
      ["pg_bigm", "enable_pg_bigm"],
      ["pg_hint_plan", "enable_pg_hint_plan"],
      ["pg_squeeze", "enable_pg_squeeze"],
      ["pg_wait_sampling", "enable_pg_wait_sampling"],
      ["pglogical", "enable_pglogical"],
    ].map(([name, flag]) => [name, `needs the flag cloudsql.${flag}, which the instance does not have`]),
  ),
};
