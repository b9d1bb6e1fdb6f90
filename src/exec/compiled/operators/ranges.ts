/** Which stored values a scan may have to yield, as conditions tell before it opens. */
import type { Expression, OutputColumn } from '../../../planner/expression.ts'
import type { ColumnRange } from '../../../types/column-range.ts'
import type { DataType } from '../../../types/data-type.ts'
import type { Value } from '../../../types/value.ts'
import type { ExecutionContext, RowFilter } from '../../operator.ts'
import { storedInteger } from '../constant-code.ts'
import { underlying, valueClass } from '../shape.ts'

/** A scan; beside it goes, per output column, its number where the rows come from. */
interface ScanPlan {
  readonly columns: readonly OutputColumn[]
  readonly filter: readonly Expression[]
}

/** What consumers' filters say. */
export function filterRanges(plan: ScanPlan, numbers: readonly number[], filters: readonly RowFilter[]): ColumnRange[] {
  return filters.flatMap(({ column, low, size, scale }) => {
    const position = plan.columns.findIndex((candidate) => candidate.id === column)
    const number = numbers[position]
    if (number === undefined || storedScale(plan.columns[position].type) !== scale) return []
    return [{ column: number, low, high: low + size - 1 }]
  })
}

/** The scale at which integers of a column are stored; undefined where each value has its own. */
function storedScale(columnType: DataType): number | undefined {
  const type = underlying(columnType)
  if (type.kind !== 'numeric') return 0
  return type.precision === undefined ? undefined : (type.scale ?? 0)
}

const mirrored: Readonly<Record<string, string>> = { '=': '=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' }

/** What conjuncts `column op value` say: bounds in stored form, never tighter than the truth. */
export function rangesOf(plan: ScanPlan, numbers: readonly number[], context: ExecutionContext): ColumnRange[] {
  return plan.filter.flatMap((conjunct) => {
    if (conjunct.kind !== 'call' || conjunct.args.length !== 2 || !(conjunct.function.name in mirrored)) return []
    const [left, right] = conjunct.args
    const { name } = conjunct.function
    return (
      columnRange(plan, numbers, context, left, name, right) ??
      columnRange(plan, numbers, context, right, mirrored[name], left) ??
      []
    )
  })
}

function columnRange(
  plan: ScanPlan,
  numbers: readonly number[],
  context: ExecutionContext,
  column: Expression,
  operator: string,
  other: Expression,
): ColumnRange | undefined {
  if (column.kind !== 'column') return undefined
  const position = plan.columns.findIndex((candidate) => candidate.id === column.id)
  const number = numbers[position]
  if (number === undefined) return undefined
  const value: Value =
    other.kind === 'constant' ? other.value : other.kind === 'parameter' ? context.parameters[other.index] : null
  const stored = value === null ? undefined : storedNumber(value, other.type, plan.columns[position].type)
  if (stored === undefined) return undefined
  // Rounded outward by one, which covers scales, strictness and doubles.
  if (operator === '=') return { column: number, low: stored - 1, high: stored + 1 }
  return operator.startsWith('<') ? { column: number, high: stored + 1 } : { column: number, low: stored - 1 }
}

/** The value as the column stores it, perhaps between two stored integers; undefined where that is not known. */
function storedNumber(value: Value, from: DataType, to: DataType): number | undefined {
  const type = underlying(to)
  if (underlying(from).kind !== type.kind || valueClass(type) !== 'integer') return undefined
  const stored = storedInteger(value)
  if (stored === undefined) return undefined
  const scale = storedScale(type)
  if (scale === undefined) return undefined
  const number = Number(stored.integer) * 10 ** (scale - stored.scale)
  return Math.abs(number) < 2 ** 52 ? number : undefined
}
