/**
 * Computing expressions: a kernel that fills one vector per expression, at the positions of the rows that take part, so
 * that a batch keeps its selection and columns that are passed on need no copy.
 */
import type { Expression, OutputColumn } from '../../planner/expression.ts'
import type { DataType } from '../../types/data-type.ts'
import { type Batch, type FixedLayout, selectedCount, type Vector } from '../../types/vector.ts'
import type { ExecutionContext } from '../operator.ts'
import { type Code, cannotCompile } from './code.ts'
import { ExpressionCompiler } from './expression.ts'
import type { InputMap } from './inputs.ts'
import { type KernelDefinition, KernelSite, SiteRun } from './kernel.ts'
import { forRows } from './loop.ts'
import { type QueryMemory, ScratchBlock } from './memory.ts'
import { underlying, valueClass } from './shape.ts'
import { type Access, i32, type Term } from './term.ts'
import { KernelWriter } from './writer.ts'

/** How the vector of an expression comes out of a variant. */
interface Result {
  readonly layout: FixedLayout | 'refs'
  readonly nullable: boolean
  readonly scale: number
  readonly min?: number
  readonly max?: number
}

/** The layout in which kernels write values of a type; undefined for types they do not know. */
export function resultLayout(type: DataType): FixedLayout | 'refs' | undefined {
  switch (valueClass(type)) {
    case 'boolean':
      return 'i8'
    case 'integer':
      switch (underlying(type).kind) {
        case 'smallint':
        case 'integer':
        case 'date':
          return 'i32'
        default:
          return 'i64'
      }
    case 'float':
      return underlying(type).kind === 'real' ? 'f32' : 'f64'
    case 'text':
      return 'refs'
    default:
      return undefined
  }
}

export const layoutBytes: Readonly<Record<FixedLayout | 'refs', number>> = {
  i8: 1,
  i16: 2,
  i32: 4,
  i64: 8,
  f32: 4,
  f64: 8,
  refs: 8,
}

export function projectionSite(
  columns: readonly OutputColumn[],
  expressions: readonly Expression[],
): KernelSite<readonly Result[]> {
  return new KernelSite(columns, expressions, (map) => projectionKernel(map, expressions))
}

function projectionKernel(map: InputMap, expressions: readonly Expression[]): KernelDefinition<readonly Result[]> {
  return {
    key: `project ${expressions.map((expression) => map.key(expression)).join(';')}`,
    write(module, shapes, slots, dense) {
      const results: Result[] = []
      module.function(
        'run',
        { frame: 'i32', count: 'i32', selection: 'i32' },
        'i32',
        (f, { frame, count, selection }) => {
          const writer = new KernelWriter(f, frame, shapes, slots)
          forRows(f, dense, count, selection, (row) => {
            const compiler = new ExpressionCompiler(writer, map, row, () => f.return(-1))
            for (const [i, expression] of expressions.entries()) {
              const code = compiler.compile(expression)
              storeCode(writer, code, row, `out${i}`, `valid${i}`)
              results.push(resultOf(code))
            }
          })
          f.return(0)
        },
      )
      return results
    },
  }
}

/** Stores a value at the row's place in the vector whose address is the argument `out`. */
export function storeCode(writer: KernelWriter, code: Code, row: Term, out: string, valid: string): void {
  const { f } = writer
  const layout = resultLayout(code.type)
  if (layout === undefined) return cannotCompile(`type ${code.type.kind}`)
  const pointer = writer.argument(out)
  switch (code.class) {
    case 'text': {
      const { address, length } = code.bytes()
      const at = f.let(pointer.add(row.shl(3)))
      f.store('u32', at, address)
      f.store('u32', at, length, 4)
      break
    }
    case 'boolean':
      f.store('u8', pointer.add(row), code.term)
      break
    case 'float':
      f.store(
        layout as Access,
        pointer.add(row.shl(layout === 'f32' ? 2 : 3)),
        layout === 'f32' ? code.term.to('f32') : code.term,
      )
      break
    default:
      if (code.displayScale) return cannotCompile('numerics of varying scales')
      f.store(layout as Access, pointer.add(row.shl(layout === 'i32' ? 2 : 3)), code.term)
  }
  if (code.valid !== null)
    f.store('u8', writer.argument(valid).add(row), code.valid.type === 'i32' ? code.valid : i32(1))
}

function resultOf(code: Code): Result {
  const layout = resultLayout(code.type)!
  const nullable = code.valid !== null
  if (code.class === 'boolean') return { layout, nullable, scale: 0, min: 0, max: 1 }
  if (code.class !== 'integer') return { layout, nullable, scale: 0 }
  const { scale, low, high } = code
  if (!Number.isFinite(low) || !Number.isFinite(high)) return { layout, nullable, scale }
  // A NULL's place may hold anything; what it holds does not count.
  return { layout, nullable, scale, min: low, max: high }
}

/** A projection in one run of an operator. */
export class Projection {
  private readonly run: SiteRun<readonly Result[]>
  private readonly expressions: readonly Expression[]
  private readonly values: ScratchBlock[]
  private readonly validity: ScratchBlock[]

  constructor(
    site: KernelSite<readonly Result[]>,
    expressions: readonly Expression[],
    context: ExecutionContext,
    memory: QueryMemory,
  ) {
    this.run = new SiteRun(site, context, memory)
    this.expressions = expressions
    this.values = expressions.map(() => new ScratchBlock(memory))
    this.validity = expressions.map(() => new ScratchBlock(memory))
  }

  /** The vectors of the expressions for a batch; undefined when the kernel cannot compute them. They hold until the next call. */
  evaluate(batch: Batch): Vector[] | undefined {
    const variant = this.run.prepare(batch)
    if (variant === undefined) return undefined
    const { description } = variant
    const vectors: Vector[] = []
    for (let i = 0; i < description.length; i++) {
      const { layout, nullable, scale, min, max } = description[i]
      const pointer = this.values[i].ensure(batch.rowCount * layoutBytes[layout])
      const validity = nullable ? this.validity[i].ensure(batch.rowCount) : 0
      this.run.set(variant, `out${i}`, pointer)
      this.run.set(variant, `valid${i}`, validity)
      const { type } = this.expressions[i]
      if (layout === 'refs') vectors.push({ layout, type, pointer, validity })
      else if (min === undefined) vectors.push({ layout, type, pointer, validity, scale })
      else vectors.push({ layout, type, pointer, validity, scale, min, max })
    }
    const { selection } = batch
    const status = variant.functions.run(
      this.run.frame,
      selectedCount(batch),
      selection === null ? 0 : selection.pointer,
    )
    return status === 0 ? vectors : undefined
  }
}
