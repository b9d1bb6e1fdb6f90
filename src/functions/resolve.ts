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
import { notSupported, SqlError } from '../error.ts'
import type { DataType } from '../types/data-type.ts'
import { UNKNOWN } from '../types/data-type.ts'
import { baseTypeName } from '../types/type-names.ts'
import type { Value } from '../types/value.ts'
import { isAbsent } from './absent.ts'
import { argumentTypes, type Candidate, choose, exactOperator, plain, shape } from './candidates.ts'
import { closestName } from './closest-name.ts'
import { baseType, sameType } from './coercion.ts'
import type {
  AggregateFunction,
  Overload,
  Pattern,
  ScalarFunction,
  SqlFunction,
  TableFunction,
  WindowFunction,
} from './function.ts'
import { type Binding, bindPatterns, patternType } from './polymorphic.ts'
import { findFunctions, findOperators, findUsualOperators, functionNames } from './registry.ts'

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
  if (options.variadic) checkVariadic(all, records, options)
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

/** What VARIADIC passes on to a parameter of any type has to be an array. */
function checkVariadic(
  args: readonly ArgumentType[],
  records: readonly SqlFunction[],
  { position }: CallOptions,
): void {
  const last = args[args.length - 1]
  if (last === 'lambda' || last.kind === 'unknown' || baseType(last).kind === 'array') return
  const takesAny = ({ parameters }: SqlFunction['overloads'][number]): boolean =>
    parameters[parameters.length - 1] === 'any'
  if (records.some((record) => record.overloads.some(takesAny))) {
    throw new SqlError('datatype_mismatch', 'VARIADIC argument must be an array', { position })
  }
}

export function resolveScalar(
  name: string,
  args: readonly ArgumentType[],
  options: CallOptions = {},
): Resolved<ScalarFunction> {
  return resolveFunction(name, args, { ...options, kinds: ['scalar'] }) as Resolved<ScalarFunction>
}

export function resolveAggregate(
  name: string,
  args: readonly ArgumentType[],
  options: CallOptions = {},
): Resolved<AggregateFunction> {
  return resolveFunction(name, args, { ...options, kinds: ['aggregate'] }) as Resolved<AggregateFunction>
}

export function resolveWindow(
  name: string,
  args: readonly ArgumentType[],
  options: CallOptions = {},
): Resolved<WindowFunction> {
  return resolveFunction(name, args, { ...options, kinds: ['window'] }) as Resolved<WindowFunction>
}

export function resolveTable(
  name: string,
  args: readonly ArgumentType[],
  options: CallOptions = {},
): Resolved<TableFunction> {
  return resolveFunction(name, args, { ...options, kinds: ['table'] }) as Resolved<TableFunction>
}

/** Chooses the overload of an operator: one operand for a prefix operator, two for an infix one. */
export function resolveOperator(
  symbol: string,
  args: readonly DataType[],
  options: { readonly position?: number; readonly candidates?: readonly ScalarFunction[] } = {},
): Resolved<ScalarFunction> {
  const chosen =
    (options.candidates ? undefined : chooseUsual(symbol, args)) ??
    chooseOperator(operatorCandidates(options.candidates ?? findOperators(symbol), args), args)
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

/**
 * What would be chosen among all, told from the usual operators: an exact match, or on numbers, on texts, on a text and a
 * literal the best one, since no such value becomes what other operators take.
 */
function chooseUsual(symbol: string, args: readonly DataType[]): Candidate | undefined {
  const candidates = operatorCandidates(findUsualOperators(symbol), args)
  const exact = exactOperator(candidates, args)
  if (exact || !(args.every(isNumber) || (args.every(isText) && args.some(({ kind }) => kind !== 'unknown'))))
    return exact
  const best = choose(candidates, args)
  return typeof best === 'string' ? undefined : best
}

function isNumber({ kind }: DataType): boolean {
  return ['smallint', 'integer', 'bigint', 'numeric', 'real', 'double'].includes(kind)
}

function isText({ kind }: DataType): boolean {
  return kind === 'text' || kind === 'varchar' || kind === 'unknown'
}

function operatorCandidates(records: readonly ScalarFunction[], args: readonly DataType[]): Candidate[] {
  const candidates: Candidate[] = []
  for (const record of records) {
    for (const overload of record.overloads) {
      if (overload.parameters.length === args.length) candidates.push(plain(record, overload, args.length))
    }
  }
  return candidates
}

function chooseOperator(candidates: readonly Candidate[], args: readonly DataType[]): ReturnType<typeof choose> {
  return exactOperator(candidates, args) ?? choose(candidates, args)
}

/** The type of a call's result once a lambda's own is known: from the overload and the types that its parameters receive. */
export function resultTypeOf(
  overload: {
    readonly parameters: readonly Pattern[]
    readonly returns: Pattern | ((args: readonly DataType[]) => DataType)
  },
  parameterTypes: readonly DataType[],
): DataType {
  if (typeof overload.returns === 'function') return overload.returns(parameterTypes)
  if (typeof overload.returns === 'object') return overload.returns
  const patterns = parameterTypes.map(
    (_, index) => overload.parameters[Math.min(index, overload.parameters.length - 1)],
  )
  return patternType(overload.returns, bindPatterns(patterns, parameterTypes) ?? {})
}

/** The types of parameters and result, type variables bound. */
function finish(candidate: Candidate, args: readonly ArgumentType[]): Resolved {
  const { record, overload, patterns, sources, defaults, directCount, spread } = candidate
  const types = argumentTypes(candidate, args)
  const binding: Binding = patterns.some((pattern) => typeof pattern === 'string')
    ? (bindPatterns(patterns, types) ?? {})
    : {}
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
    const columns = overload.withColumns ? [] : overload.columns(parameterTypes)
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
      if (last === null) return overload.variadicNullIsEmpty ? body(...args) : null
      return body(...args, ...last.values)
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
  if (isAbsent(name)) return notSupported(`function ${name}`, position)
  const near = closestName(name, functionNames())
  const hint = near
    ? `Perhaps you meant "${near}".`
    : 'No function matches the given name and argument types. You might need to add explicit type casts.'
  return new SqlError('undefined_function', message, { position, hint })
}
