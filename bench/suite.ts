/** A suite that is tables and queries: every peer loads the tables, then each query is run by all of them in turn. */
import { firstRunsTable, type Item, type Measurement, measure, table } from './measure.ts'
import type { PeerProcess } from './peer.ts'

export interface QuerySuite {
  readonly title: string
  readonly data: { readonly directory: string; readonly schema: string; readonly tables: readonly string[] }
  /** Makes the data when it is not there. */
  make(): void
  /** Whether first runs are told, too. */
  readonly firstRuns?: boolean
  readonly queries: readonly (readonly [name: string, sql: string])[]
}

export interface SuiteOptions {
  readonly rounds: number
  readonly timeout: number
  /** Which queries, by their number from 1; all when not given. */
  readonly chosen?: readonly number[]
}

/** Loads the suite's tables; peers that cannot are left out by their first query. */
export async function load(
  data: QuerySuite['data'],
  peers: readonly PeerProcess[],
  timeout: number,
): Promise<Measurement> {
  const figures = new Map()
  for (const peer of peers) {
    const response = await peer.ask({ kind: 'load', ...data }, timeout)
    const { milliseconds } = response.kind === 'done' ? response : { milliseconds: 0 }
    figures.set(
      peer.name,
      response.kind === 'done'
        ? { median: milliseconds, low: milliseconds, high: milliseconds }
        : { missing: response.message },
    )
    if (response.kind === 'failed') {
      console.error(`${peer.name} did not load: ${response.message}`)
      peer.fail(`did not load: ${response.message}`)
    } else console.error(`${peer.name} loaded in ${(milliseconds / 1000).toFixed(1)} s`)
  }
  return { item: 'load', figures }
}

export async function runSuite(
  suite: QuerySuite,
  peers: readonly PeerProcess[],
  { rounds, timeout, chosen }: SuiteOptions,
): Promise<string> {
  suite.make()
  const names = peers.map((peer) => peer.name)
  const loads = await load(suite.data, peers, timeout * 10)
  const measurements: Measurement[] = []
  for (const [i, [name, sql]] of suite.queries.entries()) {
    if (chosen !== undefined && !chosen.includes(i + 1)) continue
    const item: Item = { name, request: { kind: 'run', item: name, sql, wantRows: false }, check: definite(sql) }
    const measurement = await measure(item, peers, rounds, timeout)
    measurements.push(measurement)
    const [us, ...others] = measurement.figures.values()
    const best = Math.min(...others.map((figures) => ('median' in figures ? figures.median : Infinity)))
    const ratio = 'median' in us ? (us.median / best).toFixed(2) : us.missing
    console.error(`${name}: ${ratio}${measurement.mismatch ? ` ✗ ${measurement.mismatch}` : ''}`)
  }
  const sections = [table(suite.title, measurements, names), table('Load', [loads], names, 3)]
  if (suite.firstRuns) sections.splice(1, 0, firstRunsTable(measurements, names))
  return sections.join('\n\n')
}

/** The query with an order that leaves nothing open, for comparing answers: a LIMIT may cut through rows that ORDER BY does not tell apart. */
function definite(sql: string): ((width: number) => string) | undefined {
  const found = /^(.*?)( ORDER BY (?!.*ORDER BY).*?)?( LIMIT \d+.*?);?\s*$/s.exec(sql)
  if (!found) return undefined
  const [, body, order, limit] = found
  return (width) => {
    const all = Array.from({ length: width }, (_, i) => i + 1).join(', ')
    return `${body}${order ? `${order}, ` : ' ORDER BY '}${all}${limit}`
  }
}
