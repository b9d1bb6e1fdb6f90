/**
 * Expressions, by precedence climbing: one loop over the operators that follow an operand, with PostgreSQL's binding
 * powers (manual 4.1.6). Chains of any length are loops; only nesting recurses, and the cursor counts that.
 *
 * From loosest to tightest: OR, AND, NOT, IS, comparison, BETWEEN IN LIKE, every other operator, + -, * / %, ^, AT TIME
 * ZONE, COLLATE, sign, and then what belongs to operands: `::`, subscripts, dots.
 */
import { notSupported } from '../error.ts'
import type { Binary, Expression, Like, OperatorName, Quantified, Query } from './ast.ts'
import type { Cursor } from './cursor.ts'
import { KEYWORD } from './keywords.ts'
import { isQuery } from './make-query.ts'
import { parseOperand, parseOperandTail, parseParenthesisContents, parseParenthesised } from './operand.ts'
import { END, NUMBER, PARAMETER, QUOTED, STRING, SYMBOL, WORD } from './scanner.ts'

const OR = 1
const AND = 2
const NOT = 3
const IS = 4
const COMPARISON = 5
const MATCH = 6
const OTHER = 8
const SUM = 9
const PRODUCT = 10
const POWER = 11
const AT = 12
const COLLATE = 13
const SIGN = 14

/** Any expression. */
export function parseExpression(p: Cursor): Expression {
  p.enter()
  const expression = parseBinary(p, 0, false)
  p.leave()
  return expression
}

/** What may stand where AND, IN or NOT would be read otherwise (PostgreSQL's b_expr): no logic, no LIKE, no IN. */
export function parseRestrictedExpression(p: Cursor): Expression {
  p.enter()
  const expression = parseBinary(p, 0, true)
  p.leave()
  return expression
}

/** Goes on from an operand that was read already. */
export function continueExpression(p: Cursor, operand: Expression, start: number): Expression {
  return continueBinary(p, operand, start, 0, false)
}

function parseBinary(p: Cursor, minimum: number, restricted: boolean): Expression {
  const start = p.start
  return continueBinary(p, parsePrefix(p, restricted), start, minimum, restricted)
}

function parsePrefix(p: Cursor, restricted: boolean): Expression {
  if (p.kind === SYMBOL) {
    const power = prefixPower(p.value)
    if (p.value === '?' && isFigureOperator(p)) {
      const start = p.start
      const operator = takeOperator(p)
      const operatorSpan = { start, end: p.lastEnd }
      const operand = parseBinary(p, OTHER + 1, restricted)
      return { kind: 'unary', operator, operand, operatorSpan, span: p.span(start) }
    }
    if (p.value === '#' && p.peekKind() === NUMBER && p.peekStart() === p.end) {
      const { start, end } = p
      p.next()
      const operand: Expression = { kind: 'number', text: p.value, span: { start: p.start, end: p.end } }
      p.next()
      return { kind: 'unary', operator: '#', operand, operatorSpan: { start, end }, span: p.span(start) }
    }
    if (power > 0) {
      const start = p.start
      const operator = p.value
      const operatorSpan = { start, end: p.end }
      p.next()
      p.enter()
      const operand = parseBinary(p, power, restricted)
      p.leave()
      return { kind: 'unary', operator, operand, operatorSpan, span: p.span(start) }
    }
  } else if (p.kind === WORD && p.flags & KEYWORD) {
    if (p.value === 'not' && !restricted) {
      const start = p.start
      p.next()
      p.enter()
      const operand = parseBinary(p, NOT, false)
      p.leave()
      return { kind: 'not', operand, span: p.span(start) }
    }
    if (p.value === 'operator' && p.peekIsSymbol('(')) {
      const start = p.start
      const { schema, symbol: operator } = parseOperatorName(p)
      const operatorSpan = p.span(start)
      const operand = parseBinary(p, OTHER + 1, restricted)
      return { kind: 'unary', operator, schema, operand, operatorSpan, span: p.span(start) }
    }
  }
  return parseOperand(p)
}

/** `?- figure` and `?| figure`, written together and apart from the operand: any other `?` is a parameter. */
function isFigureOperator(p: Cursor): boolean {
  return /^\?[-|]\s/.test(p.text.slice(p.start, p.start + 3))
}

