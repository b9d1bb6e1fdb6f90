/**
 * PIVOT with its values listed becomes a GROUP BY with a filtered aggregate per value; UNPIVOT pairs each row with one
 * row per unpivoted column.
 */
import { notSupported, SqlError } from '../../error.ts'
import { findFunctions } from '../../functions/registry.ts'
import type * as ast from '../../parser/ast.ts'
import { TEXT } from '../../types/data-type.ts'
import type { Expression } from '../expression.ts'
import type { LogicalPlan } from '../plan.ts'
import { addColumnsUsed, and } from '../tree.ts'
import { unify } from './coercion.ts'
import { columnName } from './column-name.ts'
import { columnsApart, mapSyntax } from './columns.ts'
import { bindExpression } from './expression.ts'
import { type BoundFrom, barrier, bindTableExpression, derived, filtered } from './from.ts'
import { bindQuery } from './query.ts'
import { newColumn, positionsOf, type RangeItem, Scope, type ScopeColumn } from './scope.ts'

export function bindPivot(node: ast.Pivot, scope: Scope): BoundFrom {
  const { span } = node
  const names = inputColumns(node.input, scope)
  const combinations = combine(node)
  const using = node.using.length > 0 || node.on.length === 0 ? node.using : [countItem(span)]
  const groupBy = node.groupBy.length > 0 ? node.groupBy : ungroupedColumns(node, names)
  const items: ast.SelectItem[] = groupBy.map((expression) => ({ expression, span }))
  for (const { label, condition } of combinations) {
    for (const item of using) {
      const expression = filteredAggregates(item, condition)
      const name =
        using.length === 1 && !item.alias ? label : `${label}_${item.alias?.name ?? columnName(item.expression)}`
      items.push({ expression, alias: { name, quoted: true, span }, span })
    }
  }
  if (node.on.length === 0) items.push(...using)
  if (items.length === 0) throw new SqlError('syntax_error', 'PIVOT has no columns', { position: span.start })
  const query: ast.Select = {
    kind: 'select',
    distinct: false,
    items,
    from: [node.input],
    groupBy: groupBy.map((expression) => ({ kind: 'expression', expression, span })),
    groupByAll: false,
    groupByDistinct: false,
    windows: [],
    orderBy: [],
    withTies: false,
    locking: [],
    span,
  }
  return derived(bindQuery(query, barrier(scope)), node.alias?.name.name, node.alias)
}

/** The expression, its aggregates over the rows of the condition alone. */
function filteredAggregates(item: ast.SelectItem, condition: ast.Expression): ast.Expression {
  let found = false
  const expression = mapSyntax(item.expression, (node) => {
    if (node.kind !== 'call' || node.over) return undefined
    const name = node.name.parts[node.name.parts.length - 1].name
    if (!findFunctions(name).some((record) => record.kind === 'aggregate')) return undefined
    found = true
    const filter: ast.Expression = node.filter
      ? { kind: 'logical', operator: 'and', operands: [node.filter, condition], span: item.span }
      : condition
    return { ...node, filter }
  })
  if (!found) throw new SqlError('syntax_error', 'PIVOT needs aggregates after USING', { position: item.span.start })
  return expression
}

function countItem(span: ast.Span): ast.SelectItem {
  const name = { parts: [{ name: 'count', quoted: false, span }], span }
  const expression: ast.FunctionCall = {
    kind: 'call',
    name,
    args: [],
    star: true,
    distinct: false,
    variadic: false,
    bare: false,
    orderBy: [],
    span,
  }
  return { expression, span }
}

/** The names of the input's columns: it is bound once just for them. */
function inputColumns(input: ast.TableExpression, scope: Scope): string[] {
  const bound = bindTableExpression(input, barrier(scope))
  return bound.items.flatMap((item) => (item.unqualified ? item.columns.map((column) => column.name) : []))
}

interface Combination {
  readonly label: string
  readonly condition: ast.Expression
}

/** Every combination of the listed values, one condition each. */
function combine(node: ast.Pivot): Combination[] {
  let combinations: Combination[] = []
  for (const { expressions, in: values, query } of node.on) {
    if (!values || query)
      throw notSupported('PIVOT without a list of values here', node.span.start, 'Write ON column IN (values).')
    const own = values.map((item) => valueCombination(expressions, item))
    combinations =
      combinations.length === 0
        ? own
        : combinations.flatMap((left) =>
            own.map((right) => ({
              label: `${left.label}_${right.label}`,
              condition: {
                kind: 'logical',
                operator: 'and',
                operands: [left.condition, right.condition],
                span: node.span,
              },
            })),
          )
  }
  return combinations
}

function valueCombination(expressions: readonly ast.Expression[], item: ast.SelectItem): Combination {
  const { span } = item
  const values = item.expression.kind === 'row' && expressions.length > 1 ? item.expression.items : [item.expression]
  const operands = expressions.map(
    (left, index): ast.Expression => ({
      kind: 'is-distinct',
      left,
      right: values[index],
      negated: true,
      span,
    }),
  )
  const condition: ast.Expression =
    operands.length === 1 ? operands[0] : { kind: 'logical', operator: 'and', operands, span }
  return { label: item.alias?.name ?? values.map(valueLabel).join('_'), condition }
}

