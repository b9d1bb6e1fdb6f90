/** What operators stand between: literals, names, calls, parentheses, and the `::`, `[…]` and `.name` attached to them. */
import { notSupported, SqlError } from '../error.ts'
import type { ArrayLiteral, Expression, Identifier, Parameter, QualifiedName, Query, Star } from './ast.ts'
import { parseCallTail, parseSpecialCall, plainCall } from './call.ts'
import type { Cursor } from './cursor.ts'
import { continueExpression, parseExpression, parseExpressions } from './expression.ts'
import { COLUMN_NAME, FUNCTION_NAME, KEYWORD } from './keywords.ts'
import { isQuery } from './make-query.ts'
import { continueQuery, parseQuery, queryContinues, startsQuery } from './query.ts'
import { BITS, NUMBER, PARAMETER, QUOTED, STRING, SYMBOL, WORD } from './scanner.ts'
import { parseIntervalFields, parseTypeName } from './type-name.ts'

/** An operand with everything attached to it. */
export function parseOperand(p: Cursor): Expression {
  const start = p.start
  return parseOperandTail(p, parsePrimary(p), start)
}

function parsePrimary(p: Cursor): Expression {
  const start = p.start
  switch (p.kind) {
    case NUMBER: {
      const text = p.value
      p.next()
      return { kind: 'number', text, span: p.span(start) }
    }
    case STRING: {
      const value = p.value
      p.next()
      return { kind: 'string', value, span: p.span(start) }
    }
    case WORD:
      return parseWord(p)
    case QUOTED:
      return parseName(p)
    case SYMBOL:
      return parseSymbol(p)
    case BITS: {
      const base = p.value[0] === 'b' ? 'binary' : 'hex'
      const digits = p.value.slice(1)
      p.next()
      return { kind: 'bit-string', base, digits, span: p.span(start) }
    }
    case PARAMETER: {
      const { value } = p
      p.next()
      return /^\d/.test(value) ? numbered(p, Number(value), start) : named(p, value, start)
    }
    default:
      return p.fail('an expression')
  }
}

function numbered(p: Cursor, index: number, start: number): Parameter {
  if (index < 1 || index > 65535) {
    throw new SqlError('undefined_parameter', `there is no parameter $${index}`, { position: start })
  }
  if (index > p.parameterCount) p.parameterCount = index
  return { kind: 'parameter', index, name: undefined, span: p.span(start) }
}

function named(p: Cursor, name: string, start: number): Parameter {
  if (!p.parameterNames.includes(name)) p.parameterNames.push(name)
  return { kind: 'parameter', index: undefined, name, span: p.span(start) }
}

function parseSymbol(p: Cursor): Expression {
  const start = p.start
  switch (p.value) {
    case '(': {
      const inner = parseParenthesised(p)
      if (isQuery(inner)) return { kind: 'subquery', query: inner, span: p.span(start) }
      if (inner.kind === 'row' && p.isSymbol('->') && inner.items.every(isBareName)) {
        return parseLambdaBody(
          p,
          inner.items.map((item) => (item.kind === 'column' ? item.parts[0] : item) as Identifier),
          start,
        )
      }
      return inner
    }
    case '[':
      return parseListLiteral(p)
    case '{':
      return parseStruct(p)
    case '?':
      p.next()
      return numbered(p, ++p.questionMarks, start)
    case ':':
      if ((p.peekKind() === WORD || p.peekKind() === QUOTED) && p.peekStart() === p.end) {
        p.next()
        // Parameters keep the case in which they were written, as the keys of an object do.
        const name = p.kind === QUOTED ? p.value : p.text.slice(p.start, p.end)
        p.next()
        return named(p, name, start)
      }
      break
    case '*':
      p.next()
      return parseUnpacked(p, start) ?? parseStarTail(p, start)
  }
  return p.fail('an expression')
}

const isBareName = (expression: Expression): boolean => expression.kind === 'column' && expression.parts.length === 1

