/**
 * The candidates of a call and the choice among them: overloads laid out for the number of arguments, those that the
 * arguments can reach, and the rules by which one of several is best. See `resolve.ts` for the order of the rules.
 */
import type { DataType } from '../types/data-type.ts'
import { UNKNOWN } from '../types/data-type.ts'
import type { Value } from '../types/value.ts'
import { baseType, canCoerce, category, isPreferred, sameType } from './coercion.ts'
import type { Pattern, SqlFunction } from './function.ts'
import { bindPatterns } from './polymorphic.ts'
import type { ArgumentType, CallOptions } from './resolve.ts'

/** An overload laid out for a call: one pattern per parameter that the body will receive. */
export interface Candidate {
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

const positions: readonly (readonly number[])[] = Array.from({ length: 12 }, (_, n) =>
  Array.from({ length: n }, (_, i) => i),
)

export function plain(record: SqlFunction, overload: SqlFunction['overloads'][number], count: number): Candidate {
  const sources = positions[count] ?? Array.from({ length: count }, (_, index) => index)
  const patterns = overload.parameters
  return {
    record,
    overload,
    patterns,
    sources,
    defaults: [],
    directCount: count,
    spread: false,
    expanded: false,
    missing: 0,
  }
}

/** Lays an overload out for a number of arguments, or undefined when it does not take so many. */
export function shape(
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
  if (options.names?.some((name) => name !== undefined)) {
    return variadic === (options.variadic === true) ? shapeNamed(record, overload, options.names, variadic) : undefined
  }
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
    return {
      record,
      overload,
      patterns: own,
      sources,
      defaults: values,
      directCount: count,
      spread: false,
      expanded: false,
      missing,
    }
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
  variadic: boolean,
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
  const own = overload.parameters
  const patterns = variadic ? [...own.slice(0, -1), spreadPattern(own[count - 1])] : own
  return {
    record,
    overload,
    patterns,
    sources,
    defaults: values,
    directCount: names.length,
    spread: variadic,
    expanded: false,
    missing,
  }
}

/** An operator on exactly these types; one unknown operand is first taken to be of the other's type. */
export function exactOperator(candidates: readonly Candidate[], args: readonly DataType[]): Candidate | undefined {
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

export function choose(
  candidates: readonly Candidate[],
  args: readonly ArgumentType[],
): Candidate | 'none' | 'ambiguous' {
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

export function argumentTypes(candidate: Candidate, args: readonly ArgumentType[]): DataType[] {
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
    case 'anycompatiblerange':
      return kind === 'range'
    case 'anymultirange':
    case 'anycompatiblemultirange':
      return kind === 'multirange'
    case 'anyrecord':
      return kind === 'record'
    case 'anymap':
      return kind === 'map'
    default:
      return true
  }
}

/** Of overloads that take the same types, a plain one hides a variadic one, and of built-in ones fewer defaults hide more. */
function preferPlain(candidates: readonly Candidate[]): Candidate[] {
  const own = candidates.every(({ record }) => record.category === 'user-defined')
  const fewest = Math.min(...candidates.map((candidate) => candidate.missing))
  const kept = own ? candidates : candidates.filter((candidate) => candidate.missing === fewest)
  if (kept.length === 1) return [...kept]
  const hidden = (candidate: Candidate): boolean =>
    candidate.expanded &&
    kept.some(
      (other) =>
        !other.expanded &&
        candidate.patterns.every((mine, index) => {
          const pattern = other.patterns[index]
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
