/**
 * How many rows each node of a plan will yield, and what is known of its columns: from the statistics that storage keeps
 * as rows arrive, carried upwards through the plan. An Estimator belongs to one planning of one statement and remembers
 * what it computed, by node. Estimates guide choices; nothing may depend on them being right.
 *
 *   scan       rows × selectivity of its filter          column statistics from storage
 *   join       |L| · |R| / max(distinct keys)            see join-size.ts
 *   aggregate  product of the groups' distinct values, at most the rows
 */
import { unreachable } from '../../error.ts'
import type { FunctionContext } from '../../functions/function.ts'
import type { CatalogView, TableSample } from '../../storage/interface.ts'
import type { DataType } from '../../types/data-type.ts'
import type { Interval, Value } from '../../types/value.ts'
import type { ColumnId, Expression } from '../expression.ts'
import type { LogicalPlan, Scan } from '../plan.ts'
import { columnsUsed, conjuncts } from '../tree.ts'
import { joinRows } from './join-size.ts'
import { exactlyOneRow, isUniqueOn, keys } from './properties.ts'
import { type Origin, referringPart, sampledSelectivity } from './sampled.ts'
import { selectivity, storedValue } from './selectivity.ts'
import { ValueParts } from './skew.ts'

/** What is believed of a column: bounds in stored form, as storage gives them. */
export interface ColumnEstimate {
  readonly distinct: number
  /** Distinct values before any filter: what the values are drawn from. */
  readonly domain: number
  readonly min?: number
  readonly max?: number
  readonly nullFraction: number
  readonly width: number
}

const cyclicParts: ReadonlyMap<string, number> = new Map([
  ['month', 12],
  ['day', 31],
  ['hour', 24],
  ['minute', 60],
  ['dow', 7],
  ['isodow', 7],
  ['doy', 366],
  ['week', 53],
  ['quarter', 4],
])

const daysPerPart: ReadonlyMap<string, number> = new Map([
  ['year', 365],
  ['quarter', 91],
  ['month', 30],
  ['week', 7],
  ['day', 1],
])

const unknownTableRows = 1000
const unknownExternalRows = 10000

export class Estimator {
  private readonly rowsOf = new WeakMap<LogicalPlan, number>()
  private readonly columnsOf = new WeakMap<LogicalPlan, Map<ColumnId, ColumnEstimate>>()
  private readonly ctes = new Map<number, LogicalPlan>()
  private readonly catalog: CatalogView
  private readonly functions: FunctionContext | undefined
  private parts: ValueParts | undefined

  /** With functions, conditions are tried on the samples of tables. */
  constructor(catalog: CatalogView, functions?: FunctionContext) {
    this.catalog = catalog
    this.functions = functions
  }

  /** Says what a CTE is, for the scans that read it. */
  define(cte: number, definition: LogicalPlan): void {
    this.ctes.set(cte, definition)
  }

  /** The expected number of rows, at least a fraction of one unless the plan is certainly empty. */
  rows(plan: LogicalPlan): number {
    const known = this.rowsOf.get(plan)
    if (known !== undefined) return known
    const isSingle = keys(plan).some((key) => key.columns.length === 0)
    const derived = isSingle && plan.kind === 'scan' ? this.singleRow(plan) : this.deriveRows(plan)
    const counted = derived > 0 ? Math.min(derived, Number.MAX_SAFE_INTEGER) : 0
    const rows = isSingle ? Math.min(counted, 1) : counted
    this.rowsOf.set(plan, rows)
    return rows
  }

  /** A row that is found by its key needs no statistics. */
  private singleRow(plan: Scan): number {
    return this.catalog.statistics(plan.table).rowCount > 0 ? 1 : 0
  }

  /** What is believed of a column of the plan's output. */
  column(plan: LogicalPlan, id: ColumnId): ColumnEstimate {
    let known = this.columnsOf.get(plan)
    if (!known) {
      known = new Map()
      this.columnsOf.set(plan, known)
    }
    const found = known.get(id)
    if (found) return found
    const rows = this.rows(plan)
    const derived = this.deriveColumn(plan, id) ?? guess(rows)
    const capped = derived.distinct > rows ? { ...derived, distinct: Math.max(1, rows) } : derived
    known.set(id, capped)
    return capped
  }

