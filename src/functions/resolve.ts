/**
 * Which overload a call means. The rules are PostgreSQL's (manual, chapter 10), in its order:
 *
 *   1. an overload whose parameters are exactly the argument types wins at once;
 *   2. otherwise every overload that the arguments can reach by implicit casts is a candidate;
 *   3. of several, those with most exact matches stay, then those that take most preferred types of a category;
 *   4. literals of unknown type take the category that the candidates agree on, text where they do not;
 *   5. at last, unknown arguments are tried as the type that all the known ones share.
 *
 * Operators are looked up in the same way; with one unknown operand, that of the other is tried first. A polymorphic
 * overload binds its type variables in `polymorphic.ts`. What comes out says, for every parameter of the body, which
 * argument feeds it and the type that argument has to be cast to.
 */
import { SqlError } from '../error.ts'
import type { DataType } from '../types/data-type.ts'
import { UNKNOWN } from '../types/data-type.ts'
import { baseTypeName } from '../types/type-names.ts'
import type { Value } from '../types/value.ts'
import { baseType, canCoerce, category, isPreferred, sameType } from './coercion.ts'
import type {
  AggregateFunction,
  Overload,
  Pattern,
  ScalarFunction,
  SqlFunction,
  TableFunction,
  WindowFunction,
} from './function.ts'
import { bindPatterns, type Binding, patternType } from './polymorphic.ts'
import { findFunctions, findOperators, functionNames } from './registry.ts'

/** An argument as the binder knows it: its type, or that it is a lambda, whose type depends on the overload. */
export type ArgumentType = DataType | 'lambda'

/** The overload a call means, and how the arguments reach its parameters. */
export interface Resolved<F extends SqlFunction = SqlFunction> {
  readonly function: F
  readonly overload: F['overloads'][number]
  /** For every parameter of the body in turn: the type it receives. Argument types stand as they are where they fit. */
  readonly parameterTypes: readonly DataType[]
  /** For every parameter: the index of the argument, or -1 where `defaults` has the value. */
  readonly sources: readonly number[]
  readonly defaults: readonly Value[]
  readonly resultType: DataType
  /** WITHIN GROUP: how many of the parameters are direct arguments; the others are the ORDER BY's. */
  readonly directCount: number
}

export interface CallOptions {
  /** Records to choose from instead of the built-in ones: user-defined functions, or both together. */
  readonly candidates?: readonly SqlFunction[]
  /** The names of named arguments, undefined for positional ones. */
  readonly names?: readonly (string | undefined)[]
  readonly variadic?: boolean
  /** Types of the ORDER BY of WITHIN GROUP; `args` are then the direct arguments. */
  readonly withinGroup?: readonly DataType[]
  readonly kinds?: readonly SqlFunction['kind'][]
  readonly position?: number
}

/** Chooses the overload of a function for arguments of these types; 42883 when none fits, 42725 when several do. */
export function resolveFunction(name: string, args: readonly ArgumentType[], options: CallOptions = {}): Resolved {
  let records = options.candidates ?? findFunctions(name)
  const kinds = options.kinds
  if (kinds) records = records.filter((record) => kinds.includes(record.kind))
  const ordered = options.withinGroup
  const all = ordered ? [...args, ...ordered] : args
  const candidates: Candidate[] = []
  for (const record of records) {
    for (const overload of record.overloads) {
      const candidate = shape(record, overload, all.length, args.length, options)
      if (candidate) candidates.push(candidate)
    }
  }
  const chosen = choose(candidates, all)
  if (chosen === 'none') throw undefinedFunction(name, all, records, options)
  if (chosen === 'ambiguous') {
    throw new SqlError('ambiguous_function', `function ${signature(name, all)} is not unique`, {
      position: options.position,
      hint: 'Could not choose a best candidate function. You might need to add explicit type casts.',
    })
  }
  return finish(chosen, all)
}

export function resolveScalar(name: string, args: readonly ArgumentType[], options: CallOptions = {}): Resolved<ScalarFunction> {
  return resolveFunction(name, args, { ...options, kinds: ['scalar'] }) as Resolved<ScalarFunction>
}

