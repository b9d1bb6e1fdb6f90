/**
 * Selectivity by trying: a scan's conditions are evaluated on the sample of its table that storage keeps, so patterns, lists,
 * functions and columns that depend on each other are estimated as they are. What no row of the sample passes is rarer than
 * one in its rows; how much rarer, the statistics of the columns say.
 */
import type { FunctionContext } from '../../functions/function.ts'
import type { TableSample } from '../../storage/interface.ts'
import type { Value } from '../../types/value.ts'
import { compileExpression, type Environment, Frame } from '../evaluate.ts'
import type { ColumnId, Expression } from '../expression.ts'
import type { Scan } from '../plan.ts'
import { columnsUsed, someExpression } from '../tree.ts'
import { type ColumnLookup, selectivity } from './selectivity.ts'

/** So many rows tell a part well enough. */
const enoughRows = 5
const smallest = 1e-7

/** The part of a scan's rows that pass its filter. */
export function sampledSelectivity(
  scan: Scan,
  sample: TableSample,
  lookup: ColumnLookup,
  functions: FunctionContext,
): number {
  const tried: { readonly condition: Expression; readonly mask: Uint8Array }[] = []
  const others: Expression[] = []
  for (const condition of scan.filter) {
    const mask = passing(condition, scan, sample, functions)
    if (mask) tried.push({ condition, mask })
    else others.push(condition)
  }
  const rest = selectivity(others, lookup)
  if (tried.length === 0) return rest
  const masks = tried.map(({ mask }) => mask)
  return Math.max(smallest, partOf(tried, countAll(masks), sample, lookup) * rest)
}

function partOf(
  tried: readonly { readonly condition: Expression; readonly mask: Uint8Array }[],
  found: number,
  sample: TableSample,
  lookup: ColumnLookup,
): number {
  const { rowCount } = sample
  if (found >= enoughRows || (sample.isComplete && found > 0)) return found / rowCount
  if (sample.isComplete) return 0.3 / rowCount
  const expected = expectedPart(tried, rowCount, lookup)
  const blended = (found + 1) / (rowCount + 1 / expected)
  return found === 0 ? blended : Math.min(Math.max(blended, found / rowCount / 2), (2 * found) / rowCount)
}

/** What the conditions keep if columns are independent: each column's conditions together, by the sample where it has rows. */
function expectedPart(
  tried: readonly { readonly condition: Expression; readonly mask: Uint8Array }[],
  rowCount: number,
  lookup: ColumnLookup,
): number {
  const groups = new Map<ColumnId | Expression, { readonly conditions: Expression[]; readonly masks: Uint8Array[] }>()
  for (const { condition, mask } of tried) {
    const used = columnsUsed(condition)
    const [key] = used.size === 1 ? used : [condition]
    const group = groups.get(key) ?? { conditions: [], masks: [] }
    group.conditions.push(condition)
    group.masks.push(mask)
    groups.set(key, group)
  }
  let part = 1
  for (const { conditions, masks } of groups.values()) {
    const found = countAll(masks)
    part *= found > 0 ? found / rowCount : Math.min(selectivity(conditions, lookup), 0.5 / rowCount)
  }
  return Math.max(part, smallest)
}

/** How many rows pass all. */
function countAll(masks: readonly Uint8Array[]): number {
  if (masks.length === 0) return 0
  let count = 0
  for (let row = 0; row < masks[0].length; row++) {
    let passes = 1
    for (const mask of masks) passes &= mask[row]
    count += passes
  }
  return count
}

/** The rows of the sample that pass the scan's filter as far as it can be tried: a byte per row. */
export function passingAll(scan: Scan, sample: TableSample, functions: FunctionContext): Uint8Array {
  const all = new Uint8Array(sample.rowCount).fill(1)
  for (const condition of scan.filter) {
    const mask = passing(condition, scan, sample, functions)
    if (mask) for (let row = 0; row < all.length; row++) all[row] &= mask[row]
  }
  return all
}

/** For which rows of the sample the condition is true; undefined when it cannot be tried. */
function passing(
  condition: Expression,
  scan: Scan,
  sample: TableSample,
  functions: FunctionContext,
): Uint8Array | undefined {
  const known = sample.answers.get(condition)
  if (known) return known.length > 0 || sample.rowCount === 0 ? known : undefined
  const mask = canBeTried(condition, scan) ? evaluate(condition, scan, sample, functions) : undefined
  sample.answers.set(condition, mask ?? untried)
  return mask
}

const untried = new Uint8Array(0)

/** Whether it depends on nothing but the row, and its evaluation has no effect that could be noticed. */
function canBeTried(condition: Expression, scan: Scan): boolean {
  const own = new Set<ColumnId>()
  for (let index = 0; index < scan.tableColumns.length; index++) own.add(scan.columns[index].id)
  return !someExpression(condition, (part) => {
    switch (part.kind) {
      case 'column':
        return !own.has(part.id)
      case 'call':
        return (
          (part.overload.volatility ?? part.function.volatility ?? 'immutable') !== 'immutable' ||
          part.function.category === 'user-defined'
        )
      case 'subquery':
      case 'parameter':
        return true
      default:
        return false
    }
  })
}

function evaluate(
  condition: Expression,
  scan: Scan,
  sample: TableSample,
  functions: FunctionContext,
): Uint8Array | undefined {
  const frame = new Frame()
  frame.runtime = { functions, parameters: [], outer: new Map() }
  const environment: Environment = {
    frame,
    slot(id) {
      const position = scan.columns.findIndex((column) => column.id === id)
      if (position < 0 || position >= scan.tableColumns.length) return undefined
      if (!frame.readers[position]) {
        const values = sample.column(scan.tableColumns[position])
        frame.readers[position] = (row) => values[row]
      }
      return position
    },
  }
  const mask = new Uint8Array(sample.rowCount)
  try {
    const evaluator = compileExpression(condition, environment)
    for (let row = 0; row < mask.length; row++) if (evaluator(row) === true) mask[row] = 1
  } catch {
    return undefined
  }
  return mask
}

/** A column of a scanned table. */
export interface Origin {
  readonly scan: Scan
  readonly column: number
  readonly sample: TableSample
}

/**
 * How many rows that a small table's filter leaves a row of `referring` finds, on average: what a frequent value that the filter
 * picks by another name (the kind 'movie', whose number most rows have) does to a join. Undefined where too few rows tell.
 */
export function referringPart(referring: Origin, referred: Origin, functions: FunctionContext): number | undefined {
  if (!referred.sample.isComplete || referred.scan.filter.length === 0) return undefined
  const kept = passingAll(referred.scan, referred.sample, functions)
  const partners = new Map<Value, number>()
  referred.sample.column(referred.column).forEach((value, row) => {
    if (kept[row] === 1 && value !== null) partners.set(value, (partners.get(value) ?? 0) + 1)
  })
  const values = referring.sample.column(referring.column)
  const rows = passingAll(referring.scan, referring.sample, functions)
  const all = { present: 0, found: 0 }
  const passed = { present: 0, found: 0 }
  for (let row = 0; row < values.length; row++) {
    if (values[row] === null) continue
    const found = partners.get(values[row]) ?? 0
    all.present++
    all.found += found
    if (rows[row] === 0) continue
    passed.present++
    passed.found += found
  }
  if (all.found === 0 || all.present < 4 * enoughRows) return undefined
  return (passed.found + (enoughRows * all.found) / all.present) / (passed.present + enoughRows)
}
