/** Index joins that become hash joins when many rows are looked up. */

import { AssertionError } from '../../../error.ts'
import type { Expression, OutputColumn } from '../../../planner/expression.ts'
import type { HashJoin, IndexJoin, PhysicalScan } from '../../../planner/physical-plan.ts'
import { columnsUsed } from '../../../planner/tree.ts'
import type { Batch } from '../../../types/vector.ts'
import type { Builder } from '../../build.ts'
import { indexJoin } from '../../index-join.ts'
import type { ExecutionContext, OpenRequest, Operator } from '../../operator.ts'
import { gathered } from '../../parallel/gathered.ts'
import { scan as interpretedScan } from '../../scan.ts'
import { ColumnStore } from '../column-store.ts'
import { whyInterpreted } from '../decision.ts'
import { QueryMemory } from '../memory.ts'
import { compiledHashJoin } from './hash-join.ts'
import { compiledScan } from './scan.ts'

/** A look-up in an index costs as much as scanning so many rows, and so does every fourth row that it finds. */
const scannedRowsPerLookup = 2000

/**
 * An index join as a hash join, where so many rows come that scanning the table is cheaper than looking each of them up:
 * the input is the build side, the table's scan the probe, filtered by the keys that the input turned out to have. Where few
 * rows are expected, those that come first decide.
 */
export function compiledIndexJoin(plan: IndexJoin, input: Operator, fallback: Operator): Operator | undefined {
  if (plan.index.columns.length !== plan.keys.length || plan.index.expressions || plan.index.where) return undefined
  if (plan.type !== 'inner' && plan.type !== 'left') return undefined
  const tableIds = new Set(plan.tableOutput.map((column) => column.id))
  const keyColumns = plan.index.columns.map((column) => plan.tableOutput[plan.tableColumns.indexOf(column)])
  const own = (conjunct: Expression): boolean => [...columnsUsed(conjunct)].every((id) => tableIds.has(id))
  const scan: PhysicalScan = {
    kind: 'scan',
    table: plan.table,
    alias: plan.alias,
    tableColumns: keyColumns.includes(undefined as never) ? withKeys(plan).tableColumns : plan.tableColumns,
    columns: keyColumns.includes(undefined as never) ? withKeys(plan).columns : plan.tableOutput,
    // What a LEFT join's condition says of the table decides about matches only, which filtering the table first does too.
    filter: plan.filter.filter(own),
    estimatedRows: plan.estimatedRows,
  }
  const join: HashJoin = {
    kind: 'hash-join',
    type: plan.type === 'inner' ? 'inner' : 'right',
    left: scan,
    right: plan.input,
    leftKeys: plan.index.columns.map((column) => {
      const output = scan.columns[scan.tableColumns.indexOf(column)]
      return { kind: 'column', id: output.id, name: output.name, type: output.type }
    }),
    rightKeys: plan.keys,
    nullsEqual: plan.keys.map(() => false),
    filter: plan.filter.filter((conjunct) => !own(conjunct)),
    nullAware: false,
    rightUnique: false,
    columns: [...scan.columns, ...plan.input.columns],
    estimatedRows: plan.estimatedRows,
  }
  const turned: Operator = {
    columns: join.columns,
    plan: join,
    inputs: [input],
    open: (context, request) => reordered(fallback, join.columns, context, request),
  }
  const scanOperator = compiledScan(scan, interpretedScan(scan, withoutSubqueries))
  const hashJoin = (source: Operator): Operator | undefined =>
    scanOperator && compiledHashJoin(join, scanOperator, source, turned)
  const hashed = hashJoin(input)
  if (!hashed) return undefined
  let path: string | undefined
  const pending = new WeakMap<ExecutionContext, Operator>()
  const pendingInput: Operator = {
    columns: input.columns,
    plan: input.plan,
    inputs: [input],
    open: (context) => pending.get(context)!.open(context),
  }
  let lookups: Operator | undefined
  return {
    columns: plan.columns,
    plan,
    inputs: [input],
    get path() {
      return path
    },
    open(context, request) {
      const why = whyInterpreted(scan, context) ?? whyInterpreted(join, context)
      if (why === undefined && isFew(plan, context)) return waitAndSee(context, request)
      if (why !== undefined) {
        path = `interpreted (${why})`
        return fallback.open(context, request)
      }
      path = 'compiled as a hash join'
      return reordered(hashed, plan.columns, context, request)
    },
  }

  /** Few rows are expected, but more may come. */
  function* waitAndSee(context: ExecutionContext, request: OpenRequest | undefined): Generator<Batch> {
    const memory = new QueryMemory(context.pool, 'index join')
    try {
      const first = new FirstRows(input, mostLookups(plan, context), context, memory)
      path = first.areAll ? 'interpreted (few look-ups)' : 'compiled as a hash join'
      if (first.areAll) {
        pending.set(context, first.operator)
        lookups ??= indexJoin(plan, pendingInput, withoutSubqueries)
        yield* lookups.open(context, request)
      } else yield* reordered(hashJoin(first.operator)!, plan.columns, context, request)
    } finally {
      memory.release()
    }
  }
}

