/**
 * What a set of expressions reads: columns of the operator's input, and values that are the same for all rows (parameters,
 * columns of enclosing queries). Kernels know them by number.
 */
import type { ColumnId, Expression, OutputColumn } from '../../planner/expression.ts'
import { operands } from '../../planner/tree.ts'
import type { DataType } from '../../types/data-type.ts'
import { cannotCompile } from './code.ts'
import { expressionKey, typeKey } from './expression-key.ts'
import { underlying } from './shape.ts'

export type Input =
  | { readonly kind: 'column'; readonly position: number; readonly id: ColumnId; readonly type: DataType }
  | { readonly kind: 'scalar'; readonly expression: Expression; readonly type: DataType }

export class InputMap {
  readonly inputs: Input[] = []
  private readonly positions: ReadonlyMap<ColumnId, number>
  private readonly numbers = new Map<string, number>()
  private readonly keys = new WeakMap<Expression, string>()
  private readonly dependencies = new WeakMap<Expression, number>()

  /** @param columns of the operator's input, in the order of its batches */
  constructor(columns: readonly OutputColumn[]) {
    this.positions = new Map(columns.map((column, position) => [column.id, position]))
  }

  /** Numbers the inputs of an expression. */
  collect(expression: Expression): void {
    const pending: Expression[] = [expression]
    for (let part = pending.pop(); part !== undefined; part = pending.pop()) {
      if (part.kind === 'column' || part.kind === 'parameter') this.indexOf(part)
      else pending.push(...operands(part).toReversed())
    }
  }

  indexOf(expression: Expression): number {
    const key = this.key(expression)
    let index = this.numbers.get(key)
    if (index === undefined) {
      const { type } = expression
      const position = expression.kind === 'column' ? this.positions.get(expression.id) : undefined
      index = this.inputs.length
      if (expression.kind === 'column' && position !== undefined) {
        this.inputs.push({ kind: 'column', position, id: expression.id, type })
      } else this.inputs.push({ kind: 'scalar', expression, type })
      this.numbers.set(key, index)
    }
    return index
  }

  /** The same for expressions that mean the same; columns are written by their position in the input. */
  key(expression: Expression): string {
    let key = this.keys.get(expression)
    if (key === undefined) {
      key = expressionKey(expression, (id) => this.columnName(id))
      this.keys.set(expression, key)
    }
    return key
  }

  private columnName(id: ColumnId): string {
    const position = this.positions.get(id)
    return position === undefined ? `outer${id}` : `#${position}`
  }

  /** What kernels must share to be the same: the classes and types of the inputs. */
  signature(): string {
    return this.inputs
      .map((input) => `${input.kind === 'column' ? input.position : 'scalar'}:${typeKey(input.type)}`)
      .join()
  }

  /** The number of the one column on which an immutable expression depends; -1 when there are more, none, or it is not immutable. */
  onlyColumn(expression: Expression): number {
    const dependency = this.dependency(expression)
    return dependency >= 0 ? dependency : -1
  }

  /** The one column, none, or several (or what is not immutable). */
  private dependency(expression: Expression): number {
    let known = this.dependencies.get(expression)
    if (known === undefined) {
      known = this.findDependency(expression)
      this.dependencies.set(expression, known)
    }
    return known
  }

  private findDependency(expression: Expression): number {
    if (expression.kind === 'column') return this.positions.has(expression.id) ? this.indexOf(expression) : several
    if (!isImmutable(expression)) return several
    let found = none
    for (const operand of operands(expression)) {
      const dependency = this.dependency(operand)
      if (dependency === several || (dependency >= 0 && found >= 0 && dependency !== found)) return several
      if (dependency >= 0) found = dependency
    }
    return found
  }

  /** The scale of the numerics in a look-up table. */
  lookupScale(expression: Expression, _input: number): number {
    const type = underlying(expression.type)
    if (type.kind !== 'numeric') return 0
    return type.precision === undefined ? cannotCompile('numerics of varying scales') : (type.scale ?? 0)
  }
}

const none = -1
const several = -2

/** Whether the node, its operands apart, always gives the same result for the same operands, in every session. */
function isImmutable(expression: Expression): boolean {
  switch (expression.kind) {
    case 'parameter':
    case 'subquery':
    case 'lambda':
    case 'lambda-parameter':
      return false
    case 'call': {
      const { overload } = expression
      const volatility = overload.volatility ?? expression.function.volatility ?? 'immutable'
      return volatility === 'immutable' && !overload.context
    }
    case 'cast':
      return expression.cast.volatility === 'immutable'
    default:
      return true
  }
}