/** After the arrow of `x -> body`. */
export function parseLambdaBody(p: Cursor, parameters: Identifier[], start: number): Expression {
  p.expectSymbol('->')
  const body = parseExpression(p)
  return { kind: 'lambda', parameters, body, span: p.span(start) }
}

/** `( … )`: a subquery, or an expression, or a row of several. */
export function parseParenthesised(p: Cursor): Expression | Query {
  const start = p.start
  const contents = parseParenthesisContents(p)
  if (!Array.isArray(contents)) return contents
  if (contents.length === 1) return contents[0]
  return { kind: 'row', items: contents, explicit: false, span: p.span(start) }
}

/** `( … )`: a subquery, or the expressions in it; more of them than `beforeComma` may end in a comma. */
export function parseParenthesisContents(p: Cursor, beforeComma = 1): Query | Expression[] {
  p.expectSymbol('(')
  p.enter()
  const start = p.start
  let first: Expression | undefined
  if (startsQuery(p)) {
    const query = parseQuery(p)
    p.expectSymbol(')')
    p.leave()
    return query
  }
  if (p.isSymbol('(')) {
    const inner = parseParenthesised(p)
    if (isQuery(inner)) {
      if (p.isSymbol(')') || queryContinues(p)) {
        const query = continueQuery(p, inner, start)
        p.expectSymbol(')')
        p.leave()
        return query
      }
      first = { kind: 'subquery', query: inner, span: p.span(start) }
    } else first = inner
    if (first.kind === 'row' && p.isSymbol('->') && first.items.every(isBareName)) {
      first = parseLambdaBody(
        p,
        first.items.map((item) => (item.kind === 'column' ? item.parts[0] : item) as Identifier),
        start,
      )
    }
    first = continueExpression(p, parseOperandTail(p, first, start), start)
  } else first = parseExpression(p)
  const items = [first]
  while (p.acceptSymbol(',') && !(items.length > beforeComma && p.isSymbol(')'))) items.push(parseExpression(p))
  p.expectSymbol(')', 'a comma or ")"')
  p.leave()
  return items
}

/** `[a, b]`, or `[result FOR x IN list IF condition]` */
function parseListLiteral(p: Cursor): Expression {
  const start = p.start
  p.expectSymbol('[')
  const items: Expression[] = []
  if (!p.isSymbol(']')) {
    p.enter()
    items.push(parseExpression(p))
    if (p.acceptWord('for')) {
      const variables = [p.identifier('a variable name')]
      while (p.acceptSymbol(',')) variables.push(p.identifier('a variable name'))
      p.expectWord('in')
      const list = parseExpression(p)
      const condition = p.acceptWord('if') ? parseExpression(p) : undefined
      p.expectSymbol(']')
      p.leave()
      return { kind: 'comprehension', result: items[0], variables, list, condition, span: p.span(start) }
    }
    while (p.acceptSymbol(',') && !p.isSymbol(']')) items.push(parseExpression(p))
    p.leave()
  }
  p.expectSymbol(']', 'a comma or "]"')
  return { kind: 'array', items, list: true, span: p.span(start) }
}

/** ARRAY[[a], [b]] is ARRAY[ARRAY[a], ARRAY[b]]. */
function arrayOf({ items, span }: ArrayLiteral): ArrayLiteral {
  return { kind: 'array', items: items.map((item) => (item.kind === 'array' ? arrayOf(item) : item)), span }
}

/** `{name: value, 'name': value}` */
function parseStruct(p: Cursor): Expression {
  const start = p.start
  p.expectSymbol('{')
  const fields: { name: Identifier; value: Expression }[] = []
  while (!p.isSymbol('}')) {
    const name = p.kind === STRING ? p.stringName() : p.label('a field name')
    p.expectSymbol(':')
    fields.push({ name, value: parseExpression(p) })
    if (!p.acceptSymbol(',')) break
  }
  p.expectSymbol('}', 'a comma or "}"')
  return { kind: 'struct', fields, span: p.span(start) }
}