  /** Distinct values of an expression over the plan's rows. */
  distinct(plan: LogicalPlan, expression: Expression): number {
    if (expression.kind === 'constant' || expression.kind === 'parameter') return 1
    if (expression.kind === 'column') return this.column(plan, expression.id).distinct
    const rows = this.rows(plan)
    let product = 1
    for (const id of columnsUsed(expression)) {
      if (plan.columns.some((column) => column.id === id)) product *= this.column(plan, id).distinct
    }
    if (expression.type.kind === 'boolean') product = Math.min(product, 2)
    product = Math.min(product, this.datePartValues(plan, expression))
    return Math.max(1, Math.min(product, rows))
  }

  /** How many values a part of a date can have. */
  private datePartValues(plan: LogicalPlan, expression: Expression): number {
    if (expression.kind !== 'call' || expression.args.length !== 2) return Number.POSITIVE_INFINITY
    const [part, date] = expression.args
    const { name } = expression.function
    if ((name !== 'extract' && name !== 'date_part' && name !== 'date_trunc') || part.kind !== 'constant')
      return Number.POSITIVE_INFINITY
    if (name !== 'date_trunc' && typeof part.value === 'string' && cyclicParts.has(part.value))
      return cyclicParts.get(part.value) as number
    const days = typeof part.value === 'string' ? daysPerPart.get(part.value) : undefined
    if (days === undefined || date.kind !== 'column' || !hasColumn(plan, date.id)) return Number.POSITIVE_INFINITY
    const { min, max } = this.column(plan, date.id)
    if (min === undefined || max === undefined) return Number.POSITIVE_INFINITY
    return Math.ceil((max - min) / (days * (date.type.kind === 'date' ? 1 : 86_400_000_000))) + 1
  }

  /** The part of the plan's rows that pass all conditions. */
  selectivity(conditions: readonly Expression[], plan: LogicalPlan): number {
    return selectivity(conditions, (id) => (hasColumn(plan, id) ? this.column(plan, id) : undefined))
  }

  /**
   * How many keys there are in the table whose key is among the columns, before any filter: no more values than these can
   * refer to it. Undefined where no table's key is.
   */
  keyDomain(plan: LogicalPlan, columns: ReadonlySet<ColumnId>): number | undefined {
    return this.tableKeys(plan).find((key) => key.columns.every((id) => columns.has(id)))?.rows
  }

  /** The keys of the tables that the plan joins, without regard to filters, and how many rows the tables have. */
  tableKeys(plan: LogicalPlan): readonly { readonly columns: readonly ColumnId[]; readonly rows: number }[] {
    switch (plan.kind) {
      case 'scan': {
        const found = keys({ ...plan, filter: [] })
        if (found.length === 0) return []
        const rows = this.catalog.statistics(plan.table).rowCount
        return found.map(({ columns }) => ({ columns, rows }))
      }
      case 'filter':
      case 'sort':
      case 'project':
        return this.tableKeys(plan.input)
      case 'join':
        return [...this.tableKeys(plan.left), ...this.tableKeys(plan.right)]
      default:
        return []
    }
  }

  /** The number of groups that the expressions make of the plan's rows. */
  groups(plan: LogicalPlan, expressions: readonly Expression[]): number {
    const rows = this.rows(plan)
    const sizes = expressions.map((expression) => this.distinct(plan, expression)).sort((a, b) => b - a)
    let product = 1
    for (let index = 0; index < sizes.length; index++)
      product *= index < 2 ? sizes[index] : Math.max(1, Math.sqrt(sizes[index]))
    return Math.max(Math.min(1, rows), Math.min(product, rows))
  }

