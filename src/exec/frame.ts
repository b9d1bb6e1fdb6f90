/** Frames of operators: where compiled expressions find the columns of the batch at hand. */
import { compileExpression, type Environment, type Evaluator, Frame, type Scope } from '../planner/evaluate.ts'
import { manyRowCalls } from '../planner/evaluator/many-rows.ts'
import type { ColumnId, Expression, OutputColumn, SubqueryExpression } from '../planner/expression.ts'
import type { LinearMemory } from '../types/linear-memory.ts'
import type { Value } from '../types/value.ts'
import { type Batch, selectedCount, selectedRow, type Vector } from '../types/vector.ts'
import { vectorReader } from '../types/vector-reader.ts'
import type { ExecutionContext } from './operator.ts'
import { appendValues } from './rows.ts'

/** Makes evaluators of subqueries; `build.ts` gives it to every frame. */
export type SubqueryCompiler = (expression: SubqueryExpression, scope: Scope) => Evaluator

/** The frame of an operator that works on the batches of one input. Only columns that its expressions read are bound. */
export class BatchFrame extends Frame implements Environment {
  readonly frame: this = this
  readonly subquery: SubqueryCompiler
  protected readonly positions: Map<ColumnId, number>
  private readonly used: number[] = []

  constructor(columns: readonly OutputColumn[], subquery: SubqueryCompiler) {
    super()
    this.subquery = subquery
    this.positions = new Map()
    for (let index = 0; index < columns.length; index++) this.positions.set(columns[index].id, index)
  }

  slot(id: ColumnId): number | undefined {
    const position = this.positions.get(id)
    if (position !== undefined && !this.used.includes(position)) this.used.push(position)
    return position
  }

  compile(expression: Expression): Evaluator {
    return compileExpression(expression, this)
  }

  compileAll(expressions: readonly Expression[]): Evaluator[] {
    return expressions.map((expression) => compileExpression(expression, this))
  }

  /** As `compile`, for an expression that is asked for every row of each batch that `bind` is given. */
  compileForBatch(expression: Expression): Evaluator {
    for (const call of manyRowCalls(expression)) this.manyRowCalls.add(call)
    return compileExpression(expression, this)
  }

  /** One evaluator that is true when all conjuncts are; undefined when there are none. `forBatch`: as in compileForBatch. */
  compileConjuncts(conjuncts: readonly Expression[], forBatch = false): Evaluator | undefined {
    const evaluators = conjuncts.map((conjunct, index) =>
      forBatch && index === 0 ? this.compileForBatch(conjunct) : this.compile(conjunct),
    )
    if (evaluators.length < 2) return evaluators[0]
    return (row) => {
      for (const evaluator of evaluators) if (evaluator(row) !== true) return false
      return true
    }
  }

  /** Makes the batch's rows the ones that evaluators see. */
  bind(batch: Batch, context: ExecutionContext): void {
    this.runtime = context
    const { memory } = context.pool
    for (const position of this.used) this.readers[position] = vectorReader(batch.columns[position], memory)
    if (this.manyRowCalls.size > 0)
      this.rows = {
        count: selectedCount(batch),
        row: (n) => selectedRow(batch, n, memory),
        isWhole: batch.selection === null,
        column: (slot) => columnValues(batch.columns[slot], batch, memory),
      }
  }

  /** For expressions that read no column of the input. */
  bindRuntime(context: ExecutionContext): void {
    this.runtime = context
  }
}

function columnValues(vector: Vector, batch: Batch, memory: LinearMemory): Value[] {
  const values: Value[] = []
  appendValues(values, vector, batch, memory)
  return values
}

/** The frame of rows that stand in arrays, one per column: rows being inserted, kept or joined. */
export class ArrayFrame extends BatchFrame {
  arrays: readonly (readonly Value[])[] = []

  override slot(id: ColumnId): number | undefined {
    const position = this.positions.get(id)
    if (position !== undefined) this.readers[position] ??= (row) => this.arrays[position][row]
    return position
  }
}

/** The frame of a join: the left row is a row of a batch, the right one stands in arrays at `rightRow`. */
export class JoinFrame extends BatchFrame {
  right: readonly (readonly Value[])[] = []
  rightRow = 0
  private readonly leftWidth: number

  constructor(left: readonly OutputColumn[], right: readonly OutputColumn[], subquery: SubqueryCompiler) {
    super(left, subquery)
    this.leftWidth = left.length
    for (let index = 0; index < right.length; index++) this.rightPositions.set(right[index].id, index)
  }

  private readonly rightPositions: Map<ColumnId, number> = new Map()

  override slot(id: ColumnId): number | undefined {
    const left = super.slot(id)
    if (left !== undefined) return left
    const right = this.rightPositions.get(id)
    if (right === undefined) return undefined
    const slot = this.leftWidth + right
    this.readers[slot] ??= () => this.right[right][this.rightRow]
    return slot
  }
}
