/**
 * The statements of the manual: a form and an example that shows it. Whether a form is supported is not written here; the
 * example is run, and its answer is the state.
 */
export interface StatementForm {
  readonly form: string
  readonly example: string
}

/** What every example finds, and a trigger function `touch`. */
export const setup = `
  CREATE TABLE t (a integer PRIMARY KEY, b text, c numeric(10,2), d date);
  INSERT INTO t VALUES (1, 'one', 1.50, '2024-01-01'), (2, 'two', 2.50, '2024-01-02'), (3, NULL, NULL, NULL);
  CREATE TABLE u (a integer, e double precision);
  INSERT INTO u VALUES (1, 0.5), (2, 1.5), (2, 2.5);
  CREATE VIEW v AS SELECT a, b FROM t;
  CREATE SEQUENCE s;
  CREATE SCHEMA other;
  CREATE TYPE mood AS ENUM ('low', 'high');
`

export const statements: Readonly<Record<string, readonly StatementForm[]>> = {
  Queries: [
    { form: 'SELECT … FROM … WHERE …', example: 'SELECT a, b FROM t WHERE c > 2' },
    { form: 'VALUES', example: "VALUES (1, 'x'), (2, 'y')" },
    { form: 'TABLE', example: 'TABLE t' },
    { form: 'FROM first', example: 'FROM t SELECT b' },
    { form: 'DISTINCT', example: 'SELECT DISTINCT a FROM u' },
    { form: 'DISTINCT ON', example: 'SELECT DISTINCT ON (a) a, e FROM u ORDER BY a, e' },
    { form: '[INNER] JOIN … ON, USING', example: 'SELECT b, e FROM t JOIN u USING (a)' },
    { form: 'LEFT, RIGHT, FULL [OUTER] JOIN', example: 'SELECT t.a, u.e FROM t FULL JOIN u ON t.a = u.a' },
    { form: 'CROSS JOIN, NATURAL JOIN', example: 'SELECT count(*) FROM t NATURAL JOIN u' },
    { form: 'LATERAL', example: 'SELECT t.a, x.e FROM t, LATERAL (SELECT e FROM u WHERE u.a = t.a) x' },
    { form: 'SEMI JOIN, ANTI JOIN', example: 'SELECT a FROM t SEMI JOIN u USING (a)' },
    { form: 'ASOF JOIN', example: 'SELECT t.a, u.e FROM t ASOF JOIN u ON t.a >= u.a' },
    { form: 'POSITIONAL JOIN', example: 'SELECT t.a, u.e FROM t POSITIONAL JOIN u' },
    { form: 'GROUP BY, HAVING', example: 'SELECT a, sum(e) FROM u GROUP BY a HAVING count(*) > 1' },
    { form: 'GROUP BY ALL', example: 'SELECT a, sum(e) FROM u GROUP BY ALL' },
    { form: 'GROUPING SETS, ROLLUP, CUBE', example: 'SELECT a, sum(e), grouping(a) FROM u GROUP BY ROLLUP (a)' },
    {
      form: 'FILTER, ORDER BY in aggregates',
      example: 'SELECT array_agg(e ORDER BY e DESC) FILTER (WHERE e > 1) FROM u',
    },
    { form: 'WITHIN GROUP', example: 'SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY e) FROM u' },
    { form: 'OVER, WINDOW', example: 'SELECT sum(e) OVER w FROM u WINDOW w AS (PARTITION BY a ORDER BY e)' },
    {
      form: 'ROWS, RANGE, GROUPS, EXCLUDE',
      example: 'SELECT sum(e) OVER (ORDER BY e ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE CURRENT ROW) FROM u',
    },
    { form: 'QUALIFY', example: 'SELECT a, e FROM u QUALIFY row_number() OVER (PARTITION BY a ORDER BY e) = 1' },
    { form: 'ORDER BY … NULLS FIRST, LAST', example: 'SELECT b FROM t ORDER BY b DESC NULLS LAST' },
    { form: 'ORDER BY ALL', example: 'SELECT a, e FROM u ORDER BY ALL' },
    { form: 'LIMIT, OFFSET', example: 'SELECT a FROM t ORDER BY a LIMIT 2 OFFSET 1' },
    { form: 'FETCH FIRST … WITH TIES', example: 'SELECT a FROM u ORDER BY a DESC FETCH FIRST 1 ROW WITH TIES' },
    { form: 'UNION, INTERSECT, EXCEPT [ALL]', example: 'SELECT a FROM t EXCEPT SELECT a FROM u' },
    { form: 'UNION BY NAME', example: 'SELECT a, b FROM t UNION ALL BY NAME SELECT e, a FROM u' },
    { form: 'WITH', example: 'WITH x AS MATERIALIZED (SELECT a FROM t) SELECT * FROM x' },
    {
      form: 'WITH RECURSIVE',
      example: 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3) SELECT * FROM n',
    },
    {
      form: 'SEARCH, CYCLE',
      example:
        'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i % 3 + 1 FROM n) CYCLE i SET again USING path SELECT i FROM n',
    },
    { form: 'data-modifying WITH', example: 'WITH x AS (DELETE FROM t RETURNING a) SELECT count(*) FROM x' },
    { form: 'TABLESAMPLE', example: 'SELECT count(*) FROM t TABLESAMPLE BERNOULLI (100)' },
    { form: 'ROWS FROM, WITH ORDINALITY', example: 'SELECT * FROM generate_series(5, 7) WITH ORDINALITY AS g(x, n)' },
    { form: 'PIVOT', example: 'PIVOT u ON a IN (1, 2) USING sum(e)' },
    { form: 'UNPIVOT', example: 'UNPIVOT (SELECT 1 AS x, 2 AS y) ON x, y INTO NAME k VALUE v' },
    { form: '* EXCLUDE, REPLACE, RENAME', example: 'SELECT * EXCLUDE (d) REPLACE (upper(b) AS b) FROM t' },
    { form: "COLUMNS('pattern')", example: "SELECT COLUMNS('^[ab]$') FROM t" },
    { form: 'aliases within the select list', example: 'SELECT a + 1 AS x, x * 2 AS y FROM t' },
    { form: 'FOR UPDATE, SHARE', example: 'SELECT a FROM t FOR UPDATE' },
    { form: 'SELECT INTO', example: 'SELECT a INTO copied FROM t' },
    { form: 'SUMMARIZE', example: 'SUMMARIZE t' },
  ],
  Expressions: [
    {
      form: 'CASE, COALESCE, NULLIF, GREATEST, LEAST',
      example: "SELECT CASE WHEN a > 1 THEN 'many' ELSE b END FROM t",
    },
    { form: 'CAST, ::, TRY_CAST', example: "SELECT '12'::integer, CAST(1.5 AS text), TRY_CAST('x' AS integer)" },
    { form: 'IN, ANY, ALL, EXISTS', example: 'SELECT a FROM t WHERE a = ANY (SELECT a FROM u)' },
    { form: 'BETWEEN [SYMMETRIC]', example: 'SELECT 2 BETWEEN SYMMETRIC 3 AND 1' },
    { form: 'LIKE, ILIKE, SIMILAR TO, ~', example: "SELECT b FROM t WHERE b ~ '^t' OR b ILIKE 'O%'" },
    { form: 'IS DISTINCT FROM', example: 'SELECT a FROM t WHERE b IS DISTINCT FROM NULL' },
    { form: 'row values', example: 'SELECT a FROM t WHERE (a, c) < (2, 9)' },
    { form: 'arrays, subscripts, slices', example: 'SELECT ARRAY[1, 2, 3][2], (ARRAY[1, 2, 3])[2:3]' },
    { form: 'structs, fields', example: "SELECT {'x': 1, 'y': 'z'}.y" },
    { form: 'maps', example: "SELECT MAP {'k': 1}['k']" },
    { form: 'lambdas', example: 'SELECT list_transform([1, 2, 3], x -> x * 2)' },
    { form: 'list comprehension', example: 'SELECT [x * 2 FOR x IN [1, 2, 3] IF x > 1]' },
    { form: 'AT TIME ZONE', example: "SELECT TIMESTAMPTZ '2024-06-01 12:00+00' AT TIME ZONE 'Europe/Lisbon'" },
    {
      form: 'EXTRACT, OVERLAY, POSITION, SUBSTRING, TRIM',
      example: "SELECT extract(year FROM d), trim(both 'o' FROM b) FROM t",
    },
    { form: 'COLLATE', example: 'SELECT b FROM t ORDER BY b COLLATE "C"' },
    { form: 'IS JSON', example: "SELECT '{}' IS JSON" },
  ],
  Changes: [
    { form: 'INSERT … VALUES, SELECT, DEFAULT VALUES', example: "INSERT INTO t (a, b) VALUES (4, 'four')" },
    { form: 'INSERT … BY NAME', example: 'INSERT INTO t BY NAME SELECT 9 AS a' },
    {
      form: 'INSERT … ON CONFLICT',
      example: "INSERT INTO t (a, b) VALUES (1, 'x') ON CONFLICT (a) DO UPDATE SET b = excluded.b WHERE t.a < 9",
    },
    { form: 'INSERT OR REPLACE, OR IGNORE', example: "INSERT OR REPLACE INTO t (a, b) VALUES (1, 'x')" },
    { form: 'UPDATE', example: 'UPDATE t SET c = c + 1 WHERE a = 1 RETURNING c' },
    { form: 'UPDATE … FROM', example: 'UPDATE t SET c = u.e FROM u WHERE u.a = t.a AND u.e < 1' },
    { form: 'DELETE', example: 'DELETE FROM t WHERE a = 1 RETURNING *' },
    { form: 'DELETE … USING', example: 'DELETE FROM t USING u WHERE u.a = t.a' },
    {
      form: 'MERGE',
      example:
        "MERGE INTO t USING (VALUES (1, 'x'), (7, 'y')) AS n(a, b) ON t.a = n.a WHEN MATCHED THEN UPDATE SET b = n.b WHEN NOT MATCHED THEN INSERT (a, b) VALUES (n.a, n.b)",
    },
    {
      form: 'MERGE … WHEN NOT MATCHED BY SOURCE, RETURNING',
      example: 'MERGE INTO t USING u ON t.a = u.a AND u.e < 2 WHEN NOT MATCHED BY SOURCE THEN DELETE RETURNING t.a',
    },
    { form: 'TRUNCATE', example: 'TRUNCATE t RESTART IDENTITY CASCADE' },
    { form: 'changes through views', example: "UPDATE v SET b = 'x' WHERE a = 1" },
  ],
  'Tables and their kin': [
    {
      form: 'CREATE TABLE',
      example: 'CREATE TABLE x (a integer PRIMARY KEY, b text NOT NULL UNIQUE, c integer DEFAULT 1 CHECK (c > 0))',
    },
    { form: 'CREATE OR REPLACE TABLE', example: 'CREATE OR REPLACE TABLE u (a integer)' },
    { form: 'CREATE TABLE AS', example: 'CREATE TABLE x AS SELECT a FROM t WITH NO DATA' },
    { form: 'CREATE TABLE … LIKE', example: 'CREATE TABLE x (LIKE t INCLUDING ALL)' },
    { form: 'CREATE TEMPORARY TABLE', example: 'CREATE TEMPORARY TABLE x (a integer)' },
    { form: 'ON COMMIT', example: 'CREATE TEMPORARY TABLE x (a integer) ON COMMIT DROP' },
    { form: 'GENERATED … STORED', example: 'CREATE TABLE x (a integer, b integer GENERATED ALWAYS AS (a * 2) STORED)' },
    {
      form: 'GENERATED … VIRTUAL',
      example: 'CREATE TABLE x (a integer, b integer GENERATED ALWAYS AS (a * 2) VIRTUAL)',
    },
    {
      form: 'GENERATED … AS IDENTITY, serial',
      example: 'CREATE TABLE x (a integer GENERATED BY DEFAULT AS IDENTITY, b serial)',
    },
    {
      form: 'FOREIGN KEY … ON DELETE, ON UPDATE',
      example: 'CREATE TABLE x (a integer REFERENCES t ON DELETE CASCADE ON UPDATE SET NULL)',
    },
    {
      form: 'DEFERRABLE INITIALLY DEFERRED',
      example: 'CREATE TABLE x (a integer REFERENCES t DEFERRABLE INITIALLY DEFERRED)',
    },
    { form: 'EXCLUDE (… WITH =)', example: 'CREATE TABLE x (a integer, EXCLUDE (a WITH =))' },
    { form: 'EXCLUDE USING gist', example: 'CREATE TABLE x (a int4range, EXCLUDE USING gist (a WITH &&))' },
    { form: 'INHERITS', example: 'CREATE TABLE x () INHERITS (t)' },
    { form: 'PARTITION BY', example: 'CREATE TABLE x (a integer) PARTITION BY RANGE (a)' },
    { form: 'ALTER TABLE … ADD, DROP COLUMN', example: 'ALTER TABLE t ADD COLUMN f integer DEFAULT 7, DROP COLUMN d' },
    { form: 'ALTER TABLE … ALTER COLUMN TYPE', example: 'ALTER TABLE t ALTER COLUMN c TYPE text USING c::text' },
    {
      form: 'ALTER TABLE … SET, DROP DEFAULT, NOT NULL',
      example: 'ALTER TABLE u ALTER a SET DEFAULT 0, ALTER a SET NOT NULL',
    },
    { form: 'ALTER TABLE … ADD, DROP CONSTRAINT', example: 'ALTER TABLE u ADD CONSTRAINT positive CHECK (e > 0)' },
    { form: 'ALTER TABLE … RENAME', example: 'ALTER TABLE t RENAME COLUMN b TO name' },
    { form: 'ALTER TABLE … SET SCHEMA', example: 'ALTER TABLE u SET SCHEMA other' },
    { form: 'DROP TABLE', example: 'DROP TABLE IF EXISTS t CASCADE' },
    { form: 'CREATE INDEX', example: 'CREATE INDEX ON t USING btree (b, c DESC)' },
    { form: 'CREATE UNIQUE INDEX', example: 'CREATE UNIQUE INDEX x ON t (b)' },
    { form: 'indexes on expressions, partial indexes', example: 'CREATE INDEX x ON t (lower(b)) WHERE a > 1' },
    { form: 'INCLUDE', example: 'CREATE INDEX x ON t (b) INCLUDE (c)' },
    { form: 'ALTER INDEX … RENAME', example: 'ALTER INDEX t_pkey RENAME TO t_key' },
    { form: 'DROP INDEX', example: 'DROP INDEX IF EXISTS nothing' },
    { form: 'CREATE [OR REPLACE] VIEW', example: 'CREATE OR REPLACE VIEW x AS SELECT a FROM t' },
    { form: 'WITH CHECK OPTION', example: 'CREATE VIEW x AS SELECT a FROM t WHERE a > 1 WITH CHECK OPTION' },
    {
      form: 'CREATE RECURSIVE VIEW',
      example: 'CREATE RECURSIVE VIEW x (n) AS SELECT 1 UNION ALL SELECT n + 1 FROM x WHERE n < 3',
    },
    { form: 'ALTER VIEW', example: 'ALTER VIEW v RENAME TO w' },
    { form: 'DROP VIEW', example: 'DROP VIEW v' },
    { form: 'CREATE MATERIALIZED VIEW', example: 'CREATE MATERIALIZED VIEW x AS SELECT a FROM t' },
    {
      form: 'REFRESH MATERIALIZED VIEW',
      example: 'CREATE MATERIALIZED VIEW x AS SELECT a FROM t; REFRESH MATERIALIZED VIEW x',
    },
    { form: 'CREATE SEQUENCE', example: 'CREATE SEQUENCE x START 10 INCREMENT 5 CYCLE' },
    { form: 'ALTER SEQUENCE', example: 'ALTER SEQUENCE s RESTART WITH 5' },
    { form: 'DROP SEQUENCE', example: 'DROP SEQUENCE s' },
    { form: 'CREATE SCHEMA', example: 'CREATE SCHEMA IF NOT EXISTS x' },
    { form: 'DROP SCHEMA', example: 'DROP SCHEMA other' },
    { form: 'CREATE TYPE … AS ENUM', example: "CREATE TYPE x AS ENUM ('a', 'b')" },
    { form: 'CREATE TYPE … AS (fields)', example: 'CREATE TYPE x AS (a integer, b text)' },
    { form: 'CREATE TYPE … AS RANGE', example: 'CREATE TYPE x AS RANGE (subtype = integer)' },
    { form: 'ALTER TYPE … ADD VALUE', example: "ALTER TYPE mood ADD VALUE 'middling'" },
    { form: 'CREATE DOMAIN', example: 'CREATE DOMAIN x AS integer CHECK (VALUE > 0)' },
    { form: 'DROP TYPE, DROP DOMAIN', example: 'DROP TYPE mood' },
    { form: 'COMMENT ON', example: "COMMENT ON TABLE t IS 'what it holds'" },
  ],
  Routines: [
    {
      form: 'CREATE FUNCTION … LANGUAGE sql',
      example: "CREATE FUNCTION double(x integer) RETURNS integer LANGUAGE sql AS 'SELECT x * 2'; SELECT double(4)",
    },
    {
      form: 'CREATE FUNCTION … RETURNS TABLE',
      example: "CREATE FUNCTION f() RETURNS TABLE (x integer) LANGUAGE sql AS 'SELECT a FROM t'; SELECT * FROM f()",
    },
    { form: 'CREATE FUNCTION … RETURN', example: 'CREATE FUNCTION f(x integer) RETURNS integer RETURN x + 1' },
    { form: 'CREATE PROCEDURE, CALL', example: "CREATE PROCEDURE p() LANGUAGE sql AS 'DELETE FROM u'; CALL p()" },
    { form: 'CREATE MACRO', example: 'CREATE MACRO plus(x, y) AS x + y; SELECT plus(1, 2)' },
    { form: 'DROP FUNCTION, PROCEDURE', example: 'DROP FUNCTION IF EXISTS f(integer)' },
    {
      form: 'CREATE TRIGGER',
      example: 'CREATE TRIGGER x BEFORE INSERT OR UPDATE ON t FOR EACH ROW WHEN (new.a > 0) EXECUTE FUNCTION touch()',
    },
    {
      form: 'INSTEAD OF triggers',
      example: 'CREATE TRIGGER x INSTEAD OF DELETE ON v FOR EACH ROW EXECUTE FUNCTION touch()',
    },
    {
      form: 'REFERENCING',
      example:
        'CREATE TRIGGER x AFTER DELETE ON t REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION touch()',
    },
    { form: 'DO', example: "DO 'BEGIN END'" },
    { form: 'CREATE AGGREGATE', example: 'CREATE AGGREGATE x (integer) (sfunc = int4pl, stype = integer)' },
    {
      form: 'CREATE OPERATOR',
      example: 'CREATE OPERATOR === (leftarg = integer, rightarg = integer, function = int4eq)',
    },
    { form: 'CREATE CAST', example: 'CREATE CAST (integer AS json) WITH INOUT AS ASSIGNMENT' },
    { form: 'CREATE COLLATION', example: "CREATE COLLATION x (locale = 'de')" },
    { form: 'CREATE EXTENSION', example: 'CREATE EXTENSION x' },
    { form: 'CREATE RULE', example: 'CREATE RULE x AS ON INSERT TO t DO NOTHING' },
  ],
  Transactions: [
    { form: 'BEGIN, COMMIT, ROLLBACK', example: 'BEGIN ISOLATION LEVEL REPEATABLE READ; DELETE FROM t; ROLLBACK' },
    { form: 'SAVEPOINT, ROLLBACK TO, RELEASE', example: 'BEGIN; SAVEPOINT x; DELETE FROM t; ROLLBACK TO x; COMMIT' },
    { form: 'SET TRANSACTION', example: 'BEGIN; SET TRANSACTION READ ONLY; COMMIT' },
    { form: 'SET CONSTRAINTS', example: 'BEGIN; SET CONSTRAINTS ALL DEFERRED; COMMIT' },
    { form: 'LOCK', example: 'BEGIN; LOCK TABLE t' },
    { form: 'PREPARE TRANSACTION', example: "BEGIN; PREPARE TRANSACTION 'x'" },
  ],
  Session: [
    { form: 'SET, RESET, SHOW', example: "SET TimeZone = 'UTC'; SHOW TimeZone; RESET TimeZone" },
    { form: 'SET LOCAL', example: "BEGIN; SET LOCAL DateStyle = 'SQL, DMY'; COMMIT" },
    { form: 'USE', example: 'USE other' },
    {
      form: 'PREPARE, EXECUTE, DEALLOCATE',
      example: 'PREPARE x (integer) AS SELECT b FROM t WHERE a = $1; EXECUTE x(1); DEALLOCATE x',
    },
    { form: 'DECLARE, FETCH, MOVE, CLOSE', example: 'BEGIN; DECLARE x CURSOR FOR TABLE t; FETCH 2 FROM x; CLOSE x' },
    {
      form: 'UPDATE, DELETE … WHERE CURRENT OF',
      example: 'BEGIN; DECLARE x CURSOR FOR TABLE t; FETCH x; DELETE FROM t WHERE CURRENT OF x',
    },
    { form: 'SHOW TABLES', example: 'SHOW TABLES' },
    { form: 'DESCRIBE', example: 'DESCRIBE t' },
    { form: 'EXPLAIN', example: 'EXPLAIN SELECT a FROM t WHERE a = 1' },
    { form: 'EXPLAIN (FORMAT JSON)', example: 'EXPLAIN (FORMAT JSON) SELECT a FROM t WHERE a = 1' },
    { form: 'EXPLAIN ANALYZE', example: 'EXPLAIN (ANALYZE, COSTS OFF) SELECT count(*) FROM t' },
    { form: 'ANALYZE', example: 'ANALYZE t' },
    { form: 'VACUUM', example: 'VACUUM t' },
    { form: 'CHECKPOINT', example: 'CHECKPOINT' },
    { form: 'PRAGMA', example: 'PRAGMA table_info(t)' },
    { form: 'DISCARD', example: 'DISCARD ALL' },
    { form: 'LISTEN, NOTIFY', example: 'LISTEN x' },
    { form: 'GRANT, REVOKE', example: 'GRANT SELECT ON t TO PUBLIC' },
    { form: 'CREATE ROLE, USER', example: 'CREATE ROLE x' },
    { form: 'ATTACH, DETACH', example: "ATTACH 'file.db' AS x" },
    { form: 'INSTALL, LOAD', example: "LOAD 'x'" },
  ],
  Files: [
    { form: 'COPY … FROM STDIN', example: 'COPY u FROM STDIN;\n7\t0.25\n\\.\n' },
    { form: 'COPY … TO STDOUT', example: 'COPY (SELECT a FROM t) TO STDOUT (FORMAT csv, HEADER)' },
    { form: 'COPY … FROM PROGRAM', example: "COPY u FROM PROGRAM 'ls'" },
    { form: 'COPY … (FORMAT binary)', example: 'COPY u TO STDOUT (FORMAT binary)' },
    { form: 'EXPORT DATABASE, IMPORT DATABASE', example: "EXPORT DATABASE 'x'" },
  ],
}
