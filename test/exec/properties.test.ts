/** Operators against their naive forms, on random tables of small numbers and NULLs, interpreted and compiled. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Database } from '../../src/index.ts'
import type { Cell, JoinType, Row } from './naive.ts'
import * as naive from './naive.ts'

const cell = fc.option(fc.integer({ min: -3, max: 6 }), { nil: null, freq: 5 })
const rows = fc.array(fc.tuple(cell, cell), { maxLength: 40 })
const modes = ['interpreted', 'compiled'] as const
const batchSizes = [1, 3, 4096] as const
const setting = fc.record({ mode: fc.constantFrom(...modes), batch: fc.constantFrom(...batchSizes) })

/** A database with tables a(x, y) and b(u, v). */
function database(a: readonly Row[], b: readonly Row[], { mode, batch }: { mode: string; batch: number }): Database {
  const db = new Database()
  db.exec(
    `SET execution = '${mode}'; SET batch_size = ${batch}; CREATE TABLE a (x int, y int); CREATE TABLE b (u int, v int)`,
  )
  db.insert(
    'a',
    a.map((row) => [...row]),
  )
  db.insert(
    'b',
    b.map((row) => [...row]),
  )
  return db
}

/** The result as rows of numbers. */
function run(db: Database, sql: string): Row[] {
  return db.query(sql).text.map((row) => row.map((text) => (text === null ? null : Number(text))))
}

function sorted(list: readonly Row[]): string[] {
  return list.map((row) => JSON.stringify(row)).sort()
}

function check(property: (db: Database, a: readonly Row[], b: readonly Row[]) => void): void {
  fc.assert(
    fc.property(rows, rows, setting, (a, b, how) => {
      const db = database(a, b, how)
      try {
        property(db, a, b)
      } finally {
        db.close()
      }
    }),
    { numRuns: 60 },
  )
}

describe('joins', () => {
  const conditions: readonly { sql: string; holds: (a: Row, b: Row) => boolean | null }[] = [
    { sql: 'x = u', holds: (a, b) => naive.equal(a[0], b[0]) },
    { sql: 'x = u AND y = v', holds: (a, b) => naive.and(naive.equal(a[0], b[0]), naive.equal(a[1], b[1])) },
    { sql: 'x = u AND y < v', holds: (a, b) => naive.and(naive.equal(a[0], b[0]), less(a[1], b[1])) },
    { sql: 'x < u', holds: (a, b) => less(a[0], b[0]) },
    { sql: 'x IS NOT DISTINCT FROM u', holds: (a, b) => a[0] === b[0] },
  ]

  function less(a: Cell, b: Cell): boolean | null {
    return a === null || b === null ? null : a < b
  }

  for (const { sql, holds } of conditions) {
    for (const type of ['inner', 'left', 'right', 'full'] as JoinType[]) {
      if (type === 'full' && !sql.startsWith('x = u')) continue
      test(`${type} on ${sql}`, () => {
        check((db, a, b) => {
          expect(sorted(run(db, `SELECT * FROM a ${type} JOIN b ON ${sql}`))).toEqual(
            sorted(naive.join(type, a, b, holds)),
          )
        })
      })
    }
    test(`exists ${sql}`, () => {
      check((db, a, b) => {
        const matches = (row: Row): boolean => b.some((other) => holds(row, other) === true)
        expect(sorted(run(db, `SELECT * FROM a WHERE EXISTS (SELECT FROM b WHERE ${sql})`))).toEqual(
          sorted(a.filter(matches)),
        )
        const none = a.filter((row) => !matches(row))
        expect(sorted(run(db, `SELECT * FROM a WHERE NOT EXISTS (SELECT FROM b WHERE ${sql})`))).toEqual(sorted(none))
      })
    })
  }

  test('IN and NOT IN, correlated or not', () => {
    check((db, a, b) => {
      const all = b.map((row) => row[0])
      const notIn = a.filter((row) => naive.isIn(row[0], all) === false)
      expect(sorted(run(db, 'SELECT * FROM a WHERE x NOT IN (SELECT u FROM b)'))).toEqual(sorted(notIn))
      const own = (row: Row): Cell[] =>
        b.filter((other) => naive.equal(other[1], row[1]) === true).map((other) => other[0])
      const correlated = a.filter((row) => naive.isIn(row[0], own(row)) === false)
      expect(sorted(run(db, 'SELECT * FROM a WHERE x NOT IN (SELECT u FROM b WHERE v = y)'))).toEqual(
        sorted(correlated),
      )
      const marked = a.map((row) => [row[0], mark(naive.isIn(row[0], own(row)))])
      expect(sorted(run(db, 'SELECT x, (x IN (SELECT u FROM b WHERE v = y))::int FROM a'))).toEqual(sorted(marked))
    })
  })

  function mark(value: boolean | null): Cell {
    return value === null ? null : Number(value)
  }
})

