/** Function calls: their arguments, the clauses after them, and the calls that SQL writes in a way of their own. */
import { notSupported, SqlError } from '../error.ts'
import type {
  Expression,
  FunctionCall,
  Identifier,
  OrderItem,
  QualifiedName,
  Span,
  WindowSpecification,
} from './ast.ts'
import type { Cursor } from './cursor.ts'
import { parseExpression, parseExpressions, parseRestrictedExpression } from './expression.ts'
import { COLUMN_NAME, FUNCTION_NAME } from './keywords.ts'
import { parseLambdaBody, parseStarTail, parseUnpacked } from './operand.ts'
import { END, QUOTED, STRING, SYMBOL, WORD } from './scanner.ts'
import { parseTypeName } from './type-name.ts'
import { parseOrderBy, parseWindowSpecification } from './window.ts'

/** A call of nothing but a name and arguments. */
export function plainCall(name: QualifiedName, args: readonly Expression[], span: Span): FunctionCall {
  return {
    kind: 'call',
    name,
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
    span,
  }
}

/** These have a syntax of their own in SQL/JSON, which we refuse by name where it differs from a plain call. */
const jsonConstructors: ReadonlySet<string> = new Set(
  'json json_array json_arrayagg json_exists json_object json_objectagg json_query json_scalar json_serialize json_table json_value'.split(
    ' ',
  ),
)

/** From the parenthesis after a function's name to the end of OVER. */
export function parseCallTail(p: Cursor, name: QualifiedName, start: number): FunctionCall {
  p.expectSymbol('(')
  p.enter()
  let star = false
  let distinct = false
  let variadic = false
  let nulls: 'ignore' | 'respect' | undefined
  let orderBy: OrderItem[] = []
  const args: Expression[] = []
  if (p.isSymbol('*') && p.peekIsSymbol(')')) {
    star = true
    p.next()
  } else if (!p.isSymbol(')')) {
    if (p.acceptWord('distinct')) distinct = true
    else if (p.isWord('all') && !p.peekIsSymbol(')')) p.next()
    do {
      if (p.acceptWord('variadic')) variadic = true
      args.push(parseArgument(p))
    } while (p.acceptSymbol(','))
    if (p.isWord('order')) orderBy = parseOrderBy(p)
    nulls = parseNullTreatment(p)
  }
  if ((p.kind === WORD || p.isSymbol(':')) && name.parts.length === 1 && jsonConstructors.has(name.parts[0].name)) {
    throw notSupported(`the SQL/JSON syntax of ${name.parts[0].name.toUpperCase()}`, p.start)
  }
  p.expectSymbol(')', 'a comma or ")"')
  p.leave()
  let withinGroup: OrderItem[] | undefined
  let filter: Expression | undefined
  let over: WindowSpecification | Identifier | undefined
  if (p.kind === WORD) {
    if (p.isWord('within') && p.peekIsWord('group')) {
      p.next()
      p.next()
      p.expectSymbol('(')
      if (!p.isWord('order')) p.fail('ORDER BY')
      withinGroup = parseOrderBy(p)
      const clash =
        orderBy.length > 0 ? 'multiple ORDER BY clauses' : distinct ? 'DISTINCT' : variadic ? 'VARIADIC' : ''
      if (clash !== '') throw new SqlError('syntax_error', `cannot use ${clash} with WITHIN GROUP`, { position: start })
      p.expectSymbol(')')
    }
    if (p.isWord('filter') && p.peekIsSymbol('(')) {
      p.next()
      p.next()
      p.acceptWord('where')
      filter = parseExpression(p)
      p.expectSymbol(')')
    }
    nulls = parseNullTreatment(p) ?? nulls
    if (p.isWord('over')) {
      p.next()
      over = p.isSymbol('(') ? parseWindowSpecification(p) : p.identifier('a window name or "("')
    }
  }
  return {
    kind: 'call',
    name,
    args,
    star,
    distinct,
    variadic,
    bare: false,
    orderBy,
    withinGroup,
    filter,
    over,
    nulls,
    span: p.span(start),
  }
}

function parseNullTreatment(p: Cursor): 'ignore' | 'respect' | undefined {
  if (p.kind !== WORD || !p.peekIsWord('nulls')) return undefined
  if (p.value !== 'ignore' && p.value !== 'respect') return undefined
  const treatment = p.value
  p.next()
  p.next()
  return treatment
}

