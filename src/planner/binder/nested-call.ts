/** Calls whose arguments are names: of fields, of groups, or of an aggregate. */
import { notSupported, SqlError } from '../../error.ts'
import { baseType, canCoerce } from '../../functions/coercion.ts'
import { elementType } from '../../functions/operators/array.ts'
import { resolveAggregate } from '../../functions/resolve.ts'
import type * as ast from '../../parser/ast.ts'
import { arrayOf, BIGINT, BOOLEAN, TEXT, UNKNOWN } from '../../types/data-type.ts'
import { baseTypeName } from '../../types/type-names.ts'
import type { ColumnId, Expression } from '../expression.ts'
import { argumentType, coerce, settle } from './coercion.ts'
import { collationOf } from './collation.ts'
import { bindField } from './composite.ts'
import { bindExpression, castExpression, isCollatable } from './expression.ts'
import { callFunction } from './function-call.ts'
import { bindExtract, bindTransform } from './json-call.ts'
import type { Scope } from './scope.ts'

/** A call whose names have to be read before it can be bound; undefined where it is none. */
export function bindNestedCall(node: ast.FunctionCall, name: string, scope: Scope): Expression | undefined {
  switch (name) {
    case 'struct_pack':
      return packed(node.args, node, scope)
    case 'struct_insert':
    case 'struct_update': {
      const [first, ...others] = node.args
      if (!first || others.length === 0) return undefined
      return callFunction(name, [bindExpression(first, scope), packed(others, node, scope)], node.span, scope)
    }
    case 'struct_extract':
    case 'struct_extract_at':
    case 'array_extract':
      return node.args.length === 2 ? extract(node, scope) : undefined
    case 'regexp_extract':
      return node.args[2]?.kind === 'array' ? namedGroups(node, node.args[2], scope) : undefined
    case 'date_part':
    case 'datepart':
      return node.args.length === 2 && node.args[0].kind === 'array' ? dateParts(node, node.args[0], scope) : undefined
    case 'json_transform':
    case 'json_transform_strict':
    case 'from_json':
    case 'from_json_strict':
      return bindTransform(node, name, scope)
    case 'json_extract':
    case 'json_extract_string':
      return bindExtract(node, name, scope)
    case 'cast_to_type': {
      if (node.args.length !== 2) return undefined
      const [value, like] = node.args.map((argument) => bindExpression(argument, scope))
      return castExpression(value, like.type, false, node.span, scope)
    }
    case 'pg_collation_for':
      return node.args.length === 1 ? bindCollationFor(node, scope) : undefined
    case 'can_cast_implicitly': {
      if (node.args.length !== 2) return undefined
      const [from, to] = node.args.map((argument) => bindExpression(argument, scope).type)
      return { kind: 'constant', type: BOOLEAN, value: canCoerce(from, to) }
    }
    case 'list_aggregate':
    case 'list_aggr':
    case 'array_aggregate':
    case 'array_aggr':
    case 'aggregate':
      return node.args.length >= 2 ? overElements(node, name, scope) : undefined
    case 'union_value':
    case 'union_extract':
    case 'union_tag':
      throw notSupported(`function ${name}`, node.span.start, 'There are no union types.')
    default:
      return undefined
  }
}

/** COLLATION FOR (x): the name in quotes. */
function bindCollationFor(node: ast.FunctionCall, scope: Scope): Expression {
  const input = bindExpression(node.args[0], scope)
  if (input.type.kind === 'unknown') return { kind: 'constant', type: TEXT, value: null }
  if (!isCollatable(input.type)) {
    throw new SqlError('datatype_mismatch', `collations are not supported by type ${baseTypeName(input.type)}`, {
      position: node.span.start,
    })
  }
  const known = new Map<ColumnId, string>()
  for (let level: Scope | undefined = scope; level; level = level.parent) {
    for (const { table, columns } of level.items) {
      table?.columns.forEach(({ collation }, index) => {
        if (collation !== undefined) known.set(columns[index].id, collation)
      })
    }
  }
  const name = collationOf(input, known)
  return { kind: 'constant', type: TEXT, value: name === undefined ? null : `"${name.replaceAll('"', '""')}"` }
}

