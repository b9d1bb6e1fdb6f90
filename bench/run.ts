/**
 * Benchmarks, each peer in its own process, the peers taking turns, answers compared, medians with spread and ratios:
 *
 *   npm run bench -- [tpch] [--scale 0.1] [--rounds 5] [--peers duckdb,better-sqlite3,alasql] [--queries 1,6,18] [--timeout 60]
 *   npm run bench -- oltp [--rounds 5]
 *   npm run bench -- load [--rounds 3]
 *   npm run bench -- start [--rounds 20]
 *
 * Prints Markdown; `--write` puts it into bench/RESULTS.md too.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { installPeers, tpchData, tpchTables } from './data.ts'
import { type Item, type Measurement, measure, table } from './measure.ts'
import { PeerProcess } from './peer.ts'
import { start } from './start.ts'

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    scale: { type: 'string', default: '0.1' },
    rounds: { type: 'string', default: '5' },
    peers: { type: 'string' },
    queries: { type: 'string' },
    timeout: { type: 'string', default: '120' },
    execution: { type: 'string' },
    threads: { type: 'string', default: '1' },
    write: { type: 'boolean', default: false },
  },
})
const suite = positionals[0] ?? 'tpch'
const rounds = Number(options.rounds)
const timeout = Number(options.timeout) * 1000

async function startPeers(defaults: string): Promise<PeerProcess[]> {
  const names = ['colonnade', ...(options.peers ?? defaults).split(',').filter((name) => name !== '')]
  const environment = {
    BENCH_THREADS: options.threads,
    ...(options.execution ? { BENCH_EXECUTION: options.execution } : {}),
  }
  return Promise.all(names.map((name) => PeerProcess.start(name, name, environment)))
}

async function tpch(): Promise<string> {
  const scale = Number(options.scale)
  const data = await tpchData(scale)
  const peers = await startPeers('duckdb,better-sqlite3,alasql')
  const load: Item = {
    name: 'load',
    request: { kind: 'load', directory: data.directory, schema: data.schema, tables: tpchTables },
  }
  const measurements: Measurement[] = []
  const loads = new Map()
  for (const peer of peers) {
    const response = await peer.ask(load.request, timeout * 5)
    loads.set(
      peer.name,
      response.kind === 'done'
        ? { median: response.milliseconds, low: response.milliseconds, high: response.milliseconds }
        : { missing: response.message },
    )
    if (response.kind === 'failed') console.error(`${peer.name} did not load: ${response.message}`)
  }
  const chosen = options.queries?.split(',').map(Number) ?? data.queries.map((_, i) => i + 1)
  for (const number of chosen) {
    const item: Item = { name: `Q${number}`, request: { kind: 'run', sql: data.queries[number - 1], wantRows: false } }
    measurements.push(await measure(item, peers, rounds, timeout))
    console.error(`Q${number} measured`)
  }
  for (const peer of peers) peer.stop()
  const names = peers.map((peer) => peer.name)
  const title = `TPC-H-like queries, scale ${scale}, DuckDB on ${options.threads} thread${options.threads === '1' ? '' : 's'}`
  return `${table(title, measurements, names)}\n\n${table('Load from CSV', [{ item: 'load', figures: loads }], names)}`
}

async function tasks(title: string, items: readonly (readonly [task: string, size: number])[]): Promise<string> {
  const peers = await startPeers('better-sqlite3')
  for (const peer of peers) await peer.ask({ kind: 'task', name: 'setup', size: 100_000 }, timeout)
  const measurements: Measurement[] = []
  for (const [name, size] of items) {
    measurements.push(
      await measure({ name: `${name} ${size}`, request: { kind: 'task', name, size } }, peers, rounds, timeout),
    )
  }
  for (const peer of peers) peer.stop()
  return table(
    title,
    measurements,
    peers.map((peer) => peer.name),
  )
}

const suites: Readonly<Record<string, () => Promise<string>>> = {
  tpch,
  oltp: () =>
    tasks('By key, through prepared statements', [
      ['lookup', 200_000],
      ['insert-rows', 100_000],
      ['update', 100_000],
      ['delete', 100_000],
    ]),
  start: async () => start(rounds),
  load: () =>
    tasks('Bulk insert', [
      ['insert-objects', 1_000_000],
      ['insert-columns', 1_000_000],
    ]),
}

if (!(suite in suites)) {
  console.error(`no suite "${suite}": ${Object.keys(suites).join(', ')}`)
  process.exit(1)
}
installPeers()
const report = await suites[suite]()
console.log(report)
if (options.write) {
  const path = join(import.meta.dirname, 'RESULTS.md')
  const head = `# Results\n\nRatios are our median over the peer's, in one run: lower is better. Figures derived from TPC-H's data and queries are not TPC-H results.\n`
  const body = existsSync(path) ? readFileSync(path, 'utf8') : head
  const section = `\n${report}\n\n${cpus()[0].model}, ${cpus().length} cores, Node ${process.version}; \`npm run bench -- ${process.argv
    .slice(2)
    .filter((word) => word !== '--write')
    .join(' ')}\`\n`
  writeFileSync(path, body + section)
}
process.exit(0)
