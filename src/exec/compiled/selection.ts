/**
 * Filtering: a kernel that writes the numbers of the rows for which all conjuncts are true. Conjuncts that kernels cannot
 * express are evaluated by reference on what the kernel leaves.
 *
 *   for each row: selected[found] = row; found += a & b & c
 */
import type { Expression, OutputColumn } from '../../planner/expression.ts'
import { BOOLEAN } from '../../types/data-type.ts'
import { type Batch, type Selection, selectedCount } from '../../types/vector.ts'
import type { ExecutionContext } from '../operator.ts'
import { ExpressionCompiler } from './expression.ts'
import type { InputMap } from './inputs.ts'
import { Interpretation } from './interpretation.ts'
import { type KernelDefinition, KernelSite, SiteRun } from './kernel.ts'
import { forRows } from './loop.ts'
import { type QueryMemory, ScratchBlock } from './memory.ts'
import { KernelWriter } from './writer.ts'

/** A predicate as a plan knows it: built once, run many times. */
export class SelectionPlan {
  readonly whole: KernelSite<undefined>
  /** Each conjunct by itself, for when not all of them can be compiled. */
  readonly parts: readonly KernelSite<undefined>[]
  readonly reference: Interpretation
  readonly partReferences: readonly Interpretation[]

  constructor(columns: readonly OutputColumn[], conjuncts: readonly Expression[]) {
    this.whole = selectionSite(columns, conjuncts)
    this.parts = conjuncts.length > 1 ? conjuncts.map((conjunct) => selectionSite(columns, [conjunct])) : []
    this.reference = new Interpretation(columns, conjuncts, 'conditions')
    this.partReferences =
      this.parts.length > 0 ? conjuncts.map((conjunct) => new Interpretation(columns, [conjunct], 'conditions')) : []
  }

  /** What was not compiled, for EXPLAIN. */
  get reason(): string | undefined {
    return this.whole.reason
  }
}

function selectionSite(columns: readonly OutputColumn[], conjuncts: readonly Expression[]): KernelSite<undefined> {
  return new KernelSite(columns, conjuncts, (map) => selectionKernel(map, conjuncts))
}

function selectionKernel(map: InputMap, conjuncts: readonly Expression[]): KernelDefinition<undefined> {
  const predicate: Expression = conjuncts.length === 1 ? conjuncts[0] : { kind: 'and', args: conjuncts, type: BOOLEAN }
  return {
    key: `select ${map.key(predicate)}`,
    write(module, shapes, slots, dense) {
      module.function(
        'run',
        { frame: 'i32', count: 'i32', selection: 'i32', target: 'i32' },
        'i32',
        (f, { frame, count, selection, target }) => {
          const writer = new KernelWriter(f, frame, shapes, slots)
          const end = f.let(target)
          forRows(f, dense, count, selection, (row) => {
            const compiler = new ExpressionCompiler(writer, map, row, () => f.return(-1))
            const passes = compiler.truth(predicate)
            f.store('u16', end, row)
            f.set(end, end.add(passes.shl(1)))
          })
          f.return(end.sub(target).shrU(1))
        },
      )
      return undefined
    },
  }
}

/** A predicate in one run of an operator. */
export class Selector {
  private readonly plan: SelectionPlan
  private readonly context: ExecutionContext
  private readonly whole: SiteRun<undefined>
  private parts: readonly SiteRun<undefined>[] | undefined
  private readonly memory: QueryMemory
  private readonly target: ScratchBlock
  private readonly other: ScratchBlock

  constructor(plan: SelectionPlan, context: ExecutionContext, memory: QueryMemory) {
    this.plan = plan
    this.context = context
    this.memory = memory
    this.whole = new SiteRun(plan.whole, context, memory)
    this.target = new ScratchBlock(memory)
    this.other = new ScratchBlock(memory)
  }

  /** The rows of a batch that pass; holds until the next call. */
  select(batch: Batch): Selection {
    const size = batch.rowCount * 2 + 16
    const pointer = this.target.ensure(size)
    const count = this.run(this.whole, batch, pointer)
    if (count >= 0) return { pointer, count }
    if (this.plan.parts.length === 0 || this.whole.hasVariant) {
      return { pointer, count: this.plan.reference.select(batch, this.context, pointer) }
    }
    return this.selectByParts(batch, size)
  }

  private run(run: SiteRun<undefined>, batch: Batch, target: number): number {
    const variant = run.prepare(batch)
    if (variant === undefined) return -1
    const { selection } = batch
    return variant.functions.run(run.frame, selectedCount(batch), selection === null ? 0 : selection.pointer, target)
  }

  /** The conjuncts that can be compiled first, the others on what they leave. */
  private selectByParts(batch: Batch, size: number): Selection {
    const { plan } = this
    this.parts ??= plan.parts.map((part) => new SiteRun(part, this.context, this.memory))
    let selection = batch.selection
    const left: number[] = []
    // Two blocks take turns: what one kernel wrote, the next reads.
    const blocks = [this.target, this.other]
    const step = (run: (current: Batch, target: number) => number): boolean => {
      const target = blocks[0].ensure(size)
      const count = run({ ...batch, selection }, target)
      if (count < 0) return false
      selection = { pointer: target, count }
      blocks.reverse()
      return true
    }
    for (const [i, part] of this.parts.entries()) {
      if (!step((current, target) => this.run(part, current, target))) left.push(i)
    }
    for (const i of left) step((current, target) => plan.partReferences[i].select(current, this.context, target))
    return selection!
  }
}