  private deriveRows(plan: LogicalPlan): number {
    switch (plan.kind) {
      case 'scan': {
        const total = this.catalog.statistics(plan.table).rowCount
        const sampled = plan.sample ? Math.min(plan.sample.rows ?? total, total * (plan.sample.fraction ?? 1)) : total
        if (plan.filter.length === 0) return sampled
        return Math.max(sampled * this.scanSelectivity(plan), Math.min(1, sampled))
      }
      case 'values':
        return plan.rows.length
      case 'table-function':
        return tableFunctionRows(plan)
      case 'external-scan': {
        const total = plan.source.estimatedRows ?? unknownExternalRows
        return plan.filter.length === 0 ? total : Math.max(1, total * selectivity(plan.filter, () => undefined))
      }
      case 'filter': {
        const rows = this.rows(plan.input)
        return Math.max(rows * this.selectivity(conjuncts(plan.predicate), plan.input), Math.min(rows, 1))
      }
      case 'project':
      case 'sort':
      case 'window':
        return this.rows(plan.input)
      case 'project-set':
        return this.rows(plan.input) * 10
      case 'join':
      case 'apply':
        return joinRows(plan, this)
      case 'aggregate': {
        if (exactlyOneRow(plan)) return 1
        if (!plan.sets) return this.groups(plan.input, plan.groups)
        let total = 0
        for (const set of plan.sets) {
          total += this.groups(
            plan.input,
            set.map((index) => plan.groups[index]),
          )
        }
        return total
      }
      case 'limit': {
        const rows = this.rows(plan.input)
        if (plan.percent) return Math.max(1, rows / 10)
        const offset = plan.offset?.kind === 'constant' && plan.offset.value !== null ? Number(plan.offset.value) : 0
        const left = Math.max(0, rows - offset)
        if (plan.limit?.kind === 'constant' && plan.limit.value !== null)
          return Math.min(left, Number(plan.limit.value))
        return plan.limit && plan.limit.kind !== 'constant' ? Math.min(left, 100) : left
      }
      case 'distinct':
        return this.groups(plan.input, plan.on ?? plan.input.columns.map(asColumn))
      case 'set-operation': {
        const left = this.rows(plan.left)
        const right = this.rows(plan.right)
        if (plan.operator === 'union')
          return plan.all ? left + right : Math.max(left, right) + Math.min(left, right) / 2
        return plan.operator === 'intersect' ? Math.min(left, right) / 2 : Math.max(Math.min(left, 1), left / 2)
      }
      case 'with':
        this.ctes.set(plan.cte, plan.definition)
        return this.rows(plan.input)
      case 'cte-scan': {
        const definition = this.ctes.get(plan.cte)
        return definition ? this.rows(definition) : unknownTableRows
      }
      case 'recursive-cte': {
        const left = this.rows(plan.left)
        this.ctes.set(plan.cte, plan.left)
        return Math.max(left, 1) * 10
      }
      case 'insert':
      case 'update':
      case 'delete':
      case 'merge':
        return this.rows(plan.input)
      default:
        return unreachable(plan)
    }
  }

  /** A scan's filter sees the statistics of the whole table. */
  private scanSelectivity(plan: Scan): number {
    const lookup = (id: ColumnId): ColumnEstimate | undefined => this.tableColumn(plan, id)
    const sample = this.sampleOf(plan)
    return sample && this.functions
      ? sampledSelectivity(plan, sample, lookup, this.functions)
      : selectivity(plan.filter, lookup)
  }

  private sampleOf(plan: Scan): TableSample | undefined {
    return this.functions && this.catalog.statistics(plan.table).sample?.()
  }

  /**
   * How many rows of `referred`, a small table, a row of `referring` finds by the column, on average, when samples tell.
   */
  referringPart(referring: LogicalPlan, column: ColumnId, referred: LogicalPlan, key: ColumnId): number | undefined {
    if (!this.functions || referred.kind !== 'scan' || !isUniqueOn({ ...referred, filter: [] }, new Set([key])))
      return undefined
    const to = this.originOf(referred, key)
    const from = to?.sample.isComplete ? this.originOf(referring, column) : undefined
    return to && from && referringPart(from, to, this.functions)
  }

  /** Where a column comes from that refers to something: of a table, and its values occur again and again. */
  referenceOf(plan: LogicalPlan, id: ColumnId): Origin | undefined {
    const origin = this.originOf(plan, id)
    if (!origin) return undefined
    const statistics = this.catalog.statistics(origin.scan.table)
    const { distinct, unique } = statistics.column(origin.column)
    return unique || distinct * 1.5 > statistics.rowCount ? undefined : origin
  }

  /** The part of all combinations of the rows of these columns that agree in the value; undefined when samples do not tell. */
  together(origins: readonly Origin[]): number | undefined {
    if (!this.functions) return undefined
    this.parts ??= new ValueParts()
    return this.parts.together(origins)
  }

