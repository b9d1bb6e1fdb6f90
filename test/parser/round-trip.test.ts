/** Printed trees parse to themselves: for random expressions, and for every statement of the corpora beside the project. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SqlError } from '../../src/error.ts'
import type { Expression, ParsedStatement } from '../../src/parser/ast.ts'
import { parseExpression, parseScript } from '../../src/parser/parse.ts'
import { printExpression } from '../../src/parser/print.ts'
import { printStatement } from '../../src/parser/print-statement.ts'
import { withoutSpans } from './dump.ts'

// ───────────────────────────────────────────────────────── random expressions

const span = { start: 0, end: 0 }
const name = fc.constantFrom('a', 'b', 'year', 'select', 'A b', 'é').map((text) => ({
  name: text,
  quoted: !/^[abé]$/.test(text),
  span,
}))
const typeName = fc
  .record({
    name: fc.constantFrom('int4', 'text', 'double precision', 'timestamp with time zone'),
    bounds: fc.boolean(),
  })
  .map(({ name: part, bounds }) => ({
    parts: [part],
    quoted: false,
    modifiers: [],
    arrayBounds: bounds ? [null] : [],
    setOf: false,
    span,
  }))

const operators = [
  '+',
  '-',
  '*',
  '/',
  '%',
  '^',
  '=',
  '<',
  '>',
  '<=',
  '>=',
  '<>',
  '||',
  '->',
  '->>',
  '@>',
  '~',
  '&',
  '//',
  '**',
  '?',
]

const { expression } = fc.letrec<{ expression: Expression }>((tie) => {
  const inner = tie('expression')
  const node = <T extends object>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
    fc.record(model).map((fields) => ({ ...fields, span }))
  const is = <const K extends string>(kind: K) => fc.constant(kind)
  return {
    expression: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      node({ kind: is('number'), text: fc.constantFrom('1', '2.5', '1e3') }),
      node({ kind: is('string'), value: fc.constantFrom('', "it's", 'a\\b', '\n') }),
      node({ kind: is('column'), parts: fc.array(name, { minLength: 1, maxLength: 2 }) }),
      node({ kind: is('parameter'), index: fc.constantFrom(1, 2), name: fc.constant(undefined) }),
      node({
        kind: is('unary'),
        operator: fc.constantFrom('-', '+', '~', '@'),
        operand: inner,
        operatorSpan: fc.constant(span),
      }),
      node({
        kind: is('binary'),
        operator: fc.constantFrom(...operators),
        left: inner,
        right: inner,
        operatorSpan: fc.constant(span),
      }),
      node({
        kind: is('logical'),
        operator: fc.constantFrom('and' as const, 'or' as const),
        operands: fc.array(inner, { minLength: 2, maxLength: 3 }),
      }),
      node({ kind: is('not'), operand: inner }),
      node({
        kind: is('is'),
        operand: inner,
        test: fc.constantFrom('null' as const, 'true' as const),
        negated: fc.boolean(),
      }),
      node({ kind: is('is-distinct'), left: inner, right: inner, negated: fc.boolean() }),
      node({
        kind: is('between'),
        operand: inner,
        low: inner,
        high: inner,
        negated: fc.boolean(),
        symmetric: fc.boolean(),
      }),
      node({
        kind: is('in-list'),
        operand: inner,
        items: fc.array(inner, { minLength: 1, maxLength: 2 }),
        negated: fc.boolean(),
      }),
      node({
        kind: is('like'),
        operator: fc.constantFrom('like' as const, 'similar' as const),
        operand: inner,
        pattern: inner,
        escape: fc.option(inner, { nil: undefined }),
        negated: fc.boolean(),
      }),
      node({
        kind: is('quantified'),
        operator: fc.constantFrom('=', '<', 'not like'),
        quantifier: fc.constantFrom('any' as const, 'all' as const),
        operand: inner,
        array: inner,
        query: fc.constant(undefined),
      }),
      node({
        kind: is('case'),
        operand: fc.option(inner, { nil: undefined }),
        branches: fc.array(
          fc.tuple(inner, inner).map(([when, then]) => ({ when, then })),
          { minLength: 1, maxLength: 2 },
        ),
        otherwise: fc.option(inner, { nil: undefined }),
      }),
      node({ kind: is('cast'), operand: inner, type: typeName, try: fc.boolean() }),
      node({
        kind: is('collate'),
        operand: inner,
        collation: name.map((part) => ({ parts: [{ ...part, quoted: true }], span })),
      }),
      node({ kind: is('at-time-zone'), operand: inner, zone: fc.option(inner, { nil: undefined }) }),
      node({ kind: is('subscript'), operand: inner, index: inner }),
      node({
        kind: is('slice'),
        operand: inner,
        lower: fc.option(inner, { nil: undefined }),
        upper: fc.option(inner, { nil: undefined }),
        step: fc.option(inner, { nil: undefined }),
      }),
      node({ kind: is('field'), operand: inner, name: fc.option(name, { nil: undefined }) }),
      node({ kind: is('array'), items: fc.array(inner, { maxLength: 2 }) }),
      node({ kind: is('row'), items: fc.array(inner, { minLength: 2, maxLength: 3 }), explicit: fc.boolean() }),
      node({ kind: is('struct'), fields: fc.array(fc.record({ name, value: inner }), { maxLength: 2 }) }),
      node({ kind: is('map'), entries: fc.array(fc.record({ key: inner, value: inner }), { maxLength: 2 }) }),
      node({ kind: is('lambda'), parameters: fc.array(name, { minLength: 1, maxLength: 2 }), body: inner }),
      node({
        kind: is('comprehension'),
        result: inner,
        variables: fc.array(name, { minLength: 1, maxLength: 2 }),
        list: inner,
        condition: fc.option(inner, { nil: undefined }),
      }),
    ) as fc.Arbitrary<Expression>,
  }
})

test('random expressions', () => {
  fc.assert(
    fc.property(expression, (tree) => {
      expect(withoutSpans(parseExpression(printExpression(tree)))).toEqual(withoutSpans(tree))
    }),
    { numRuns: 3000 },
  )
})

// ───────────────────────────────────────────────────────── corpora

const corpora = fileURLToPath(new URL('../../../shared/corpora', import.meta.url))

function* filesIn(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* filesIn(path)
    else if (/\.(?:slt|test|sql)$/.test(entry.name)) yield path
  }
}

interface SqlText {
  readonly sql: string
  readonly place: string
  /** Whether a PostgreSQL accepts it: no error is expected, and no other engine is meant. */
  readonly accepted: boolean
}

