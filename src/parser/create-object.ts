/** CREATE AGGREGATE, OPERATOR and CAST, and what alters and drops operators and casts. */
import type {
  AlterOperator,
  Attribute,
  CreateAggregate,
  CreateCast,
  CreateOperator,
  DropCast,
  DropOperator,
  Identifier,
  OperatorName,
  OperatorSignature,
  TypeName,
} from './ast.ts'
import { parseParameters } from './create-function.ts'
import type { Cursor } from './cursor.ts'
import { parseOperatorName } from './expression.ts'
import { parseNameOrString, parseSignedNumber } from './options.ts'
import { NUMBER, QUOTED, STRING, SYMBOL, WORD } from './scanner.ts'
import { parseTypeName } from './type-name.ts'

/** `(sfunc = f, stype = int, initcond = '0', hypothetical)` */
function parseAttributes(p: Cursor): Attribute[] {
  const attributes: Attribute[] = []
  p.expectSymbol('(')
  do {
    const start = p.start
    const { name } = p.label('the name of an attribute')
    attributes.push({ name, ...(p.acceptSymbol('=') ? parseValue(p) : { text: 'true' }), span: p.span(start) })
  } while (p.acceptSymbol(','))
  p.expectSymbol(')', 'a comma or ")"')
  return attributes
}

function parseValue(p: Cursor): Pick<Attribute, 'text' | 'type' | 'operator'> {
  if (p.kind === STRING) return { text: p.string() }
  if (p.kind === NUMBER || ((p.isSymbol('-') || p.isSymbol('+')) && p.peekKind() === NUMBER))
    return { text: parseSignedNumber(p) }
  if (p.kind === SYMBOL || (p.isWord('operator') && p.peekIsSymbol('('))) {
    const operator = parseOperatorName(p)
    return { text: operator.symbol, operator }
  }
  if (p.isWord('none') || p.isWord('true') || p.isWord('false') || p.isWord('any')) {
    const { name } = p.label()
    return { text: name }
  }
  const type = parseTypeName(p)
  return { text: type.parts[type.parts.length - 1], type }
}

/** The cursor stands on AGGREGATE. */
export function parseCreateAggregate(p: Cursor, start: number, orReplace: boolean): CreateAggregate {
  p.next()
  const name = p.anyQualifiedName('an aggregate name')
  const isOldStyle = p.isSymbol('(') && (p.peekKind() === WORD || p.peekKind() === QUOTED) && p.peekIsSymbol('=', 2)
  if (isOldStyle) {
    return { kind: 'create-aggregate', name, orReplace, attributes: parseAttributes(p), span: p.span(start) }
  }
  if (p.isSymbol('(') && p.peekIsSymbol(')')) {
    p.next()
    p.fail('the types of the arguments, or "*"')
  }
  let directCount = -1
  const parameters = parseParameters(p, (count) => {
    directCount = count
  })
  const attributes = parseAttributes(p)
  return { kind: 'create-aggregate', name, orReplace, parameters, directCount, attributes, span: p.span(start) }
}

/** The cursor stands on OPERATOR. */
export function parseCreateOperator(p: Cursor, start: number): CreateOperator {
  p.next()
  const name = parseQualifiedSymbol(p)
  return { kind: 'create-operator', name, attributes: parseAttributes(p), span: p.span(start) }
}

/** `schema.+` or `+` */
function parseQualifiedSymbol(p: Cursor): OperatorName {
  let schema: Identifier | undefined
  while (p.kind === WORD || p.kind === QUOTED) {
    schema = p.identifier('an operator')
    p.expectSymbol('.')
  }
  return { schema: schema?.name, symbol: parseOperatorName(p).symbol }
}

/** `+ (int, int)`, `- (NONE, int)` */
function parseOperands(p: Cursor): OperatorSignature {
  const start = p.start
  const name = parseQualifiedSymbol(p)
  p.expectSymbol('(')
  const operand = (): TypeName | undefined => (p.acceptWord('none') ? undefined : parseTypeName(p))
  const left = operand()
  p.expectSymbol(',', 'a comma')
  const right = operand()
  p.expectSymbol(')')
  return { ...name, left, right, span: p.span(start) }
}

/** The cursor stands on OPERATOR, after DROP. */
export function parseDropOperator(p: Cursor, start: number): DropOperator {
  p.next()
  const ifExists = p.acceptWords('if', 'exists')
  const operators = [parseOperands(p)]
  while (p.acceptSymbol(',')) operators.push(parseOperands(p))
  const cascade = parseBehaviour(p)
  return { kind: 'drop-operator', operators, ifExists, cascade, span: p.span(start) }
}

function parseBehaviour(p: Cursor): boolean {
  const cascade = p.acceptWord('cascade')
  if (!cascade) p.acceptWord('restrict')
  return cascade
}

/** The cursor stands on OPERATOR, after ALTER. */
export function parseAlterOperator(p: Cursor, start: number): AlterOperator {
  p.next()
  const operator = parseOperands(p)
  const node = { kind: 'alter-operator', operator } as const
  if (p.acceptWords('owner', 'to')) {
    parseNameOrString(p, 'a role name')
    return { ...node, span: p.span(start) }
  }
  p.expectWord('set')
  if (p.acceptWord('schema')) return { ...node, schema: p.identifier('a schema name'), span: p.span(start) }
  return { ...node, attributes: parseAttributes(p), span: p.span(start) }
}

function parseCastTypes(p: Cursor): { readonly source: TypeName; readonly target: TypeName } {
  p.expectSymbol('(')
  const source = parseTypeName(p)
  p.expectWord('as')
  const target = parseTypeName(p)
  p.expectSymbol(')')
  return { source, target }
}

/** The cursor stands on CAST. */
export function parseCreateCast(p: Cursor, start: number): CreateCast {
  p.next()
  const types = parseCastTypes(p)
  let method: CreateCast['method'] = 'binary'
  let called: CreateCast['function']
  let argumentTypes: TypeName[] | undefined
  if (p.acceptWord('without')) p.expectWord('function')
  else {
    p.expectWord('with')
    method = p.expectOneOf(['function', 'inout'])
    if (method === 'function') {
      called = p.anyQualifiedName('a function name')
      if (p.isSymbol('(')) argumentTypes = parseParameters(p).map(({ type }) => type!)
    }
  }
  const context = p.acceptWord('as') ? p.expectOneOf(['assignment', 'implicit']) : 'explicit'
  return { kind: 'create-cast', ...types, method, function: called, argumentTypes, context, span: p.span(start) }
}

/** The cursor stands on CAST, after DROP. */
export function parseDropCast(p: Cursor, start: number): DropCast {
  p.next()
  const ifExists = p.acceptWords('if', 'exists')
  const types = parseCastTypes(p)
  parseBehaviour(p)
  return { kind: 'drop-cast', ...types, ifExists, span: p.span(start) }
}
