/**
 * Every function that SQL can call is one record; operators and casts are functions too. The binder reads a record's
 * overloads, the optimiser its volatility, the executor its implementation, the reference manual and `\df` its doc,
 * and the tests run its examples. Bodies are written for one row; `strict` (the default) means that a NULL argument
 * yields NULL without a call.
 */
import { AssertionError } from '../error.ts'
import type { Settings } from '../settings.ts'
import type { DataType, Field } from '../types/data-type.ts'
import type { Value } from '../types/value.ts'

/**
 * What a parameter accepts. A DataType without modifiers stands for its kind. The polymorphic patterns bind as in
 * PostgreSQL (manual 38.2.5): all `anyelement` of a call are one type, `anyarray` is an array of it.
 */
export type Pattern =
  | DataType
  | 'any'
  | 'anyelement'
  | 'anyarray'
  | 'anynonarray'
  | 'anyenum'
  | 'anyrange'
  | 'anymultirange'
  | 'anycompatible'
  | 'anycompatiblearray'
  | 'anycompatiblenonarray'
  | 'anycompatiblerange'
  | 'anycompatiblemultirange'
  | 'anyrecord'
  | 'anymap'
  | 'lambda'

export type Volatility = 'immutable' | 'stable' | 'volatile'

/** What a body may ask of the world; functions never reach for clock, chance or session themselves. */
export interface FunctionContext {
  readonly settings: Settings
  /** Microseconds since 1970-01-01 UTC. */
  readonly transactionTime: bigint
  readonly statementTime: bigint
  clock(): bigint
  /** Waits, as long as the statement may run. */
  sleep?(milliseconds: number): void
  /** Uniform in [0, 1). */
  random(): number
  seedRandom(seed: number): void
  readonly user: string
  readonly database: string
  readonly schemas: readonly string[]
  /** How many triggers are running within each other. */
  readonly triggerDepth?: number
  /** Sequences and catalog look-ups, given by the session: see `exec/context.ts`. */
  readonly catalog?: unknown
  readonly sequences?: SequenceAccess
  /** The number of a relation, type … of a name, as casts to regclass and its like need it. */
  objectNumber?(kind: DataType['kind'], name: string): number | undefined
  objectName?(kind: DataType['kind'], number: number): string | undefined
  /** The definition of an object, by its number or name and by how it is to be printed. */
  describeObject?(what: string, key: readonly Value[]): string | undefined
  /** The sequence that a column takes its numbers from. */
  serialSequence?(table: string, column: string): string | undefined
  advisoryLock?(request: AdvisoryRequest): boolean
  /** Gives a lock of the session back, all of them when none is said; false where there was none. */
  advisoryUnlock?(request?: AdvisoryRequest): boolean
  transactionNumber?(assign: boolean): number | undefined
  /** Runs bodies that are SQL. */
  readonly routines?: RoutineRunner
}

export interface AdvisoryRequest {
  readonly key: string
  readonly shared: boolean
  /** Until the transaction ends, rather than the session. */
  readonly ofTransaction: boolean
  readonly wait: boolean
}

export interface RoutineRunner {
  /** The rows that the call of a routine yields: see `planner/binder/routine-call.ts` for what a call is. */
  rows(call: unknown, args: readonly Value[]): readonly (readonly Value[])[]
  /** What a query given as text yields, with the types of its columns. */
  query(text: string): { readonly types: readonly DataType[]; readonly rows: readonly (readonly Value[])[] }
}

export interface SequenceAccess {
  nextValue(name: string): bigint
  currentValue(name: string): bigint
  setValue(name: string, value: bigint, isCalled: boolean): bigint
  lastValue(): bigint
}