/** The SQL texts of a file: a script, or the records of a sqllogictest. */
function* textsIn(path: string): Generator<SqlText> {
  const text = readFileSync(path, 'utf8').replaceAll('\r', '')
  if (path.endsWith('.sql')) {
    yield { sql: text, place: path, accepted: true }
    return
  }
  const lines = text.split('\n')
  for (let i = 0; i < lines.length; i++) {
    if (lines[i] === 'halt' && !/^(?:onlyif (?!postgresql)|skipif postgresql)/.test(lines[i - 1])) return
    if (!/^(?:statement|query)\b/.test(lines[i])) continue
    const fails = /^(?:statement|query) (?:error|maybe|count)/.test(lines[i])
    const conditions = lines.slice(Math.max(0, i - 3), i).join('\n')
    const elsewhere = /^(?:onlyif (?!postgresql)|skipif postgresql)/m.test(
      conditions.slice(conditions.lastIndexOf('\n\n') + 1),
    )
    const place = `${path}:${i + 2}`
    const sql: string[] = []
    while (++i < lines.length && lines[i] !== '' && lines[i] !== '----' && !/^(?:statement|query)\s/.test(lines[i]))
      sql.push(lines[i])
    while (i < lines.length && lines[i] !== '' && !/^(?:statement|query)\s/.test(lines[i])) i++
    if (i < lines.length && lines[i] !== '') i--
    yield { sql: sql.join('\n'), place, accepted: !fails && !elsewhere }
  }
}

function read({ sql, place, accepted }: SqlText): ParsedStatement[] {
  try {
    return parseScript(sql)
  } catch (error) {
    if (!(error instanceof SqlError)) throw error
    if (accepted) throw new Error(`${place}: ${error.message}`)
    return []
  }
}

describe.skipIf(!existsSync(corpora))('corpora', () => {
  const folders = ['pg-regress', 'duckdb', 'datafusion', 'risinglight-bustub', 'tpch', 'tpcds', 'job', 'clickbench']
  test.each(folders)('%s: every statement is read, and printed to the same tree', (folder) => {
    let count = 0
    for (const path of filesIn(join(corpora, folder))) {
      for (const text of textsIn(path)) {
        for (const { statement } of read(text)) {
          if (statement.kind === 'unsupported') continue
          const tree = JSON.stringify(withoutSpans(statement))
          const [again] = parseScript(printStatement(statement))
          expect(
            JSON.stringify(withoutSpans(again.statement)) === tree,
            `${text.place}: ${printStatement(statement)}`,
          ).toBe(true)
          count++
        }
      }
    }
    expect(count).toBeGreaterThan(1)
  })

  test('sqllogictest: every statement is read', { timeout: 120_000 }, () => {
    let count = 0
    for (const path of filesIn(join(corpora, 'sqllogictest'))) {
      for (const text of textsIn(path)) count += read(text).length
    }
    expect(count).toBeGreaterThan(200_000)
  })
})
