/** Long statements are read in loops; deep ones are refused with an SQLSTATE before the stack is full. */
import { describe, expect, test } from 'vitest'
import { SqlError } from '../../src/error.ts'
import { parseScript, parseStatement } from '../../src/parser/parse.ts'
import { printStatement } from '../../src/parser/print-statement.ts'

function codeOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (error instanceof SqlError) return error.code
    throw error
  }
  return 'none'
}

describe('nesting', () => {
  const nest = (open: string, inside: string, close: string) => (depth: number) =>
    `SELECT ${open.repeat(depth)}${inside}${close.repeat(depth)}`
  const nested: Record<string, (depth: number) => string> = {
    parentheses: nest('(', '1', ')'),
    calls: nest('f(', '1', ')'),
    subqueries: nest('(SELECT ', '1', ')'),
    'CASE expressions': nest('CASE WHEN a THEN ', '1', ' END'),
    lists: nest('[', '1', ']'),
    subscripts: nest('a[', '1', ']'),
    signs: nest('- ', '1', ''),
    NOT: nest('NOT ', 'a', ''),
    lambdas: nest('f(x -> ', 'x', ')'),
    types: (depth) => `SELECT a::${'STRUCT(b '.repeat(depth)}int${')'.repeat(depth)}`,
    'tables in parentheses': (depth) => `SELECT * FROM ${'('.repeat(depth)}a${')'.repeat(depth)}`,
    'derived tables': (depth) => `SELECT * FROM ${'(SELECT * FROM '.repeat(depth)}a${')'.repeat(depth)}`,
    'joins within joins': (depth) => `SELECT * FROM a ${'JOIN b '.repeat(depth)}${'ON true '.repeat(depth)}`,
    EXPLAIN: (depth) => `${'EXPLAIN '.repeat(depth)}SELECT 1`,
    'GROUPING SETS': (depth) => `SELECT 1 GROUP BY ${'GROUPING SETS ('.repeat(depth)}a${')'.repeat(depth)}`,
  }
  for (const [name, make] of Object.entries(nested)) {
    test(`${name}: a hundred levels are read, thousands refused`, () => {
      expect(codeOf(() => printStatement(parseStatement(make(100)).statement))).toBe('none')
      expect(codeOf(() => parseStatement(make(5000)))).toBe('54001')
      expect(codeOf(() => parseStatement(make(100_000)))).toBe('54001')
    })
  }

  test('casts in a row are limited too', () => {
    expect(codeOf(() => parseStatement(`SELECT 1${'::int'.repeat(500)}`))).toBe('none')
    expect(codeOf(() => parseStatement(`SELECT 1${'::int'.repeat(50_000)}`))).toBe('54001')
  })

  test('what is refused leaves the parser fit', () => {
    codeOf(() => parseStatement(`SELECT ${'('.repeat(10_000)}`))
    expect(parseStatement('SELECT 1').statement.kind).toBe('select')
  })
})

describe('length', () => {
  const repeat = (text: string, count: number, separator: string): string => Array(count).fill(text).join(separator)

  test('AND over 100,000 conditions is one node', () => {
    const { statement } = parseStatement(`SELECT * FROM t WHERE ${repeat('a = 1', 100_000, ' AND ')}`)
    expect(statement).toMatchObject({ where: { kind: 'logical', operator: 'and' } })
    const where = statement.kind === 'select' ? statement.where : undefined
    expect(where?.kind === 'logical' && where.operands.length).toBe(100_000)
  })

  const chains: Record<string, string> = {
    'a || b': `SELECT ${repeat('a', 10_000, ' || ')}`,
    '1 + 1': `SELECT ${repeat('1', 10_000, ' + ')}`,
    'a = 1 OR': `SELECT ${repeat('a = 1', 10_000, ' OR ')}`,
    'UNION ALL': repeat('SELECT 1', 10_000, ' UNION ALL '),
    'CROSS JOIN': `SELECT * FROM a ${repeat('CROSS JOIN b', 10_000, ' ')}`,
    'IN list': `SELECT a IN (${repeat('1', 100_000, ', ')})`,
  }
  for (const [name, sql] of Object.entries(chains)) {
    test(`${name} is read and printed however long`, () => {
      expect(printStatement(parseStatement(sql).statement)).toBe(sql)
    })
  }

  test('a script of 20,000 statements', () => {
    expect(parseScript('SELECT 1;'.repeat(20_000)).length).toBe(20_000)
  })
})

describe('INSERT of many rows', () => {
  const insert = (row: string, count: number, last = ''): string =>
    `INSERT INTO t (a, b) VALUES ${Array(count).fill(row).join(', ')}${last}`

  test('reads plain literals into columns', () => {
    const { statement } = parseStatement(insert("(1, 'it''s', NULL, TRUE, -2.5e3, false)", 100_000))
    const source = statement.kind === 'insert' ? statement.source : undefined
    expect(source).toMatchObject({ kind: 'bulk-values', rowCount: 100_000 })
    if (source?.kind !== 'bulk-values') return
    expect(source.columns.map((column) => column[99_999])).toEqual([
      { number: '1' },
      "it's",
      null,
      true,
      { number: '-2.5e3' },
      false,
    ])
    expect(source.rowStarts[1] - source.rowStarts[0]).toBe("(1, 'it''s', NULL, TRUE, -2.5e3, false), ".length)
  })

  test('goes on after the rows', () => {
    const [first, second] = parseScript(`${insert('(1, 2)', 20, ' ON CONFLICT DO NOTHING RETURNING a')}; SELECT 2`)
    expect(first.statement).toMatchObject({ source: { kind: 'bulk-values' }, onConflict: { action: 'nothing' } })
    expect(first.statement).toHaveProperty('returning.length', 1)
    expect(second.statement.kind).toBe('select')
  })

  test.each([
    ['a call', '(1, now())'],
    ['arithmetic', '(1, 1 + 1)'],
    ['a cast', "(1, '2'::int)"],
    ['a parameter', '(1, $1)'],
    ['DEFAULT', '(1, DEFAULT)'],
    ['a string with escapes', "(1, E'a\\n')"],
    ['a string in two pieces', "(1, 'a'\n'b')"],
    ['another length', '(1, 2, 3)'],
  ])('%s among the rows is left to the grammar', (_, row) => {
    const { statement } = parseStatement(insert('(1, 2)', 30, `, ${row}`))
    const source = statement.kind === 'insert' ? statement.source : undefined
    expect(source?.kind === 'values' && source.rows.length).toBe(31)
  })

  test('rows of expressions may be many as well', () => {
    const { statement } = parseStatement(insert('(1, 1 + 1)', 100_000))
    const source = statement.kind === 'insert' ? statement.source : undefined
    expect(source?.kind === 'values' && source.rows.length).toBe(100_000)
  })

  test('a mistake in a row has its place', () => {
    const sql = insert('(1, 2)', 30, ', (1, ])')
    expect(() => parseStatement(sql)).toThrowError(expect.objectContaining({ code: '42601', position: sql.length - 2 }))
  })
})
