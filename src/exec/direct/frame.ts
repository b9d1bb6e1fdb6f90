/** The frame of a statement of one row: every column in reach is read from the current row, wherever it stands. */
import type { FunctionContext } from '../../functions/function.ts'
import { compileExpression, type Environment, type Evaluator, Frame } from '../../planner/evaluate.ts'
import type { ColumnId, Expression } from '../../planner/expression.ts'
import { someExpression } from '../../planner/tree.ts'
import type { Value } from '../../types/value.ts'

export class DirectFrame extends Frame implements Environment {
  readonly frame: this = this
  private readonly slots = new Map<ColumnId, number>()
  /** The engine's values of the parameters, filled for each run. */
  readonly parameters: Value[] = []
  override runtime: { functions: FunctionContext; parameters: Value[]; outer: ReadonlyMap<ColumnId, Value> }

  /** Whether some expression may look at the clock, the catalog or sequences. */
  usesSession = false

  constructor() {
    super()
    this.runtime = { functions: undefined as unknown as FunctionContext, parameters: this.parameters, outer: new Map() }
  }

  /** Says how a column is read. */
  define(id: ColumnId, reader: Evaluator): void {
    this.slots.set(id, this.readers.length)
    this.readers.push(reader)
  }

  slot(id: ColumnId): number | undefined {
    return this.slots.get(id)
  }

  compile(expression: Expression): Evaluator {
    if (expression.kind === 'column') {
      const slot = this.slot(expression.id)
      if (slot !== undefined) return this.readers[slot]
    }
    if (someExpression(expression, asksSession)) this.usesSession = true
    return compileExpression(expression, this)
  }
}

function asksSession(part: Expression): boolean {
  if (part.kind === 'call') return part.overload.context === true
  return part.kind === 'cast' && (part.cast.volatility !== 'immutable' || part.type.kind === 'domain')
}

/** Whether expressions need nothing but the current row, parameters and the session: no subqueries, no code of users'. */
export function isPlain(expressions: readonly Expression[]): boolean {
  return !expressions.some((expression) =>
    someExpression(
      expression,
      (part) => part.kind === 'subquery' || (part.kind === 'call' && part.function.category === 'user-defined'),
    ),
  )
}

/** Whether evaluating an expression each time that it is read costs nothing and changes nothing. */
export function isSimple(expression: Expression): boolean {
  return expression.kind === 'column' || expression.kind === 'parameter' || expression.kind === 'constant'
}
