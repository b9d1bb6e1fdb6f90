/** Functions that PostgreSQL or DuckDB has and Colonnade has not: a call is refused by name rather than called unknown. */

const families =
  /^(?:pg_(?:stat|logical|replication|walfile|wal|current_wal|last_wal|last_xact|create_|drop_|try_|advisory|ls_|read_|get_wal|backup|switch_wal|promote|export|import|log_backend|terminate|cancel|reload|rotate|config|control|hba|ident|file|event_trigger|partition|tablespace|database|relation|encoding|xact|visible_in|snapshot|collation|ts_|index|opclass|operator|opfamily|conversion|cursor$|lock_|blocking|safe_snapshot|notification|mcv|extension|available)|lo_|xml|xpath|(?:query|table|cursor|schema|database)_to_xml|txid_|has_(?:parameter|foreign|server)|brin_|gin_|gist_|to_regcollation|to_regoper|row_security)/

const others: ReadonlySet<string> = new Set(
  `acldefault aclexplode amvalidate currtid2 current_query getpgusername loread lowrite makeaclitem mxid_age
  oidlarger oidsmaller pg_char_to_encoding pg_column_compression pg_column_is_updatable pg_column_size
  pg_conf_load_time pg_current_snapshot pg_current_xact_id pg_current_xact_id_if_assigned pg_describe_object
  pg_get_catalog_foreign_keys pg_get_function_arg_default pg_get_keywords pg_get_multixact_members
  pg_get_partition_constraintdef pg_get_partkeydef pg_get_replica_identity_index pg_get_statisticsobjdef
  pg_identify_object pg_is_other_temp_schema pg_jit_available pg_listening_channels
  pg_my_temp_schema pg_nextoid pg_notify pg_options_to_table pg_postmaster_start_time pg_settings_get_flags pg_show_all_settings
  pg_table_size pg_total_relation_size pg_timezone_abbrevs pg_timezone_names
  satisfies_hash_partition suppress_redundant_updates_trigger to_ascii tsvector_update_trigger`.split(/\s+/),
)

/** DuckDB's families: its insides, extensions' collations, switches of its own, and types that are not here. */
const duckdbFamilies =
  /^(?:__internal_|icu_|duckdb_|pragma_|(?:enable|disable)_|union_|variant_|parquet_|arrow_|sniff_|st_(?:as|crs|geomfrom|setcrs|intersects_extent)|json_(?:de)?serialize_|json_execute_|read_|test_|show_)/

const duckdbOthers: ReadonlySet<string> = new Set(
  `add_parquet_key alias all_profiling_output check_peg_parser checkpoint collations combine copy_database create_sort_key
  current_connection_id current_query_id current_transaction_id database_list database_size equi_width_bins extension_versions
  fill finalize force_checkpoint format_pg_type functions get_block_size get_type histogram_values icu_sort_key
  import_database make_type map_to_pg_oid metadata_info parse_duckdb_log_message platform
  remap_struct repeat_row replace_type seq_scan show sleep_ms sql_auto_complete stats storage_info sum_no_overflow summary
  table_info timetz_byte_comparable truncate_duckdb_logs user_agent vector_type verify_external verify_fetch_row
  verify_parallelism verify_serializer which_secret write_log`.split(/\s+/),
)

export function isAbsent(name: string): boolean {
  return families.test(name) || others.has(name) || duckdbFamilies.test(name) || duckdbOthers.has(name)
}
