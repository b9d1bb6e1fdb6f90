import { describe, expect, it } from 'vitest'
import { Database } from '../../src/index.ts'
import { randomNumbers } from './expressions.ts'
import { pick } from './rows.ts'

/** A table with NULLs, ties, negative numbers, texts and infinities; `id` tells all rows apart. */
function makeTable(random: () => number, rows: number): Database {
  const db = new Database()
  db.exec(
    'CREATE TABLE t (id integer, a integer, b bigint, n numeric(9,2), x double precision, r real, s text, d date, o boolean)',
  )
  const some = (value: unknown): unknown => (random() < 0.15 ? null : value)
  const whole = (size: number): number => Math.floor(random() * size) - size / 2
  db.insert(
    't',
    Array.from({ length: rows }, (_, id) => [
      id,
      some(whole(8)),
      some(BigInt(whole(1000)) * 1_000_000_007n),
      some((whole(10_000) / 100).toFixed(2)),
      some(whole(64) / 8),
      some(whole(64) / 8),
      some(pick(random, ['', 'a', 'ab', 'absolutely', 'absolutely not', 'z'])),
      some(new Date(Date.UTC(2020, 0, 1 + Math.floor(random() * 30))).toISOString().slice(0, 10)),
      some(random() < 0.5),
    ]),
  )
  return db
}

const partitions = ['', 'PARTITION BY a ', 'PARTITION BY s ', 'PARTITION BY a, d ', 'PARTITION BY x > 0 ']
const orders = [
  '',
  'ORDER BY id',
  'ORDER BY d DESC, id',
  'ORDER BY s, id DESC',
  'ORDER BY x NULLS FIRST, id',
  'ORDER BY n',
]
const frames = [
  '',
  ' ROWS UNBOUNDED PRECEDING',
  ' ROWS BETWEEN 2 PRECEDING AND CURRENT ROW',
  ' ROWS BETWEEN 3 PRECEDING AND 1 PRECEDING',
  ' ROWS BETWEEN 1 FOLLOWING AND 4 FOLLOWING',
  ' ROWS BETWEEN 5 PRECEDING AND 5 FOLLOWING',
  ' ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING',
  ' RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING',
  ' GROUPS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW',
]
const anyOrder = ['rank()', 'dense_rank()', 'percent_rank()', 'cume_dist()']
const byPlace = [
  'row_number()',
  'ntile(3)',
  'lag(s)',
  'lag(n, 2, 7.25)',
  'lead(b)',
  'lead(a, -1, 5)',
  "lag(s, 1, 'none')",
]
const framed = ['first_value(n)', 'last_value(s)', 'nth_value(b, 2)']
const aggregates = [
  ...['count(*)', 'count(s)', 'count(*) FILTER (WHERE o)', 'sum(a)', 'sum(a + 1)', 'sum(b)', 'sum(n)', 'sum(x)'],
  ...['avg(a)', 'avg(b)', 'avg(n)', 'avg(x)', 'avg(r)', 'min(a)', 'max(n)', 'min(x)', 'max(r)', 'max(d)'],
  ...['sum(a) FILTER (WHERE x > 0)', 'max(b) FILTER (WHERE o)'],
]

function answers(db: Database, execution: string, sql: string): unknown {
  db.exec(`SET execution = '${execution}'`)
  return db.query(sql).text
}

describe('window functions with kernels agree with the interpreted ones', () => {
  it('over random specifications', () => {
    const random = randomNumbers(5)
    for (const rows of [0, 1, 40, 700]) {
      const db = makeTable(random, rows)
      for (let n = 0; n < 40; n++) {
        const order = pick(random, orders)
        const known = order.includes('id')
        const calls = [...(known ? byPlace : []), ...(known ? framed : []), ...anyOrder, ...aggregates]
        // Without an order, frames by rows depend on how rows happen to come.
        const frame = known ? pick(random, frames) : order === '' ? '' : pick(random, ['', frames[7], frames[8]])
        const chosen = Array.from({ length: 4 }, () => pick(random, calls))
        // Sums of floats in a frame without an order may round differently; these are sums of eighths.
        const over = `OVER (${pick(random, partitions)}${order}${frame})`
        const sql = `SELECT id, ${chosen.map((call) => `${call} ${over}`).join(', ')} FROM t ORDER BY id`
        expect(answers(db, 'compiled', sql), sql).toEqual(answers(db, 'interpreted', sql))
      }
    }
  })

  it('leaves what kernels do not know to the interpreter, and says so', () => {
    const db = makeTable(randomNumbers(1), 50)
    const path = (call: string): string => {
      db.exec("SET execution = 'compiled'")
      const lines = db.query(`EXPLAIN ANALYZE SELECT ${call} FROM t`).values.map(([line]) => String(line))
      return lines.find((line) => /window/i.test(line)) ?? lines.join('\n')
    }
    expect(path('sum(a) OVER (ORDER BY id)')).toContain('compiled')
    expect(path('string_agg(s, s) OVER (ORDER BY id)')).toContain('interpreted')
    expect(path('sum(b * 10000000) OVER (ORDER BY id)')).toContain('interpreted')
  })

  it('raises what the interpreter raises', () => {
    const db = makeTable(randomNumbers(2), 20)
    db.exec("SET execution = 'compiled'")
    const message = (call: string): string => {
      try {
        db.query(`SELECT ${call} FROM t`)
      } catch (error) {
        return (error as Error).message
      }
      return 'no error'
    }
    expect(message('sum(a) OVER (ORDER BY id ROWS -1 PRECEDING)')).toBe('frame starting offset must not be negative')
    expect(message('ntile(0) OVER (ORDER BY id)')).toBe('argument of ntile must be greater than zero')
    expect(message('nth_value(a, 0) OVER (ORDER BY id)')).toBe('argument of nth_value must be greater than zero')
  })
})
