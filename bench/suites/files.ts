/**
 * Loading files: each of TPC-H's tables from CSV into a table with and without its keys, lineitem from and to Parquet, queries
 * over the file itself; and how many bytes a row of each table takes then. After each load, row counts and sums over every
 * column are compared.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TpchData, tpchTables } from '../data.ts'
import { firstMismatch, type Measurement, summary, table } from '../measure.ts'
import type { PeerProcess } from '../peer.ts'
import type { Cell } from '../protocol.ts'

interface Load {
  readonly name: string
  /** Statements before, whose time does not count. */
  readonly before: readonly string[]
  /** What is timed; `{peer}` stands for the peer's name. */
  readonly timed: string
  /** What must be the same for all peers afterwards. */
  readonly check: string
}

export async function files(
  data: TpchData,
  scale: number,
  peers: readonly PeerProcess[],
  rounds: number,
  timeout: number,
): Promise<string> {
  const names = peers.map((peer) => peer.name)
  const definitions = tableDefinitions(data)
  const parquet = join(data.directory, 'lineitem.parquet')
  const csv = (name: string): string =>
    `'${join(data.directory, `${name}.csv`)}' (FORMAT csv, DELIMITER '|', HEADER false)`
  const check = (name: string): string => checksum(name, definitions.get(name)!)
  const made = (definition: string): string[] => ['DROP TABLE IF EXISTS loaded', definition]
  const inLoaded = (name: string, withKeys: boolean): Load => {
    const definition = definitions.get(name)!.replace(`TABLE ${name} `, 'TABLE loaded ')
    return {
      name: `${name}.csv${withKeys ? '' : ', no keys'}`,
      before: made(withKeys ? definition : withoutKeys(definition)),
      timed: `COPY loaded FROM ${csv(name)}`,
      check: check(name).replace(` FROM ${name}`, ' FROM loaded'),
    }
  }
  const lineitem = withoutKeys(definitions.get('lineitem')!).replace('TABLE lineitem ', 'TABLE loaded ')
  const checkLoaded = check('lineitem').replace(' FROM lineitem', ' FROM loaded')
  const loads: Load[] = [
    inLoaded('lineitem', false),
    ...tpchTables.map((name) => inLoaded(name, true)),
    {
      name: "count(*) FROM 'lineitem.csv'",
      before: [],
      timed: `SELECT count(*) FROM '${join(data.directory, 'lineitem.csv')}'`,
      check: `SELECT count(*) FROM '${join(data.directory, 'lineitem.csv')}'`,
    },
    {
      name: 'lineitem to Parquet',
      before: [...made(lineitem), `COPY loaded FROM ${csv('lineitem')}`],
      timed: `COPY loaded TO '${parquet}.{peer}' (FORMAT parquet, COMPRESSION snappy)`,
      check: `SELECT count(*), sum(l_extendedprice), min(l_shipdate), max(l_comment) FROM read_parquet('${parquet}.{peer}')`,
    },
    {
      name: 'lineitem.parquet',
      before: made(lineitem),
      timed: `INSERT INTO loaded SELECT * FROM read_parquet('${parquet}.duckdb')`,
      check: checkLoaded,
    },
  ]
  const measurements: Measurement[] = []
  for (const load of loads) {
    if (load.name === 'lineitem.parquet' && !existsSync(`${parquet}.duckdb`)) continue
    measurements.push(await measureLoad(load, peers, rounds, timeout))
    console.error(`${load.name} measured`)
  }
  return [
    table(`Files of TPC-H, scale ${scale}`, measurements, names),
    await bytesPerRow(definitions, csv, peers, timeout),
  ].join('\n\n')
}

