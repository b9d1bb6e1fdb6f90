/** Built-in macros: DuckDB's tables of what there is, over those of pg_catalog. */
import { type MacroFunction, macro } from '../macro.ts'

/** Schemas that users have, as `n`. */
const own = "n.nspname NOT IN ('pg_catalog', 'information_schema')"
const place = `current_database()::text AS database_name, 5::bigint AS database_oid, n.nspname::text AS schema_name,
  n.oid::bigint AS schema_oid`
const tags = 'MAP([]::text[], []::text[]) AS tags'
const temporary = "n.nspname LIKE 'pg_temp%' AS temporary"
const columnsOf = `(SELECT string_agg(quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod) ||
  CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END ||
  coalesce(' DEFAULT ' || (SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d WHERE d.adrelid = c.oid AND d.adnum = a.attnum), ''),
  ', ' ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)`
const constraintsOf = `coalesce((SELECT string_agg(', ' || pg_get_constraintdef(k.oid), '' ORDER BY k.conname)
  FROM pg_constraint k WHERE k.conrelid = c.oid), '')`
const relation = `quote_ident(n.nspname) || '.' || quote_ident(c.relname)`
const listed = `SELECT current_database()::text AS database, n.nspname::text AS schema, c.relname::text AS name,
  (SELECT array_agg(a.attname::text ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)
    AS column_names,
  (SELECT array_agg(format_type(a.atttypid, a.atttypmod) ORDER BY a.attnum) FROM pg_attribute a
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS column_types,
  ${temporary}, pg_table_is_visible(c.oid) AS visible
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'v', 'm') AND ${own}`

function table(
  name: string,
  doc: string,
  example: readonly [string, string],
  ...forms: readonly string[]
): MacroFunction {
  return macro({ name, category: 'catalog', doc, examples: [example], table: true }, ...forms)
}

/** The fewest rows that a table of the system itself has. */
const some = (name: string): readonly [string, string] => [`SELECT count(*) > 0 FROM ${name}()`, 't']
const none = (name: string): readonly [string, string] => [`SELECT count(*) FROM ${name}() WHERE NULL`, '0']