/** `MAP {key: value}` */
function parseMap(p: Cursor): Expression {
  const start = p.start
  p.expectWord('map')
  p.expectSymbol('{')
  const entries: { key: Expression; value: Expression }[] = []
  while (!p.isSymbol('}')) {
    const key = parseExpression(p)
    p.expectSymbol(':')
    entries.push({ key, value: parseExpression(p) })
    if (!p.acceptSymbol(',')) break
  }
  p.expectSymbol('}', 'a comma or "}"')
  return { kind: 'map', entries, span: p.span(start) }
}

/** Operands that begin with a word. */
function parseWord(p: Cursor): Expression {
  if (p.flags & KEYWORD) {
    const special = parseKeyword(p) ?? parseTypedLiteral(p)
    if (special !== undefined) return special
  }
  return parseName(p)
}

const timeFunctions: ReadonlySet<string> = new Set(['current_time', 'current_timestamp', 'localtime', 'localtimestamp'])

function parseKeyword(p: Cursor): Expression | undefined {
  const start = p.start
  const word = p.value
  switch (word) {
    case 'null':
      p.next()
      return { kind: 'null', span: p.span(start) }
    case 'true':
    case 'false':
      p.next()
      return { kind: 'boolean', value: word === 'true', span: p.span(start) }
    case 'default':
      p.next()
      return { kind: 'default', span: p.span(start) }
    case 'case':
      return parseCase(p)
    case 'exists': {
      if (!p.peekIsSymbol('(')) return undefined
      p.next()
      const query = parseParenthesised(p)
      if (!isQuery(query)) p.fail('a subquery')
      return { kind: 'exists', query, span: p.span(start) }
    }
    case 'array': {
      p.next()
      if (p.isSymbol('[')) {
        const literal = parseListLiteral(p)
        return literal.kind === 'array' ? { ...arrayOf(literal), span: p.span(start) } : literal
      }
      if (!p.isSymbol('(')) p.fail('"[" or a subquery')
      const query = parseParenthesised(p)
      if (!isQuery(query)) p.fail('a subquery')
      return { kind: 'array-subquery', query, span: p.span(start) }
    }
    case 'row': {
      if (!p.peekIsSymbol('(')) return undefined
      p.next()
      p.next()
      const items = p.isSymbol(')') ? [] : parseExpressions(p)
      p.expectSymbol(')', 'a comma or ")"')
      return { kind: 'row', items, explicit: true, span: p.span(start) }
    }
    case 'map':
      return p.peekIsSymbol('{') ? parseMap(p) : undefined
    case 'lambda':
      return parseLambda(p)
    case 'interval':
      return parseInterval(p)
    case 'current_date':
    case 'current_time':
    case 'current_timestamp':
    case 'localtime':
    case 'localtimestamp':
    case 'current_user':
    case 'session_user':
    case 'user':
    case 'current_role':
    case 'current_catalog':
    case 'current_schema': {
      if (word === 'current_schema' && p.peekIsSymbol('(')) return undefined
      const name = p.label()
      const args: Expression[] = []
      if (timeFunctions.has(word) && p.acceptSymbol('(')) {
        args.push(parseExpression(p))
        p.expectSymbol(')')
      }
      return { ...plainCall({ parts: [name], span: name.span }, args, p.span(start)), bare: args.length === 0 }
    }
    default:
      return p.peekIsSymbol('(') ? parseSpecialCall(p) : word === 'collation' ? parseCollationFor(p) : undefined
  }
}

/** `COLLATION FOR (x)` */
function parseCollationFor(p: Cursor): Expression | undefined {
  if (!p.peekIsWord('for')) return undefined
  const start = p.start
  p.next()
  p.next()
  const name = { name: 'pg_collation_for', quoted: false, span: p.span(start) }
  p.expectSymbol('(')
  const args = [parseExpression(p)]
  p.expectSymbol(')')
  return plainCall({ parts: [name], span: name.span }, args, p.span(start))
}