async function measureLoad(
  load: Load,
  peers: readonly PeerProcess[],
  rounds: number,
  timeout: number,
): Promise<Measurement> {
  const times = new Map<string, number[]>(peers.map(({ name }) => [name, []]))
  const missing = new Map<string, string>()
  const answers: { name: string; rows: readonly (readonly Cell[])[] }[] = []
  for (let round = 0; round < rounds; round++) {
    for (const peer of peers) {
      if (missing.has(peer.name)) continue
      const ask = async (sql: string, wantRows = false) => {
        const response = await peer.ask(
          { kind: 'run', sql: sql.replaceAll('{peer}', peer.name), wantRows },
          timeout * 5,
        )
        if (response.kind === 'failed') missing.set(peer.name, response.message)
        return response.kind === 'failed' ? undefined : response
      }
      for (const sql of load.before) await ask(sql)
      const response = await ask(load.timed)
      if (response) times.get(peer.name)!.push(response.milliseconds)
      const rows = round === 0 ? (await ask(load.check, true))?.rows : undefined
      if (rows) answers.push({ name: peer.name, rows })
    }
  }
  const figures = new Map(
    peers.map(({ name }) => {
      const reason = missing.get(name)
      return [name, reason === undefined ? summary(times.get(name)!) : { missing: reason }] as const
    }),
  )
  return { item: load.name, figures, mismatch: answers.length > 1 ? firstMismatch(answers) : undefined }
}

/** Bytes that a table of its own takes in memory, without keys, per row, as each database counts them. */
async function bytesPerRow(
  definitions: ReadonlyMap<string, string>,
  csv: (name: string) => string,
  peers: readonly PeerProcess[],
  timeout: number,
): Promise<string> {
  const lines = [
    '### Bytes per row',
    '',
    `| | ${peers.map(({ name }) => name).join(' | ')} | ratio |`,
    `|---|${peers.map(() => '--:|').join('')}--:|`,
  ]
  for (const name of tpchTables.filter((each) => each !== 'region' && each !== 'nation')) {
    const bytes: number[] = []
    for (const peer of peers) {
      const ask = (sql: string, wantRows = false) => peer.ask({ kind: 'run', sql, wantRows }, timeout * 5)
      const size = async (): Promise<number> => {
        const response = await peer.ask({ kind: 'task', name: 'memory', size: 0 }, timeout)
        return response.kind === 'done' ? response.milliseconds : Number.NaN
      }
      await ask('DROP TABLE IF EXISTS loaded')
      const before = await size()
      await ask(withoutKeys(definitions.get(name)!).replace(`TABLE ${name} `, 'TABLE loaded '))
      await ask(`COPY loaded FROM ${csv(name)}`)
      const counted = await ask('SELECT count(*) FROM loaded', true)
      const rows = counted.kind === 'done' ? Number(counted.rows?.[0][0]) : Number.NaN
      bytes.push(((await size()) - before) / rows)
      await ask('DROP TABLE IF EXISTS loaded')
    }
    const ratio = bytes.length > 1 ? (bytes[0] / bytes[1]).toFixed(2) : '–'
    lines.push(`| ${name} | ${bytes.map((value) => value.toFixed(1)).join(' | ')} | ${ratio} |`)
  }
  return lines.join('\n')
}

/** The schema's CREATE TABLE statements by table. */
function tableDefinitions({ schema }: TpchData): Map<string, string> {
  const statements = readFileSync(schema, 'utf8').split(/;\s*/)
  return new Map(
    statements.flatMap((sql) => {
      const name = /^CREATE TABLE (\w+)/.exec(sql)?.[1]
      return name === undefined ? [] : [[name, sql] as const]
    }),
  )
}

function withoutKeys(definition: string): string {
  return definition.replace(/, PRIMARY KEY \([^)]*\)/, '')
}

/** Counts rows and adds up each column: numbers, lengths of texts, bounds of dates. */
function checksum(name: string, definition: string): string {
  const sums = [...definition.matchAll(/(\w+) (INTEGER|VARCHAR|DATE|DECIMAL)/g)].map(([, column, type]) => {
    if (type === 'VARCHAR') return `sum(length(${column})), min(${column}), max(${column})`
    return type === 'DATE' ? `min(${column}), max(${column})` : `sum(${column})`
  })
  return `SELECT count(*), ${sums.join(', ')} FROM ${name}`
}
