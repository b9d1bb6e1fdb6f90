/** Comparisons as rules need them: made for a type, turned around, negated. */
import type { Overload, Pattern, ScalarFunction } from '../../functions/function.ts'
import { findOperators, findUsualOperators } from '../../functions/registry.ts'
import type { DataType } from '../../types/data-type.ts'
import { BOOLEAN } from '../../types/data-type.ts'
import type { CallExpression, Expression } from '../expression.ts'

export type ComparisonName = '=' | '<>' | '<' | '<=' | '>' | '>='

const swapped: { readonly [name in ComparisonName]: ComparisonName } = {
  '=': '=',
  '<>': '<>',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
}

const negated: { readonly [name in ComparisonName]: ComparisonName } = {
  '=': '<>',
  '<>': '=',
  '<': '>=',
  '<=': '>',
  '>': '<=',
  '>=': '<',
}

/** The name of the comparison that the expression is. */
export function comparisonName(expression: Expression): ComparisonName | undefined {
  if (expression.kind !== 'call' || expression.args.length !== 2) return undefined
  const { name } = expression.function
  return name in swapped ? (name as ComparisonName) : undefined
}

/** `left name right`; undefined when no overload takes the two types as they are. */
export function makeComparison(name: ComparisonName, left: Expression, right: Expression): CallExpression | undefined {
  const found = findOverload(name, ({ parameters }) => takes(parameters, [left.type, right.type]))
  return found && { kind: 'call', type: BOOLEAN, ...found, args: [left, right] }
}

/** The same comparison with its sides exchanged: `a < b` as `b > a`. */
export function swapComparison(call: CallExpression): CallExpression | undefined {
  const name = comparisonName(call)
  return name && likeOverload(call, swapped[name], [call.args[1], call.args[0]], true)
}

/** The comparison that is true where this one is false, and NULL where it is NULL. */
export function negateComparison(call: CallExpression): CallExpression | undefined {
  const name = comparisonName(call)
  return name && likeOverload(call, negated[name], call.args, false)
}

/** Another comparison on the same types as an overload of one. */
export function relatedOverload(overload: Overload, name: ComparisonName): FoundOverload | undefined {
  return findOverload(name, ({ parameters }) => samePatterns(parameters, overload.parameters))
}

interface FoundOverload {
  readonly function: ScalarFunction
  readonly overload: Overload
}

function findOverload(name: ComparisonName, fits: (overload: Overload) => boolean): FoundOverload | undefined {
  for (const records of [findUsualOperators, findOperators]) {
    for (const record of records(name)) {
      const overload = record.overloads.find(fits)
      if (overload) return { function: record, overload }
    }
  }
  return undefined
}

function likeOverload(
  call: CallExpression,
  name: ComparisonName,
  args: readonly Expression[],
  exchanged: boolean,
): CallExpression | undefined {
  const patterns = exchanged ? [...call.overload.parameters].reverse() : call.overload.parameters
  const found = findOverload(name, ({ parameters }) => samePatterns(parameters, patterns))
  return found && { ...call, ...found, args }
}

function samePatterns(left: readonly Pattern[], right: readonly Pattern[]): boolean {
  return (
    left.length === right.length && left.every((pattern, index) => patternName(pattern) === patternName(right[index]))
  )
}

function patternName(pattern: Pattern): string {
  return typeof pattern === 'string' ? pattern : pattern.kind
}

const genericPatterns: ReadonlyMap<DataType['kind'], string> = new Map<DataType['kind'], string>([
  ['array', 'anyarray'],
  ['enum', 'anyenum'],
  ['record', 'anyrecord'],
  ['range', 'anyrange'],
  ['multirange', 'anymultirange'],
  ['map', 'anymap'],
])

function takes(parameters: readonly Pattern[], types: readonly DataType[]): boolean {
  return (
    parameters.length === types.length &&
    parameters.every((pattern, index) => {
      const { kind } = types[index]
      if (typeof pattern === 'string') return pattern === genericPatterns.get(kind)
      return pattern.kind === kind || (pattern.kind === 'text' && kind === 'varchar')
    })
  )
}
