/**
 * The look-up of functions and operators by name. Operators are records too, looked up by symbol: an overload with two
 * parameters is infix, with one prefix. What LIKE and its kin mean stands under `~~`, `!~~`, `~~*` and `!~~*`, as in
 * PostgreSQL's catalog.
 */
import { allFunctions, allOperators } from './all.ts'
import type { ScalarFunction, SqlFunction } from './function.ts'
import { namedOperator } from './operators/named.ts'
import { sharedNames, usualFunctions, usualOperators } from './usual.ts'

type Index<F extends SqlFunction> = ReadonlyMap<string, readonly F[]>

/** Made when first asked for. */
function index<F extends SqlFunction>(records: () => readonly F[]): () => Index<F> {
  let made: Map<string, F[]> | undefined
  return () => {
    if (made) return made
    made = new Map()
    for (const record of records()) {
      const aliases: readonly string[] = ('aliases' in record ? record.aliases : undefined) ?? []
      for (const name of [record.name, ...aliases]) {
        const list = made.get(name)
        if (list) list.push(record)
        else made.set(name, [record])
      }
    }
    return made
  }
}

const usualFunctionIndex = index(() => usualFunctions)
const functionIndex = index(allFunctions)
const usualOperatorIndex = index(() => usualOperators)
const operatorIndex = index(allOperators)

/** The built-in functions of a name, aliases included: none, one, or one of each kind. */
export function findFunctions(name: string): readonly SqlFunction[] {
  const usual = sharedNames.has(name) ? undefined : usualFunctionIndex().get(name)
  return usual ?? functionIndex().get(name) ?? namedOperators(name)
}

const operatorFunctions = new Map<string, readonly SqlFunction[]>()
const none: readonly SqlFunction[] = []

/** One and the same list for a name, as resolution remembers lists. */
function namedOperators(name: string): readonly SqlFunction[] {
  let found = operatorFunctions.get(name)
  if (!found) {
    const operator = namedOperator(name, allOperators())
    if (!operator) return none
    found = [operator]
    operatorFunctions.set(name, found)
  }
  return found
}

/** The operators of a symbol among the usual ones, where an exact match may be enough. */
export function findUsualOperators(symbol: string): readonly ScalarFunction[] {
  return usualOperatorIndex().get(symbol) ?? []
}

/** The operators of a symbol, the usual ones first. */
export function findOperators(symbol: string): readonly ScalarFunction[] {
  return operatorIndex().get(symbol) ?? []
}

/** The names of all built-in functions, aliases included. */
export function functionNames(): Iterable<string> {
  return functionIndex().keys()
}