export function resolveAggregate(
  name: string,
  args: readonly ArgumentType[],
  options: CallOptions = {},
): Resolved<AggregateFunction> {
  return resolveFunction(name, args, { ...options, kinds: ['aggregate'] }) as Resolved<AggregateFunction>
}

export function resolveWindow(name: string, args: readonly ArgumentType[], options: CallOptions = {}): Resolved<WindowFunction> {
  return resolveFunction(name, args, { ...options, kinds: ['window'] }) as Resolved<WindowFunction>
}

export function resolveTable(name: string, args: readonly ArgumentType[], options: CallOptions = {}): Resolved<TableFunction> {
  return resolveFunction(name, args, { ...options, kinds: ['table'] }) as Resolved<TableFunction>
}

/** Chooses the overload of an operator: one operand for a prefix operator, two for an infix one. */
export function resolveOperator(
  symbol: string,
  args: readonly DataType[],
  options: { readonly position?: number } = {},
): Resolved<ScalarFunction> {
  const candidates: Candidate[] = []
  for (const record of findOperators(symbol)) {
    for (const overload of record.overloads) {
      if (overload.parameters.length === args.length) candidates.push(plain(record, overload, args.length))
    }
  }
  const chosen = exactOperator(candidates, args) ?? choose(candidates, args)
  if (chosen === 'none') {
    const one = args.length === 1
    throw new SqlError('undefined_function', `operator does not exist: ${operatorSignature(symbol, args)}`, {
      position: options.position,
      hint: one
        ? 'No operator matches the given name and argument type. You might need to add an explicit type cast.'
        : 'No operator matches the given name and argument types. You might need to add explicit type casts.',
    })
  }
  if (chosen === 'ambiguous') {
    throw new SqlError('ambiguous_function', `operator is not unique: ${operatorSignature(symbol, args)}`, {
      position: options.position,
      hint: 'Could not choose a best candidate operator. You might need to add explicit type casts.',
    })
  }
  return finish(chosen, args) as Resolved<ScalarFunction>
}

/** The type of a call's result once a lambda's own is known: from the overload and the types that its parameters receive. */
export function resultTypeOf(
  overload: { readonly parameters: readonly Pattern[]; readonly returns: Pattern | ((args: readonly DataType[]) => DataType) },
  parameterTypes: readonly DataType[],
): DataType {
  if (typeof overload.returns === 'function') return overload.returns(parameterTypes)
  if (typeof overload.returns === 'object') return overload.returns
  const patterns = parameterTypes.map((_, index) => overload.parameters[Math.min(index, overload.parameters.length - 1)])
  return patternType(overload.returns, bindPatterns(patterns, parameterTypes) ?? {})
}

/** An overload laid out for a call: one pattern per parameter that the body will receive. */
interface Candidate {
  readonly record: SqlFunction
  readonly overload: SqlFunction['overloads'][number]
  readonly patterns: readonly Pattern[]
  readonly sources: readonly number[]
  readonly defaults: readonly Value[]
  readonly directCount: number
  readonly spread: boolean
  /** The last parameter repeats: a plain overload of the same types is preferred. */
  readonly expanded: boolean
  /** How many arguments the call leaves to defaults: fewer is better. */
  readonly missing: number
}

const positions: readonly (readonly number[])[] = Array.from({ length: 12 }, (_, n) => Array.from({ length: n }, (_, i) => i))

function plain(record: SqlFunction, overload: SqlFunction['overloads'][number], count: number): Candidate {
  const sources = positions[count] ?? Array.from({ length: count }, (_, index) => index)
  const patterns = overload.parameters
  return { record, overload, patterns, sources, defaults: [], directCount: count, spread: false, expanded: false, missing: 0 }
}

