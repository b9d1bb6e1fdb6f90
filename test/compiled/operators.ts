/** Inputs and comparisons for tests of compiled operators against the interpreted ones. */
import { compiledOperators } from '../../src/exec/compiled/compiled.ts'
import type { ExecutionContext, Operator } from '../../src/exec/operator.ts'
import type { Expression, OutputColumn } from '../../src/planner/expression.ts'
import type { PhysicalPlan } from '../../src/planner/physical-plan.ts'
import { Decimal } from '../../src/types/decimal.ts'
import { traits } from '../../src/types/traits.ts'
import type { Value } from '../../src/types/value.ts'
import { type Batch, selectedCount, selectedRow } from '../../src/types/vector.ts'
import { vectorReader } from '../../src/types/vector-reader.ts'
import { functionContextForTests } from './context.ts'

/** An operator that yields the same batches whenever it is opened. */
export function batchesOperator(columns: readonly OutputColumn[], batches: readonly Batch[]): Operator {
  const rows = batches.reduce((sum, batch) => sum + selectedCount(batch), 0)
  const plan: PhysicalPlan = {
    kind: 'values',
    columns,
    rows: Array.from({ length: rows }, () => []),
    estimatedRows: rows,
  }
  return {
    columns,
    plan,
    inputs: [],
    *open() {
      yield* batches
    },
  }
}

/** The rows of an operator as text; '∅' for NULL. */
export function rowsOf(operator: Operator, context: ExecutionContext): string[] {
  const { memory } = context.pool
  const rows: string[] = []
  for (const batch of operator.open(context)) {
    const readers = batch.columns.map((vector) => vectorReader(vector, memory))
    for (let n = 0; n < selectedCount(batch); n++) {
      const row = selectedRow(batch, n, memory)
      rows.push(readers.map((read, i) => show(read(row), operator.columns[i])).join(' | '))
    }
  }
  return rows
}

function show(value: Value, column: OutputColumn): string {
  if (value === null) return '∅'
  if (column.type.kind === 'numeric' && !(value instanceof Decimal)) return `not a decimal: ${String(value)}`
  return traits(column.type).format(value, column.type, functionContextForTests.settings)
}

/** The compiled operator of a node, which must exist and run compiled. */
export function compiledFor(plan: PhysicalPlan, inputs: readonly Operator[], fallback: Operator): Operator {
  const compiled = compiledOperators(plan, inputs, fallback)
  if (!compiled) throw new Error(`no compiled operator for ${plan.kind}`)
  return compiled
}

export const builder = {
  subquery: (): never => {
    throw new Error('no subqueries here')
  },
  build: (): never => {
    throw new Error('no plans here')
  },
  planSubquery: (): never => {
    throw new Error('no plans here')
  },
}

export function columnsFor(expressions: readonly Expression[], firstId: number): OutputColumn[] {
  return expressions.map((expression, i) => ({ id: firstId + i, name: `e${i}`, type: expression.type }))
}
