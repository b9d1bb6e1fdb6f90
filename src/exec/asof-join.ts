/** ASOF joins: each row with the nearest one before or after it. */
import { notSupported } from '../error.ts'
import type { Evaluator } from '../planner/evaluate.ts'
import type { Expression } from '../planner/expression.ts'
import type { SpecialJoin } from '../planner/physical-plan.ts'
import { columnsUsed } from '../planner/tree.ts'
import type { Value } from '../types/value.ts'
import { selectedCount, selectedRow } from '../types/vector.ts'
import type { Builder } from './build.ts'
import { BatchFrame, JoinFrame } from './frame.ts'
import { PairWriter, unmatchedRight } from './join-output.ts'
import { KeyTable } from './key-table.ts'
import type { ExecutionContext, Operator } from './operator.ts'
import { compareValues } from './order.ts'
import { RowBuffer } from './rows.ts'
import { appendComputed } from './sort.ts'

/** The conditions of an ASOF join, with the left side's operand first. */
interface Conditions {
  readonly equalities: readonly { readonly left: Expression; readonly right: Expression }[]
  readonly inequality: { readonly left: Expression; readonly right: Expression; readonly operator: string }
  readonly rest: readonly Expression[]
}

const flipped: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' }

/**
 * Pairs each left row with the nearest right row: of those that fulfil all conditions, the one whose value in the
 * inequality is closest. The right rows of each key are sorted by that value, and searched.
 */
export function asofJoin(plan: SpecialJoin, left: Operator, right: Operator, builder: Builder): Operator {
  const { equalities, inequality, rest } = classify(plan, left, right)
  const buildFrame = new BatchFrame(right.columns, builder.subquery)
  const frame = new JoinFrame(left.columns, right.columns, builder.subquery)
  const join: Join = {
    right,
    buildFrame,
    rightKeys: buildFrame.compileAll(equalities.map((equality) => equality.right)),
    keyTypes: equalities.map((equality) => equality.right.type),
    rightValue: buildFrame.compile(inequality.right),
    compare: compareValues(inequality.right.type),
  }
  const leftKeys = frame.compileAll(equalities.map((equality) => equality.left))
  const leftValue = frame.compile(inequality.left)
  const residual = frame.compileConjuncts(rest)
  const wantsGreatest = inequality.operator === '>' || inequality.operator === '>='
  const mayEqual = inequality.operator.endsWith('=')

  return {
    columns: plan.columns,
    plan,
    inputs: [left, right],
    path: 'interpreted',
    *open(context) {
      const { memory } = context.pool
      const { rows, table, sorted, values } = build(join, context)
      const matched = new Uint8Array(rows.rowCount)
      const writer = new PairWriter(plan.columns, left.columns.length, context)

      /** The nearest right row, or -1. */
      const find = (row: number): number => {
        const value = leftValue(row)
        const key = leftKeys.map((evaluator) => evaluator(row))
        if (value === null || key.includes(null)) return -1
        const number = table.find(key)
        if (number === -1) return -1
        const candidates = sorted[number]
        let low = 0
        let high = candidates.length
        const countsEqual = wantsGreatest === mayEqual
        while (low < high) {
          const middle = (low + high) >>> 1
          const order = join.compare(values[candidates[middle]], value)
          if (order < 0 || (order === 0 && countsEqual)) low = middle + 1
          else high = middle
        }
        const step = wantsGreatest ? -1 : 1
        for (let place = wantsGreatest ? low - 1 : low; place >= 0 && place < candidates.length; place += step) {
          frame.rightRow = candidates[place]
          if (!residual || residual(row) === true) return candidates[place]
        }
        return -1
      }

      for (const batch of left.open(context)) {
        context.checkInterrupt()
        frame.bind(batch, context)
        frame.right = rows.columns
        writer.bind(batch, memory)
        const count = selectedCount(batch)
        for (let n = 0; n < count; n++) {
          const row = selectedRow(batch, n, memory)
          const rightRow = find(row)
          if (rightRow !== -1) {
            writer.add(row, rows.columns, rightRow)
            matched[rightRow] = 1
          } else if (plan.type === 'left' || plan.type === 'full') writer.addLeftOnly(row)
        }
        if (writer.rowCount > 0) yield writer.take()
      }
      if (plan.type === 'right' || plan.type === 'full')
        yield* unmatchedRight(writer, rows.columns, rows.rowCount, matched, context)
      if (writer.rowCount > 0) yield writer.take()
    },
  }
}

interface Join {
  readonly right: Operator
  readonly buildFrame: BatchFrame
  readonly rightKeys: readonly Evaluator[]
  readonly keyTypes: readonly Expression['type'][]
  readonly rightValue: Evaluator
  readonly compare: (left: Value, right: Value) => number
}

/** The right side's rows, and per key those with a value, in its order. */
function build(
  join: Join,
  context: ExecutionContext,
): { rows: RowBuffer; table: KeyTable; sorted: number[][]; values: Value[] } {
  const { right, buildFrame, rightKeys, keyTypes, rightValue, compare } = join
  const rows = new RowBuffer(right.columns.length)
  const keys: Value[][] = rightKeys.map(() => [])
  const values: Value[] = []
  for (const batch of right.open(context)) {
    context.checkInterrupt()
    buildFrame.bind(batch, context)
    rows.append(batch, context.pool.memory)
    appendComputed([...keys, values], [...rightKeys, rightValue], batch, context)
  }
  const table = new KeyTable(keyTypes)
  const sorted: number[][] = []
  for (let row = 0; row < rows.rowCount; row++) {
    const key = keys.map((column) => column[row])
    if (values[row] === null || key.includes(null)) continue
    const number = table.insert(key)
    if (number === sorted.length) sorted.push([])
    sorted[number].push(row)
  }
  for (const candidates of sorted) candidates.sort((a, b) => compare(values[a], values[b]))
  return { rows, table, sorted, values }
}

function classify(plan: SpecialJoin, left: Operator, right: Operator): Conditions {
  const leftIds = new Set(left.columns.map((column) => column.id))
  const rightIds = new Set(right.columns.map((column) => column.id))
  const equalities: { left: Expression; right: Expression }[] = []
  const rest: Expression[] = []
  let inequality: Conditions['inequality'] | undefined
  for (const condition of plan.condition) {
    const sides = condition.kind === 'call' && condition.args.length === 2 ? condition.args : undefined
    const isStraight = sides && within(sides[0], leftIds, rightIds) && within(sides[1], rightIds, leftIds)
    const isFlipped = sides && within(sides[0], rightIds, leftIds) && within(sides[1], leftIds, rightIds)
    const name = condition.kind === 'call' ? condition.function.name : ''
    if (!sides || !(isStraight || isFlipped) || !(name === '=' || name in flipped)) {
      rest.push(condition)
      continue
    }
    const pair = isStraight ? { left: sides[0], right: sides[1] } : { left: sides[1], right: sides[0] }
    if (name === '=') equalities.push(pair)
    else if (!inequality) inequality = { ...pair, operator: isStraight ? name : flipped[name] }
    else rest.push(condition)
  }
  if (!inequality) throw notSupported('an ASOF join without an inequality')
  return { equalities, inequality, rest }
}

/** Whether an expression reads some of `own` and none of `other`. */
function within(expression: Expression, own: ReadonlySet<number>, other: ReadonlySet<number>): boolean {
  const used = [...columnsUsed(expression)]
  return used.some((id) => own.has(id)) && !used.some((id) => other.has(id))
}