/** Lays an overload out for a number of arguments, or undefined when it does not take so many. */
function shape(
  record: SqlFunction,
  overload: SqlFunction['overloads'][number],
  count: number,
  directCount: number,
  options: CallOptions,
): Candidate | undefined {
  const isOrdered = 'ordered' in overload && overload.ordered !== undefined
  if (isOrdered !== (options.withinGroup !== undefined)) return undefined
  const own = overload.parameters
  const variadic = 'variadic' in overload && overload.variadic === true
  if (options.names?.some((name) => name !== undefined)) return shapeNamed(record, overload, options.names)
  if (isOrdered) {
    const ordered = overload.ordered!
    if (variadic && overload.hypothetical) {
      if (directCount !== count - directCount) return undefined
      const patterns = Array.from({ length: count }, () => own[0])
      return { ...plain(record, overload, count), patterns, directCount, expanded: true }
    }
    if (own.length !== directCount || ordered.length !== count - directCount) return undefined
    return { ...plain(record, overload, count), patterns: [...own, ...ordered], directCount }
  }
  if (options.variadic) {
    if (!variadic || own.length !== count) return undefined
    const patterns = [...own.slice(0, -1), spreadPattern(own[own.length - 1])]
    return { ...plain(record, overload, count), patterns, spread: true }
  }
  if (own.length === count) return { ...plain(record, overload, count), expanded: variadic }
  if (variadic && count >= own.length) {
    const last = own[own.length - 1]
    const patterns = Array.from({ length: count }, (_, index) => (index < own.length ? own[index] : last))
    return { ...plain(record, overload, count), patterns, expanded: true }
  }
  const defaults = 'defaults' in overload ? (overload.defaults ?? []) : []
  const missing = own.length - count
  if (missing > 0 && missing <= defaults.length) {
    const sources = own.map((_, index) => (index < count ? index : -1))
    const values = own.map((_, index) => (index < count ? null : defaults[index - (own.length - defaults.length)]))
    return { record, overload, patterns: own, sources, defaults: values, directCount: count, spread: false, expanded: false, missing }
  }
  return undefined
}

/** What VARIADIC passes for a repeating parameter: an array of it. */
function spreadPattern(pattern: Pattern): Pattern {
  if (typeof pattern === 'object') return { kind: 'array', element: pattern }
  if (pattern === 'anycompatible') return 'anycompatiblearray'
  return 'anyarray'
}

/** Named arguments find their parameters by name; those not given take their defaults. */
function shapeNamed(
  record: SqlFunction,
  overload: SqlFunction['overloads'][number],
  names: readonly (string | undefined)[],
): Candidate | undefined {
  const parameterNames = 'parameterNames' in overload ? overload.parameterNames : undefined
  if (!parameterNames) return undefined
  const count = overload.parameters.length
  const defaults = 'defaults' in overload ? (overload.defaults ?? []) : []
  const sources: number[] = new Array(count).fill(-1)
  for (let argument = 0; argument < names.length; argument++) {
    const name = names[argument]
    const parameter = name === undefined ? argument : parameterNames.indexOf(name)
    if (parameter < 0 || parameter >= count || sources[parameter] !== -1) return undefined
    sources[parameter] = argument
  }
  const firstDefault = count - defaults.length
  const values = sources.map((source, index) => (source < 0 ? defaults[index - firstDefault] : null))
  if (sources.some((source, index) => source < 0 && index < firstDefault)) return undefined
  const missing = sources.filter((source) => source < 0).length
  const patterns = overload.parameters
  return { record, overload, patterns, sources, defaults: values, directCount: names.length, spread: false, expanded: false, missing }
}

/** An operator on exactly these types; one unknown operand is first taken to be of the other's type. */
function exactOperator(candidates: readonly Candidate[], args: readonly DataType[]): Candidate | undefined {
  let [left, right] = args
  if (args.length === 2) {
    if (left.kind === 'unknown' && right.kind !== 'unknown') left = right
    else if (right.kind === 'unknown' && left.kind !== 'unknown') right = left
    if (left.kind === 'unknown') return undefined
    if (left.kind === 'domain' && right === left) left = right = baseType(left)
  }
  for (const candidate of candidates) {
    const [first, second] = candidate.patterns
    if (typeof first !== 'object' || !sameType(first, left)) continue
    if (args.length === 1) return candidate
    if (typeof second === 'object' && sameType(second, right)) return candidate
  }
  return undefined
}

