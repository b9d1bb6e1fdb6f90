/** The reference evaluator: three-valued logic, what is evaluated and what is not, depth, and where errors stand. */
import { describe, expect, test } from 'vitest'
import { Database, SqlError } from '../../src/index.ts'

const db = new Database()
db.exec("SET execution = 'interpreted'")

function value(expression: string): string | null {
  return db.query(`SELECT ${expression}`).text[0][0]
}

function failure(sql: string): SqlError {
  try {
    db.query(sql)
  } catch (error) {
    if (error instanceof SqlError) return error
    throw error
  }
  throw new Error(`${sql} did not fail`)
}

describe('three-valued logic', () => {
  const names = { t: 'true', f: 'false', n: 'NULL::boolean' } as const
  const and = { tt: 't', tf: 'f', tn: null, ft: 'f', ff: 'f', fn: 'f', nt: null, nf: 'f', nn: null } as const
  const or = { tt: 't', tf: 't', tn: 't', ft: 't', ff: 'f', fn: null, nt: 't', nf: null, nn: null } as const

  for (const [table, operator] of [
    [and, 'AND'],
    [or, 'OR'],
  ] as const) {
    for (const [pair, expected] of Object.entries(table)) {
      const [a, b] = [...pair] as (keyof typeof names)[]
      test(`${a} ${operator} ${b}`, () => {
        const columns = `(VALUES (${names[a]}, ${names[b]})) v(a, b)`
        expect(db.query(`SELECT a ${operator} b, a ${operator} b ${operator} a FROM ${columns}`).text).toEqual([
          [expected, expected],
        ])
      })
    }
  }

  test('IN, ANY and ALL leave open what NULL leaves open', () => {
    const from = 'FROM (VALUES (1, NULL::int)) v(x, n)'
    const row = db.query(
      `SELECT x IN (1, n), x IN (2, n), x NOT IN (2, n), x NOT IN (1, n), n IN (1), x = ANY (ARRAY[2, n]), x <> ALL (ARRAY[2, n]), x > ALL (ARRAY[0, n]), x < ALL (ARRAY[0, n]) ${from}`,
    ).text[0]
    expect(row).toEqual(['t', null, null, 'f', null, null, null, null, 'f'])
  })

  test('a list of constants and a list of columns say the same', () => {
    const list = Array.from({ length: 50 }, (_, n) => n * 2)
    const columns = list.map((_, n) => `c${n}`)
    const from = `FROM (VALUES (${list.join(', ')})) v(${columns.join(', ')}), generate_series(-1, 99) x`
    const rows = db.query(`SELECT x IN (${list.join(', ')}), x IN (${columns.join(', ')}) ${from}`).text
    expect(rows).toHaveLength(101)
    for (const [constant, column] of rows) expect(constant).toBe(column)
  })
})

describe('what is not evaluated', () => {
  test('branches of CASE that are not taken', () => {
    expect(db.query('SELECT CASE WHEN x = 0 THEN 0 ELSE 10 / x END FROM (VALUES (0), (5)) v(x)').text).toEqual([
      ['0'],
      ['2'],
    ])
  })

  test('operands behind a decision', () => {
    const from = 'FROM (VALUES (0), (5)) v(x)'
    expect(
      db.query(`SELECT x <> 0 AND 10 / x > 1, x = 0 OR 10 / x > 1, coalesce(nullif(x, 0), -1) ${from}`).text,
    ).toEqual([
      ['f', 't', '-1'],
      ['t', 't', '5'],
    ])
  })

  test('but every argument of a call is', () => {
    expect(failure('SELECT n + 1 / x FROM (VALUES (NULL::int, 0)) v(n, x)').code).toBe('22012')
  })
})

describe('depth', () => {
  test('a sum of ten thousand terms', () => {
    const sum = `x${' + 1'.repeat(10_000)}`
    expect(db.query(`SELECT ${sum} FROM (VALUES (1), (NULL)) v(x)`).text).toEqual([['10001'], [null]])
  })

  test('a text of ten thousand parts', () => {
    const parts = Array.from({ length: 10_000 }, () => 'x').join(' || ')
    expect(db.query(`SELECT length(${parts}) FROM (VALUES ('ab')) v(x)`).text).toEqual([['20000']])
  })

  test('two thousand conditions', () => {
    const conditions = Array.from({ length: 2000 }, (_, n) => `x <> ${n + 10}`).join(' AND ')
    expect(db.query(`SELECT x FROM (VALUES (1), (50)) v(x) WHERE ${conditions}`).text).toEqual([['1']])
  })

  test('nesting without an end is refused', () => {
    const nested = `${'CASE WHEN x > 0 THEN '.repeat(5000)}x${' END'.repeat(5000)}`
    expect(failure(`SELECT ${nested} FROM (VALUES (1)) v(x)`).code).toBe('54001')
    expect(value('1')).toBe('1')
  })
})

