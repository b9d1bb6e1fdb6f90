/** CHECK constraints, tested on rows before they are written, and WITH CHECK OPTION, tested after. */
import { SqlError } from '../error.ts'
import type { OutputColumn } from '../planner/expression.ts'
import type { TableCheck } from '../planner/plan.ts'
import type { Settings } from '../settings.ts'
import type { TableDefinition } from '../storage/interface.ts'
import { traits } from '../types/traits.ts'
import type { Value } from '../types/value.ts'
import { type Batch, selectedCount, selectedRow } from '../types/vector.ts'
import { vectorReader } from '../types/vector-reader.ts'

import { BatchFrame, type SubqueryCompiler } from './frame.ts'
import type { ExecutionContext } from './operator.ts'

interface CompiledCheck {
  readonly check: TableCheck
  readonly test: (row: number) => Value
}

/** The checks of a table over batches of its new rows. */
export class TableChecks {
  private readonly table: TableDefinition
  private readonly frame: BatchFrame
  private readonly checks: readonly CompiledCheck[]
  private readonly ofViews: readonly CompiledCheck[]

  constructor(
    table: TableDefinition,
    rowColumns: readonly OutputColumn[],
    checks: readonly TableCheck[],
    builder: { readonly subquery: SubqueryCompiler },
  ) {
    this.table = table
    this.frame = new BatchFrame(rowColumns, builder.subquery)
    const compiled = checks.map((check) => ({ check, test: this.frame.compile(check.expression) }))
    this.checks = compiled.filter(({ check }) => !check.view)
    this.ofViews = compiled.filter(({ check }) => check.view)
  }

  /**
   * 23502 for a NULL in a NOT NULL column, 23514 for a false check. Of rows that are stored right after, storage finds the
   * NULLs.
   */
  verify(batch: Batch, context: ExecutionContext, isStored = true): void {
    if (this.checks.length === 0 && isStored) return
    const { memory } = context.pool
    this.frame.bind(batch, context)
    const required = this.table.columns.flatMap((column, index) =>
      column.notNull ? [{ column, read: vectorReader(batch.columns[index], memory) }] : [],
    )
    const count = selectedCount(batch)
    for (let n = 0; n < count; n++) {
      const row = selectedRow(batch, n, memory)
      for (const { column, read } of required) {
        if (read(row) === null)
          throw notNullViolation(this.table, column.name, rowValues(batch, row, context), context.settings)
      }
      for (const { check, test } of this.checks) {
        if (test(row) === false)
          throw checkViolation(this.table, check, rowValues(batch, row, context), context.settings)
      }
    }
  }

  /** 44000 for a row that was written through a view which would not show it. */
  verifyViews(batch: Batch, context: ExecutionContext): void {
    if (this.ofViews.length === 0) return
    this.frame.bind(batch, context)
    const count = selectedCount(batch)
    for (let n = 0; n < count; n++) {
      const row = selectedRow(batch, n, context.pool.memory)
      for (const { check, test } of this.ofViews) {
        if (test(row) !== true)
          throw checkViolation(this.table, check, rowValues(batch, row, context), context.settings)
      }
    }
  }
}

/** The values of a row of a batch. */
export function rowValues(batch: Batch, row: number, context: ExecutionContext): Value[] {
  return batch.columns.map((vector) => vectorReader(vector, context.pool.memory)(row))
}

export function notNullViolation(
  table: TableDefinition,
  column: string,
  row: readonly Value[],
  settings: Settings,
): SqlError {
  return new SqlError(
    'not_null_violation',
    `null value in column "${column}" of relation "${table.name}" violates not-null constraint`,
    { detail: failingRow(table, row, settings), schema: table.schema, table: table.name, column },
  )
}

export function checkViolation(
  table: TableDefinition,
  check: TableCheck,
  row: readonly Value[],
  settings: Settings,
): SqlError {
  const detail = failingRow(table, row, settings)
  if (check.view) {
    const message = `new row violates check option for view "${check.view.name}"`
    return new SqlError('with_check_option_violation', message, { detail })
  }
  return new SqlError(
    'check_violation',
    `new row for relation "${table.name}" violates check constraint "${check.name}"`,
    { detail, schema: table.schema, table: table.name, constraint: check.name },
  )
}

/** How long a value may be in a message. */
const longestShown = 64

/** PostgreSQL's detail: the row as text, long values cut. */
function failingRow(table: TableDefinition, row: readonly Value[], settings: Settings): string {
  const texts = table.columns.map(({ type }, index) => {
    const value = row[index]
    if (value === null || value === undefined) return 'null'
    const text = traits(type).format(value, type, settings)
    return text.length > longestShown ? `${text.slice(0, longestShown)}...` : text
  })
  return `Failing row contains (${texts.join(', ')}).`
}