/** An input's first rows, read beforehand; the rest follows when `operator` is opened, once. */
class FirstRows {
  readonly operator: Operator
  readonly areAll: boolean

  constructor(input: Operator, most: number, context: ExecutionContext, memory: QueryMemory) {
    const kept = new ColumnStore(input.columns, memory)
    const batches = input.open(context)[Symbol.iterator]()
    let next = batches.next()
    for (; !next.done && kept.rowCount <= most; next = batches.next()) kept.append(next.value)
    this.areAll = kept.rowCount <= most
    this.operator = {
      columns: input.columns,
      plan: input.plan,
      inputs: [input],
      *open({ batchSize }) {
        try {
          for (let start = 0; start < kept.rowCount; start += batchSize) {
            yield kept.view(start, Math.min(batchSize, kept.rowCount - start))
          }
          for (; !next.done; next = batches.next()) yield next.value
        } finally {
          batches.return?.()
        }
      },
    }
  }
}

/** `compiledScan` takes only conjuncts that stand by themselves. */
const withoutSubqueries: Builder = {
  subquery: () => assertionFailed('a scan for a join has no subqueries'),
  build: () => assertionFailed('a scan has no inputs'),
  planSubquery: () => assertionFailed('a scan for a join has no subqueries'),
}

function assertionFailed(message: string): never {
  throw new AssertionError(message)
}

/** Whether so few rows are expected that looking each of them up costs less than scanning the table. */
function isFew(plan: IndexJoin, context: ExecutionContext): boolean {
  if (context.mode === 'compiled') return false
  const lookups = Math.max(plan.input.estimatedRows, (plan.foundRows ?? 0) / 4)
  return lookups < mostLookups(plan, context)
}

function mostLookups(plan: IndexJoin, context: ExecutionContext): number {
  return context.transaction.table(plan.table).countRows(context.transaction) / scannedRowsPerLookup
}

/** The index's columns must be read even where nobody asks for them. Their ids are negative: no column of the statement's. */
function withKeys(plan: IndexJoin): {
  readonly tableColumns: readonly number[]
  readonly columns: readonly OutputColumn[]
} {
  const missing = plan.index.columns.filter((column) => !plan.tableColumns.includes(column))
  return {
    tableColumns: [...plan.tableColumns, ...missing],
    columns: [
      ...plan.tableOutput,
      ...missing.map((column, i) => ({
        id: -1000 - i,
        name: plan.table.columns[column].name,
        type: plan.table.columns[column].type,
      })),
    ],
  }
}

/** The batches with their columns in the order of `columns`; those that the operator has not are absent. */
function* reordered(
  operator: Operator,
  columns: readonly OutputColumn[],
  context: ExecutionContext,
  request: OpenRequest | undefined,
): Generator<Batch> {
  const positions = columns.map((column) => operator.columns.findIndex((own) => own.id === column.id))
  const needed = new Set(columns.map((column) => column.id))
  for (const batch of gathered(operator, context, { needed, ...request })) {
    yield { ...batch, columns: positions.map((position) => batch.columns[position]) }
  }
}
