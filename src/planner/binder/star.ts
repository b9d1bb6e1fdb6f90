/** The select list: what `*`, `t.*`, `(row).*` and COLUMNS(…) stand for, and under which name each item comes out. */
import { SqlError } from '../../error.ts'
import { baseType } from '../../functions/coercion.ts'
import type * as ast from '../../parser/ast.ts'
import { evaluateConstant } from '../evaluate.ts'
import type { Expression, OutputColumn } from '../expression.ts'
import { columnName } from './column-name.ts'
import { bindField } from './composite.ts'
import { bindCondition, bindExpression } from './expression.ts'
import { findRelation, missingRelation, undefinedColumn } from './name.ts'
import { type RangeItem, reference, Scope, type ScopeColumn } from './scope.ts'

/** One column of the result. */
export interface Output {
  readonly name: string
  readonly expression: Expression
}

export function bindSelectList(items: readonly ast.SelectItem[], scope: Scope): Output[] {
  const outputs: Output[] = []
  for (const item of items) {
    const { expression, alias } = item
    if (expression.kind === 'star') expandStar(expression, scope, outputs)
    else if (expression.kind === 'field' && !expression.name) expandRecord(expression, scope, outputs)
    else if (mayHoldColumns(expression) && holdsColumns(expression)) expandColumns(item, scope, outputs)
    else
      outputs.push({ name: alias ? alias.name : columnName(expression), expression: bindExpression(expression, scope) })
  }
  return outputs
}

/** The relation's columns that `*` yields, by reference. */
function expandStar(node: ast.Star, scope: Scope, outputs: Output[]): void {
  const columns = starColumns(node, scope)
  if (node.exclude.length === 0 && node.replace.length === 0 && node.rename.length === 0) {
    for (const { column } of columns) outputs.push({ name: column.name, expression: reference(column, node.span) })
    return
  }
  const found = new Set<ast.Node>()
  const matches = (name: ast.QualifiedName, item: RangeItem, column: OutputColumn): boolean => {
    const { parts } = name
    const isMatch =
      parts[parts.length - 1].name === column.name && (parts.length === 1 || parts[parts.length - 2].name === item.name)
    if (isMatch) found.add(name)
    return isMatch
  }
  for (const { item, column } of columns) {
    if (node.exclude.some((name) => matches(name, item, column))) continue
    const replacement = node.replace.find((it) => it.name.name === column.name)
    if (replacement) found.add(replacement.name)
    const renamed = node.rename.find((it) => matches(it.from, item, column))
    outputs.push({
      name: renamed ? renamed.to.name : column.name,
      expression: replacement ? bindExpression(replacement.expression, scope) : reference(column, node.span),
    })
  }
  for (const name of node.exclude)
    if (!found.has(name)) throw undefinedColumn(name.parts[name.parts.length - 1].name, name.span, scope)
  for (const { name } of node.replace) if (!found.has(name)) throw undefinedColumn(name.name, name.span, scope)
  for (const { from } of node.rename)
    if (!found.has(from)) throw undefinedColumn(from.parts[from.parts.length - 1].name, from.span, scope)
}

interface StarColumn {
  readonly item: RangeItem
  readonly column: ScopeColumn
}

function starColumns(node: ast.Star, scope: Scope): StarColumn[] {
  const of = (item: RangeItem): StarColumn[] => item.columns.map((column) => ({ item, column }))
  if (node.qualifier) {
    const names = node.qualifier.parts.map((part) => part.name)
    const found = findRelation([...names, '*'], scope, node.span)
    if (found && found.used === names.length) return of(found.item)
    throw missingRelation([...names, '*'], node.span, scope)
  }
  const visible = scope.items.filter((item) => item.unqualified)
  if (visible.length === 0) {
    throw new SqlError('syntax_error', 'SELECT * with no tables specified is not valid', { position: node.span.start })
  }
  return visible.flatMap(of)
}

/** `(row).*` */
function expandRecord(node: ast.FieldAccess, scope: Scope, outputs: Output[]): void {
  const input = bindExpression(node.operand, scope)
  const type = baseType(input.type)
  if (type.kind !== 'record') {
    throw new SqlError('wrong_object_type', `type ${type.kind} is not composite`, { position: node.span.start })
  }
  for (const { name } of type.fields) {
    outputs.push({ name, expression: bindField(input, { name, quoted: true, span: node.span }, node.span) })
  }
}

/** Plain columns and literals are most of what is selected, and never hold COLUMNS. */
function mayHoldColumns(expression: ast.Expression): boolean {
  return expression.kind !== 'column' && expression.kind !== 'number' && expression.kind !== 'string'
}

function holdsColumns(expression: ast.Expression): boolean {
  return findColumns(expression) !== undefined
}

