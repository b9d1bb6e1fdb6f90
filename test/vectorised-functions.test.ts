import { describe, expect, it } from 'vitest'
import { type ColumnValues, Database, SqlError } from '../src/index.ts'

function database(rows = 10_000): Database {
  const db = new Database({ bigint: 'bigint', timestamp: 'string' })
  db.exec(`CREATE TABLE t AS
    SELECT i AS id, i * 0.5 AS half, (i * 2)::bigint AS wide, DATE '2020-01-01' + i % 300 AS day, i % 2 = 0 AS even,
      CASE WHEN i % 7 <> 0 THEN i END AS gap, 'n' || i % 10 AS name
    FROM generate_series(1, ${rows}) g(i)`)
  return db
}

function codeOf(run: () => unknown): string | undefined {
  try {
    run()
  } catch (error) {
    return (error as SqlError).code
  }
  return undefined
}

describe('vectorised functions', () => {
  it('give what the same function by rows gives, wherever they stand', () => {
    const db = database()
    const calls: number[] = []
    db.createFunction('one', { parameters: ['integer'], returns: 'integer', strict: true }, (x) => (x * 3) % 1000)
    db.createFunction(
      'many',
      { parameters: ['integer'], returns: 'integer', strict: true, vectorised: true },
      (count, { values, validity }) => {
        calls.push(count)
        expect(values).toBeInstanceOf(Int32Array)
        expect(validity).toBeUndefined()
        return (values as Int32Array).map((x) => (x * 3) % 1000)
      },
    )
    const queries = [
      'SELECT f(gap) FROM t ORDER BY id',
      'SELECT id, f(f(id) + 1) FROM t WHERE id % 3 = 0 ORDER BY id',
      'SELECT count(*) FROM t WHERE f(gap) > 500',
      'SELECT count(*) FROM t WHERE id < 5000 AND f(gap) > 500',
      'SELECT f(id) % 10 AS k, sum(f(gap)), count(f(gap)) FILTER (WHERE even) FROM t GROUP BY f(id) % 10 ORDER BY k',
      'SELECT CASE WHEN even THEN f(id) ELSE -1 END FROM t ORDER BY id',
      'SELECT id FROM t ORDER BY f(id), id LIMIT 20',
      'SELECT a.id FROM t a JOIN t b ON a.id = f(b.id) AND f(a.id) <> 3 ORDER BY 1 LIMIT 50',
      'SELECT (SELECT f(x.id)) FROM t x ORDER BY id LIMIT 5',
      'SELECT f(7), f(NULL)',
      'SELECT list_transform([1, 2, 3], x -> f(x))',
    ]
    for (const execution of ['interpreted', 'compiled']) {
      db.exec(`SET execution = '${execution}'`)
      for (const query of queries) {
        const [many, one] = ['many', 'one'].map((name) => db.query(query.replaceAll(/\bf\(/g, `${name}(`)).text)
        expect(many, query).toEqual(one)
      }
    }
    expect(Math.max(...calls)).toBeGreaterThan(1000)
  })

  it('see the arrays of each type, and NULLs where they are not strict', () => {
    const db = database(3)
    const seen: ColumnValues[] = []
    const parameters = ['integer', 'double precision', 'bigint', 'date', 'boolean', 'integer', 'text']
    db.createFunction('look', { parameters, returns: 'text', vectorised: true }, (count, ...columns) => {
      seen.push(...columns)
      return Array.from({ length: count }, (_, row) => (row === 0 ? null : `row ${row}`))
    })
    db.exec('UPDATE t SET gap = NULL WHERE id = 2')
    expect(db.query('SELECT look(id, half, wide, day, even, gap, name) FROM t ORDER BY id').text).toEqual([
      [null],
      ['row 1'],
      ['row 2'],
    ])
    expect(seen.map(({ values }) => values)).toEqual([
      new Int32Array([1, 2, 3]),
      new Float64Array([0.5, 1, 1.5]),
      new BigInt64Array([2n, 4n, 6n]),
      new Int32Array([18263, 18264, 18265]),
      new Uint8Array([0, 1, 0]),
      new Int32Array([1, 0, 3]),
      ['n1', 'n2', 'n3'],
    ])
    expect(seen.map(({ validity }) => validity && [...validity])).toEqual([
      ...Array(5).fill(undefined),
      [1, 0, 1],
      undefined,
    ])
  })

  it('return stored forms in typed arrays, validity, or plain values', () => {
    const db = new Database({ bigint: 'bigint' })
    const make = (name: string, returns: string, body: (count: number) => ArrayLike<unknown> | ColumnValues): void =>
      db.createFunction(name, { parameters: ['integer'], returns, vectorised: true }, body)
    make('days', 'date', (count) => new Int32Array(count).fill(19000))
    make('yes', 'boolean', (count) => new Uint8Array(count).fill(1))
    make('wide', 'bigint', (count) => new BigInt64Array(count).fill(9007199254740993n))
    make('holes', 'integer', () => ({ values: new Int32Array([5]), validity: new Uint8Array([0]) }))
    make('words', 'text', () => ['a'])
    expect(db.query('SELECT days(1), yes(1), wide(1), holes(1), words(1)').text).toEqual([
      ['2022-01-08', 't', '9007199254740993', null, 'a'],
    ])
  })

  it('are refused when they return something else', () => {
    const db = database(10)
    const make = (name: string, body: () => unknown): void =>
      db.createFunction(name, { parameters: ['integer'], returns: 'smallint', vectorised: true }, body as never)
    make('short', () => [1])
    make('nothing', () => undefined)
    make('wrong', () => Array(10).fill('x'))
    make('large', () => new Int32Array(10).fill(40_000))
    make('throws', () => {
      throw new Error('no')
    })
    expect(codeOf(() => db.query('SELECT short(id) FROM t'))).toBe('42804')
    expect(codeOf(() => db.query('SELECT nothing(id) FROM t'))).toBe('42804')
    expect(codeOf(() => db.query('SELECT wrong(id) FROM t'))).toBe('22P02')
    expect(codeOf(() => db.query('SELECT large(id) FROM t'))).toMatch(/^(22003|42804)$/)
    expect(codeOf(() => db.query('SELECT throws(id) FROM t'))).toBe('38000')
    expect(db.query('SELECT count(*) FROM t').text).toEqual([['10']])
  })

  it('compute no row that SQL does not compute', () => {
    const db = database(100)
    db.createFunction(
      'inverse',
      { parameters: ['integer'], returns: 'double precision', strict: true, vectorised: true },
      (_, { values }) =>
        (values as Int32Array).reduce<number[]>((all, x) => {
          if (x === 50) throw new SqlError('division_by_zero', 'fifty')
          all.push(1 / x)
          return all
        }, []),
    )
    expect(db.query('SELECT count(CASE WHEN id <> 50 THEN inverse(id) END) FROM t').text).toEqual([['99']])
    expect(db.query('SELECT count(inverse(id)) FILTER (WHERE id <> 50) FROM t').text).toEqual([['99']])
    expect(codeOf(() => db.query('SELECT inverse(id) FROM t'))).toBe('22012')
  })
})
