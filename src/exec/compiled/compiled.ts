/**
 * The compiled path: operators whose inner loops are WebAssembly, made for the query or kept in a library.
 *
 *   plan node ── compiledOperators ──▶ Operator that, when opened,
 *       runs kernels        where the mode allows it and the input is large enough
 *       opens the fallback  else, or when something comes that kernels cannot hold (GiveUp)
 *
 *   assembler, builder       modules, and the language that kernels are written in
 *   shape, code, expression  expressions as code, specialised by what vectors look like
 *   kernel, modules          variants of a kernel, their frames; modules by their text
 *   selection, projection    the two uses of expressions: filtering and computing
 *   …-library                kernels that depend on no query: moving, hashing, joining, sorting, windows
 *   operators/               one operator a file
 *
 * Compiled code never raises an SQL error. What could be one makes a kernel give its batch up, and the reference
 * evaluator, which the interpreted operators also use, raises it or finds the exact answer.
 */
import type { PhysicalPlan } from '../../planner/physical-plan.ts'
import type { Operator } from '../operator.ts'
import { childrenOf } from './decision.ts'
import { compiledAggregate } from './operators/aggregate.ts'
import { compiledDistinct } from './operators/distinct.ts'
import { compiledExternalScan } from './operators/external-scan.ts'
import { compiledFilter } from './operators/filter.ts'
import { compiledHashJoin } from './operators/hash-join.ts'
import { compiledIndexJoin } from './operators/index-join.ts'
import { compiledNestedLoopJoin } from './operators/nested-loop-join.ts'
import { compiledProject } from './operators/project.ts'
import { compiledScan, writingScans } from './operators/scan.ts'
import { compiledSetOperation } from './operators/set-operation.ts'
import { compiledSort, compiledTopN } from './operators/sort.ts'
import { compiledWindow } from './operators/window.ts'
import { compiledWith } from './operators/with.ts'

/** The operator that runs a node with kernels; undefined where only the interpreter can. For `buildPlan`'s hook. */
export function compiledOperators(
  plan: PhysicalPlan,
  inputs: readonly Operator[],
  fallback: Operator,
): Operator | undefined {
  switch (plan.kind) {
    case 'scan':
      return compiledScan(plan, fallback)
    case 'external-scan':
      return compiledExternalScan(plan, fallback)
    case 'filter':
      return compiledFilter(plan, inputs[0], fallback)
    case 'project':
      return compiledProject(plan, inputs[0], fallback)
    case 'aggregate':
      return compiledAggregate(plan, inputs[0], fallback)
    case 'hash-join':
      return compiledHashJoin(plan, inputs[0], inputs[1], fallback)
    case 'index-join':
      return compiledIndexJoin(plan, inputs[0], fallback)
    case 'nested-loop-join':
      return compiledNestedLoopJoin(plan, inputs[0], inputs[1], fallback)
    case 'with':
      return compiledWith(plan, inputs[0], inputs[1], fallback)
    case 'sort':
      return compiledSort(plan, inputs[0], fallback)
    case 'top-n':
      return compiledTopN(plan, inputs[0], fallback)
    case 'window':
      return compiledWindow(plan, inputs[0], fallback)
    case 'distinct':
      return compiledDistinct(plan, inputs[0], fallback)
    case 'set-operation':
      return compiledSetOperation(plan, inputs[0], inputs[1], fallback)
    case 'insert':
    case 'update':
    case 'delete':
    case 'merge':
      noteWriting(plan)
      return undefined
    default:
      return undefined
  }
}

/** Marks the scans below a node that writes. */
function noteWriting(plan: PhysicalPlan): void {
  if (plan.kind === 'scan') writingScans.add(plan)
  for (const child of childrenOf(plan)) noteWriting(child)
}