function choose(candidates: readonly Candidate[], args: readonly ArgumentType[]): Candidate | 'none' | 'ambiguous' {
  for (const candidate of candidates) {
    if (!candidate.expanded && candidate.missing === 0 && matchesExactly(candidate, args)) return candidate
  }
  let matching = candidates.filter((candidate) => matches(candidate, args))
  if (matching.length > 1) matching = preferPlain(matching)
  if (matching.length <= 1) return matching[0] ?? 'none'
  return select(matching, args) ?? 'ambiguous'
}

function matchesExactly(candidate: Candidate, args: readonly ArgumentType[]): boolean {
  for (let index = 0; index < args.length; index++) {
    const pattern = candidate.patterns[index]
    const arg = args[index]
    if (typeof pattern !== 'object' || typeof arg !== 'object' || !sameType(pattern, arg)) return false
  }
  return true
}

/** The type that a parameter's argument has, or undefined when a default stands in for it. */
function argumentOf(candidate: Candidate, parameter: number, args: readonly ArgumentType[]): ArgumentType | undefined {
  const source = candidate.sources[parameter]
  return source < 0 ? undefined : args[source]
}

function matches(candidate: Candidate, args: readonly ArgumentType[]): boolean {
  const { patterns } = candidate
  let polymorphic = false
  for (let index = 0; index < patterns.length; index++) {
    const arg = argumentOf(candidate, index, args)
    if (arg === undefined) continue
    const pattern = patterns[index]
    if (!accepts(pattern, arg)) return false
    if (typeof pattern === 'string') polymorphic = true
  }
  return !polymorphic || bindPatterns(patterns, argumentTypes(candidate, args)) !== undefined
}

function argumentTypes(candidate: Candidate, args: readonly ArgumentType[]): DataType[] {
  return candidate.patterns.map((pattern, index) => {
    const arg = argumentOf(candidate, index, args)
    if (arg === undefined) return typeof pattern === 'object' ? pattern : UNKNOWN
    return arg === 'lambda' ? UNKNOWN : arg
  })
}

function accepts(pattern: Pattern, arg: ArgumentType): boolean {
  if (arg === 'lambda' || pattern === 'lambda') return arg === pattern
  if (typeof pattern === 'object') return canCoerce(arg, pattern)
  if (arg.kind === 'unknown') return true
  const kind = baseType(arg).kind
  switch (pattern) {
    case 'anyarray':
    case 'anycompatiblearray':
      return kind === 'array'
    case 'anynonarray':
    case 'anycompatiblenonarray':
      return kind !== 'array'
    case 'anyenum':
      return kind === 'enum'
    case 'anyrange':
      return kind === 'range'
    case 'anymultirange':
      return kind === 'multirange'
    case 'anyrecord':
      return kind === 'record'
    case 'anymap':
      return kind === 'map'
    default:
      return true
  }
}

/** Of overloads that take the same types, a plain one hides a variadic one, and fewer defaults hide more. */
function preferPlain(candidates: readonly Candidate[]): Candidate[] {
  const fewest = Math.min(...candidates.map((candidate) => candidate.missing))
  const kept = candidates.filter((candidate) => candidate.missing === fewest)
  if (kept.length === 1) return kept
  const hidden = (candidate: Candidate): boolean =>
    candidate.expanded &&
    kept.some(
      (other) =>
        !other.expanded &&
        other.patterns.every((pattern, index) => {
          const mine = candidate.patterns[index]
          return typeof pattern === 'object' && typeof mine === 'object' ? sameType(pattern, mine) : pattern === mine
        }),
    )
  return kept.filter((candidate) => !hidden(candidate))
}

