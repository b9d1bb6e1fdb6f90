/** Calls of scalar functions and operators, the commonest shapes with closures of their own. */
import { SqlError } from '../../error.ts'
import type { Overload } from '../../functions/function.ts'
import type { DataType, TypeKind } from '../../types/data-type.ts'
import type { Value } from '../../types/value.ts'
import type { Evaluator, Frame, Scope } from '../evaluate.ts'
import type { CallExpression, CastExpression, Expression } from '../expression.ts'
import { castBody } from './cast.ts'
import { compileManyRows } from './many-rows.ts'

/** The body of an overload for given types, its context bound. */
export function overloadBody(
  overload: Overload,
  args: readonly DataType[],
  result: DataType,
  frame: Frame,
): (...args: Value[]) => Value {
  const body = overload.specialise ? overload.specialise(args, result) : overload.evaluate
  if (!overload.context) return body
  return (...values) => body(frame.runtime.functions, ...values)
}

/** The error with the place in the text where it arose, unless it knows a better one. */
export function located(error: unknown, start: number | undefined): unknown {
  if (error instanceof SqlError && error.position === undefined) error.position = start
  return error
}

/** Wraps a body so that its errors say where they arose. */
function placed(body: (...args: Value[]) => Value, expression: Expression): (...args: Value[]) => Value {
  const start = expression.span?.start
  if (start === undefined) return body
  return (...args) => {
    try {
      return body(...args)
    } catch (error) {
      throw located(error, start)
    }
  }
}

export function compileCall(expression: CallExpression, scope: Scope): Evaluator {
  const fast = compileComparison(expression, scope)
  if (fast) return fast
  if (scope.frame.manyRowCalls.has(expression)) return compileManyRows(expression, scope)
  const { overload, args } = expression
  const start = expression.span?.start
  const evaluators = args.map((arg) => scope.compile(arg))
  const body = overloadBody(
    overload,
    args.map((arg) => arg.type),
    expression.type,
    scope.frame,
  )
  if (overload.strict === false) return compileUnstrict(body, evaluators, start)
  switch (evaluators.length) {
    case 0:
      return () => {
        try {
          return body()
        } catch (error) {
          throw located(error, start)
        }
      }
    case 1: {
      const [first] = evaluators
      return (row) => {
        const a = first(row)
        if (a === null) return null
        try {
          return body(a)
        } catch (error) {
          throw located(error, start)
        }
      }
    }
    case 2:
      return compileBinary(body, args, evaluators, start)
    case 3: {
      const [first, second, third] = evaluators
      return (row) => {
        const a = first(row)
        const b = second(row)
        const c = third(row)
        if (a === null || b === null || c === null) return null
        try {
          return body(a, b, c)
        } catch (error) {
          throw located(error, start)
        }
      }
    }
    default:
      return (row) => {
        const values = new Array<Value>(evaluators.length)
        let hasNull = false
        for (let index = 0; index < evaluators.length; index++) {
          const value = evaluators[index](row)
          if (value === null) hasNull = true
          values[index] = value
        }
        if (hasNull) return null
        try {
          return body(...values)
        } catch (error) {
          throw located(error, start)
        }
      }
  }
}

function compileBinary(
  body: (...args: Value[]) => Value,
  args: readonly Expression[],
  [first, second]: readonly Evaluator[],
  start: number | undefined,
): Evaluator {
  const right = args[1]
  if (right.kind === 'constant' && right.value !== null) {
    const b = right.value
    return (row) => {
      const a = first(row)
      if (a === null) return null
      try {
        return body(a, b)
      } catch (error) {
        throw located(error, start)
      }
    }
  }
  return (row) => {
    const a = first(row)
    const b = second(row)
    if (a === null || b === null) return null
    try {
      return body(a, b)
    } catch (error) {
      throw located(error, start)
    }
  }
}

function compileUnstrict(
  body: (...args: Value[]) => Value,
  evaluators: readonly Evaluator[],
  start: number | undefined,
): Evaluator {
  return (row) => {
    const values = new Array<Value>(evaluators.length)
    for (let index = 0; index < evaluators.length; index++) values[index] = evaluators[index](row)
    try {
      return body(...values)
    } catch (error) {
      throw located(error, start)
    }
  }
}

/** Kinds whose values JavaScript's own operators compare as SQL does. */
const plainlyOrdered: ReadonlySet<TypeKind> = new Set<TypeKind>([
  'smallint',
  'integer',
  'bigint',
  'oid',
  'date',
  'time',
  'timestamp',
  'timestamptz',
])