describe('arrays and rows', () => {
  test('subscripts and slices', () => {
    const from = "FROM (VALUES ('{1,2,3,4}'::int[], '{{1,2},{3,4}}'::int[], 2)) v(a, m, i)"
    expect(
      db.query(`SELECT a[i], a[9], a[i:3], a[:i], a[5:6], m[2][1], m[1], m[2:][1:1], a[NULL::int] ${from}`).text[0],
    ).toEqual(['2', null, '{2,3}', '{1,2}', '{}', '3', null, '{{3}}', null])
  })

  test('arrays of arrays', () => {
    expect(
      db.query(
        'SELECT ARRAY[ARRAY[x, 2], ARRAY[3, 4]], ARRAY[]::int[], ARRAY(SELECT ARRAY[i, i] FROM generate_series(1, 2) i) FROM (VALUES (1)) v(x)',
      ).text[0],
    ).toEqual(['{{1,2},{3,4}}', '{}', '{{1,1},{2,2}}'])
    expect(failure('SELECT ARRAY[ARRAY[x], ARRAY[1, 2]] FROM (VALUES (1)) v(x)').code).toBe('2202E')
  })

  test('rows and their fields', () => {
    expect(
      db.query(
        "SELECT ROW(x, 'a'), ROW(x, NULL) IS NULL, ROW(NULL, NULL) IS NULL, ROW(x, NULL) IS NOT NULL FROM (VALUES (1)) v(x)",
      ).text[0],
    ).toEqual(['(1,a)', 'f', 't', 'f'])
  })

  test('lambdas see the row around them', () => {
    expect(db.query('SELECT list_transform(ARRAY[1, 2, 3], e -> e * x) FROM (VALUES (10), (2)) v(x)').text).toEqual([
      ['{10,20,30}'],
      ['{2,4,6}'],
    ])
  })
})

describe('subqueries', () => {
  test('a correlated one yields for equal values what it yielded before', () => {
    const sql =
      'SELECT x, (SELECT count(*) FROM generate_series(1, x) s WHERE s % 2 = x % 2) FROM (VALUES (3), (4), (3), (NULL)) v(x)'
    expect(db.query(sql).text).toEqual([
      ['3', '2'],
      ['4', '2'],
      ['3', '2'],
      [null, '0'],
    ])
  })

  test('two levels out', () => {
    const sql =
      'SELECT x, (SELECT sum((SELECT x * s + count(*) FROM generate_series(1, s))) FROM generate_series(1, x) s) FROM (VALUES (1), (2)) v(x)'
    expect(db.query(sql).text).toEqual([
      ['1', '2'],
      ['2', '9'],
    ])
  })

  test('a volatile one runs for every row', () => {
    db.exec('CREATE SEQUENCE s')
    expect(db.query("SELECT x, (SELECT nextval('s') + 0 * x) FROM (VALUES (1), (1), (1)) v(x)").text).toEqual([
      ['1', '1'],
      ['1', '2'],
      ['1', '3'],
    ])
  })

  test('comparisons of rows', () => {
    const from = 'FROM (VALUES (1, 2), (1, NULL), (5, 6)) v(a, b)'
    expect(db.query(`SELECT (a, b) IN (SELECT 1, 2), (a, b) NOT IN (SELECT 1, 2) ${from}`).text).toEqual([
      ['t', 'f'],
      [null, null],
      ['f', 't'],
    ])
  })
})

describe('errors', () => {
  test('stand where they arose', () => {
    const sql = 'SELECT 1, 10 / x FROM (VALUES (0)) v(x)'
    const error = failure(sql)
    expect(error.code).toBe('22012')
    expect(sql.slice(error.position)).toMatch(/^10 \/ x/)
  })

  test('of casts', () => {
    const sql = "SELECT x::int FROM (VALUES ('1'), ('one')) v(x)"
    const error = failure(sql)
    expect(error.code).toBe('22P02')
    expect(error.position).toBeGreaterThan(0)
    expect(db.query("SELECT TRY_CAST(x AS int) FROM (VALUES ('1'), ('one')) v(x)").text).toEqual([['1'], [null]])
  })
})