/** Rules 3 to 5 of the manual's 10.2 and 10.3: the best of several candidates, or undefined. */
function select(candidates: readonly Candidate[], args: readonly ArgumentType[]): Candidate | undefined {
  const bases = args.map((arg) => (arg === 'lambda' ? UNKNOWN : baseType(arg)))
  const isKnown = (index: number): boolean => bases[index].kind !== 'unknown'
  const parameterOf = (candidate: Candidate, argument: number): Pattern =>
    candidate.patterns[candidate.sources[argument] === argument ? argument : candidate.sources.indexOf(argument)]
  const exact = (candidate: Candidate, index: number): boolean => {
    const pattern = parameterOf(candidate, index)
    return typeof pattern === 'object' && isKnown(index) && sameType(pattern, bases[index])
  }

  let kept = best(candidates, (candidate) => count(args.length, (index) => exact(candidate, index)))
  if (kept.length === 1) return kept[0]

  kept = best(kept, (candidate) =>
    count(args.length, (index) => {
      if (!isKnown(index)) return false
      const pattern = parameterOf(candidate, index)
      if (exact(candidate, index)) return true
      return typeof pattern === 'object' && isPreferred(pattern) && category(pattern) === category(bases[index])
    }),
  )
  if (kept.length === 1) return kept[0]
  if (bases.every((_, index) => isKnown(index))) return undefined

  kept = byUnknownCategory(kept, args.length, isKnown, parameterOf)
  if (kept.length === 1) return kept[0]
  return bySharedType(kept, args, bases)
}

function count(length: number, test: (index: number) => boolean): number {
  let total = 0
  for (let index = 0; index < length; index++) if (test(index)) total++
  return total
}

/** Those with the highest score. */
function best(candidates: readonly Candidate[], score: (candidate: Candidate) => number): readonly Candidate[] {
  const scores = candidates.map(score)
  const highest = Math.max(...scores)
  return candidates.filter((_, index) => scores[index] === highest)
}

/** Rule 4: each unknown argument takes the category that the candidates agree on, or the string category. */
function byUnknownCategory(
  candidates: readonly Candidate[],
  length: number,
  isKnown: (index: number) => boolean,
  parameterOf: (candidate: Candidate, argument: number) => Pattern,
): readonly Candidate[] {
  const categories: (string | undefined)[] = []
  const wantsPreferred: boolean[] = []
  for (let index = 0; index < length; index++) {
    if (isKnown(index)) continue
    let slot: string | undefined
    let hasPreferred = false
    let conflict = false
    for (const candidate of candidates) {
      const pattern = parameterOf(candidate, index)
      const own = patternCategory(pattern)
      const preferred = typeof pattern === 'object' && isPreferred(pattern)
      if (slot === undefined) {
        slot = own
        hasPreferred = preferred
      } else if (slot === own) {
        hasPreferred ||= preferred
      } else if (own === 'S') {
        slot = own
        hasPreferred = preferred
      } else if (slot !== 'S') {
        conflict = true
      }
    }
    if (conflict && slot !== 'S') return candidates
    categories[index] = slot
    wantsPreferred[index] = hasPreferred
  }
  const kept = candidates.filter((candidate) => {
    for (let index = 0; index < length; index++) {
      if (isKnown(index)) continue
      const pattern = parameterOf(candidate, index)
      if (patternCategory(pattern) !== categories[index]) return false
      if (wantsPreferred[index] && !(typeof pattern === 'object' && isPreferred(pattern))) return false
    }
    return true
  })
  return kept.length > 0 ? kept : candidates
}

function patternCategory(pattern: Pattern): string {
  return typeof pattern === 'object' ? category(pattern) : 'P'
}

/** Rule 5: if all known arguments share a type, the unknown ones are taken to be of it too. */
function bySharedType(
  candidates: readonly Candidate[],
  args: readonly ArgumentType[],
  bases: readonly DataType[],
): Candidate | undefined {
  let shared: DataType | undefined
  for (const base of bases) {
    if (base.kind === 'unknown') continue
    if (shared && !sameType(shared, base)) return undefined
    shared = base
  }
  if (!shared) return undefined
  const assumed = args.map((arg) => (arg === 'lambda' ? arg : shared))
  const accepting = candidates.filter((candidate) => matches(candidate, assumed))
  return accepting.length === 1 ? accepting[0] : undefined
}