/** Kinds for which === is SQL's equality. */
const plainlyEqual: ReadonlySet<TypeKind> = new Set<TypeKind>([...plainlyOrdered, 'boolean', 'text', 'varchar', 'uuid'])

/** Comparisons of two plain values, which cannot fail and need no call; undefined for anything else. */
function compileComparison(expression: CallExpression, scope: Scope): Evaluator | undefined {
  if (expression.args.length !== 2 || expression.function.category !== 'comparison') return undefined
  const [left, right] = expression.args
  if (left.type.kind !== right.type.kind) return undefined
  const { name } = expression.function
  const isEquality = name === '=' || name === '<>'
  if (!(isEquality ? plainlyEqual : plainlyOrdered).has(left.type.kind)) return undefined
  const first = scope.compile(left)
  if (right.kind === 'constant' && right.value !== null) return compareConstant(name, first, right.value)
  const second = scope.compile(right)
  switch (name) {
    case '=':
      return (row) => {
        const a = first(row)
        const b = second(row)
        return a === null || b === null ? null : a === b
      }
    case '<>':
      return (row) => {
        const a = first(row)
        const b = second(row)
        return a === null || b === null ? null : a !== b
      }
    case '<':
      return (row) => {
        const a = first(row)
        const b = second(row)
        return a === null || b === null ? null : a < b
      }
    case '<=':
      return (row) => {
        const a = first(row)
        const b = second(row)
        return a === null || b === null ? null : a <= b
      }
    case '>':
      return (row) => {
        const a = first(row)
        const b = second(row)
        return a === null || b === null ? null : a > b
      }
    case '>=':
      return (row) => {
        const a = first(row)
        const b = second(row)
        return a === null || b === null ? null : a >= b
      }
    default:
      return undefined
  }
}

function compareConstant(name: string, first: Evaluator, b: Value): Evaluator | undefined {
  switch (name) {
    case '=':
      return (row) => {
        const a = first(row)
        return a === null ? null : a === b
      }
    case '<>':
      return (row) => {
        const a = first(row)
        return a === null ? null : a !== b
      }
    case '<':
      return (row) => {
        const a = first(row)
        return a === null ? null : a < b
      }
    case '<=':
      return (row) => {
        const a = first(row)
        return a === null ? null : a <= b
      }
    case '>':
      return (row) => {
        const a = first(row)
        return a === null ? null : a > b
      }
    case '>=':
      return (row) => {
        const a = first(row)
        return a === null ? null : a >= b
      }
    default:
      return undefined
  }
}

/** A spine: strict calls and casts nested in each other's first argument, as `a || b || c …` makes them. */
const longSpine = 64

function spineInput(expression: Expression): Expression | undefined {
  if (expression.kind === 'cast') return expression.try ? undefined : expression.input
  if (expression.kind === 'call' && expression.overload.strict !== false) return expression.args[0]
  return undefined
}

export function isLongSpine(expression: Expression): boolean {
  let length = 0
  let current: Expression | undefined = expression
  while (current !== undefined && length < longSpine) {
    current = spineInput(current)
    length++
  }
  return current !== undefined
}

/** The same as nested closures, from the innermost argument outwards in a loop, so that the stack stays flat. */
export function compileSpine(expression: CallExpression | CastExpression, scope: Scope): Evaluator {
  const nodes: (CallExpression | CastExpression)[] = []
  let current: Expression = expression
  for (;;) {
    const input = spineInput(current)
    if (input === undefined) break
    nodes.push(current as CallExpression | CastExpression)
    current = input
  }
  nodes.reverse()
  const base = scope.compile(current)
  const steps = nodes.map((node): { rest: readonly Evaluator[]; body: (...args: Value[]) => Value } => {
    if (node.kind === 'cast') return { rest: [], body: placed(castBody(node, scope.frame), node) }
    const types = node.args.map((arg) => arg.type)
    return {
      rest: node.args.slice(1).map((arg) => scope.compile(arg)),
      body: placed(overloadBody(node.overload, types, node.type, scope.frame), node),
    }
  })
  return (row) => {
    let value = base(row)
    for (const { rest, body } of steps) {
      if (rest.length === 0) {
        if (value !== null) value = body(value)
      } else if (rest.length === 1) {
        const second = rest[0](row)
        value = value === null || second === null ? null : body(value, second)
      } else {
        const values = [value, ...rest.map((evaluator) => evaluator(row))]
        value = values.includes(null) ? null : body(...values)
      }
    }
    return value
  }
}