describe('sets', () => {
  for (const operator of ['UNION', 'INTERSECT', 'EXCEPT']) {
    for (const all of [true, false]) {
      test(`${operator}${all ? ' ALL' : ''}`, () => {
        check((db, a, b) => {
          const left = naive.counts(a)
          const right = naive.counts(b)
          const expected: string[] = []
          for (const key of new Set([...left.keys(), ...right.keys()])) {
            const [m, n] = [left.get(key) ?? 0, right.get(key) ?? 0]
            const times = { UNION: m + n, INTERSECT: Math.min(m, n), EXCEPT: all ? m - n : n > 0 ? 0 : m }[operator]!
            for (let k = 0; k < (all ? times : Math.min(times, 1)); k++) expected.push(key)
          }
          const sql = `SELECT x, y FROM a ${operator}${all ? ' ALL' : ''} SELECT u, v FROM b`
          expect(sorted(run(db, sql))).toEqual(expected.sort())
        })
      })
    }
  }

  test('DISTINCT', () => {
    check((db, a) => {
      const expected = [...naive.counts(a).keys()].sort()
      expect(sorted(run(db, 'SELECT DISTINCT x, y FROM a'))).toEqual(expected)
    })
  })
})

describe('groups', () => {
  test('aggregates by key', () => {
    check((db, a) => {
      const expected = naive
        .groups(a, (row) => row[0])
        .map(({ key, rows: own }) => {
          const values = own.map((row) => row[1])
          const present = values.filter((value) => value !== null)
          return [
            key,
            own.length,
            present.length,
            naive.sum(values),
            present.length === 0 ? null : Math.min(...present),
            new Set(present).size,
            naive.sum(values.filter((value) => value !== null && value > 1)),
          ]
        })
      const sql =
        'SELECT x, count(*), count(y), sum(y), min(y), count(DISTINCT y), sum(y) FILTER (WHERE y > 1) FROM a GROUP BY x'
      expect(sorted(run(db, sql))).toEqual(sorted(expected))
    })
  })

  test('several keys are what nested ones are', () => {
    check((db, a) => {
      const expected = [...naive.counts(a)].map(([key, count]) => [...(JSON.parse(key) as Cell[]), count])
      expect(sorted(run(db, 'SELECT x, y, count(*) FROM a GROUP BY x, y'))).toEqual(sorted(expected))
    })
  })
})

describe('order', () => {
  const order = fc.record({ descending: fc.boolean(), nullsFirst: fc.boolean() })

  test('ORDER BY with LIMIT and OFFSET', () => {
    fc.assert(
      fc.property(rows, setting, order, order, fc.nat(50), fc.nat(10), (a, how, first, second, limit, offset) => {
        const db = database(a, [], how)
        const text = (key: typeof first): string =>
          `${key.descending ? 'DESC' : 'ASC'} NULLS ${key.nullsFirst ? 'FIRST' : 'LAST'}`
        const expected = [...a].sort(
          (p, q) =>
            naive.compare(p[0], q[0], first.descending, first.nullsFirst) ||
            naive.compare(p[1], q[1], second.descending, second.nullsFirst),
        )
        const sql = `SELECT x, y FROM a ORDER BY x ${text(first)}, y ${text(second)}`
        expect(run(db, sql)).toEqual(expected)
        expect(run(db, `${sql} LIMIT ${limit} OFFSET ${offset}`)).toEqual(expected.slice(offset, offset + limit))
        db.close()
      }),
      { numRuns: 60 },
    )
  })
})

