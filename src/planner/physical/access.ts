/** How a table's rows are reached: all of them, or those that an index finds by key or range. */
import type { IndexDefinition } from '../../storage/interface.ts'
import type { DataType } from '../../types/data-type.ts'
import type { ColumnId, Expression, OutputColumn } from '../expression.ts'
import { comparisonName, swapComparison } from '../optimizer/comparison.ts'
import { lookupFactor } from '../optimizer/join-order/graph.ts'
import { isVolatile } from '../optimizer/same-expression.ts'
import type { IndexScan, PhysicalPlan } from '../physical-plan.ts'
import type { PhysicalPlanner } from '../physical-planner.ts'
import type { Scan, Sort } from '../plan.ts'
import { columnsUsed, operands, someExpression } from '../tree.ts'

/** An index pays when it finds at most this part of the rows; reading a row by its id costs so many times more. */
function largestPart(rowCount: number): number {
  return 1.5 / lookupFactor(rowCount)
}
/** In a small table it does not matter, and the table may grow while the plan is kept. */
const smallTable = 1000

export function planScan(plan: Scan, estimatedRows: number, planner: PhysicalPlanner): PhysicalPlan {
  if (!plan.sample && plan.filter.length > 0) {
    const found = byKey(plan, planner) ?? byRange(plan, planner)
    if (found) return { ...found, filter: cheapestFirst(found.filter), estimatedRows }
    const listed = byList(plan, estimatedRows, planner)
    if (listed) return listed
  }
  return { ...plan, filter: cheapestFirst(plan.filter), estimatedRows }
}

/** Conjuncts in the order of what they cost, as written where it is the same. */
export function cheapestFirst(conjuncts: readonly Expression[]): readonly Expression[] {
  if (conjuncts.length < 2) return conjuncts
  const costs = new Map(conjuncts.map((each) => [each, costOf(each)]))
  const isSorted = conjuncts.every(
    (each, index) => index === 0 || (costs.get(conjuncts[index - 1]) as number) <= (costs.get(each) as number),
  )
  if (isSorted) return conjuncts
  return [...conjuncts].sort((a, b) => (costs.get(a) as number) - (costs.get(b) as number))
}

/** Roughly: comparing numbers 1, texts 2, patterns and functions 4 and more. */
export function costOf(expression: Expression): number {
  switch (expression.kind) {
    case 'constant':
    case 'column':
    case 'parameter':
      return 0
    case 'call': {
      const own = comparisonName(expression)
        ? isText(expression.args[0].type)
          ? 2
          : 1
        : arithmetic.has(expression.function.name)
          ? 1
          : 4
      return sum(expression.args, own)
    }
    case 'in':
      return sum(expression.items.slice(0, 8), costOf(expression.input) + (isText(expression.input.type) ? 2 : 1))
    case 'subquery':
      return 1000
    default:
      return sum(operands(expression), 1)
  }
}

const arithmetic: ReadonlySet<string> = new Set(['+', '-', '*'])

function isText(type: DataType): boolean {
  return type.kind === 'text' || type.kind === 'varchar' || type.kind === 'char'
}

function sum(parts: readonly Expression[], start: number): number {
  let total = start
  for (const part of parts) total += costOf(part)
  return total
}

/** Indexes whose entries are plain columns of all rows. */
export function plainIndexes(table: Scan['table']): IndexDefinition[] {
  return table.indexes.filter((index) => !index.where && !index.expressions && index.columns.length > 0)
}

/** Whether a key of the one type can be looked up in an index on the other. */
export function isLookupType(key: DataType, column: DataType): boolean {
  if (key.kind === column.kind) return true
  return (key.kind === 'text' || key.kind === 'varchar') && (column.kind === 'text' || column.kind === 'varchar')
}

