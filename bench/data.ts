/** Installs the peers and makes the data when a benchmark first asks for them. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const here = import.meta.dirname

export const tpchTables: readonly string[] = [
  'region',
  'nation',
  'supplier',
  'customer',
  'part',
  'partsupp',
  'orders',
  'lineitem',
]

/** Peers are native or large, so they have a package of their own. */
export function installPeers(): void {
  if (existsSync(join(here, 'node_modules', '@duckdb'))) return
  console.error('installing the peers …')
  execFileSync('npm', ['install', '--no-package-lock', '--no-audit', '--no-fund'], {
    cwd: here,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}

export interface TpchData {
  readonly directory: string
  readonly schema: string
  readonly queries: readonly string[]
}

/** TPC-H's tables as `|`-separated files, its schema and its 22 queries, made by DuckDB's extension. */
export async function tpchData(scale: number): Promise<TpchData> {
  const directory = join(here, 'data', `tpch-${scale}`)
  const schema = join(directory, 'schema.sql')
  const packageName = 'duckdb-tpch'
  const { DuckDBInstance } = await import(packageName)
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  await connection.run('LOAD tpch')
  if (!existsSync(schema)) {
    console.error(`making TPC-H data at scale ${scale} …`)
    mkdirSync(directory, { recursive: true })
    await connection.run(`CALL dbgen(sf = ${scale})`)
    for (const table of tpchTables) {
      await connection.run(`COPY ${table} TO '${join(directory, `${table}.csv`)}' (DELIMITER '|', HEADER false)`)
    }
    writeFileSync(schema, await schemaText(connection))
  }
  const rows = (await connection.runAndReadAll('FROM tpch_queries() ORDER BY query_nr')).getRows()
  return { directory, schema, queries: rows.map((row: unknown[]) => String(row[1])) }
}

const keys: Readonly<Record<string, string>> = {
  region: 'r_regionkey',
  nation: 'n_nationkey',
  supplier: 's_suppkey',
  customer: 'c_custkey',
  part: 'p_partkey',
  partsupp: 'ps_partkey, ps_suppkey',
  orders: 'o_orderkey',
  lineitem: 'l_orderkey, l_linenumber',
}

/** The same tables for every peer, with TPC-H's primary keys; keys of 32 bits, which all scales below 300 need no more than. */
async function schemaText(connection: {
  runAndReadAll(sql: string): Promise<{ getRows(): unknown[][] }>
}): Promise<string> {
  const statements: string[] = []
  for (const table of tpchTables) {
    const rows = (await connection.runAndReadAll(`DESCRIBE ${table}`)).getRows()
    const columns = rows.map(([name, type]) => `${name} ${String(type).replace('BIGINT', 'INTEGER')} NOT NULL`)
    statements.push(`CREATE TABLE ${table} (${columns.join(', ')}, PRIMARY KEY (${keys[table]}));`)
  }
  return `${statements.join('\n')}\n`
}