export interface Overload {
  readonly parameters: readonly Pattern[]
  /** The last parameter repeats; VARIADIC passes it an array. */
  readonly variadic?: boolean
  /** The number of trailing parameters that may be left out, with the values they then have. */
  readonly defaults?: readonly Value[]
  /** The type of the result; a function of the argument types where they decide it (typmods included). */
  readonly returns: Pattern | ((args: readonly DataType[]) => DataType)
  /** One row: values in, value out, shapes as in types/value.ts. `types` are the resolved argument types. */
  readonly evaluate: (...args: Value[]) => Value
  /** The evaluation needs the types of arguments and result: called once per expression, returns the body. */
  readonly specialise?: (args: readonly DataType[], result: DataType) => (...args: Value[]) => Value
  /**
   * Many rows at once: a column per argument, `count` values each, and as many results. Strict: rows with a NULL are not among
   * them. `evaluate` gives the same for one row.
   */
  readonly evaluateMany?: (count: number, columns: readonly (readonly Value[])[]) => ArrayLike<Value>
  /** The body's first argument is the FunctionContext. */
  readonly context?: boolean
  /** False: the body is called with NULLs too. */
  readonly strict?: boolean
  readonly volatility?: Volatility
  /** Names accepted as `name => value`, per parameter. */
  readonly parameterNames?: readonly string[]
  /** VARIADIC with a NULL array: a call without those arguments, rather than NULL. */
  readonly variadicNullIsEmpty?: boolean
}

export interface ScalarFunction {
  readonly kind: 'scalar'
  readonly name: string
  readonly aliases?: readonly string[]
  readonly category: string
  readonly doc: string
  /** SQL of a call, and the text that the result must print as, or null. Run as tests. */
  readonly examples: readonly (readonly [call: string, result: string | null])[]
  readonly overloads: readonly Overload[]
  readonly volatility?: Volatility
}

/**
 * An aggregate's life. `state` is whatever `start` returned or `add` returned last; `add` may change it in place.
 * With `strict` (the default) rows where any argument is NULL are skipped before `add`. With WITHIN GROUP, `add` receives
 * the direct arguments and then the ordered ones, on every row; a hypothetical aggregate receives the place of the row
 * instead: -1, 0 or 1 as it sorts before, with or after the direct arguments, and whether it differs from the row before.
 */
export interface AggregateOverload {
  readonly parameters: readonly Pattern[]
  readonly variadic?: boolean
  /** WITHIN GROUP: `parameters` are the direct arguments, `ordered` those of the ORDER BY; values come sorted. */
  readonly ordered?: readonly Pattern[]
  readonly hypothetical?: boolean
  /** WITHIN GROUP sorts nothing: a user's functions see the rows as they come. */
  readonly unsorted?: boolean
  /** Tells a new state the direct arguments, which it needs without any row too. */
  readonly begin?: (state: Value, direct: readonly Value[]) => void
  readonly returns: Pattern | ((args: readonly DataType[]) => DataType)
  readonly start: (args: readonly DataType[], context: FunctionContext) => Value
  readonly add: (state: Value, ...args: Value[]) => Value
  /** NULL when no row was added is `finish`'s business. */
  readonly finish: (state: Value, result: DataType) => Value
  readonly merge?: (left: Value, right: Value) => Value
  /** Takes back a row added earlier, for sliding window frames. */
  readonly remove?: (state: Value, ...args: Value[]) => Value
  readonly strict?: boolean
  /** The state keeps the rows' values. */
  readonly gathers?: boolean
  /** What `state` is made of, where kernels can keep that: see `statistics.ts`. */
  readonly sums?: 'exact' | 'float' | 'pairs'
  /** The result stands at a share of the way through the values in order: at one of them, or between two doubles. */
  readonly place?: 'discrete' | 'continuous'
}

export interface AggregateFunction {
  readonly kind: 'aggregate'
  readonly name: string
  readonly aliases?: readonly string[]
  readonly category: string
  readonly doc: string
  /** SQL of a whole query of one value, and its text. */
  readonly examples: readonly (readonly [query: string, result: string | null])[]
  readonly overloads: readonly AggregateOverload[]
}