/** How tightly a prefix operator holds its operand; 0 when the symbol is none. */
function prefixPower(symbol: string): number {
  switch (symbol) {
    case '-':
    case '+':
      return SIGN
    case '*':
    case '/':
    case '%':
    case '^':
    case '=':
    case '<':
    case '>':
    case '<=':
    case '>=':
    case '<>':
    case '=>':
    case '==':
    case '->':
      return 0
    default:
      return /^[-+*/<>=~!@#%^&|]+$/.test(symbol) ? OTHER + 1 : 0
  }
}

/** How tightly an infix symbol holds; 0 when the symbol ends the expression. */
function infixPower(symbol: string): number {
  switch (symbol) {
    case ')':
    case ',':
    case ';':
    case ']':
    case '(':
    case '[':
    case '{':
    case '}':
    case ':':
    case ':=':
    case '=>':
    case '.':
    case '..':
    case '::':
      return 0
    case '=':
    case '<':
    case '>':
    case '<=':
    case '>=':
    case '<>':
    case '==':
      return COMPARISON
    case '+':
    case '-':
      return SUM
    case '*':
    case '/':
    case '%':
    case '//':
      return PRODUCT
    case '^':
    case '**':
      return POWER
    default:
      return OTHER
  }
}

function continueBinary(p: Cursor, first: Expression, start: number, minimum: number, restricted: boolean): Expression {
  let left = first
  // A construct that ends in an operand and does not associate: comparison, LIKE, IS DISTINCT FROM.
  let closed = 0
  for (;;) {
    if (p.kind === SYMBOL) {
      const power = infixPower(p.value)
      if (power === 0 && p.value === '::') {
        // Operands have taken their casts; this one follows IS NULL, IN (…) or ANY (…), and casts what came before.
        left = parseOperandTail(p, left, start)
        continue
      }
      if (power === 0 || power < minimum) return left
      if (power === closed || p.value.startsWith('`')) p.fail('the end of the expression')
      const operatorStart = p.start
      const operator = takeOperator(p)
      left = parseRight(p, left, operator, operatorStart, start, power, restricted)
      closed = power === COMPARISON && left.kind === 'binary' ? power : 0
      continue
    }
    if (p.kind !== WORD || (p.flags & KEYWORD) === 0) return left
    const power = wordPower(p, restricted)
    if (power === 0 || power < minimum) return left
    if (power === closed) p.fail('the end of the expression')
    left = parseWordOperator(p, left, start, power, restricted)
    closed = (power === IS || power === MATCH) && endsOpen(left) ? power : 0
  }
}

/** Whether the construct ends in an operand that a further operator of its level could be meant for. */
function endsOpen(expression: Expression): boolean {
  return expression.kind === 'is-distinct' || expression.kind === 'between' || expression.kind === 'like'
}

/** An infix operator of one token or two: `?|`, `?&` and `@?` come apart because `?` may be a parameter. */
function takeOperator(p: Cursor): string {
  let operator = p.value
  const end = p.end
  const joins = operator === '?' || (operator === '@' && p.peekIsSymbol('?'))
  p.next()
  if (joins && p.kind === SYMBOL && p.start === end && (operator === '@' || /^[|&#-]/.test(p.value))) {
    operator += p.value
    p.next()
  }
  return operator
}

/** The right side of an infix operator: an operand, or ANY or ALL of many. */
function parseRight(
  p: Cursor,
  left: Expression,
  operator: string,
  operatorStart: number,
  start: number,
  power: number,
  restricted: boolean,
): Binary | Quantified {
  const operatorSpan = p.span(operatorStart)
  if (p.kind === WORD && isQuantifier(p)) return parseQuantified(p, left, operator, start)
  const right = parseBinary(p, power + 1, restricted)
  return { kind: 'binary', operator, left, right, operatorSpan, span: p.span(start) }
}

function isQuantifier(p: Cursor): boolean {
  return (p.value === 'any' || p.value === 'all' || p.value === 'some') && p.peekIsSymbol('(')
}

function parseQuantified(p: Cursor, operand: Expression, operator: string, start: number): Quantified {
  const quantifier = p.value === 'all' ? 'all' : 'any'
  p.next()
  const inner: Expression | Query = parseParenthesised(p)
  return isQuery(inner)
    ? { kind: 'quantified', operator, quantifier, operand, query: inner, array: undefined, span: p.span(start) }
    : { kind: 'quantified', operator, quantifier, operand, query: undefined, array: inner, span: p.span(start) }
}

/** How tightly the operator that begins with this word holds; 0 when the word begins none. */
function wordPower(p: Cursor, restricted: boolean): number {
  switch (p.value) {
    case 'and':
      return restricted ? 0 : AND
    case 'or':
      return restricted ? 0 : OR
    case 'is':
      return restricted && !(p.peekIsWord('distinct') || (p.peekIsWord('not') && p.peekIsWord('distinct', 2))) ? 0 : IS
    case 'isnull':
    case 'notnull':
      return restricted ? 0 : IS
    case 'between':
    case 'in':
    case 'like':
    case 'ilike':
      return restricted ? 0 : MATCH
    case 'glob':
      return restricted || !beginsPattern(p) ? 0 : MATCH
    case 'similar':
      return restricted || !p.peekIsWord('to') ? 0 : MATCH
    case 'not':
      return restricted || !negatable.has(p.peekValue()) || p.peekKind() !== WORD ? 0 : MATCH
    case 'at':
      return !restricted && (p.peekIsWord('time') || p.peekIsWord('local')) ? AT : 0
    case 'collate':
      return restricted ? 0 : COLLATE
    case 'operator':
      return p.peekIsSymbol('(') ? OTHER : 0
    case 'overlaps':
      return restricted ? 0 : OTHER
    default:
      return 0
  }
}

const negatable: ReadonlySet<string> = new Set(['between', 'in', 'like', 'ilike', 'similar', 'glob'])

/** GLOB is a name elsewhere: it is an operator only before what can be a pattern. */
function beginsPattern(p: Cursor): boolean {
  const kind = p.peekKind()
  if (kind === STRING || kind === PARAMETER || kind === QUOTED) return true
  if (kind === SYMBOL) return p.peekIsSymbol('(') || p.peekIsSymbol('?') || p.peekIsSymbol(':')
  return kind === WORD && (p.peekFlags() & KEYWORD) === 0 && p.peekKind(2) !== END
}

function parseWordOperator(p: Cursor, left: Expression, start: number, power: number, restricted: boolean): Expression {
  const operatorStart = p.start
  const word = p.value
  switch (word) {
    case 'and':
    case 'or': {
      const operands = [left]
      while (p.acceptWord(word)) operands.push(parseBinary(p, power + 1, false))
      return { kind: 'logical', operator: word, operands, span: p.span(start) }
    }
    case 'is':
      p.next()
      return parseIs(p, left, start, restricted)
    case 'isnull':
    case 'notnull':
      p.next()
      return {
        kind: 'is',
        operand: left,
        test: 'null',
        negated: word === 'notnull',
        form: undefined,
        span: p.span(start),
      }
    case 'at':
      p.next()
      if (p.acceptWord('local')) return { kind: 'at-time-zone', operand: left, zone: undefined, span: p.span(start) }
      p.expectWords('time', 'zone')
      return { kind: 'at-time-zone', operand: left, zone: parseBinary(p, AT + 1, false), span: p.span(start) }
    case 'collate':
      p.next()
      return { kind: 'collate', operand: left, collation: p.anyQualifiedName('a collation name'), span: p.span(start) }
    case 'operator': {
      const { schema, symbol } = parseOperatorName(p)
      return { ...parseRight(p, left, symbol, operatorStart, start, OTHER, restricted), schema }
    }
    case 'overlaps': {
      p.next()
      const right = parseBinary(p, OTHER + 1, false)
      if (left.kind !== 'row' || right.kind !== 'row') p.fail('two rows of two values each around OVERLAPS')
      const name = { name: 'overlaps', quoted: false, span: { start: operatorStart, end: operatorStart + word.length } }
      return makeCall(name, [...left.items, ...right.items], p, start)
    }
    case 'not':
      p.next()
      return parseMatch(p, left, start, true)
    default:
      return parseMatch(p, left, start, false)
  }
}

function makeCall(
  name: { name: string; quoted: boolean; span: { start: number; end: number } },
  args: Expression[],
  p: Cursor,
  start: number,
): Expression {
  return {
    kind: 'call',
    name: { parts: [name], span: name.span },
    args,
    star: false,
    distinct: false,
    variadic: false,
    bare: false,
    orderBy: [],
    withinGroup: undefined,
    filter: undefined,
    over: undefined,
    nulls: undefined,
    span: p.span(start),
  }
}

/** What follows IS. */
function parseIs(p: Cursor, operand: Expression, start: number, restricted: boolean): Expression {
  const negated = p.acceptWord('not')
  if (p.acceptWord('distinct')) {
    p.expectWord('from')
    const right = parseBinary(p, IS + 1, restricted)
    return { kind: 'is-distinct', left: operand, right, negated, span: p.span(start) }
  }
  let form: string | undefined
  let test: 'null' | 'true' | 'false' | 'unknown' | 'document' | 'normalized'
  switch (p.kind === WORD ? p.value : '') {
    case 'null':
    case 'true':
    case 'false':
    case 'unknown':
    case 'document':
    case 'normalized':
      test = p.value as typeof test
      p.next()
      break
    case 'nfc':
    case 'nfd':
    case 'nfkc':
    case 'nfkd':
      form = p.value
      p.next()
      p.expectWord('normalized')
      test = 'normalized'
      break
    case 'json':
      throw notSupported('IS JSON', p.start)
    default:
      return p.fail('NULL, TRUE, FALSE, UNKNOWN or DISTINCT FROM')
  }
  return { kind: 'is', operand, test, negated, form, span: p.span(start) }
}

/** BETWEEN, IN and the LIKE family. */
function parseMatch(p: Cursor, operand: Expression, start: number, negated: boolean): Expression {
  const word = p.value
  p.next()
  switch (word) {
    case 'between': {
      const symmetric = p.acceptWord('symmetric')
      if (!symmetric) p.acceptWord('asymmetric')
      const low = parseBinary(p, 0, true)
      p.expectWord('and')
      const high = parseBinary(p, MATCH + 1, false)
      return { kind: 'between', operand, low, high, negated, symmetric, span: p.span(start) }
    }
    case 'in': {
      if (!p.isSymbol('(')) {
        // DuckDB's `x IN list` is contains(list, x).
        const name = { name: 'contains', quoted: false, span: p.span(p.lastEnd) }
        const call = makeCall(name, [parseBinary(p, MATCH + 1, false), operand], p, start)
        return negated ? { kind: 'not', operand: call, span: p.span(start) } : call
      }
      const inner = parseParenthesisContents(p, 0)
      return Array.isArray(inner)
        ? { kind: 'in-list', operand, items: inner, negated, span: p.span(start) }
        : { kind: 'in-subquery', operand, query: inner, negated, span: p.span(start) }
    }
    default: {
      if (word === 'similar') p.expectWord('to')
      const operator = word as Like['operator']
      if (p.kind === WORD && isQuantifier(p))
        return parseQuantified(p, operand, negated ? `not ${operator}` : operator, start)
      const pattern = parseBinary(p, MATCH + 1, false)
      const escapedBy = p.acceptWord('escape') ? parseBinary(p, MATCH + 1, false) : undefined
      return { kind: 'like', operator, operand, pattern, escape: escapedBy, negated, span: p.span(start) }
    }
  }
}

/** `+` or `OPERATOR(schema.+)` */
export function parseOperatorName(p: Cursor): OperatorName {
  if (!p.isWord('operator')) return { symbol: parseOperatorSymbol(p) }
  p.next()
  p.expectSymbol('(')
  let schema: string | undefined
  while (p.kind === WORD || p.kind === QUOTED) {
    schema = p.value
    p.next()
    p.expectSymbol('.')
  }
  const symbol = parseOperatorSymbol(p)
  p.expectSymbol(')')
  return { schema, symbol }
}

/** The same where only operators of the system can be. */
export function parseSystemOperator(p: Cursor): string {
  const { start } = p
  const { schema, symbol } = parseOperatorName(p)
  if (schema !== undefined && schema !== 'pg_catalog') throw notSupported('an operator of a schema of your own', start)
  return symbol
}

/** An operator by itself, as after ORDER BY … USING. */
export function parseOperatorSymbol(p: Cursor): string {
  if (p.kind !== SYMBOL || !/^[-+*/<>=~!@#%^&|?]+$/.test(p.value)) p.fail('an operator')
  return takeOperator(p)
}

/** Several expressions, separated by commas. */
export function parseExpressions(p: Cursor): Expression[] {
  const expressions = [parseExpression(p)]
  while (p.acceptComma()) expressions.push(parseExpression(p))
  return expressions
}

/** An operand and what is attached to it, with no operators: `a.b[1]::text`. */
export function parseTightExpression(p: Cursor): Expression {
  const start = p.start
  return parseOperandTail(p, parseOperand(p), start)
}
