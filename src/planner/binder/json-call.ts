/** DuckDB's calls on json that types or paths written in them decide, and texts that are taken for json. */
import { notSupported, SqlError } from '../../error.ts'
import { baseType } from '../../functions/coercion.ts'
import type { SqlFunction } from '../../functions/function.ts'
import type { ArgumentType } from '../../functions/resolve.ts'
import { jsonAsText, jsonElements, jsonKind, jsonMembers } from '../../functions/scalar/json-text.ts'
import { jsonToValue } from '../../functions/scalar/json-values.ts'
import type * as ast from '../../parser/ast.ts'
import { parseTypeName } from '../../parser/parse.ts'
import { arrayOf, type DataType, JSON_TYPE, TEXT } from '../../types/data-type.ts'
import { checkJson } from '../../types/json.ts'
import { evaluateConstant } from '../evaluate.ts'
import type { Expression } from '../expression.ts'
import { coerce, settle } from './coercion.ts'
import { bindExpression } from './expression.ts'
import { callFunction } from './function-call.ts'
import { foreignText, type Scope } from './scope.ts'
import { bindTypeName } from './type-name.ts'

/** `json_transform(json, structure)`: a cast to the type that the structure describes, NULL where something does not fit. */
export function bindTransform(node: ast.FunctionCall, name: string, scope: Scope): Expression | undefined {
  if (node.args.length !== 2) return undefined
  const [input, structure] = node.args.map((argument) => settle(bindExpression(argument, scope), scope.state))
  const { functions } = scope.state.context
  const position = node.args[1].span.start
  if (structure.kind !== 'constant' && structure.kind !== 'cast') {
    throw notSupported(`${name} with a structure that is no constant`, position)
  }
  const text = evaluateConstant(coerce(structure, TEXT, 'explicit', scope.state), functions)
  if (typeof text !== 'string') throw notSupported(`${name} with a structure that is no constant`, position)
  const type = foreignText(scope.state, position, () => {
    checkJson(text)
    return describedType(text, scope)
  })
  const lenient = !name.endsWith('_strict')
  return {
    kind: 'cast',
    type,
    input: coerce(input, JSON_TYPE, 'explicit', scope.state),
    cast: {
      from: JSON_TYPE,
      to: type,
      context: 'explicit',
      volatility: 'stable',
      evaluate: (value, session) => jsonToValue(value, type, lenient, session ?? functions),
    },
    explicit: true,
    try: false,
    span: node.span,
  }
}

/** `{"a": "INTEGER", "b": ["VARCHAR"]}` as a type. */
function describedType(structure: string, scope: Scope): DataType {
  const kind = jsonKind(structure)
  if (kind === 'string') {
    const name = jsonAsText(structure)!
    return name.toUpperCase() === 'NULL' ? JSON_TYPE : bindTypeName(parseTypeName(name), scope.state.context)
  }
  if (kind === 'object') {
    const fields = jsonMembers(structure).map(([name, type]) => ({ name, type: describedType(type, scope) }))
    return { kind: 'record', fields }
  }
  const elements = kind === 'array' ? jsonElements(structure) : []
  if (elements.length === 1) return arrayOf(describedType(elements[0], scope))
  throw new SqlError(
    'invalid_parameter_value',
    'the structure of a json consists of names of types, objects and lists of one',
  )
}

/** `json_extract(json, path)` of a path that may lead to several places: a list. */
export function bindExtract(node: ast.FunctionCall, name: string, scope: Scope): Expression | undefined {
  const [json, path] = node.args
  if (path?.kind !== 'string' || node.args.length !== 2 || !/^\$.*(?:\*|\.\.)/.test(path.value)) return undefined
  const input = coerce(settle(bindExpression(json, scope), scope.state), JSON_TYPE, 'explicit', scope.state)
  return callFunction(`${name}_matches`, [input, bindExpression(path, scope)], node.span, scope)
}

/** The arguments of a function on json, the first of which is text and taken for json; undefined where that is not so. */
export function textAsJson(
  records: readonly SqlFunction[],
  args: readonly Expression[],
  scope: Scope,
): { readonly args: Expression[]; readonly types: ArgumentType[] } | undefined {
  if (!records.some((record) => record.category === 'json') || args.length === 0) return undefined
  if (!isText(args[0].type)) return undefined
  const coerced = [asJson(args[0], scope), ...args.slice(1)]
  return { args: coerced, types: coerced.map(({ type }) => type) }
}

export function asJson(expression: Expression, scope: Scope): Expression {
  return coerce(expression, JSON_TYPE, 'explicit', scope.state)
}

export function isText(type: DataType): boolean {
  const { kind } = baseType(type)
  return kind === 'text' || kind === 'varchar'
}
