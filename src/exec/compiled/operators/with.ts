/** Common table expressions kept in linear memory. */
import type { PhysicalCteScan, PhysicalWith } from '../../../planner/physical-plan.ts'
import { type Batch, selectedCount, type Vector } from '../../../types/vector.ts'
import type { ExecutionContext, Operator } from '../../operator.ts'
import { gathered } from '../../parallel/gathered.ts'
import { ColumnStore } from '../column-store.ts'
import { childrenOf } from '../decision.ts'
import { QueryMemory } from '../memory.ts'
import { compiledOperator } from './compiled-operator.ts'

/**
 * Defines a CTE for its input: the rows of the definition are drawn as they are read and kept in linear memory for all who
 * read them. One that changes data, or is recursive, is the interpreter's.
 */
export function compiledWith(
  plan: PhysicalWith,
  definition: Operator,
  input: Operator,
  fallback: Operator,
): Operator | undefined {
  if (changesOrRecurs(definition)) return undefined
  return compiledOperator(plan, [definition, input], fallback, {
    *run(context, request) {
      const memory = new QueryMemory(context.pool, 'cte')
      const source = plan.whole ? gathered(definition, context, {}) : definition.open(context)
      const rows = new KeptRows(definition, source, context, memory)
      const outer = context.ctes.get(plan.cte)
      try {
        context.ctes.set(plan.cte, rows)
        yield* input.open(context, request)
      } finally {
        context.ctes.set(plan.cte, outer)
        rows.close()
        memory.release()
      }
    },
  })
}

function changesOrRecurs({ plan, inputs }: Operator): boolean {
  const kinds = ['insert', 'update', 'delete', 'merge', 'recursive-cte']
  return (
    kinds.includes(plan.kind) ||
    inputs.some(changesOrRecurs) ||
    childrenOf(plan).some((child) => kinds.includes(child.kind))
  )
}

/** As `SharedRows` in cte.ts, which scans of a CTE read by its method `scan`. */
class KeptRows {
  private readonly definition: Operator
  private readonly context: ExecutionContext
  private readonly memory: QueryMemory
  private readonly batches: Iterator<Batch>
  private readonly kept: ColumnStore[] = []
  private isDone = false

  constructor(definition: Operator, source: Iterable<Batch>, context: ExecutionContext, memory: QueryMemory) {
    this.definition = definition
    this.context = context
    this.memory = memory
    this.batches = source[Symbol.iterator]()
  }

  /** Draws one more batch; false when there is none. */
  private pull(): boolean {
    while (!this.isDone) {
      const step = this.batches.next()
      if (step.done) {
        this.isDone = true
        return false
      }
      if (selectedCount(step.value) === 0) continue
      const store = new ColumnStore(this.definition.columns, this.memory)
      store.append(step.value)
      this.kept.push(store)
      return true
    }
    return false
  }

  *scan(plan: PhysicalCteScan): Generator<Batch> {
    for (let n = 0; n < this.kept.length || this.pull(); n++) {
      this.context.checkInterrupt()
      const store = this.kept[n]
      const batch = store.view(0, store.rowCount)
      yield { ...batch, columns: batch.columns.map((vector, i): Vector => ({ ...vector, type: plan.columns[i].type })) }
    }
  }

  close(): void {
    if (!this.isDone) this.batches.return?.()
    this.isDone = true
  }
}
