/** Sorting and the first n rows, with kernels. */

import { evaluateConstant } from '../../../planner/evaluate.ts'
import type { Expression, OutputColumn, SortKey } from '../../../planner/expression.ts'
import type { PhysicalSort, TopN } from '../../../planner/physical-plan.ts'
import type { DataType } from '../../../types/data-type.ts'
import type { Value } from '../../../types/value.ts'
import { type Batch, type Selection, selectedCount, type Vector } from '../../../types/vector.ts'
import { encodeUtf8Into, maximumUtf8Length, vectorReader } from '../../../types/vector-reader.ts'
import { countOf } from '../../limit.ts'
import type { ExecutionContext, OpenRequest, Operator } from '../../operator.ts'
import { gathered } from '../../parallel/gathered.ts'
import { ColumnStore } from '../column-store.ts'
import { storedInteger } from '../constant-code.ts'
import { Evaluation, EvaluationPlan } from '../evaluation.ts'
import { isKeyType } from '../group-keys.ts'
import { isSelfContained } from '../interpretation.ts'
import { library } from '../library.ts'
import { QueryMemory, ScratchBlock } from '../memory.ts'
import { RowOrder } from '../row-order.ts'
import { valueClass } from '../shape.ts'
import { sortLibrary } from '../sort-library.ts'
import { columnsOf, compiledOperator } from './compiled-operator.ts'

/** All rows in the order of the keys. */
export function compiledSort(plan: PhysicalSort, input: Operator, fallback: Operator): Operator | undefined {
  if (!isSortable(plan.keys)) return undefined
  const keys = new EvaluationPlan(
    input.columns,
    plan.keys.map((key) => key.expression),
  )
  return compiledOperator(plan, [input], fallback, {
    reason: () => keys.reason,
    *run(context, request) {
      const memory = new QueryMemory(context.pool, 'sort')
      try {
        const kept = new KeptRows(plan.keys, keys, input, context, request, memory)
        for (const batch of kept.input(request.filters)) kept.add(batch)
        kept.sortAsInterpreted()
        yield* kept.ordered(0, kept.rowCount)
      } finally {
        memory.release()
      }
    },
  })
}

function isSortable(keys: readonly SortKey[]): boolean {
  return keys.every(({ expression }) => isKeyType(expression) && isSelfContained(expression))
}

/** A LIMIT beyond this is sorted whole. */
const largestTop = 100000
/** Rows that are kept before they are cut for the first time. */
const smallestRoom = 8192

/**
 * The first rows in the order of the keys: rows are kept until there are several times as many as wanted, then sorted and
 * cut. From then on, rows whose first key comes after that of the last one kept are dropped before they are copied.
 */
export function compiledTopN(plan: TopN, input: Operator, fallback: Operator): Operator | undefined {
  if (!isSortable(plan.keys) || !isFixed(plan.limit) || (plan.offset !== undefined && !isFixed(plan.offset)))
    return undefined
  const keys = new EvaluationPlan(
    input.columns,
    plan.keys.map((key) => key.expression),
  )
  return compiledOperator(plan, [input], fallback, {
    reason: () => keys.reason,
    *run(context, request) {
      const memory = new QueryMemory(context.pool, 'top n')
      try {
        const skipped = countOf(plan.offset && valueOf(plan.offset, context), 'offset') ?? 0
        const wanted = skipped + (countOf(valueOf(plan.limit, context), 'limit') ?? Infinity)
        if (wanted === skipped) return
        const kept = new KeptRows(plan.keys, keys, input, context, request, memory)
        const room = wanted > largestTop ? Infinity : Math.max(wanted * 4, smallestRoom)
        for (const batch of kept.input(undefined)) {
          kept.add(batch)
          if (kept.rowCount >= room) kept.cut(wanted)
        }
        kept.sort()
        yield* kept.ordered(skipped, Math.min(wanted, kept.rowCount))
      } finally {
        memory.release()
      }
    },
  })
}

/** An evaluator of what `isFixed`. */
function valueOf(expression: Expression, context: ExecutionContext): () => Value {
  return () => evaluateConstant(expression, context.functions, context.parameters)
}

function isFixed(expression: Expression): boolean {
  return (
    expression.kind === 'constant' ||
    expression.kind === 'parameter' ||
    (expression.kind === 'cast' && isFixed(expression.input))
  )
}

/** The rows that a sort has kept so far, with their keys. */
class KeptRows {
  private readonly keys: readonly SortKey[]
  private readonly source: Operator
  private readonly context: ExecutionContext
  private readonly memory: QueryMemory
  private readonly evaluation: Evaluation
  private readonly used: ReadonlySet<number> | undefined
  private readonly order: RowOrder
  private readonly rows: ScratchBlock
  private readonly within: ScratchBlock
  private readonly bound: number
  private readonly needed: ReadonlySet<number> | undefined
  private readonly keyColumns: readonly OutputColumn[]
  private store: ColumnStore
  private keyStore: ColumnStore
  private hasBound = false

  constructor(
    keys: readonly SortKey[],
    plan: EvaluationPlan,
    source: Operator,
    context: ExecutionContext,
    request: OpenRequest,
    memory: QueryMemory,
  ) {
    this.keys = keys
    this.source = source
    this.context = context
    this.memory = memory
    this.evaluation = new Evaluation(plan, context, memory)
    this.used = request.needed && new Set([...request.needed, ...columnsOf(plan.expressions)])
    this.order = new RowOrder(memory)
    this.rows = new ScratchBlock(memory)
    this.within = new ScratchBlock(memory)
    this.bound = memory.allocate(16)
    this.needed = request.needed
    this.keyColumns = keys.map(({ expression }, i) => ({
      id: -1 - i,
      name: `key ${i}`,
      type: expression.type as DataType,
    }))
    this.store = new ColumnStore(source.columns, memory, request.needed)
    this.keyStore = new ColumnStore(this.keyColumns, memory)
  }