/** The COLUMNS in an expression, not looking into its subqueries. */
function findColumns(root: ast.Expression): ast.ColumnsExpression | undefined {
  const stack: unknown[] = [root]
  while (stack.length > 0) {
    const node = stack.pop() as Record<string, unknown>
    if (Array.isArray(node)) {
      for (const item of node) if (typeof item === 'object' && item !== null) stack.push(item)
      continue
    }
    if (node.kind === 'columns') return node as unknown as ast.ColumnsExpression
    if (node.kind === 'select' || node.kind === 'set-operation' || node.kind === 'values') continue
    for (const key in node) {
      const value = node[key]
      if (typeof value === 'object' && value !== null && key !== 'span' && key !== 'operatorSpan') stack.push(value)
    }
  }
  return undefined
}

/** The item once for each column that COLUMNS means, the column in its place. */
function expandColumns(item: ast.SelectItem, scope: Scope, outputs: Output[]): void {
  const columns = findColumns(item.expression)!
  const chosen = chooseColumns(columns, scope)
  if (chosen.length === 0) {
    throw new SqlError('undefined_column', 'no column matches the pattern of COLUMNS', { position: columns.span.start })
  }
  for (const { item: relation, column } of chosen) {
    const path = relation.name !== undefined && relation.qualified ? [relation.name, column.name] : [column.name]
    const parts = path.map((name) => ({ name, quoted: true, span: columns.span }))
    const expression = replaceNode(item.expression, columns, { kind: 'column', parts, span: columns.span })
    const name =
      item.alias?.name ??
      (expression.kind === 'column'
        ? column.name
        : columnName(item.expression) === 'columns'
          ? column.name
          : columnName(expression))
    outputs.push({ name, expression: bindExpression(expression, scope) })
  }
}

/** COLUMNS(*), COLUMNS('regular expression'), COLUMNS(['a', 'b']). */
function chooseColumns(node: ast.ColumnsExpression, scope: Scope): StarColumn[] {
  const { pattern, span } = node
  const all = (star: ast.Star): StarColumn[] => starColumns(star, scope)
  const every: ast.Star = { kind: 'star', exclude: [], replace: [], rename: [], span }
  switch (pattern.kind) {
    case 'star':
      return all(pattern).filter(
        ({ column }) => !pattern.exclude.some((name) => name.parts[name.parts.length - 1].name === column.name),
      )
    case 'string': {
      let regex: RegExp
      try {
        regex = new RegExp(pattern.value, 'u')
      } catch {
        throw new SqlError('invalid_regular_expression', 'invalid regular expression', { position: pattern.span.start })
      }
      return all(every).filter(({ column }) => regex.test(column.name))
    }
    case 'array': {
      const columns = all(every)
      return pattern.items.map((item) => {
        const name =
          item.kind === 'string' ? item.value : item.kind === 'column' ? item.parts[item.parts.length - 1].name : ''
        const found = columns.find(({ column }) => column.name === name)
        if (!found) throw undefinedColumn(name, item.span, scope)
        return found
      })
    }
    case 'lambda':
      return all(every).filter(({ column }) => nameMatches(pattern, column.name, scope))
    default:
      throw new SqlError('syntax_error', 'COLUMNS takes *, a regular expression, a list of names or a lambda', {
        position: span.start,
      })
  }
}

/** `COLUMNS(c -> c LIKE '%_id')`: the body, with the name as a literal. */
function nameMatches(lambda: ast.Lambda, name: string, scope: Scope): boolean {
  const [parameter] = lambda.parameters
  const literal: ast.StringLiteral = { kind: 'string', value: name, span: lambda.span }
  const body = mapSyntax(lambda.body, (node) =>
    node.kind === 'column' && node.parts.length === 1 && node.parts[0].name === parameter.name ? literal : undefined,
  )
  const { state } = scope
  const condition = bindCondition(body, 'COLUMNS', new Scope(state))
  return evaluateConstant(condition, state.context.functions) === true
}

function replaceNode(root: ast.Expression, target: ast.Expression, replacement: ast.Expression): ast.Expression {
  return mapSyntax(root, (node) => (node === target ? replacement : undefined))
}

/** A copy of an expression's syntax with some nodes replaced. */
export function mapSyntax<T>(root: T, map: (node: ast.Expression) => ast.Expression | undefined): T {
  if (Array.isArray(root)) return root.map((item) => mapSyntax(item, map)) as T
  if (typeof root !== 'object' || root === null) return root
  if ('kind' in root) {
    const replaced = map(root as unknown as ast.Expression)
    if (replaced) return replaced as T
  }
  const copy: Record<string, unknown> = {}
  for (const key in root) copy[key] = key === 'span' ? root[key] : mapSyntax(root[key], map)
  return copy as T
}
