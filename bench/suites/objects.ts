/** 100,000 rows to JavaScript objects, by the types of their columns: the query runs and every row arrives as an object. */
import { type Measurement, measure, table } from '../measure.ts'
import type { PeerProcess } from '../peer.ts'

const rows = 100_000

/** Tables by name: a select list over the number `i`; every seventh value or so is NULL. */
const shapes: Readonly<Record<string, string>> = {
  integers: 'i::integer AS a, (i % 1000)::integer AS b, nullif(i % 7, 0)::integer AS c, (i % 100)::smallint AS d',
  bigints: 'i::bigint AS a, i::bigint * 1000003 AS b, nullif(i % 7, 0)::bigint AS c',
  doubles: 'i / 3.0::double precision AS a, i::double precision AS b, nullif(i % 7, 0)::double precision AS c',
  decimals: '(i / 100.0)::numeric(10, 2) AS a, (i * 1.5)::numeric(18, 4) AS b, nullif(i % 7, 0)::numeric(8, 2) AS c',
  texts: "'word ' || (i % 50) AS a, 'a text of its own ' || i AS b, nullif('n' || (i % 7), 'n0') AS c",
  times:
    "DATE '2020-01-01' + (i % 3000)::integer AS a, TIMESTAMP '2020-01-01' + i * INTERVAL '1 minute' AS b, CASE WHEN i % 7 > 0 THEN TIMESTAMP '2020-01-01' + i * INTERVAL '1 second' END AS c",
  booleans: 'i % 3 = 0 AS a, i % 2 = 0 AS b, CASE WHEN i % 7 > 0 THEN true END AS c',
  mixed:
    "i::integer AS id, 'customer ' || i AS name, 'city ' || (i % 100) AS city, (i / 100.0)::numeric(10, 2) AS price, i / 3.0::double precision AS score, nullif(i % 7, 0)::bigint AS visits, DATE '2020-01-01' + (i % 3000)::integer AS day, TIMESTAMP '2020-01-01' + i * INTERVAL '1 minute' AS at, i % 2 = 0 AS active",
}

export async function objects(peers: readonly PeerProcess[], rounds: number, timeout: number): Promise<string> {
  const measurements: Measurement[] = []
  for (const [name, list] of Object.entries(shapes)) {
    const create = `CREATE TABLE ${name} AS SELECT ${list} FROM generate_series(1, ${rows}) AS g(i)`
    for (const peer of peers) await peer.ask({ kind: 'run', sql: create, wantRows: false }, timeout)
    const item = { name, request: { kind: 'objects', sql: `SELECT * FROM ${name}`, rows } } as const
    measurements.push(await measure(item, peers, rounds, timeout))
  }
  return table(
    '100,000 rows to JavaScript objects',
    measurements,
    peers.map((peer) => peer.name),
  )
}