describe('windows', () => {
  const bound = fc.oneof(
    fc.constantFrom('UNBOUNDED PRECEDING', 'CURRENT ROW', 'UNBOUNDED FOLLOWING'),
    fc.tuple(fc.nat(3), fc.constantFrom('PRECEDING', 'FOLLOWING')).map(([n, side]) => `${n} ${side}`),
  )
  const frame = fc
    .record({
      unit: fc.constantFrom('ROWS', 'RANGE', 'GROUPS'),
      start: bound,
      end: bound,
      exclude: fc.constantFrom('NO OTHERS', 'CURRENT ROW', 'GROUP', 'TIES'),
    })
    .filter(
      ({ start, end }) => rank(start) <= rank(end) && start !== 'UNBOUNDED FOLLOWING' && end !== 'UNBOUNDED PRECEDING',
    )

  function rank(text: string): number {
    if (text === 'UNBOUNDED PRECEDING') return 0
    if (text.endsWith('PRECEDING')) return 1
    if (text === 'CURRENT ROW') return 2
    return text === 'UNBOUNDED FOLLOWING' ? 4 : 3
  }

  type Frame = { unit: string; start: string; end: string; exclude: string }

  /** Whether row `other` is in the frame of `row`, by the words of the standard. */
  function isWithin(values: readonly Cell[], row: number, other: number, { unit, start, end }: Frame): boolean {
    const groupOf = (at: number): number => new Set(values.slice(0, at + 1)).size
    const distance = (): number => {
      if (unit === 'ROWS') return other - row
      if (unit === 'GROUPS') return groupOf(other) - groupOf(row)
      const [a, b] = [values[other], values[row]]
      if (a === null || b === null)
        return a === b ? 0 : a === null ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY
      return a - b
    }
    const limit = (text: string): number => {
      if (text === 'UNBOUNDED PRECEDING') return Number.NEGATIVE_INFINITY
      if (text === 'UNBOUNDED FOLLOWING') return Number.POSITIVE_INFINITY
      if (text === 'CURRENT ROW') return 0
      // An offset from NULL stays with the NULLs.
      if (unit === 'RANGE' && values[row] === null) return 0
      return Number.parseInt(text, 10) * (text.endsWith('PRECEDING') ? -1 : 1)
    }
    const d = distance()
    return d >= limit(start) && d <= limit(end)
  }

  function isExcluded(values: readonly Cell[], row: number, other: number, exclude: string): boolean {
    const isPeer = values[row] === values[other]
    if (exclude === 'CURRENT ROW') return row === other
    if (exclude === 'GROUP') return isPeer
    return exclude === 'TIES' && isPeer && row !== other
  }

  test('sums over every frame', () => {
    fc.assert(
      fc.property(rows, setting, frame, (a, how, over) => {
        // Rows with the same x have the same y, so that the order of peers cannot be seen.
        const data = a.map(([x]): Row => [x, x === null ? 100 : x * x])
        const db = database(data, [], how)
        const ordered = [...data].sort((p, q) => naive.compare(p[0], q[0], false, false))
        const keys = ordered.map((row) => row[0])
        const expected = ordered.map(([x], row) => {
          const inFrame = ordered.filter(
            (_, other) => isWithin(keys, row, other, over) && !isExcluded(keys, row, other, over.exclude),
          )
          const values = inFrame.map((it) => it[1])
          return [x, naive.sum(values), inFrame.length, values.length === 0 ? null : Math.max(...(values as number[]))]
        })
        const { unit, start, end, exclude } = over
        const window = `(ORDER BY x ${unit} BETWEEN ${start} AND ${end} EXCLUDE ${exclude})`
        const sql = `SELECT x, sum(y) OVER w, count(*) OVER w, max(y) OVER w FROM a WINDOW w AS ${window} ORDER BY x`
        expect(sorted(run(db, sql))).toEqual(sorted(expected))
        db.close()
      }),
      { numRuns: 300 },
    )
  })
})
