/**
 * Benchmarks, each peer in its own process, the peers taking turns, answers compared, medians with spread and ratios:
 *
 *   npm run bench -- [tpch] [--scale 0.1] [--queries 1,6,18]
 *   npm run bench -- micro [--rows 1000000]
 *   npm run bench -- clickbench [--rows 1000000]
 *   npm run bench -- h2oai [--rows 1000000]
 *   npm run bench -- oltp
 *   npm run bench -- load
 *   npm run bench -- files [--scale 0.1]        CSV and Parquet in and out, bytes per row
 *   npm run bench -- objects
 *   npm run bench -- start
 *   npm run bench -- corpora [tpcds,job,clickbench,h2oai] [--scale 1] [--queries 17] [--keyed]      beside PostgreSQL alone
 *
 * and for all: [--rounds 5] [--peers duckdb,chdb] [--timeout 120] [--threads 1]. A peer that does not install or start is left
 * out, which the output says. Prints Markdown; `--write` puts it into bench/RESULTS.md too, in place of what the same suite
 * wrote before.
 */
import { execFileSync } from 'node:child_process'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { corpora } from './corpora.ts'
import { installPeers, tpchData } from './data.ts'
import { PeerProcess } from './peer.ts'
import { writeResults } from './results.ts'
import { start } from './start.ts'
import { type QuerySuite, runSuite } from './suite.ts'
import { clickbenchSuite } from './suites/clickbench.ts'
import { files } from './suites/files.ts'
import { h2oaiSuite } from './suites/h2oai.ts'
import { microSuite } from './suites/micro.ts'
import { objects } from './suites/objects.ts'
import { bulk, oltp, runTasks } from './suites/tasks.ts'
import { tpchSuite } from './suites/tpch.ts'

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    scale: { type: 'string' },
    rows: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '5' },
    peers: { type: 'string' },
    queries: { type: 'string' },
    timeout: { type: 'string', default: '120' },
    execution: { type: 'string' },
    threads: { type: 'string', default: '1' },
    keyed: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
})
const suite = positionals[0] ?? 'tpch'
const rounds = Number(options.rounds)
const rows = Number(options.rows)
const timeout = Number(options.timeout) * 1000
const chosen = options.queries?.split(',').map(Number)

async function withPeers(defaults: string, run: (peers: PeerProcess[]) => Promise<string>): Promise<string> {
  const names = ['colonnade', ...(options.peers ?? defaults).split(',').filter((name) => name !== '')]
  const environment = {
    BENCH_THREADS: options.threads,
    ...(options.execution ? { BENCH_EXECUTION: options.execution } : {}),
  }
  const all = await Promise.all(names.map((name) => PeerProcess.start(name, name, environment)))
  const report = await run(all.filter((peer) => peer.failure === undefined))
  const left = all.flatMap(({ name, failure }) => (failure === undefined ? [] : `Left out: ${name} (${failure}).`))
  for (const peer of all) peer.stop()
  return [report, ...left].join('\n\n')
}

async function queries(suite: QuerySuite | undefined, defaults: string): Promise<string> {
  if (suite === undefined) return 'Skipped: its queries are read from ../shared/corpora, which is not here.'
  suite.make()
  const threads = `${options.threads} thread${options.threads === '1' ? '' : 's'}`
  const titled = { ...suite, title: `${suite.title}, ${threads}` }
  return withPeers(defaults, (peers) => runSuite(titled, peers, { rounds, timeout, chosen }))
}

const suites: Readonly<Record<string, () => Promise<string>>> = {
  tpch: async () => queries(await tpchSuite(Number(options.scale ?? 0.1)), 'duckdb,better-sqlite3,alasql'),
  micro: () =>
    queries(
      microSuite(rows),
      rows > 1e6 ? 'duckdb,chdb,polars' : 'duckdb,chdb,polars,better-sqlite3,sql.js,pglite,arquero',
    ),
  clickbench: () => queries(clickbenchSuite(rows), 'duckdb,chdb'),
  h2oai: () => queries(h2oaiSuite(rows), 'duckdb,chdb,polars'),
  oltp: () => withPeers('better-sqlite3', (peers) => runTasks(oltp, peers, rounds, timeout)),
  objects: () => withPeers('duckdb', (peers) => objects(peers, rounds, timeout)),
  start: async () => start(rounds),
  load: () => withPeers('better-sqlite3', (peers) => runTasks(bulk, peers, rounds, timeout)),
  files: async () => {
    const scale = Number(options.scale ?? 0.1)
    const data = await tpchData(scale)
    return withPeers('duckdb', (peers) => files(data, scale, peers, rounds, timeout))
  },
  corpora: () =>
    corpora({
      sets: (positionals[1] ?? 'tpcds,job,clickbench,h2oai').split(','),
      size: Number(options.scale ?? 1),
      rounds,
      queries: options.queries ?? '',
      keyed: options.keyed,
    }),
}

if (!(suite in suites)) {
  console.error(`no suite "${suite}": ${Object.keys(suites).join(', ')}`)
  process.exit(1)
}
if (suite !== 'corpora')
  execFileSync('npm', ['run', '--silent', 'build:if-needed'], {
    cwd: join(import.meta.dirname, '..'),
    stdio: 'inherit',
  })
installPeers()
const report = await suites[suite]()
console.log(report)
if (options.write) {
  const words = process.argv.slice(2).filter((word) => word !== '--write')
  const machine = `${cpus()[0].model}, ${cpus().length} cores, Node ${process.version}`
  writeResults(report, `${machine}; \`npm run bench -- ${words.join(' ')}\``)
}
process.exit(0)