/** A window function sees its partition: rows in order, peers and frame by index. */
export interface WindowOverload {
  readonly parameters: readonly Pattern[]
  readonly defaults?: readonly Value[]
  readonly returns: Pattern | ((args: readonly DataType[]) => DataType)
  /** Fills `results[i]` for every row i of the partition. */
  readonly evaluate: (partition: WindowPartition, results: Value[]) => void
  /** Whether the frame matters; when not, a frame clause is accepted and ignored. */
  readonly usesFrame?: boolean
}

export interface WindowPartition {
  readonly rowCount: number
  /** Argument `n` of the call at row `row`. */
  argument(n: number, row: number): Value
  /** First row of `row`'s peer group and the row after its last. */
  peerStart(row: number): number
  peerEnd(row: number): number
  /** Frame of `row` as row indexes [start, end), before EXCLUDE. */
  frameStart(row: number): number
  frameEnd(row: number): number
  /** Whether EXCLUDE takes `other` out of `row`'s frame. */
  excluded(row: number, other: number): boolean
  readonly ignoreNulls: boolean
}

export interface WindowFunction {
  readonly kind: 'window'
  readonly name: string
  readonly category: string
  readonly doc: string
  readonly examples: readonly (readonly [query: string, result: string | null])[]
  readonly overloads: readonly WindowOverload[]
}

/** A function that yields rows; in FROM, or in SELECT where PostgreSQL allows it. */
export interface TableFunctionOverload {
  readonly parameters: readonly Pattern[]
  readonly variadic?: boolean
  readonly defaults?: readonly Value[]
  /** Names accepted as `name => value`, per parameter. */
  readonly parameterNames?: readonly string[]
  /** The columns; one column named as the function when a single unnamed value is returned. */
  readonly columns: (args: readonly DataType[]) => readonly { readonly name: string; readonly type: DataType }[]
  /** Rows as arrays of values. Strict: NULL arguments yield no rows. */
  readonly evaluate: (context: FunctionContext, ...args: Value[]) => Iterable<readonly Value[]>
  /** For functions of one column: its next values, at most so many; none at the end. */
  readonly runs?: (context: FunctionContext, ...args: Value[]) => (count: number) => Value[]
  /** The evaluation needs the types of the arguments; the resolver puts the result in the place of `evaluate`. */
  readonly specialise?: (args: readonly DataType[]) => TableFunctionOverload['evaluate']
  /** For functions that yield a row of any shape: the evaluation that yields the columns written after AS. */
  readonly withColumns?: (columns: readonly Field[]) => TableFunctionOverload['evaluate']
  /** The columns after AS may be left out: they are then those of the first argument, which they have to fit. */
  readonly columnsFollow?: 'first'
  readonly strict?: boolean
  readonly volatility?: Volatility
}

export interface TableFunction {
  readonly kind: 'table'
  readonly name: string
  readonly aliases?: readonly string[]
  readonly category: string
  readonly doc: string
  readonly examples: readonly (readonly [query: string, result: string | null])[]
  readonly overloads: readonly TableFunctionOverload[]
}

export type SqlFunction = ScalarFunction | AggregateFunction | WindowFunction | TableFunction

/** Declares a scalar function: `kind` and empty defaults filled in. */
export function scalar(definition: Omit<ScalarFunction, 'kind'>): ScalarFunction {
  return { kind: 'scalar', ...definition }
}

export function aggregate(definition: Omit<AggregateFunction, 'kind'>): AggregateFunction {
  return { kind: 'aggregate', ...definition }
}

export function windowFunction(definition: Omit<WindowFunction, 'kind'>): WindowFunction {
  return { kind: 'window', ...definition }
}

export function tableFunction(definition: Omit<TableFunction, 'kind'>): TableFunction {
  return { kind: 'table', ...definition }
}

/** The body of an overload that always runs specialised: see `Overload.specialise`. */
export function mustSpecialise(): never {
  throw new AssertionError('the overload runs only specialised to its argument types')
}

export function overload(
  parameters: readonly Pattern[],
  returns: Overload['returns'],
  evaluate: (...args: Value[]) => Value,
  options: Partial<Overload> = {},
): Overload {
  return { parameters, returns, evaluate, ...options }
}
