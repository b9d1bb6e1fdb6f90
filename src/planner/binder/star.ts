/** The select list: what `*`, `t.*`, `(row).*` and COLUMNS(…) stand for, and under which name each item comes out. */
import { SqlError } from '../../error.ts'
import { baseType } from '../../functions/coercion.ts'
import type * as ast from '../../parser/ast.ts'
import type { DataType } from '../../types/data-type.ts'
import { callNode } from '../caller.ts'
import type { Expression } from '../expression.ts'
import { columnName } from './column-name.ts'
import { columnsApart, holdsColumns, syntaxOf } from './columns.ts'
import { bindField } from './composite.ts'
import { bindExpression } from './expression.ts'
import { bindColumn, findColumn, findRelation, mayHaveParts, missingRelation, undefinedColumn } from './name.ts'
import { type RangeItem, reference, type Scope, type ScopeColumn } from './scope.ts'

/** One column of the result. */
export interface Output {
  readonly name: string
  readonly expression: Expression
  /** Named by a column that COLUMNS means: any other of the name comes first. */
  readonly implied?: boolean
}

export function bindSelectList(items: readonly ast.SelectItem[], scope: Scope): Output[] {
  const outputs: Output[] = []
  for (const item of items) {
    const { expression, alias } = item
    if (expression.kind === 'star') {
      for (const { name, column, syntax } of starItems(expression, scope)) {
        outputs.push({
          name,
          expression: syntax ? bindExpression(syntax, scope) : reference(column!, expression.span),
        })
      }
    } else if (expression.kind === 'field' && !expression.name) expandRecord(expression, scope, outputs)
    else if (holdsColumns(expression)) {
      for (const { name, expression: apart } of columnsApart(expression, alias?.name, scope))
        outputs.push({ name, expression: bindExpression(apart, scope), implied: !alias })
    } else if (isUnnest(expression)) expandUnnest(item, expression, scope, outputs)
    else
      outputs.push({ name: alias ? alias.name : columnName(expression), expression: bindExpression(expression, scope) })
  }
  return outputs
}

/** The items with `t.*` and `(row).*` written out: in ROW(…) and VALUES. */
export function withoutStars(items: readonly ast.Expression[], scope: Scope): readonly ast.Expression[] {
  const isStar = (item: ast.Expression): boolean => item.kind === 'star' || (item.kind === 'field' && !item.name)
  if (!items.some(isStar)) return items
  return items.flatMap((item) => {
    const { span } = item
    if (item.kind === 'star') return starItems(item, scope).map((one) => syntaxOf(one, span))
    if (item.kind !== 'field' || item.name) return [item]
    const type = recordType(bindExpression(item.operand, scope), span)
    return type.fields.map(({ name }): ast.Expression => ({ ...item, name: { name, quoted: true, span } }))
  })
}

/** What one column of `*` is: a column of FROM, or syntax that takes its place. */
export interface StarItem {
  readonly name: string
  readonly item?: RangeItem
  readonly column?: ScopeColumn
  readonly syntax?: ast.Expression
}

/** The columns that `*` yields, after EXCLUDE, REPLACE and RENAME. */
export function starItems(node: ast.Star, scope: Scope): StarItem[] {
  const columns = starColumns(node, scope)
  if (node.exclude.length === 0 && node.replace.length === 0 && node.rename.length === 0) return columns
  const found = new Set<ast.Node>()
  const matches = (name: ast.QualifiedName, { name: column, item }: StarItem): boolean => {
    const { parts } = name
    const isMatch =
      parts[parts.length - 1].name === column && (parts.length === 1 || parts[parts.length - 2].name === item?.name)
    if (isMatch) found.add(name)
    return isMatch
  }
  const items: StarItem[] = []
  for (const column of columns) {
    if (node.exclude.some((name) => matches(name, column))) continue
    const replacement = node.replace.find((it) => it.name.name === column.name)
    if (replacement) found.add(replacement.name)
    const renamed = node.rename.find((it) => matches(it.from, column))
    items.push({
      ...column,
      name: renamed ? renamed.to.name : column.name,
      syntax: replacement ? replacement.expression : column.syntax,
    })
  }
  const named = [...node.exclude, ...node.rename.map((it) => it.from)]
  for (const name of named)
    if (!found.has(name)) throw undefinedColumn(name.parts[name.parts.length - 1].name, name.span, scope)
  for (const { name } of node.replace) if (!found.has(name)) throw undefinedColumn(name.name, name.span, scope)
  return items
}