function parseCase(p: Cursor): Expression {
  const start = p.start
  p.expectWord('case')
  p.enter()
  const operand = p.isWord('when') ? undefined : parseExpression(p)
  const branches: { when: Expression; then: Expression }[] = []
  while (p.acceptWord('when')) {
    const when = parseExpression(p)
    p.expectWord('then')
    branches.push({ when, then: parseExpression(p) })
  }
  if (branches.length === 0) p.fail('WHEN')
  const otherwise = p.acceptWord('else') ? parseExpression(p) : undefined
  p.expectWord('end', otherwise === undefined ? 'WHEN, ELSE or END' : 'END')
  p.leave()
  return { kind: 'case', operand, branches, otherwise, span: p.span(start) }
}

/** `lambda x, y: body` */
function parseLambda(p: Cursor): Expression | undefined {
  if (!(p.peekKind() === WORD || p.peekKind() === QUOTED)) return undefined
  if (!p.peekIsSymbol(':', 2) && !p.peekIsSymbol(',', 2)) return undefined
  const start = p.start
  p.next()
  const parameters = [p.identifier('a parameter name')]
  while (p.acceptSymbol(',')) parameters.push(p.identifier('a parameter name'))
  p.expectSymbol(':')
  const body = parseExpression(p)
  return { kind: 'lambda', parameters, body, span: p.span(start) }
}

const unitNames =
  /^(?:year|month|day|hour|minute|second|week|decade|century|millisecond|microsecond|quarter|centurie|millennium)s?$/

/** `INTERVAL '1' DAY`, `INTERVAL(3) '…'`, and DuckDB's `INTERVAL 1 DAY` and `INTERVAL (x) DAY`. */
function parseInterval(p: Cursor): Expression | undefined {
  const start = p.start
  const span = { start, end: p.end }
  const type = { parts: ['interval'], quoted: false, modifiers: [], arrayBounds: [], setOf: false, span }
  if (p.peekKind() === STRING) {
    p.next()
    const value = p.string()
    const fields = parseIntervalFields(p)
    return { kind: 'typed-literal', type: { ...type, ...fields }, value, span: p.span(start) }
  }
  if (p.peekKind() === NUMBER && p.peekKind(2) === WORD && unitNames.test(p.peekValue(2))) {
    p.next()
    const amount = p.value
    p.next()
    const unit = p.value
    p.next()
    return { kind: 'typed-literal', type, value: `${amount} ${unit}`, span: p.span(start) }
  }
  if (!p.peekIsSymbol('(')) return undefined
  if (p.peekKind(2) === NUMBER && p.peekIsSymbol(')', 3) && p.peekKind(4) === STRING) {
    const typeName = parseTypeName(p)
    return { kind: 'typed-literal', type: typeName, value: p.string(), span: p.span(start) }
  }
  p.next()
  const operatorSpan = span
  const left = parseParenthesised(p)
  if (isQuery(left)) return p.fail('a number of units')
  if (p.kind !== WORD || !unitNames.test(p.value)) p.fail('a unit of time: DAY, HOUR …')
  const one: Expression = { kind: 'typed-literal', type, value: `1 ${p.value}`, span: { start: p.start, end: p.end } }
  p.next()
  return { kind: 'binary', operator: '*', left, right: one, operatorSpan, span: p.span(start) }
}

const typeWords: ReadonlySet<string> = new Set(
  'bigint bit boolean char character dec decimal double float int integer national nchar numeric real smallint time timestamp varchar'.split(
    ' ',
  ),
)

/** `timestamp with time zone '…'`, `numeric(3, 1) '1.5'`: type names that are keywords, when a string follows them. */
function parseTypedLiteral(p: Cursor): Expression | undefined {
  if (!typeWords.has(p.value)) return undefined
  let n = 1
  if (p.value === 'double') {
    if (!p.peekIsWord('precision')) return undefined
    n++
  } else {
    while (p.peekIsWord('varying', n) || p.peekIsWord('character', n) || p.peekIsWord('char', n)) n++
    if (p.peekIsSymbol('(', n) && p.peekKind(n + 1) === NUMBER) {
      while (!p.peekIsSymbol(')', n) && n < 6) n++
      n++
    }
    if (p.peekIsWord('time', n + 1) && (p.peekIsWord('with', n) || p.peekIsWord('without', n))) n += 3
  }
  if (p.peekKind(n) !== STRING) return undefined
  const start = p.start
  const type = parseTypeName(p)
  return { kind: 'typed-literal', type, value: p.string(), span: p.span(start) }
}