  /** The scan that a column comes from, unchanged. */
  private originOf(plan: LogicalPlan, id: ColumnId): Origin | undefined {
    switch (plan.kind) {
      case 'scan': {
        const position = plan.columns.findIndex((column) => column.id === id)
        const sample = this.sampleOf(plan)
        if (position < 0 || position >= plan.tableColumns.length || !sample) return undefined
        return { scan: plan, column: plan.tableColumns[position], sample }
      }
      case 'filter':
      case 'project':
      case 'sort':
        return hasColumn(plan.input, id) ? this.originOf(plan.input, id) : undefined
      case 'join':
        return hasColumn(plan.left, id)
          ? this.originOf(plan.left, id)
          : hasColumn(plan.right, id)
            ? this.originOf(plan.right, id)
            : undefined
      default:
        return undefined
    }
  }

  private tableColumn(plan: Scan, id: ColumnId): ColumnEstimate | undefined {
    const position = plan.columns.findIndex((column) => column.id === id)
    if (position < 0 || position >= plan.tableColumns.length) return undefined
    const statistics = this.catalog.statistics(plan.table)
    const column = statistics.column(plan.tableColumns[position])
    const distinct = Math.max(1, column.unique ? statistics.rowCount : column.distinct)
    return {
      distinct,
      domain: distinct,
      min: column.min,
      max: column.max,
      nullFraction: column.nullFraction,
      width: column.averageWidth,
    }
  }

  private deriveColumn(plan: LogicalPlan, id: ColumnId): ColumnEstimate | undefined {
    switch (plan.kind) {
      case 'scan': {
        const whole = this.tableColumn(plan, id)
        if (!whole || plan.filter.length === 0) return whole
        return narrow(whole, this.catalog.statistics(plan.table).rowCount, this.rows(plan), id, plan.filter)
      }
      case 'filter':
        return narrow(
          this.column(plan.input, id),
          this.rows(plan.input),
          this.rows(plan),
          id,
          conjuncts(plan.predicate),
        )
      case 'project': {
        const position = plan.columns.findIndex((column) => column.id === id)
        return position < 0 ? undefined : this.expressionEstimate(plan.expressions[position], plan.input)
      }
      case 'join':
      case 'apply': {
        if (plan.mark?.id === id) return { distinct: 2, domain: 2, nullFraction: 0, width: 1 }
        const side = hasColumn(plan.left, id) ? plan.left : plan.right
        const below = this.column(side, id)
        const conditions = plan.type === 'inner' || plan.type === 'cross' ? plan.condition : []
        return narrow(below, this.rows(side), this.rows(plan), id, conditions)
      }
      case 'aggregate': {
        const position = plan.columns.findIndex((column) => column.id === id)
        if (position < 0) return undefined
        if (position < plan.groups.length) return this.expressionEstimate(plan.groups[position], plan.input)
        const call = plan.aggregates[position - plan.groups.length]
        const [arg] = call?.args ?? []
        if (arg?.kind === 'column' && (call.function.name === 'min' || call.function.name === 'max')) {
          return this.column(plan.input, arg.id)
        }
        return undefined
      }
      case 'window':
      case 'project-set':
        return hasColumn(plan.input, id) ? this.column(plan.input, id) : undefined
      case 'sort':
      case 'limit':
      case 'distinct':
      case 'with':
        this.rows(plan)
        return this.column(plan.input, id)
      case 'set-operation': {
        const position = plan.columns.findIndex((column) => column.id === id)
        if (position < 0) return undefined
        const left = this.column(plan.left, plan.left.columns[position].id)
        if (plan.operator === 'except') return left
        const right = this.column(plan.right, plan.right.columns[position].id)
        return {
          domain: Math.max(left.domain, right.domain),
          distinct:
            plan.operator === 'union'
              ? Math.max(left.distinct, right.distinct)
              : Math.min(left.distinct, right.distinct),
          min: lower(left.min, right.min),
          max: upper(left.max, right.max),
          nullFraction: (left.nullFraction + right.nullFraction) / 2,
          width: left.width,
        }
      }
      case 'cte-scan': {
        const definition = this.ctes.get(plan.cte)
        const position = plan.columns.findIndex((column) => column.id === id)
        return definition && position >= 0 ? this.column(definition, definition.columns[position].id) : undefined
      }
      case 'values': {
        const position = plan.columns.findIndex((column) => column.id === id)
        return position < 0
          ? undefined
          : { distinct: plan.rows.length, domain: plan.rows.length, nullFraction: 0, width: 8 }
      }
      default:
        return undefined
    }
  }