  get rowCount(): number {
    return this.keyStore.rowCount
  }

  *input(filters: OpenRequest['filters']): Generator<Batch> {
    for (const batch of gathered(this.source, this.context, { needed: this.used, filters, wide: true })) {
      this.context.checkInterrupt()
      if (selectedCount(batch) > 0) yield batch
    }
  }

  add(source: Batch): void {
    const [first] = this.hasBound ? this.evaluation.evaluate(source) : []
    const batch = first ? { ...source, selection: this.dropAfterBound(first, source) } : source
    if (selectedCount(batch) === 0) return
    const keys = this.evaluation.evaluate(batch)
    this.store.append(batch)
    this.keyStore.append({ ...batch, columns: keys })
  }

  /** The rows whose first key does not come after the bound. */
  private dropAfterBound(vector: Vector, batch: Batch): Selection | null {
    const { descending, nullsFirst } = this.keys[0]
    if (vector.layout === 'values' || vector.layout === 'constant') return batch.selection
    if (vector.layout === 'refs' && valueClass(vector.type) !== 'text') return batch.selection
    if ('scale' in vector && vector.scale !== this.boundScale) return batch.selection
    const target = this.within.ensure(batch.rowCount * 2 + 16)
    const selection = batch.selection === null ? 0 : batch.selection.pointer
    const isCoded = vector.layout === 'dictionary'
    const layout = isCoded ? (vector.width === 1 ? 'u8' : vector.width === 2 ? 'u16' : 'u32') : vector.layout
    const kernel = library(sortLibrary, this.memory.memory)[`within_${layout}`]
    const count = kernel(
      vector.pointer,
      vector.validity,
      selection,
      selectedCount(batch),
      isCoded ? vector.dictionary.refs : 0,
      this.bound,
      descending ? 1 : 0,
      nullsFirst ? 1 : 0,
      target,
    )
    return { pointer: target, count }
  }

  private boundScale = 0

  /** Keeps the first `wanted` rows only. */
  cut(wanted: number): void {
    this.sort()
    const rows = this.rows.ensure(wanted * 4)
    this.order.take(0, wanted, rows)
    this.noteBound(wanted)
    this.store = this.taken(this.store, this.source.columns, rows, wanted, this.needed)
    this.keyStore = this.taken(this.keyStore, this.keyColumns, rows, wanted, undefined)
  }

  private taken(
    store: ColumnStore,
    columns: readonly OutputColumn[],
    rows: number,
    count: number,
    needed: ReadonlySet<number> | undefined,
  ): ColumnStore {
    const result = new ColumnStore(columns, this.memory, needed)
    for (const [i, column] of store.columns.entries()) {
      result.columns[i].appendTaken(column, 0, rows, count, false)
      column.detach(result.columns[i])
    }
    result.rowCount = count
    return result
  }

  /** What `within_…` compares of the first key of the last row wanted, where there is such a thing. */
  private noteBound(wanted: number): void {
    const { expression } = this.keys[0]
    const vector = this.keyStore.columns[0].view(0, this.rowCount)
    const { memory } = this.memory
    const last = memory.u32[(this.rows.pointer >>> 2) + wanted - 1] - 1
    const isInteger = valueClass(expression.type) === 'integer'
    const bound =
      isInteger && !('scale' in vector) ? undefined : boundOf(expression.type, vectorReader(vector, memory)(last))
    this.hasBound = bound !== undefined
    if (bound === undefined) return
    memory.i64[this.bound >>> 3] = bound
    this.boundScale = 'scale' in vector ? vector.scale : 0
  }

  sort(): void {
    this.order.sort(this.keys, this.keyStore.columns, this.rowCount)
  }

  sortAsInterpreted(): void {
    this.order.sortAsInterpreted(this.keys, this.keyStore.columns, this.rowCount)
  }

  /** Rows at places [from, to) of the order. */
  *ordered(from: number, to: number): Generator<Batch> {
    const output = new ColumnStore(this.source.columns, this.memory, this.needed)
    const { batchSize } = this.context
    for (let start = from; start < to; start += batchSize) {
      this.context.checkInterrupt()
      const count = Math.min(batchSize, to - start)
      const rows = this.rows.ensure(count * 4)
      this.order.take(start, count, rows)
      for (const [i, column] of this.store.columns.entries())
        output.columns[i].appendTaken(column, 0, rows, count, false)
      output.rowCount = count
      yield output.view(0, count)
      output.clear()
    }
  }
}

const largest = 2n ** 63n - 1n

/** A value as `within_…` compares it; undefined for NULL and where nothing of 64 bits bounds it. */
function boundOf(type: DataType, value: Value): bigint | undefined {
  if (value === null) return undefined
  switch (valueClass(type)) {
    case 'integer':
      return storedInteger(value)?.integer
    case 'float': {
      if (Number.isNaN(value)) return largest
      const bits = new BigInt64Array(new Float64Array([value + 0]).buffer)[0]
      return bits ^ ((bits >> 63n) & largest)
    }
    case 'text': {
      const bytes = new Uint8Array(maximumUtf8Length(value) + 8)
      encodeUtf8Into(value, bytes, 0)
      return new DataView(bytes.buffer).getBigInt64(0) ^ -(2n ** 63n)
    }
    default:
      return undefined
  }
}