/** A column, a call, `t.*`, or a literal of a named type. */
function parseName(p: Cursor): Expression {
  const start = p.start
  const { flags } = p
  if ((flags & (COLUMN_NAME | FUNCTION_NAME)) === 0) p.fail('an expression')
  if (flags & FUNCTION_NAME && p.peekKind() === STRING) {
    const type = parseTypeName(p)
    return { kind: 'typed-literal', type, value: p.string(), span: p.span(start) }
  }
  if ((flags & COLUMN_NAME) === 0 && !p.peekIsSymbol('(')) p.fail('an expression')
  if ((flags & FUNCTION_NAME) === 0 && p.peekIsSymbol('(')) {
    p.next()
    p.fail('no parenthesis after this word; write the function with its schema or in quotes')
  }
  const parts = [p.functionName()]
  while (p.isSymbol('.')) {
    p.next()
    if (p.isSymbol('*')) {
      const qualifier = { parts, span: { start, end: p.lastEnd - 1 } }
      p.next()
      return parseStarTail(p, start, qualifier)
    }
    parts.push(p.label('a name or "*"'))
  }
  const span = p.span(start)
  let modifiers: readonly Expression[] = []
  if (p.isSymbol('(')) {
    const call = parseCallTail(p, { parts, span }, start)
    if (p.kind !== STRING) return call
    modifiers = call.args
  }
  if (p.kind === STRING && (parts.length > 1 || modifiers.length > 0)) {
    const type = {
      parts: parts.map((part) => part.name),
      quoted: parts[0].quoted,
      modifiers,
      arrayBounds: [],
      setOf: false,
      span,
    }
    return { kind: 'typed-literal', type, value: p.string(), span: p.span(start) }
  }
  return { kind: 'column', parts, span }
}

/** After `*`: COLUMNS(…), whose columns stand side by side. */
export function parseUnpacked(p: Cursor, start: number): Expression | undefined {
  if (!p.isWord('columns') || !p.peekIsSymbol('(')) return undefined
  const columns = parseSpecialCall(p)
  return columns?.kind === 'columns' ? { ...columns, unpack: true, span: p.span(start) } : undefined
}

const matches: ReadonlySet<string> = new Set(['like', 'ilike', 'glob', 'similar', 'not'])

/** `* LIKE 'x%'` is COLUMNS(c -> c LIKE 'x%'); SIMILAR TO takes a regular expression here, of part of the name, and NOT SIMILAR TO one of all of it. */
export function parseStarMatch(p: Cursor, star: Star, start: number): Expression {
  if (!p.isAnyWord(matches) || (p.isWord('not') && p.peekKind() !== WORD)) return star
  const name = { name: 'column', quoted: true, span: star.span }
  const negated = p.isWord('not') && p.peekIsWord('similar')
  if (p.isWord('similar') || negated) {
    if (negated) p.next()
    p.expectWords('similar', 'to')
    const regex = p.string()
    const value = negated ? `^(?!(?:${regex})$)` : regex
    return { kind: 'columns', pattern: { kind: 'string', value, span: p.span(start) }, span: p.span(start) }
  }
  const body = continueExpression(p, { kind: 'column', parts: [name], span: star.span }, start)
  return {
    kind: 'columns',
    pattern: { kind: 'lambda', parameters: [name], body, span: p.span(start) },
    span: p.span(start),
  }
}

