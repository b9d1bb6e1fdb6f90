import { describe, expect, test } from 'vitest'
import { SqlError } from '../../src/error.ts'
import { parseExpression, parseScript, parseStatement, parseStatements, parseTypeName } from '../../src/parser/parse.ts'
import { dump } from './dump.ts'

describe('statements of a script', () => {
  test('come with their place in the script', () => {
    const script = ' SELECT 1 ;; -- c\n SELECT 2'
    expect(parseScript(script).map(({ span }) => script.slice(span.start, span.end))).toEqual(['SELECT 1', 'SELECT 2'])
  })

  test('come one by one, so that a mistake further on does not keep the first from running', () => {
    const statements = parseStatements("SELECT 1; SELECT FROM FROM; SELECT 'x")
    expect(statements.next().value).toMatchObject({ statement: { kind: 'select' } })
    expect(() => statements.next()).toThrowError(expect.objectContaining({ code: '42601', position: 22 }))
  })

  test('may be none', () => {
    expect(parseScript(' ; -- nothing\n;')).toEqual([])
  })

  test('carry the lines that COPY reads from the script', () => {
    const [copy, select] = parseScript("COPY t FROM STDIN;\n1\tit's;\n2\t'\n\\.\nSELECT 1")
    expect(copy.statement).toMatchObject({ kind: 'copy', data: "1\tit's;\n2\t'\n" })
    expect(select.statement.kind).toBe('select')
    expect(parseStatement('COPY t FROM STDIN').statement).toMatchObject({ kind: 'copy', data: undefined })
  })
})

test('parseStatement wants exactly one', () => {
  expect(parseStatement('SELECT 1;').statement.kind).toBe('select')
  expect(() => parseStatement('SELECT 1; SELECT 2')).toThrowError(
    expect.objectContaining({ code: '42601', position: 10 }),
  )
  expect(() => parseStatement('-- nothing')).toThrowError(expect.objectContaining({ code: '42601' }))
})

test('expressions and types can be read by themselves', () => {
  expect(dump(parseExpression('a + 1'))).toBe('(a + 1)')
  expect(parseTypeName('timestamp(3) with time zone[]')).toMatchObject({
    parts: ['timestamp with time zone'],
    arrayBounds: [null],
  })
  expect(() => parseExpression('a b')).toThrow(SqlError)
})

describe('parameters', () => {
  const parametersOf = (sql: string): [number, readonly string[]] => {
    const { parameterCount, parameterNames } = parseStatement(sql)
    return [parameterCount, parameterNames]
  }

  test('by number, by place and by name', () => {
    expect(parametersOf('SELECT $2, $1, $2')).toEqual([2, []])
    expect(parametersOf('SELECT ?, ? + ?')).toEqual([3, []])
    expect(parametersOf('SELECT :a, $b, :a, :B')).toEqual([0, ['a', 'b', 'B']])
    expect(parametersOf('SELECT a[1:b], a::int, {x: y} FROM p: t')).toEqual([0, []])
  })

  test('a question mark is an operator after an operand', () => {
    expect(parametersOf("SELECT a ? 'x', a ?| b, a ?& b, a @? 'y'")).toEqual([0, []])
    expect(parametersOf('SELECT a ? ?')).toEqual([1, []])
    expect(parametersOf('SELECT * FROM t WHERE a=? AND b>=? AND c IN (?,?) LIMIT ?')).toEqual([5, []])
  })

  test('each statement counts its own', () => {
    expect(parseScript('SELECT ?; SELECT ?, ?').map((statement) => statement.parameterCount)).toEqual([1, 2])
  })
})

describe('words', () => {
  test('that are not reserved name anything', () => {
    for (const word of [
      'value',
      'name',
      'type',
      'data',
      'key',
      'text',
      'date',
      'pivot',
      'qualify',
      'semi',
      'columns',
      'lambda',
      'map',
    ]) {
      expect(
        dump(parseStatement(`SELECT ${word} AS ${word} FROM ${word} AS ${word} WHERE ${word}.${word} = 1`).statement),
      ).toContain(word)
    }
  })

  test('of any kind may follow AS, and most may stand without it', () => {
    expect(dump(parseStatement('SELECT 1 AS select, 2 value, 3 true, 4 "year"').statement)).toContain(
      '1 AS select, 2 AS value, 3 AS true',
    )
    expect(() => parseStatement('SELECT 1 year')).toThrow(SqlError)
  })

  test('that name types and functions are called or prefixed', () => {
    const text = dump(parseStatement("SELECT left('a', 1), date('x'), date 'y', replace(a, b, c), year(d)").statement)
    expect(text).toContain('call{name: left')
    expect(text).toContain('typed-literal')
  })
})

test('a creation that is refused is one statement, its body included', () => {
  const script = 'CREATE SERVER s BEGIN ATOMIC SELECT CASE WHEN a THEN 1 END; SELECT 2; END; SELECT 3'
  expect(parseScript(script).map(({ statement }) => statement.kind)).toEqual(['unsupported', 'select'])
})