  private expressionEstimate(expression: Expression, input: LogicalPlan): ColumnEstimate | undefined {
    if (expression.kind === 'column')
      return hasColumn(input, expression.id) ? this.column(input, expression.id) : undefined
    if (
      expression.kind === 'cast' &&
      expression.input.kind === 'column' &&
      widens(expression.input.type.kind, expression.type.kind)
    ) {
      return hasColumn(input, expression.input.id) ? this.column(input, expression.input.id) : undefined
    }
    const distinct = this.distinct(input, expression)
    return { distinct, domain: distinct, nullFraction: 0, width: 8 }
  }
}

/** Casts that keep the stored integer. */
function widens(from: string, to: string): boolean {
  const integers = ['smallint', 'integer', 'bigint']
  const texts = ['text', 'varchar', 'char']
  return (integers.includes(from) && integers.includes(to)) || (texts.includes(from) && texts.includes(to))
}

function asColumn(column: LogicalPlan['columns'][number]): Expression {
  return { kind: 'column', id: column.id, name: column.name, type: column.type }
}

export function hasColumn(plan: LogicalPlan, id: ColumnId): boolean {
  for (const column of plan.columns) if (column.id === id) return true
  return false
}

/** Without knowledge, a column is thought to have fewer values than rows, the more so the more rows there are. */
function guess(rows: number): ColumnEstimate {
  const distinct = Math.max(1, rows ** 0.8)
  return { distinct, domain: distinct, nullFraction: 0, width: 16 }
}

/** The values that are left of a column when `before` rows became `after`: Cardenas' formula; bounds follow comparisons. */
function narrow(
  column: ColumnEstimate,
  before: number,
  after: number,
  id: ColumnId,
  conditions: readonly Expression[],
): ColumnEstimate {
  let { distinct, min, max } = column
  if (after < before && distinct > 1 && before > 0) {
    distinct = distinct * (1 - (1 - after / before) ** (before / distinct))
  }
  for (const condition of conditions) {
    if (condition.kind !== 'call' || condition.args.length !== 2) continue
    const [left, right] = condition.args
    if (left.kind !== 'column' || left.id !== id || right.kind !== 'constant') continue
    const value = storedValue(right.value, left.type)
    switch (condition.function.name) {
      case '=':
        distinct = 1
        if (value !== undefined) min = max = value
        break
      case '<':
      case '<=':
        if (value !== undefined && max !== undefined) max = Math.min(max, value)
        break
      case '>':
      case '>=':
        if (value !== undefined && min !== undefined) min = Math.max(min, value)
        break
    }
  }
  return { ...column, distinct: Math.max(1, Math.min(distinct, Math.max(after, 1))), min, max }
}

function lower(left: number | undefined, right: number | undefined): number | undefined {
  return left === undefined || right === undefined ? undefined : Math.min(left, right)
}

function upper(left: number | undefined, right: number | undefined): number | undefined {
  return left === undefined || right === undefined ? undefined : Math.max(left, right)
}

/** A bound or step of a series as a number; of intervals, microseconds. */
function lengthOf(value: Value, type: DataType): number {
  if (type.kind !== 'interval') return Number(value)
  const { months, days, micros } = value as Interval
  return (months * 30 + days) * 86_400_000_000 + Number(micros)
}

function tableFunctionRows(plan: Extract<LogicalPlan, { kind: 'table-function' }>): number {
  const [call] = plan.calls
  const name = call?.function.name
  if (name === 'generate_series' || name === 'range') {
    const bounds = call.args.map((arg) =>
      arg.kind === 'constant' && arg.value !== null ? lengthOf(arg.value, arg.type) : Number.NaN,
    )
    const [low, high, step] = bounds.length === 1 ? [0, bounds[0]] : bounds
    const steps = (high - low) / (Number.isFinite(step) && step !== 0 ? step : 1)
    if (Number.isFinite(steps)) return Math.max(0, name === 'range' ? Math.ceil(steps) : Math.floor(steps) + 1)
  }
  return 100
}