/** An argument: `name => value`, `name := value`, `x -> body`, `*`, or an expression. */
function parseArgument(p: Cursor): Expression {
  const start = p.start
  if (p.kind === WORD || p.kind === QUOTED) {
    if (p.peekIsSymbol('=>') || p.peekIsSymbol(':=')) {
      const name = p.label()
      p.next()
      return { kind: 'named-argument', name, value: parseExpression(p), span: p.span(start) }
    }
    if (p.flags & COLUMN_NAME && p.peekIsSymbol('->') && isLambda(p, 0, 2))
      return parseLambdaBody(p, [p.identifier()], start)
  } else if (p.kind === SYMBOL) {
    if (p.value === '*') {
      p.next()
      return parseUnpacked(p, start) ?? parseStarTail(p, start)
    }
    if (p.value === '(' && p.peekIsSymbol(')', 2) && p.peekIsSymbol('->', 3) && isLambda(p, 1, 4)) {
      p.next()
      const parameter = p.identifier('a parameter name')
      p.next()
      return parseLambdaBody(p, [parameter], start)
    }
  }
  return parseExpression(p)
}

/**
 * `x -> …` is a lambda when its body speaks of `x`, else the operator that takes a member out of JSON:
 *
 *   list_transform(l, x -> x + 1)      json_typeof(data -> 'key')
 */
function isLambda(p: Cursor, parameter: number, body: number): boolean {
  const kind = parameter === 0 ? p.kind : p.peekKind(parameter)
  const name = parameter === 0 ? p.value : p.peekValue(parameter)
  if (kind !== WORD && kind !== QUOTED) return false
  let depth = 0
  for (let n = body; p.peekKind(n) !== END; n++) {
    const value = p.peekValue(n)
    if (p.peekKind(n) === SYMBOL) {
      if (value === '(' || value === '[' || value === '{') depth++
      else if (value === ')' || value === ']' || value === '}') {
        if (depth-- === 0) return false
      } else if (value === ';' || (value === ',' && depth === 0)) return false
    } else if (value === name && (p.peekKind(n) === WORD || p.peekKind(n) === QUOTED) && !p.peekIsSymbol('.', n - 1))
      return true
  }
  return false
}

/** Calls whose name is a keyword and whose arguments have a grammar of their own; the cursor stands on the name. */
export function parseSpecialCall(p: Cursor): Expression | undefined {
  const start = p.start
  switch (p.value) {
    case 'cast':
    case 'try_cast': {
      const attempt = p.value === 'try_cast'
      p.next()
      p.next()
      const operand = parseExpression(p)
      p.expectWord('as')
      const type = parseTypeName(p)
      p.expectSymbol(')')
      return { kind: 'cast', operand, type, try: attempt, span: p.span(start) }
    }
    case 'coalesce':
    case 'greatest':
    case 'least':
    case 'nullif':
      return parseCallTail(p, callName(p), start)
    case 'extract':
      return parseExtract(p)
    case 'substring':
      return parseSubstring(p)
    case 'overlay':
      return parseOverlay(p)
    case 'position':
      return parsePosition(p)
    case 'trim':
      return parseTrim(p)
    case 'normalize':
      return parseNormalize(p)
    case 'grouping': {
      p.next()
      p.next()
      const args = parseExpressions(p)
      p.expectSymbol(')', 'a comma or ")"')
      return { kind: 'grouping', args, span: p.span(start) }
    }
    case 'columns': {
      p.next()
      p.next()
      const pattern = parseArgument(p)
      p.expectSymbol(')')
      return { kind: 'columns', pattern, span: p.span(start) }
    }
    case 'treat':
    case 'xmlconcat':
    case 'xmlelement':
    case 'xmlexists':
    case 'xmlforest':
    case 'xmlparse':
    case 'xmlpi':
    case 'xmlroot':
    case 'xmlserialize':
      throw notSupported(p.value.toUpperCase(), start)
    default:
      return undefined
  }
}

/** Takes the name and stands on the parenthesis. */
function callName(p: Cursor): QualifiedName {
  const name = p.label()
  return { parts: [name], span: name.span }
}

function renamed(name: QualifiedName, to: string): QualifiedName {
  return { parts: [{ ...name.parts[0], name: to }], span: name.span }
}

/** The remaining arguments of a plain call, after its first. */
function moreArguments(p: Cursor, first: Expression): Expression[] {
  const args = [first]
  while (p.acceptSymbol(',')) args.push(parseExpression(p))
  return args
}

function finish(p: Cursor, name: QualifiedName, args: readonly Expression[], start: number): FunctionCall {
  p.expectSymbol(')', 'a comma or ")"')
  return plainCall(name, args, p.span(start))
}