export const catalogMacros: readonly MacroFunction[] = [
  table(
    'duckdb_tables',
    'The tables.',
    none('duckdb_tables'),
    ` -> SELECT ${place}, c.relname::text AS table_name, c.oid::bigint AS table_oid, obj_description(c.oid, 'pg_class') AS comment,
      ${tags}, false AS internal, ${temporary},
      EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'p') AS has_primary_key,
      c.reltuples::bigint AS estimated_size, c.relnatts::bigint AS column_count,
      (SELECT count(*) FROM pg_index i WHERE i.indrelid = c.oid) AS index_count,
      (SELECT count(*) FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'c') AS check_constraint_count,
      'CREATE TABLE ' || ${relation} || ' (' || ${columnsOf} || ${constraintsOf} || ');' AS sql
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND ${own}`,
  ),
  table(
    'duckdb_views',
    'The views.',
    none('duckdb_views'),
    ` -> SELECT ${place}, c.relname::text AS view_name, c.oid::bigint AS view_oid, obj_description(c.oid, 'pg_class') AS comment,
      ${tags}, false AS internal, ${temporary}, c.relnatts::bigint AS column_count,
      'CREATE VIEW ' || ${relation} || ' AS ' || pg_get_viewdef(c.oid) AS sql, true AS is_bound
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('v', 'm') AND ${own}`,
  ),
  table(
    'duckdb_columns',
    'The columns of tables and views.',
    none('duckdb_columns'),
    ` -> SELECT ${place}, c.relname::text AS table_name, c.oid::bigint AS table_oid, a.attname::text AS column_name,
      a.attnum::integer AS column_index, col_description(c.oid, a.attnum) AS comment, false AS internal, i.column_default::text,
      NOT a.attnotnull AS is_nullable, format_type(a.atttypid, a.atttypmod) AS data_type, a.atttypid::bigint AS data_type_id,
      NULL::integer AS character_maximum_length, i.numeric_precision::integer, i.numeric_precision_radix::integer,
      i.numeric_scale::integer
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
      LEFT JOIN information_schema.columns i ON i.table_schema = n.nspname AND i.table_name = c.relname AND i.column_name = a.attname
      WHERE c.relkind IN ('r', 'v', 'm') AND a.attnum > 0 AND NOT a.attisdropped AND ${own}`,
  ),
  table(
    'duckdb_schemas',
    'The schemas.',
    ["SELECT internal FROM duckdb_schemas() WHERE schema_name = 'pg_catalog'", 't'],
    ` -> SELECT n.oid::bigint, current_database()::text AS database_name, 5::bigint AS database_oid, n.nspname::text AS schema_name,
      obj_description(n.oid, 'pg_namespace') AS comment, ${tags}, NOT (${own}) AS internal, NULL::text AS sql FROM pg_namespace n`,
  ),
  table(
    'duckdb_types',
    'The types.',
    ["SELECT type_category FROM duckdb_types() WHERE type_name = 'int4'", 'NUMERIC'],
    ` -> SELECT ${place}, t.oid::bigint AS type_oid, t.typname::text AS type_name, nullif(t.typlen, -1)::bigint AS type_size,
      CASE t.typtype WHEN 'e' THEN 'ENUM' WHEN 'c' THEN 'STRUCT' ELSE format_type(t.oid, NULL) END AS logical_type,
      CASE WHEN t.typcategory = 'N' THEN 'NUMERIC' WHEN t.typcategory = 'S' THEN 'STRING' WHEN t.typcategory = 'B' THEN 'BOOLEAN'
        WHEN t.typcategory IN ('D', 'T') THEN 'DATETIME' WHEN t.typcategory IN ('A', 'C') THEN 'COMPOSITE' END AS type_category,
      obj_description(t.oid, 'pg_type') AS comment, ${tags}, NOT (${own}) AS internal,
      (SELECT array_agg(e.enumlabel::text ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid) AS labels
      FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace`,
  ),
  table(
    'duckdb_constraints',
    'The constraints of tables, NOT NULL among them.',
    none('duckdb_constraints'),
    ` -> SELECT ${place}, c.relname::text AS table_name, c.oid::bigint AS table_oid,
      row_number() OVER (PARTITION BY c.oid ORDER BY k.place, k.name) - 1 AS constraint_index, k.type AS constraint_type,
      k.text AS constraint_text, k.expression, list_transform(k.columns, x -> x - 1)::bigint[] AS constraint_column_indexes,
      (SELECT array_agg(a.attname::text ORDER BY array_position(k.columns, a.attnum)) FROM pg_attribute a
        WHERE a.attrelid = c.oid AND a.attnum = ANY (k.columns)) AS constraint_column_names,
      k.name AS constraint_name, (SELECT f.relname::text FROM pg_class f WHERE f.oid = k.other) AS referenced_table,
      (SELECT array_agg(a.attname::text ORDER BY array_position(k.others, a.attnum)) FROM pg_attribute a
        WHERE a.attrelid = k.other AND a.attnum = ANY (k.others)) AS referenced_column_names
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN (
        SELECT conrelid AS id, 1 AS place, CASE contype WHEN 'p' THEN 'PRIMARY KEY' WHEN 'u' THEN 'UNIQUE' WHEN 'c' THEN 'CHECK'
          WHEN 'f' THEN 'FOREIGN KEY' ELSE 'EXCLUDE' END AS type, pg_get_constraintdef(oid) AS text,
          pg_get_expr(conbin, conrelid) AS expression, conkey::smallint[] AS columns, conname::text AS name, confrelid AS other,
          confkey::smallint[] AS others FROM pg_constraint WHERE conrelid <> 0
        UNION ALL SELECT attrelid, 2, 'NOT NULL', 'NOT NULL', NULL, ARRAY[attnum], attrelid::regclass || '_' || attname || '_not_null',
          0, NULL FROM pg_attribute WHERE attnotnull AND attnum > 0) k ON k.id = c.oid WHERE c.relkind = 'r' AND ${own}`,
  ),
  table(
    'duckdb_indexes',
    'The indexes that are no constraints.',
    none('duckdb_indexes'),
    ` -> SELECT ${place}, i.relname::text AS index_name, i.oid::bigint AS index_oid, c.relname::text AS table_name,
      c.oid::bigint AS table_oid, obj_description(i.oid, 'pg_class') AS comment, ${tags}, x.indisunique AS is_unique,
      x.indisprimary AS is_primary, '[' || (SELECT string_agg(pg_get_indexdef(i.oid, p::integer, true), ', ' ORDER BY p)
        FROM generate_series(1, x.indnatts::integer) AS s(p)) || ']' AS expressions, pg_get_indexdef(i.oid) || ';' AS sql
      FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE ${own} AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.oid AND k.contype IN ('p', 'u', 'x'))`,
  ),
  table(
    'duckdb_sequences',
    'The sequences.',
    none('duckdb_sequences'),
    ` -> SELECT ${place}, s.sequencename::text AS sequence_name, c.oid::bigint AS sequence_oid, obj_description(c.oid, 'pg_class') AS comment,
      ${tags}, ${temporary}, s.start_value, s.min_value, s.max_value, s.increment_by, s.cycle, s.last_value,
      'CREATE SEQUENCE ' || quote_ident(s.sequencename) || ' INCREMENT BY ' || s.increment_by || ' MINVALUE ' || s.min_value ||
        ' MAXVALUE ' || s.max_value || ' START ' || s.start_value || CASE WHEN s.cycle THEN ' CYCLE;' ELSE ' NO CYCLE;' END AS sql
      FROM pg_sequences s JOIN pg_namespace n ON n.nspname = s.schemaname
      JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = s.sequencename`,
  ),
  table(
    'duckdb_databases',
    'The one database.',
    some('duckdb_databases'),
    ` -> SELECT current_database()::text AS database_name, 5::bigint AS database_oid, NULL::text AS path, NULL::text AS comment, ${tags},
      false AS internal, 'colonnade' AS type, false AS readonly, false AS encrypted, NULL::text AS cipher`,
  ),
  table(
    'duckdb_settings',
    'The settings.',
    ["SELECT value FROM duckdb_settings() WHERE name = 'threads'", '0'],
    ` -> SELECT name, setting AS value, short_desc AS description, 'VARCHAR' AS input_type, 'LOCAL' AS scope, []::text[] AS aliases
      FROM pg_settings`,
  ),
  table(
    'duckdb_functions',
    'The functions: one row for each list of parameters.',
    ["SELECT function_type FROM duckdb_functions() WHERE function_name = 'abs' LIMIT 1", 'scalar'],
    ' -> SELECT * FROM pg_catalog.duckdb_functions',
  ),
  table(
    'duckdb_keywords',
    'The words of the grammar.',
    ["SELECT keyword_category FROM duckdb_keywords() WHERE keyword_name = 'left'", 'type_function'],
    ' -> SELECT * FROM pg_catalog.duckdb_keywords',
  ),
  table(
    'duckdb_variables',
    'What SET VARIABLE has set.',
    none('duckdb_variables'),
    ' -> SELECT * FROM pg_catalog.duckdb_variables',
  ),
  table(
    'duckdb_prepared_statements',
    'What PREPARE keeps.',
    none('duckdb_prepared_statements'),
    ' -> SELECT name, statement, parameter_types FROM pg_prepared_statements',
  ),
  macro(
    {
      name: 'sqlite_master',
      aliases: ['sqlite_schema'],
      category: 'catalog',
      doc: 'Tables, views and indexes with the statements that make them.',
      examples: [none('sqlite_master')],
      table: true,
    },
    ` -> SELECT 'table' AS type, table_name AS name, table_name AS tbl_name, 0 AS rootpage, sql FROM duckdb_tables()
      UNION ALL SELECT 'view', view_name, view_name, 0, sql FROM duckdb_views()
      UNION ALL SELECT 'index', index_name, table_name, 0, sql FROM duckdb_indexes()`,
  ),
  table(
    'pragma_table_info',
    'The columns of a table.',
    ["SELECT count(*) FROM pragma_table_info('pg_class') WHERE NULL", '0'],
    `t -> SELECT (a.attnum - 1)::integer AS cid, a.attname::text AS name, format_type(a.atttypid, a.atttypmod) AS type,
      a.attnotnull AS notnull, (SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum)
        AS dflt_value,
      EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = a.attrelid AND k.contype = 'p' AND a.attnum = ANY (k.conkey::smallint[])) AS pk
      FROM pg_attribute a WHERE a.attrelid = t::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`,
  ),
  table(
    'pragma_show_tables',
    'The names of tables and views that are found without their schema, or of those of a schema.',
    none('pragma_show_tables'),
    ` -> SELECT name FROM (${listed}) AS t WHERE visible ORDER BY name`,
    `s -> SELECT name FROM (${listed}) AS t WHERE schema = s::regnamespace::text ORDER BY name`,
  ),
  table(
    'pragma_show_tables_expanded',
    'The tables and views with their columns.',
    none('pragma_show_tables_expanded'),
    ` -> SELECT * EXCLUDE (visible) FROM (${listed}) AS t ORDER BY schema, name`,
  ),
  table(
    'pragma_show_databases',
    'The name of the database.',
    some('pragma_show_databases'),
    ' -> SELECT current_database()::text AS database_name',
  ),
  table(
    'pragma_show_schemas',
    'The names of the schemas that users have.',
    some('pragma_show_schemas'),
    ` -> SELECT current_database()::text AS database_name, n.nspname::text AS schema_name FROM pg_namespace n WHERE ${own} ORDER BY 2`,
  ),
  table(
    'pragma_database_list',
    'The one database.',
    some('pragma_database_list'),
    ' -> SELECT 5::bigint AS seq, current_database()::text AS name, NULL::text AS file',
  ),
  table(
    'pragma_version',
    'The version.',
    some('pragma_version'),
    ' -> SELECT version() AS library_version, NULL::text AS source_id',
  ),
  table(
    'pragma_collations',
    'The collations.',
    some('pragma_collations'),
    ' -> SELECT collname::text AS collname FROM pg_collation',
  ),
]