function valueLabel(value: ast.Expression): string {
  switch (value.kind) {
    case 'string':
      return value.value
    case 'number':
      return value.text
    case 'boolean':
      return String(value.value)
    case 'null':
      return 'NULL'
    case 'typed-literal':
      return value.value
    case 'column':
      return value.parts[value.parts.length - 1].name
    default:
      return columnName(value)
  }
}

/** Without GROUP BY, the columns that neither ON nor USING mention. */
function ungroupedColumns(node: ast.Pivot, names: readonly string[]): ast.Expression[] {
  const mentioned = new Set<string>()
  const stack: unknown[] = [node.on, node.using]
  while (stack.length > 0) {
    const part = stack.pop() as Record<string, unknown>
    if (part.kind === 'column') {
      const { parts } = part as unknown as ast.ColumnReference
      mentioned.add(parts[parts.length - 1].name)
      continue
    }
    for (const key in part) {
      const value = part[key]
      if (typeof value === 'object' && value !== null && key !== 'span') stack.push(value)
    }
  }
  const { span } = node
  return names
    .filter((name) => !mentioned.has(name))
    .map((name): ast.Expression => ({ kind: 'column', parts: [{ name, quoted: true, span }], span }))
}

export function bindUnpivot(node: ast.Unpivot, scope: Scope): BoundFrom {
  const { state } = scope
  const bound = bindTableExpression(node.input, scope)
  const inner = new Scope(state, scope.parent, scope.ctes)
  inner.items = [...bound.items]
  const rows = unpivotRows(node, inner)
  const width = node.valueColumns.length
  const used = new Set<number>()
  const values: Expression[][] = rows.map(({ label }) => [
    { kind: 'constant', type: TEXT, value: label, span: node.span },
  ])
  for (let column = 0; column < width; column++) {
    const list = rows.map((row) => row.expressions[column])
    for (const expression of list) addColumnsUsed(expression, used)
    const { items } = unify(list, 'UNPIVOT', state)
    items.forEach((item, row) => values[row].push(item))
  }
  const added = [
    newColumn(state, node.nameColumn.name, TEXT),
    ...node.valueColumns.map((name, index) => newColumn(state, name.name, values[0][index + 1].type)),
  ]
  const right: LogicalPlan = { kind: 'values', rows: values, columns: added }
  let plan: LogicalPlan = {
    kind: 'apply',
    type: 'inner',
    left: bound.plan,
    right,
    condition: [],
    nullAware: false,
    columns: [...bound.plan.columns, ...added],
  }
  if (!node.includeNulls) {
    const present = added.slice(1).map(
      (column): Expression => ({
        kind: 'is',
        type: { kind: 'boolean' },
        test: 'null',
        negated: true,
        input: { kind: 'column', id: column.id, name: column.name, type: column.type },
      }),
    )
    plan = filtered(plan, and(present))
  }
  const kept = bound.items.flatMap((item) =>
    item.unqualified ? item.columns.filter((column) => !used.has(column.id)) : [],
  )
  const name = node.alias?.name.name
  const columns: ScopeColumn[] = [...kept, ...added].map((column) => ({ ...column, table: name ?? column.table }))
  const item: RangeItem = {
    name,
    columns,
    positions: positionsOf(columns),
    qualified: name !== undefined,
    unqualified: true,
  }
  return node.alias ? derived({ plan, columns }, name, node.alias) : { plan, items: [item] }
}

interface UnpivotRow {
  readonly label: string
  readonly expressions: readonly Expression[]
}

function unpivotRows(node: ast.Unpivot, scope: Scope): UnpivotRow[] {
  const width = node.valueColumns.length
  return node.on.flatMap(({ expressions, alias }): UnpivotRow[] => {
    if (expressions.length === 1) {
      const [one] = expressions
      const expression: ast.Expression = one.kind === 'star' ? { kind: 'columns', pattern: one, span: one.span } : one
      return columnsApart(expression, alias?.name, scope).map((apart) => ({
        label: alias?.name ?? unpivotLabel(apart.expression),
        expressions: [bindExpression(apart.expression, scope)],
      }))
    }
    if (expressions.length !== width) {
      throw new SqlError('syntax_error', 'UNPIVOT needs as many columns as there are value columns', {
        position: node.span.start,
      })
    }
    const label = alias?.name ?? expressions.map(unpivotLabel).join('_')
    return [{ label, expressions: expressions.map((expression) => bindExpression(expression, scope)) }]
  })
}

/** The name of the column that an expression is about. */
function unpivotLabel(expression: ast.Expression): string {
  let name: string | undefined
  mapSyntax(expression, (node) => {
    if (node.kind === 'column') name ??= node.parts[node.parts.length - 1].name
    return undefined
  })
  return name ?? columnName(expression)
}