/** `EXTRACT(year FROM x)` is extract('year', x). */
function parseExtract(p: Cursor): Expression {
  const start = p.start
  const name = callName(p)
  p.next()
  let field: Expression
  if ((p.kind === WORD || p.kind === STRING) && p.peekIsWord('from')) {
    field = { kind: 'string', value: p.value, span: { start: p.start, end: p.end } }
    p.next()
    p.next()
    return finish(p, name, [field, parseExpression(p)], start)
  }
  field = parseExpression(p)
  if (!p.isSymbol(',')) p.fail('FROM')
  return finish(p, name, moreArguments(p, field), start)
}

/** `SUBSTRING(x FROM a FOR b)`, `SUBSTRING(x SIMILAR y ESCAPE z)`, or a plain call. */
function parseSubstring(p: Cursor): Expression {
  const start = p.start
  const name = callName(p)
  p.next()
  if (p.isSymbol(')')) return finish(p, name, [], start)
  const first = parseExpression(p)
  if (p.acceptWord('similar')) {
    const pattern = parseExpression(p)
    p.expectWord('escape')
    return finish(p, name, [first, pattern, parseExpression(p)], start)
  }
  if (!p.isWord('from') && !p.isWord('for')) return finish(p, name, moreArguments(p, first), start)
  let from: Expression | undefined
  let length: Expression | undefined
  for (let i = 0; i < 2; i++) {
    if (from === undefined && p.acceptWord('from')) from = parseExpression(p)
    else if (length === undefined && p.acceptWord('for')) length = parseExpression(p)
  }
  const one: Expression = { kind: 'number', text: '1', span: p.span(p.lastEnd) }
  return finish(p, name, length === undefined ? [first, from ?? one] : [first, from ?? one, length], start)
}

/** `OVERLAY(x PLACING y FROM a FOR b)` is overlay(x, y, a, b). */
function parseOverlay(p: Cursor): Expression {
  const start = p.start
  const name = callName(p)
  p.next()
  const first = parseExpression(p)
  if (!p.acceptWord('placing')) return finish(p, name, moreArguments(p, first), start)
  const args = [first, parseExpression(p)]
  p.expectWord('from')
  args.push(parseExpression(p))
  if (p.acceptWord('for')) args.push(parseExpression(p))
  return finish(p, name, args, start)
}

/** `POSITION(a IN b)` is position(b, a). */
function parsePosition(p: Cursor): Expression {
  const start = p.start
  const name = callName(p)
  p.next()
  const first = parseRestrictedExpression(p)
  if (p.isSymbol(',')) return finish(p, name, moreArguments(p, first), start)
  p.expectWord('in')
  return finish(p, name, [parseRestrictedExpression(p), first], start)
}

/** `TRIM(LEADING 'x' FROM s)` is ltrim(s, 'x'). */
function parseTrim(p: Cursor): Expression {
  const start = p.start
  const written = callName(p)
  p.next()
  const side = p.acceptWord('leading') ? 'ltrim' : p.acceptWord('trailing') ? 'rtrim' : 'btrim'
  if (side === 'btrim') p.acceptWord('both')
  const name = renamed(written, side)
  if (p.acceptWord('from')) return finish(p, name, parseExpressions(p), start)
  const first = parseExpression(p)
  if (p.acceptWord('from')) {
    const subject = parseExpression(p)
    return finish(p, name, [...moreArguments(p, subject), first], start)
  }
  return finish(p, name, moreArguments(p, first), start)
}

const normalForms: ReadonlySet<string> = new Set(['nfc', 'nfd', 'nfkc', 'nfkd'])

/** `NORMALIZE(x, NFC)` is normalize(x, 'NFC'). */
function parseNormalize(p: Cursor): Expression {
  const start = p.start
  const name = callName(p)
  p.next()
  const args = [parseExpression(p)]
  if (p.acceptSymbol(',')) {
    if (p.kind === WORD && normalForms.has(p.value)) {
      args.push({ kind: 'string', value: p.value.toUpperCase(), span: { start: p.start, end: p.end } })
      p.next()
    } else args.push(parseExpression(p))
  }
  return finish(p, name, args, start)
}

/** A call where a table is expected: `f(…)` without the clauses that only queries give meaning to. */
export function parseTableCall(p: Cursor): FunctionCall {
  const start = p.start
  const special = p.kind === WORD && p.peekIsSymbol('(') ? parseSpecialCall(p) : undefined
  if (special !== undefined) {
    if (special.kind !== 'call') throw notSupported('an expression that is not a function in FROM', start)
    return special
  }
  if ((p.flags & FUNCTION_NAME) === 0 && p.peekIsSymbol('(')) p.fail('a table or a function name')
  return parseCallTail(p, p.anyQualifiedName('a function name'), start)
}