/** After `*`: EXCLUDE, REPLACE and RENAME. */
export function parseStarTail(p: Cursor, start: number, qualifier?: QualifiedName): Star {
  const exclude: QualifiedName[] = []
  const replace: { expression: Expression; name: Identifier }[] = []
  const rename: { from: QualifiedName; to: Identifier }[] = []
  if (p.isWord('exclude') && (p.peekIsSymbol('(') || p.peekKind() === WORD || p.peekKind() === QUOTED)) {
    p.next()
    if (p.acceptSymbol('(')) {
      do exclude.push(p.qualifiedName('a column name'))
      while (p.acceptComma())
      p.expectSymbol(')', 'a comma or ")"')
    } else exclude.push(p.qualifiedName('a column name'))
  }
  if (p.isWord('replace') && (p.peekIsSymbol('(') || p.peekKind() !== SYMBOL)) {
    p.next()
    const listed = p.acceptSymbol('(')
    do {
      const expression = parseExpression(p)
      p.expectWord('as')
      replace.push({ expression, name: p.label('a column name') })
    } while (listed && p.acceptComma())
    if (listed) p.expectSymbol(')', 'a comma or ")"')
  }
  if (p.isWord('rename') && (p.peekIsSymbol('(') || p.peekKind() !== SYMBOL)) {
    p.next()
    const listed = p.acceptSymbol('(')
    do {
      const from = p.qualifiedName('a column name')
      p.expectWord('as')
      rename.push({ from, to: p.label('a column name') })
    } while (listed && p.acceptComma())
    if (listed) p.expectSymbol(')', 'a comma or ")"')
  }
  return { kind: 'star', qualifier, exclude, replace, rename, span: p.span(start) }
}

const longestTail = 1000

/** What is attached to an operand: casts, subscripts, fields, method calls. */
export function parseOperandTail(p: Cursor, operand: Expression, start: number): Expression {
  let result = operand
  for (let length = 0; p.kind === SYMBOL; length++) {
    // Each step is a node around the one before: whoever walks the tree goes as deep as the chain is long.
    if (length === longestTail) {
      throw new SqlError('statement_too_complex', 'stack depth limit exceeded', {
        position: p.start,
        detail: `At most ${longestTail} casts and subscripts may follow an expression.`,
      })
    }
    switch (p.value) {
      case '::':
        p.next()
        result = { kind: 'cast', operand: result, type: parseTypeName(p), try: false, span: p.span(start) }
        continue
      case '[':
        result = parseSubscript(p, result, start)
        continue
      case '.': {
        p.next()
        if (p.acceptSymbol('*')) {
          result = { kind: 'field', operand: result, name: undefined, span: p.span(start) }
          continue
        }
        const name = p.label('a field name')
        if (p.isSymbol('(')) {
          const call = parseCallTail(p, { parts: [name], span: name.span }, start)
          if (call.kind !== 'call') throw notSupported('this call after a dot', name.span.start)
          result = { ...call, args: [result, ...call.args] }
        } else result = { kind: 'field', operand: result, name, span: p.span(start) }
        continue
      }
    }
    break
  }
  return result
}

/** `[i]`, `[lower:upper]`, `[lower:upper:step]`; a bound may be missing, or `-`. */
export function parseSubscript(p: Cursor, operand: Expression, start: number): Expression {
  p.expectSymbol('[')
  p.enter()
  const bound = (): Expression | undefined => {
    if (p.isSymbol('-') && (p.peekIsSymbol(':') || p.peekIsSymbol(']'))) {
      p.next()
      return undefined
    }
    return p.isSymbol(':') || p.isSymbol(']') ? undefined : parseExpression(p)
  }
  const lower = p.isSymbol('::') ? undefined : bound()
  let result: Expression
  if (p.acceptSymbol('::')) {
    result = { kind: 'slice', operand, lower, upper: undefined, step: parseExpression(p), span: p.span(start) }
  } else if (p.acceptSymbol(':')) {
    const upper = bound()
    const step = p.acceptSymbol(':') ? parseExpression(p) : undefined
    result = { kind: 'slice', operand, lower, upper, step, span: p.span(start) }
  } else {
    if (lower === undefined) p.fail('a subscript')
    result = { kind: 'subscript', operand, index: lower, span: p.span(start) }
  }
  p.leave()
  p.expectSymbol(']', '":" or "]"')
  return { ...result, span: p.span(start) }
}
