/** The forms of statements, for `\\h`. */
export const synopses: readonly string[] = `
ALTER INDEX name RENAME TO new_name
ALTER SCHEMA name RENAME TO new_name
ALTER SEQUENCE name [ RESTART [ WITH n ] ] [ INCREMENT BY n ] [ MINVALUE n ] [ MAXVALUE n ] [ OWNED BY table.column ]
ALTER TABLE name ADD [ COLUMN ] column type [ constraint … ] | DROP [ COLUMN ] column [ CASCADE ] | ALTER column SET DEFAULT e | ALTER column TYPE type [ USING e ] | ADD constraint | RENAME TO name | RENAME column TO name
ALTER TYPE name ADD VALUE 'label' [ BEFORE | AFTER 'label' ] | RENAME TO name
ALTER VIEW name RENAME TO new_name
ANALYZE [ table [ ( column, … ) ] ]
BEGIN [ ISOLATION LEVEL … ] [ READ WRITE | READ ONLY ]
CALL procedure ( [ argument, … ] )
CLOSE cursor | ALL
COMMENT ON TABLE | COLUMN | VIEW | … name IS 'text' | NULL
COMMIT [ AND CHAIN ]
COPY table [ ( column, … ) ] FROM 'file' | STDIN [ ( FORMAT csv, HEADER, … ) ] [ WHERE condition ]
COPY table [ ( column, … ) ] | ( query ) TO 'file' | STDOUT [ ( FORMAT parquet, PARTITION_BY ( column, … ), … ) ]
CREATE AGGREGATE name ( type, … ) ( SFUNC = f, STYPE = type [ , FINALFUNC = f ] [ , INITCOND = 'x' ] )
CREATE DOMAIN name AS type [ DEFAULT e ] [ NOT NULL ] [ CHECK ( condition ) ]
CREATE [ OR REPLACE ] FUNCTION name ( [ argument type [ DEFAULT e ], … ] ) RETURNS type LANGUAGE sql AS 'body' | RETURN e | BEGIN ATOMIC … END
CREATE [ UNIQUE ] INDEX [ IF NOT EXISTS ] [ name ] ON table [ USING btree | hash ] ( column | ( e ) [ ASC | DESC ], … ) [ WHERE condition ]
CREATE [ OR REPLACE ] MACRO name ( [ parameter [ := default ], … ] ) AS e | TABLE query
CREATE MATERIALIZED VIEW [ IF NOT EXISTS ] name AS query
CREATE [ OR REPLACE ] PROCEDURE name ( [ argument type, … ] ) LANGUAGE sql AS 'body'
CREATE SCHEMA [ IF NOT EXISTS ] name
CREATE SEQUENCE [ IF NOT EXISTS ] name [ INCREMENT BY n ] [ START WITH n ] [ CYCLE ]
CREATE [ OR REPLACE ] [ TEMP ] TABLE [ IF NOT EXISTS ] name ( column type [ constraint … ], … [ , table_constraint, … ] ) | AS query
CREATE [ OR REPLACE ] TRIGGER name BEFORE | AFTER | INSTEAD OF event [ OR … ] ON table [ FOR EACH ROW | STATEMENT ] [ WHEN ( condition ) ] EXECUTE FUNCTION f ()
CREATE TYPE name AS ENUM ( 'label', … ) | ( field type, … ) | RANGE ( SUBTYPE = type )
CREATE [ OR REPLACE ] [ TEMP ] VIEW name [ ( column, … ) ] AS query
DEALLOCATE name | ALL
DECLARE name [ SCROLL ] CURSOR [ WITH HOLD ] FOR query
DELETE FROM table [ AS alias ] [ USING item, … ] [ WHERE condition ] [ RETURNING e, … ]
DESCRIBE table | query
DROP TABLE | VIEW | INDEX | SEQUENCE | SCHEMA | TYPE | DOMAIN | FUNCTION | MACRO | TRIGGER [ IF EXISTS ] name, … [ CASCADE ]
EXECUTE name [ ( argument, … ) ]
EXPLAIN [ ( ANALYZE, FORMAT TEXT | JSON, RULES ) ] statement
FETCH [ NEXT | PRIOR | FIRST | LAST | ABSOLUTE n | n | ALL ] FROM cursor
FROM item [ … ] [ SELECT e, … ]
INSERT [ OR REPLACE | OR IGNORE ] INTO table [ ( column, … ) | BY NAME ] VALUES ( e, … ), … | query [ ON CONFLICT [ ( column, … ) ] DO NOTHING | DO UPDATE SET column = e, … ] [ RETURNING e, … ]
MERGE INTO table USING item ON condition WHEN MATCHED [ AND condition ] THEN UPDATE SET … | DELETE | DO NOTHING WHEN NOT MATCHED THEN INSERT …
MOVE [ direction ] FROM cursor
PIVOT item ON column [ IN ( value, … ) ] USING aggregate ( e ), … [ GROUP BY column, … ]
PREPARE name [ ( type, … ) ] AS statement
REFRESH MATERIALIZED VIEW name
RELEASE SAVEPOINT name
RESET setting | ALL
ROLLBACK [ TO SAVEPOINT name ]
SAVEPOINT name
SELECT [ DISTINCT [ ON ( e, … ) ] ] e [ AS name ], … [ FROM item, … ] [ WHERE condition ] [ GROUP BY e, … | ALL ] [ HAVING condition ] [ WINDOW name AS ( … ) ] [ QUALIFY condition ] [ UNION | INTERSECT | EXCEPT [ ALL ] query ] [ ORDER BY e [ ASC | DESC ] [ NULLS FIRST | LAST ], … ] [ LIMIT n ] [ OFFSET n ]
SET [ LOCAL ] setting = value
SET TRANSACTION ISOLATION LEVEL … | READ ONLY
SHOW setting | ALL | TABLES
SUMMARIZE table | query
TABLE name
TRUNCATE table, … [ RESTART IDENTITY ] [ CASCADE ]
UNPIVOT item ON column, … INTO NAME column VALUE column
UPDATE table [ AS alias ] SET column = e, … [ FROM item, … ] [ WHERE condition ] [ RETURNING e, … ]
VACUUM [ table ]
VALUES ( e, … ), … [ ORDER BY … ] [ LIMIT n ]
WITH [ RECURSIVE ] name [ ( column, … ) ] AS ( query ), … statement`
  .trim()
  .split('\n')

const optionalPart = /\[[^[\]]*(?:\[[^[\]]*\][^[\]]*)*\] /g

/** The synopses of statements that begin with the words; longer words than there are leave their ends out. */
export function synopsesOf(words: readonly string[]): readonly string[] {
  for (let count = words.length; count > 0; count--) {
    const start = words.slice(0, count).join(' ').toUpperCase()
    const found = synopses.filter((synopsis) => `${synopsis.replace(optionalPart, '')} `.startsWith(`${start} `))
    if (found.length > 0) return found
  }
  return []
}

/** What each statement begins with. */
export function statementNames(): string[] {
  const heads = synopses.map((synopsis) => /^(?:[A-Z]+(?: |$))+/.exec(synopsis.replace(optionalPart, ''))![0].trim())
  return [...new Set(heads)]
}