function starColumns(node: ast.Star, scope: Scope): StarItem[] {
  const of = (item: RangeItem): StarItem[] => item.columns.map((column) => ({ name: column.name, item, column }))
  const { qualifier, span } = node
  if (qualifier) {
    const names = qualifier.parts.map((part) => part.name)
    const found = findRelation([...names, '*'], scope, span)
    if (found && found.used === names.length) return of(found.item)
    const fields = fieldsOf(qualifier, scope)
    if (!fields) throw missingRelation([...names, '*'], span, scope)
    const operand: ast.ColumnReference = { kind: 'column', parts: qualifier.parts, span }
    return fields.map(({ name }) => ({
      name,
      syntax: { kind: 'field', operand, name: { name, quoted: true, span }, span },
    }))
  }
  const visible = scope.items.filter((item) => item.unqualified)
  if (visible.length === 0) {
    throw new SqlError('syntax_error', 'SELECT * with no tables specified is not valid', { position: span.start })
  }
  return visible.flatMap(of)
}

/** The fields of `column.*`, where no relation has the name. */
function fieldsOf({ parts, span }: ast.QualifiedName, scope: Scope): Fields | undefined {
  const column = findColumn(parts[0].name, span, scope)
  if (!column || !mayHaveParts(column)) return undefined
  const type = baseType(bindColumn({ kind: 'column', parts, span }, scope).type)
  return type.kind === 'record' ? type.fields : undefined
}

type Fields = Extract<DataType, { kind: 'record' }>['fields']

/** `(row).*` */
function expandRecord(node: ast.FieldAccess, scope: Scope, outputs: Output[]): void {
  const input = bindExpression(node.operand, scope)
  const type = recordType(input, node.span)
  for (const { name } of type.fields) {
    outputs.push({ name, expression: bindField(input, { name, quoted: true, span: node.span }, node.span) })
  }
}

function recordType(input: Expression, span: ast.Span): Extract<DataType, { kind: 'record' }> {
  const type = baseType(input.type)
  if (type.kind === 'record') return type
  throw new SqlError('wrong_object_type', `type ${type.kind} is not composite`, { position: span.start })
}

function isUnnest(expression: ast.Expression): expression is ast.FunctionCall {
  if (expression.kind !== 'call') return false
  const { parts } = expression.name
  return parts[parts.length - 1].name === 'unnest' && !expression.over
}

/** `unnest(struct)` is its fields as columns; with `recursive := true` or `max_depth := 2`, so is that of each element. */
function expandUnnest(item: ast.SelectItem, call: ast.FunctionCall, scope: Scope, outputs: Output[]): void {
  const name = item.alias?.name ?? 'unnest'
  const args = call.args.filter((arg) => arg.kind !== 'named-argument')
  const depth = unnestDepth(call)
  const plain = { ...call, args }
  const argument = args.length === 1 ? baseType(bindExpression(args[0], scope).type) : undefined
  if (argument?.kind !== 'record') {
    const flat = depth > 1 ? flattened(args[0], argument, depth) : args[0]
    const call: ast.FunctionCall = { ...plain, args: args.length === 1 ? [flat] : args }
    const expression = bindExpression(call, scope)
    const type = baseType(expression.type)
    if (depth > 1 && type.kind === 'record') expandFields(call, type.fields, depth - 1, scope, outputs)
    else outputs.push({ name, expression })
  } else expandFields(args[0], argument.fields, depth, scope, outputs)
}

/** A list of lists as one list, as often as it is to be taken apart. */
function flattened(list: ast.Expression, type: DataType | undefined, depth: number): ast.Expression {
  if (type?.kind !== 'array' || depth <= 1) return list
  const element = baseType(type.element)
  if (element.kind !== 'array') return list
  const inner = callNode({ schema: 'pg_catalog', name: 'flatten' }, [list], list.span)
  return flattened(inner, element, depth - 1)
}

function expandFields(operand: ast.Expression, fields: Fields, depth: number, scope: Scope, outputs: Output[]): void {
  const { span } = operand
  for (const { name, type } of fields) {
    const field: ast.FieldAccess = { kind: 'field', operand, name: { name, quoted: true, span }, span }
    const base = baseType(type)
    if (depth > 1 && base.kind === 'record') expandFields(field, base.fields, depth - 1, scope, outputs)
    else outputs.push({ name, expression: bindExpression(field, scope) })
  }
}

function unnestDepth(call: ast.FunctionCall): number {
  let depth = 1
  for (const arg of call.args) {
    if (arg.kind !== 'named-argument') continue
    const { name, value } = arg
    if (name.name === 'recursive' && value.kind === 'boolean') depth = value.value ? Number.POSITIVE_INFINITY : depth
    else if (name.name === 'max_depth' && value.kind === 'number') depth = Number(value.text)
    else
      throw new SqlError('syntax_error', 'unnest takes recursive := true or max_depth := n', {
        position: arg.span.start,
      })
  }
  return depth
}