function byKey(plan: Scan, planner: PhysicalPlanner): Omit<IndexScan, 'estimatedRows'> | undefined {
  const indexes = plainIndexes(plan.table)
  if (indexes.length === 0) return undefined
  const values = new Map<number, { readonly value: Expression; readonly conjunct: Expression }>()
  const own = new Set(plan.columns.map((column) => column.id))
  for (const conjunct of plan.filter) {
    const fixed = comparedWithFixed(conjunct, own)
    if (fixed?.name !== '=') continue
    const number = plan.tableColumns[plan.columns.findIndex((column) => column.id === fixed.column)]
    if (number === undefined || values.has(number) || !isLookupType(fixed.value.type, plan.table.columns[number].type))
      continue
    values.set(number, { value: fixed.value, conjunct })
  }
  if (values.size === 0) return undefined
  const { rowCount } = planner.context.catalog.statistics(plan.table)
  let best: IndexDefinition | undefined
  let fewest = Number.POSITIVE_INFINITY
  for (const index of indexes) {
    if (!index.columns.every((number) => values.has(number))) continue
    const conjuncts = index.columns.map((number) => (values.get(number) as { readonly conjunct: Expression }).conjunct)
    const rows = index.unique ? 1 : planner.estimator.rows({ ...plan, filter: conjuncts })
    if (rows < fewest && (index.unique || rowCount < smallTable || rows <= rowCount * largestPart(rowCount))) {
      best = index
      fewest = rows
    }
  }
  if (!best) return undefined
  const used = best.columns.map(
    (number) => values.get(number) as { readonly value: Expression; readonly conjunct: Expression },
  )
  const ensured = new Set(used.map((each) => each.conjunct))
  return indexScan(
    plan,
    best,
    used.map((each) => each.value),
    plan.filter.filter((each) => !ensured.has(each)),
  )
}

function indexScan(
  plan: Scan,
  index: IndexDefinition,
  keys: readonly Expression[],
  filter: readonly Expression[],
): Omit<IndexScan, 'estimatedRows'> {
  const { columns, table, alias, tableColumns, rowId } = plan
  const scan = { kind: 'index-scan', columns, table, alias, index, keys, tableColumns, filter } as const
  return rowId === undefined ? scan : { ...scan, rowId }
}

/** The bounds that a scan's filter sets to a column, and the conjuncts that they ensure. */
function rangeOf(
  plan: Scan,
  column: OutputColumn,
): { readonly range: NonNullable<IndexScan['range']>; readonly ensured: readonly Expression[] } {
  const own = new Set(plan.columns.map(({ id }) => id))
  let low: { readonly value: Expression; readonly inclusive: boolean } | undefined
  let high: { readonly value: Expression; readonly inclusive: boolean } | undefined
  const ensured: Expression[] = []
  for (const conjunct of plan.filter) {
    const fixed = comparedWithFixed(conjunct, own)
    if (fixed?.column !== column.id || !isLookupType(fixed.value.type, column.type)) continue
    const bound = { value: fixed.value, inclusive: fixed.name === '=' || fixed.name === '<=' || fixed.name === '>=' }
    const isLow = fixed.name === '>' || fixed.name === '>=' || fixed.name === '='
    const isHigh = fixed.name === '<' || fixed.name === '<=' || fixed.name === '='
    if ((isLow && low) || (isHigh && high)) continue
    if (isLow) low = bound
    if (isHigh) high = bound
    if (isLow || isHigh) ensured.push(conjunct)
  }
  return { range: { ...(low ? { low } : {}), ...(high ? { high } : {}) }, ensured }
}

/** What a LIMIT is expected to be that is not known. */
const expectedLimit = 100
/** Rows may lie in the index in an order that is bad for the filter. */
const caution = 3

/**
 * The rows of a sorted scan in the order of an index, for a LIMIT that wants so few of them that this is less work than to
 * look at all. Undefined where there is no such index.
 */
export function orderedScan(
  { input: plan, keys }: Sort,
  limit: Expression,
  offset: Expression | undefined,
  planner: PhysicalPlanner,
): IndexScan | undefined {
  if (plan.kind !== 'scan' || plan.sample || keys.length === 0) return undefined
  if (plan.filter.some((conjunct) => someExpression(conjunct, (part) => part.kind === 'subquery'))) return undefined
  const [{ descending }] = keys
  const numbers = keys.map(({ expression }) =>
    expression.kind === 'column'
      ? plan.tableColumns[plan.columns.findIndex(({ id }) => id === expression.id)]
      : undefined,
  )
  const isIndexOrder = keys.every(
    (key, i) =>
      key.descending === descending &&
      (key.nullsFirst === descending || plan.table.columns[numbers[i] ?? -1]?.notNull === true),
  )
  if (!isIndexOrder) return undefined
  const index = plainIndexes(plan.table).find(
    ({ method, columns }) =>
      method === 'btree' && numbers.every((number, i) => number !== undefined && columns[i] === number),
  )
  const column = index && plan.columns[plan.tableColumns.indexOf(index.columns[0])]
  if (!column) return undefined
  const { range, ensured } = rangeOf(plan, column)
  const filter = plan.filter.filter((each) => !ensured.includes(each))
  const { rowCount } = planner.context.catalog.statistics(plan.table)
  const wanted = countOf(limit) + (offset ? countOf(offset) : 0)
  const read = wanted / planner.estimator.selectivity(filter, { ...plan, filter: [] })
  if (read * lookupFactor(rowCount) * caution > rowCount) return undefined
  const scan = { ...indexScan(plan, index, [], cheapestFirst(filter)), range, estimatedRows: wanted }
  return descending ? { ...scan, descending } : scan
}