/** The struct of `name := value` arguments; a column alone gives its own name. */
function packed(args: readonly ast.Expression[], node: ast.FunctionCall, scope: Scope): Expression {
  const names: string[] = []
  const items: Expression[] = []
  for (const argument of args) {
    if (argument.kind === 'named-argument') names.push(argument.name.name)
    else if (argument.kind === 'column') names.push(argument.parts[argument.parts.length - 1].name)
    else {
      throw new SqlError('syntax_error', 'a field of a struct needs a name', {
        position: argument.span.start,
        hint: 'Write it as name := value.',
      })
    }
    const value = argument.kind === 'named-argument' ? argument.value : argument
    items.push(settle(bindExpression(value, scope), scope.state))
  }
  const repeated = names.find((name, index) => names.indexOf(name) < index)
  if (repeated !== undefined) {
    throw new SqlError('duplicate_column', `field name "${repeated}" specified more than once`, {
      position: node.span.start,
    })
  }
  const fields = names.map((name, index) => ({ name, type: items[index].type }))
  return { kind: 'row', type: { kind: 'record', fields }, items, span: node.span }
}

/** A field of a struct, by its name or by its place from 1. */
function extract(node: ast.FunctionCall, scope: Scope): Expression | undefined {
  const [operand, key] = node.args
  const input = bindExpression(operand, scope)
  const type = baseType(input.type)
  if (type.kind !== 'record') return undefined
  if (key.kind === 'string') return bindField(input, { name: key.value, quoted: true, span: key.span }, node.span)
  const place = bindExpression(key, scope)
  if (place.kind !== 'constant' || typeof place.value !== 'number') return undefined
  const field = type.fields[place.value - 1]
  if (!field) {
    throw new SqlError('array_subscript_error', `a row of ${type.fields.length} fields has no field ${place.value}`, {
      position: key.span.start,
    })
  }
  return { kind: 'field', type: field.type, input, index: place.value - 1, span: node.span }
}

/** `date_part(['year', 'month'], date)`: a struct of the parts, whole numbers but for the epoch and the Julian day. */
function dateParts(node: ast.FunctionCall, list: ast.ArrayLiteral, scope: Scope): Expression {
  const operand = bindExpression(node.args[1], scope)
  const names: string[] = []
  const items = list.items.map((item) => {
    if (item.kind !== 'string') throw notSupported('date_part with names that are no constants', item.span.start)
    names.push(item.value)
    const part = callFunction('date_part', [bindExpression(item, scope), operand], node.span, scope)
    if (/^(epoch|julian)$/i.test(item.value)) return part
    return coerce(callFunction('trunc', [part], node.span, scope), BIGINT, 'explicit', scope.state)
  })
  const fields = names.map((name, index) => ({ name, type: items[index].type }))
  return { kind: 'row', type: { kind: 'record', fields }, items, span: node.span }
}

/** `regexp_extract(text, pattern, ['a', 'b'])`: a struct of the groups under these names. */
function namedGroups(node: ast.FunctionCall, list: ast.ArrayLiteral, scope: Scope): Expression {
  const fields = list.items.map((item) => {
    if (item.kind === 'string') return { name: item.value, type: TEXT }
    throw notSupported('regexp_extract with names that are no constants', item.span.start)
  })
  const args = node.args.map((argument) => bindExpression(argument, scope))
  return { ...callFunction('regexp_extract', args, node.span, scope), type: { kind: 'record', fields } }
}

/** `list_aggregate(list, 'name', …)` has the type of the aggregate, and takes what that takes. */
function overElements(node: ast.FunctionCall, name: string, scope: Scope): Expression {
  const [list, aggregate, ...more] = node.args.map((argument) => bindExpression(argument, scope))
  if (aggregate.kind !== 'constant' || typeof aggregate.value !== 'string') {
    throw notSupported(`${name} with a name that is no constant`, node.args[1].span.start)
  }
  if (list.kind === 'constant' && list.value === null) return { kind: 'constant', type: UNKNOWN, value: null }
  if (baseType(list.type).kind !== 'array') return callFunction(name, [list, aggregate, ...more], node.span, scope)
  const types = [elementType(list.type), ...more.map(argumentType)]
  const resolved = resolveAggregate(aggregate.value, types, { position: node.args[1].span.start })
  const [element, ...rest] = resolved.parameterTypes
  const args = [
    coerce(list, arrayOf(element), 'implicit', scope.state),
    coerce(aggregate, TEXT, 'implicit', scope.state),
    ...more.map((argument, index) => coerce(argument, rest[index], 'implicit', scope.state)),
  ]
  return { ...callFunction(name, args, node.span, scope), type: resolved.resultType }
}
