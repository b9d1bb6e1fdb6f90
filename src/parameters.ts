/** Parameters as users pass them: an array for $1 and ?, an object for :name and $name. */
import { SqlError } from './error.ts'
import type { ParsedStatement } from './parser/ast.ts'
import type { Expression } from './planner/expression.ts'
import { fromApiValue, parameterMismatch, typeOfApiValue } from './types/api-value.ts'
import { UNKNOWN } from './types/data-type.ts'

export type Parameters = readonly unknown[] | Readonly<Record<string, unknown>>

/** The values in the order of the statement's parameter indexes: positional ones first, then the named. 08P01-like errors are 42P02. */
export function bindParameters(parsed: ParsedStatement, parameters: Parameters | undefined): readonly unknown[] {
  const { parameterCount, parameterNames } = parsed
  if (parameterCount === 0 && parameterNames.length === 0) {
    const given = parameters === undefined ? 0 : Array.isArray(parameters) ? parameters.length : 0
    if (given > 0) throw wrongCount(0, given)
    return noValues
  }
  if (parameterNames.length > 0) return bindNamed(parameterNames, parameterCount, parameters)
  const values = (parameters ?? noValues) as readonly unknown[]
  if (!Array.isArray(values)) {
    throw new SqlError('undefined_parameter', 'the statement has positional parameters: pass an array')
  }
  if (values.length !== parameterCount) throw wrongCount(parameterCount, values.length)
  return values
}

/** Parameters as commands hand them on to their queries. */
export interface GivenParameters {
  readonly names: readonly string[]
  readonly values: readonly unknown[]
}

/** Undefined where none were passed: a query that has parameters all the same is refused when it is bound. */
export function givenParameters(
  parsed: ParsedStatement,
  parameters: Parameters | undefined,
): GivenParameters | undefined {
  if (parameters === undefined) return undefined
  return { names: parsed.parameterNames, values: bindParameters(parsed, parameters) }
}

const noValues: readonly unknown[] = []

/** As `bindParameters`; undefined where that raises an error. */
export function positionalValues(
  { parameterCount, parameterNames }: ParsedStatement,
  parameters: Parameters | undefined,
): readonly unknown[] | undefined {
  if (parameterNames.length === 0) {
    const values = parameters ?? noValues
    return Array.isArray(values) && values.length === parameterCount ? values : undefined
  }
  if (parameterCount > 0 || !isNamed(parameters)) return undefined
  return parameterNames.every((name) => name in parameters) ? parameterNames.map((name) => parameters[name]) : undefined
}

function isNamed(parameters: Parameters | undefined): parameters is Readonly<Record<string, unknown>> {
  return typeof parameters === 'object' && parameters !== null && !Array.isArray(parameters)
}

function bindNamed(
  names: readonly string[],
  positional: number,
  parameters: Parameters | undefined,
): readonly unknown[] {
  if (positional > 0) throw new SqlError('syntax_error', 'positional and named parameters cannot be mixed')
  if (!isNamed(parameters)) {
    throw new SqlError('undefined_parameter', `the statement has named parameters: pass an object`, {
      hint: `Its parameters are ${names.map((name) => `"${name}"`).join(', ')}.`,
    })
  }
  return names.map((name) => {
    if (name in parameters) return parameters[name]
    throw new SqlError('undefined_parameter', `there is no value for parameter "${name}"`)
  })
}

function wrongCount(expected: number, given: number): SqlError {
  return new SqlError('undefined_parameter', `the statement has ${expected} parameters but ${given} values were given`)
}

/** A parameter's value as an expression; a text is of no type yet. */
export function constantOf(value: unknown, index: number): Expression {
  const type = typeOfApiValue(value) ?? UNKNOWN
  if (value === null || value === undefined) return { kind: 'constant', type: UNKNOWN, value: null }
  const converted = fromApiValue(value, type)
  if (converted === undefined) throw parameterMismatch(index, value, type)
  return { kind: 'constant', type: typeof value === 'string' ? UNKNOWN : type, value: converted }
}
