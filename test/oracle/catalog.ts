/**
 * Says which functions, operators and casts of a PostgreSQL at hand Colonnade does not resolve, by calling each with typed
 * NULLs: `npx tsx test/oracle/catalog.ts DATABASE`. Connection options are psql's own (PGHOST, PGUSER).
 */
import { execFileSync } from 'node:child_process'
import { Database, SqlError } from '../../src/index.ts'

const queries = {
  functions: `SELECT proname, prokind, proretset, coalesce((SELECT string_agg(format_type(a, NULL), ',' ORDER BY n)
    FROM unnest(proargtypes) WITH ORDINALITY u(a, n)), '') FROM pg_proc
    WHERE pronamespace = 'pg_catalog'::regnamespace AND prokind <> 'p'
    AND NOT 'internal'::regtype = ANY (proargtypes) AND NOT 'cstring'::regtype = ANY (proargtypes)
    AND prorettype::regtype::text !~ 'internal|cstring|trigger|handler' ORDER BY 1, 4`,
  operators: `SELECT oprname, CASE WHEN oprleft = 0 THEN '' ELSE format_type(oprleft, NULL) END, format_type(oprright, NULL)
    FROM pg_operator WHERE oprnamespace = 'pg_catalog'::regnamespace ORDER BY 2, 1, 3`,
  casts: 'SELECT format_type(castsource, NULL), format_type(casttarget, NULL) FROM pg_cast ORDER BY 1, 2',
} as const

/** What stands for a polymorphic type in a call. */
const examples: Readonly<Record<string, string>> = {
  anyelement: 'NULL::integer',
  anyarray: 'NULL::integer[]',
  anynonarray: 'NULL::integer',
  anycompatible: 'NULL::integer',
  anycompatiblearray: 'NULL::integer[]',
  anycompatiblenonarray: 'NULL::integer',
  anyrange: 'NULL::int4range',
  anymultirange: 'NULL::int4multirange',
  '"any"': 'NULL::integer',
  record: "ROW(1, 'a')",
}

function example(type: string): string {
  return examples[type] ?? `NULL::${type}`
}

function rows(sql: string, database: string): string[][] {
  const text = execFileSync('psql', ['-XAt', '-F', '\t', '-d', database, '-c', sql], {
    encoding: 'utf8',
    maxBuffer: 1e8,
  })
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t'))
}

function functionCall([name, kind, isSet, args]: readonly string[]): string {
  const call = `"${name}"(${args === '' ? '' : args.split(',').map(example).join(', ')})`
  return isSet === 't' ? `SELECT * FROM ${call}` : `SELECT ${call}${kind === 'w' ? ' OVER ()' : ''}`
}

const calls: { readonly [what in keyof typeof queries]: (row: readonly string[]) => string } = {
  functions: functionCall,
  operators: ([symbol, left, right]) =>
    `SELECT ${left === '' ? '' : `${example(left)} `}OPERATOR(pg_catalog.${symbol}) ${example(right)}`,
  casts: ([from, to]) => `SELECT CAST(NULL::${from} AS ${to})`,
}

const missing: ReadonlySet<string> = new Set(['42883', '0A000', '42846', '42704'])
const database = process.argv[2] ?? 'postgres'
const db = new Database()
for (const what of Object.keys(queries) as (keyof typeof queries)[]) {
  const lines: string[] = []
  const listed = rows(queries[what], database)
  for (const row of listed) {
    const sql = calls[what](row)
    try {
      db.query(sql)
    } catch (error) {
      if (error instanceof SqlError && missing.has(error.code)) lines.push(`  ${error.code} ${sql}`)
    }
  }
  console.log(`${what}: ${listed.length - lines.length} of ${listed.length}\n${lines.join('\n')}`)
}
