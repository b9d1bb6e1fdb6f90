/**
 * Overload resolution, remembered: the same operators on the same types come up in nearly every statement. Types that
 * cannot be named shortly (rows, enums, domains) are resolved each time.
 */

import type { ScalarFunction } from '../../functions/function.ts'
import { hasOwnCasts } from '../../functions/own-casts.ts'
import { findFunctions } from '../../functions/registry.ts'
import {
  type ArgumentType,
  type CallOptions,
  type Resolved,
  resolveFunction,
  resolveOperator,
} from '../../functions/resolve.ts'
import type { DataType } from '../../types/data-type.ts'

/** Few enough to hold, many enough for any program's statements. */
const CAPACITY = 10000

const operators = new Map<string, Resolved<ScalarFunction>>()
const functions = new Map<string, Resolved>()

/** The overload of an operator for operands of these types. */
export function findOperator(
  symbol: string,
  types: readonly DataType[],
  position: number | undefined,
): Resolved<ScalarFunction> {
  const key = hasOwnCasts() ? undefined : keyOf(symbol, types)
  const known = key === undefined ? undefined : operators.get(key)
  if (known) return known
  const resolved = resolveOperator(symbol, types, { position })
  if (key !== undefined) remember(operators, key, resolved)
  return resolved
}

/** The overload of a function for arguments of these types. Only plain calls are remembered. */
export function findFunction(name: string, types: readonly ArgumentType[], options: CallOptions): Resolved {
  const plain =
    !hasOwnCasts() && !options.names && !options.variadic && !options.withinGroup && isBuiltIn(name, options.candidates)
  const key = plain ? keyOf(options.kinds ? `${name}:${options.kinds.join()}` : name, types) : undefined
  const known = key === undefined ? undefined : functions.get(key)
  if (known) return known
  const resolved = resolveFunction(name, types, options)
  if (key !== undefined) remember(functions, key, resolved)
  return resolved
}

/** Candidates that users made come and go. */
function isBuiltIn(name: string, candidates: CallOptions['candidates']): boolean {
  return candidates === undefined || candidates === findFunctions(name)
}

function remember<T>(map: Map<string, T>, key: string, value: T): void {
  if (map.size >= CAPACITY) map.clear()
  map.set(key, value)
}

function keyOf(name: string, types: readonly ArgumentType[]): string | undefined {
  let key = name
  for (const type of types) {
    const own = type === 'lambda' ? type : typeKey(type)
    if (own === undefined) return undefined
    key += `|${own}`
  }
  return key
}

function typeKey(type: DataType): string | undefined {
  switch (type.kind) {
    case 'numeric':
      return type.precision === undefined ? 'numeric' : `numeric(${type.precision},${type.scale ?? 0})`
    case 'varchar':
    case 'char':
    case 'bit':
    case 'varbit':
      return type.length === undefined ? type.kind : `${type.kind}(${type.length})`
    case 'time':
    case 'timetz':
    case 'timestamp':
    case 'timestamptz':
      return type.precision === undefined ? type.kind : `${type.kind}(${type.precision})`
    case 'interval':
      return type.precision === undefined && type.fields === undefined ? 'interval' : undefined
    case 'array': {
      const element = typeKey(type.element)
      return element === undefined ? undefined : `${element}[]`
    }
    case 'record':
    case 'map':
    case 'enum':
    case 'range':
    case 'multirange':
    case 'domain':
      return undefined
    default:
      return type.kind
  }
}