function countOf(count: Expression): number {
  return count.kind === 'constant' && count.value !== null ? Number(count.value) : expectedLimit
}

function byRange(plan: Scan, planner: PhysicalPlanner): Omit<IndexScan, 'estimatedRows'> | undefined {
  const { rowCount } = planner.context.catalog.statistics(plan.table)
  for (const index of plainIndexes(plan.table)) {
    if (index.method !== 'btree') continue
    const number = index.columns[0]
    const column = plan.columns[plan.tableColumns.indexOf(number)]
    if (!column) continue
    const { range, ensured } = rangeOf(plan, column)
    const { low, high } = range
    if (!low && !high) continue
    const part = planner.estimator.selectivity(ensured, { ...plan, filter: [] })
    if (rowCount >= smallTable && part > largestPart(rowCount)) continue
    if (rowCount < smallTable && !(low && high)) continue
    return {
      ...indexScan(
        plan,
        index,
        [],
        plan.filter.filter((each) => !ensured.includes(each)),
      ),
      range,
    }
  }
  return undefined
}

/** `key IN (a, b, c)`: the list, each value once, looks itself up in the index. */
function byList(plan: Scan, estimatedRows: number, planner: PhysicalPlanner): PhysicalPlan | undefined {
  if (plan.rowId !== undefined) return undefined
  const { rowCount } = planner.context.catalog.statistics(plan.table)
  for (const conjunct of plan.filter) {
    if (conjunct.kind !== 'in' || conjunct.negated || conjunct.input.kind !== 'column') continue
    const { id, type } = conjunct.input
    const number = plan.tableColumns[plan.columns.findIndex((column) => column.id === id)]
    const index = plainIndexes(plan.table).find((each) => each.columns.length === 1 && each.columns[0] === number)
    if (!index || !conjunct.items.every((item) => item.kind === 'constant' || item.kind === 'parameter')) continue
    if (!conjunct.items.every((item) => isLookupType(item.type, type))) continue
    const found = index.unique ? conjunct.items.length : planner.estimator.rows({ ...plan, filter: [conjunct] })
    if (rowCount >= smallTable && found > rowCount * largestPart(rowCount)) continue
    const key = { id: planner.newColumnId(), name: plan.table.columns[number].name, type }
    const reference = { kind: 'column', ...key } as const
    const rows = conjunct.items.length
    const values: PhysicalPlan = {
      kind: 'values',
      columns: [key],
      rows: conjunct.items.map((item) => [item]),
      estimatedRows: rows,
    }
    const input: PhysicalPlan = {
      kind: 'aggregate',
      columns: [key],
      input: values,
      groups: [reference],
      aggregates: [],
      estimatedRows: rows,
    }
    const { table, alias, tableColumns, columns } = plan
    return {
      kind: 'index-join',
      type: 'inner',
      columns: [key, ...columns],
      input,
      table,
      alias,
      index,
      keys: [reference],
      tableColumns,
      tableOutput: columns,
      filter: cheapestFirst(plan.filter.filter((each) => each !== conjunct)),
      unread: new Set([key.id]),
      estimatedRows,
    }
  }
  return undefined
}

interface FixedComparison {
  readonly name: string
  readonly column: ColumnId
  readonly value: Expression
}

/** A comparison of a column of the table with a value that is the same for all its rows. */
function comparedWithFixed(conjunct: Expression, own: ReadonlySet<ColumnId>): FixedComparison | undefined {
  if (conjunct.kind !== 'call' || conjunct.args.length !== 2) return undefined
  const [left, right] = conjunct.args
  if (left.kind === 'column' && own.has(left.id)) {
    const name = comparisonName(conjunct)
    return name && name !== '<>' && isFixed(right, own) ? { name, column: left.id, value: right } : undefined
  }
  if (right.kind === 'column' && own.has(right.id) && isFixed(left, own)) {
    const turned = swapComparison(conjunct)
    const name = turned && comparisonName(turned)
    return name && name !== '<>' ? { name, column: right.id, value: left } : undefined
  }
  return undefined
}

function isFixed(expression: Expression, own: ReadonlySet<ColumnId>): boolean {
  if (expression.kind === 'constant' || expression.kind === 'parameter') return true
  if (isVolatile(expression) || someExpression(expression, (part) => part.kind === 'subquery')) return false
  for (const id of columnsUsed(expression)) if (own.has(id)) return false
  return true
}
