/** Whether an operator runs kernels, and what is said of it. */
import type { PhysicalPlan } from '../../planner/physical-plan.ts'
import type { TableDefinition } from '../../storage/interface.ts'
import type { ExecutionContext } from '../operator.ts'
import { canCompile } from './modules.ts'

/** Below so many rows on their way into an operator, the interpreter is done before a module is compiled. */
const worthwhileRows = 4000

/** Why an operator is interpreted in this run; undefined when it is to be compiled. */
export function whyInterpreted(plan: PhysicalPlan, context: ExecutionContext): string | undefined {
  if (context.mode === 'interpreted') return 'execution = interpreted'
  if (context.mode !== 'compiled') {
    const rows = rowsInto(plan, context)
    if (rows < worthwhileRows) return `${Math.round(rows)} rows`
  }
  return canCompile() ? undefined : 'WebAssembly may not be compiled here'
}

/**
 * Whether a node that reads rows brings so many that kernels may pay, now or by the time that its plan is made anew,
 * when a table is four times as large. Where no node does, the compiled path need not even be loaded.
 */
export function bringsManyRows(plan: PhysicalPlan, rowsOfTable: (table: TableDefinition) => number): boolean {
  switch (plan.kind) {
    case 'scan':
      return rowsOfTable(plan.table) * 4 >= worthwhileRows
    case 'values':
      return plan.rows.length >= worthwhileRows
    case 'index-scan':
    case 'cte-scan':
    case 'table-function':
    case 'external-scan':
      return plan.estimatedRows >= worthwhileRows
    default:
      return false
  }
}

/** An upper estimate of the rows that reach an operator, from what tables hold now. */
function rowsInto(plan: PhysicalPlan, context: ExecutionContext): number {
  switch (plan.kind) {
    case 'scan':
      return rowsOf(plan, context)
    default:
      return Math.max(0, ...childrenOf(plan).map((child) => rowsOf(child, context)))
  }
}

function rowsOf(plan: PhysicalPlan, context: ExecutionContext): number {
  switch (plan.kind) {
    case 'scan':
      return context.transaction.table(plan.table).countRows(context.transaction)
    case 'values':
      return plan.rows.length
    case 'aggregate':
      return plan.groups.length === 0 ? 1 : Math.min(rowsInto(plan, context), plan.estimatedRows * 4)
    case 'top-n':
      return Math.min(rowsInto(plan, context), plan.estimatedRows * 4)
    case 'index-scan':
    case 'cte-scan':
    case 'table-function':
    case 'external-scan':
      return plan.estimatedRows
    default:
      return rowsInto(plan, context)
  }
}

export function childrenOf(plan: PhysicalPlan): readonly PhysicalPlan[] {
  switch (plan.kind) {
    case 'scan':
    case 'index-scan':
    case 'values':
    case 'table-function':
    case 'external-scan':
    case 'cte-scan':
      return []
    case 'hash-join':
    case 'nested-loop-join':
    case 'positional-join':
    case 'asof-join':
    case 'apply':
    case 'set-operation':
    case 'recursive-cte':
      return [plan.left, plan.right]
    case 'with':
      return [plan.definition, plan.input]
    default:
      return [plan.input]
  }
}