/** The types of parameters and result, type variables bound. */
function finish(candidate: Candidate, args: readonly ArgumentType[]): Resolved {
  const { record, overload, patterns, sources, defaults, directCount, spread } = candidate
  const types = argumentTypes(candidate, args)
  const binding: Binding = patterns.some((pattern) => typeof pattern === 'string') ? (bindPatterns(patterns, types) ?? {}) : {}
  const parameterTypes = patterns.map((pattern, index): DataType => {
    const arg = types[index]
    if (typeof pattern === 'object') {
      return sources[index] >= 0 && sameType(pattern, arg) ? arg : pattern
    }
    if (pattern === 'lambda' || (pattern === 'any' && !spread)) return arg
    return patternType(pattern, binding, arg)
  })
  let resultType: DataType = UNKNOWN
  if ('returns' in overload) {
    resultType =
      typeof overload.returns === 'function'
        ? overload.returns(spread ? parameterTypes.map(spreadElement) : parameterTypes)
        : patternType(overload.returns, binding, parameterTypes[0])
  } else {
    const columns = overload.columns(parameterTypes)
    resultType = columns.length === 1 ? columns[0].type : { kind: 'record', fields: columns }
  }
  const called = spread ? spreading(overload as Overload, patterns) : overload
  return { function: record, overload: called, parameterTypes, sources, defaults, resultType, directCount }
}

/** A body called with VARIADIC sees the elements: the last type is that of an element. */
function spreadElement(type: DataType, index: number, types: readonly DataType[]): DataType {
  return index === types.length - 1 && type.kind === 'array' ? type.element : type
}

/** The overload that a call with VARIADIC means: its last parameter is an array, whose elements the body receives. */
function spreading(overload: Overload, patterns: readonly Pattern[]): Overload {
  const { specialise } = overload
  const spread =
    (body: (...args: Value[]) => Value) =>
    (...args: Value[]): Value => {
      const last = args.pop()
      return last === null ? null : body(...args, ...last.values)
    }
  return {
    ...overload,
    parameters: patterns,
    variadic: false,
    evaluate: spread(overload.evaluate),
    specialise: specialise && ((args, result) => spread(specialise(args.map(spreadElement), result))),
  }
}

function signature(name: string, args: readonly ArgumentType[], names?: readonly (string | undefined)[]): string {
  const list = args.map((arg, index) => {
    const text = arg === 'lambda' ? 'lambda' : baseTypeName(arg)
    return names?.[index] === undefined ? text : `${names[index]} => ${text}`
  })
  return `${name}(${list.join(', ')})`
}

function operatorSignature(symbol: string, args: readonly DataType[]): string {
  const [first, second] = args
  return second ? `${baseTypeName(first)} ${symbol} ${baseTypeName(second)}` : `${symbol} ${baseTypeName(first)}`
}

function undefinedFunction(
  name: string,
  args: readonly ArgumentType[],
  records: readonly SqlFunction[],
  options: CallOptions,
): SqlError {
  const { position } = options
  const message = `function ${signature(name, args, options.names)} does not exist`
  if (records.length > 0) {
    const hint = 'No function matches the given name and argument types. You might need to add explicit type casts.'
    return new SqlError('undefined_function', message, { position, hint })
  }
  const near = closestName(name, functionNames())
  const hint = near
    ? `Perhaps you meant "${near}".`
    : 'No function matches the given name and argument types. You might need to add explicit type casts.'
  return new SqlError('undefined_function', message, { position, hint })
}

/** The name nearest to one that was not found, if it is near enough to be what was meant. */
export function closestName(name: string, names: Iterable<string>): string | undefined {
  let closest: string | undefined
  let least = Math.max(1, Math.floor(name.length / 3)) + 1
  for (const candidate of names) {
    if (Math.abs(candidate.length - name.length) >= least) continue
    const distance = editDistance(name, candidate, least)
    if (distance < least) {
      least = distance
      closest = candidate
    }
  }
  return closest
}

/** Insertions, deletions, substitutions and swaps of neighbours that turn one name into another, up to a limit. */
function editDistance(from: string, to: string, limit: number): number {
  let before: number[] = []
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    let least = row
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1]
      let cost = Math.min(previous[column] + 1, current[column - 1] + 1, previous[column - 1] + (same ? 0 : 1))
      if (row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]) {
        cost = Math.min(cost, before[column - 2] + 1)
      }
      current.push(cost)
      if (cost < least) least = cost
    }
    if (least >= limit) return limit
    before = previous
    previous = current
  }
  return previous[to.length]
}
