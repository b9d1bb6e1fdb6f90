/** Aggregates that CREATE AGGREGATE made of functions, as records like the built-in ones. */
import { SqlError } from '../../error.ts'
import { readValue } from '../../functions/casts.ts'
import type { AggregateFunction, AggregateOverload, FunctionContext } from '../../functions/function.ts'
import { bindPatterns, elementPattern, patternType } from '../../functions/polymorphic.ts'
import type { AggregateBody, RoutineDefinition, RoutineName } from '../../storage/interface.ts'
import { sqlArray } from '../../types/array.ts'
import { arrayOf, type DataType } from '../../types/data-type.ts'
import { typeName, withoutModifiers } from '../../types/type-names.ts'
import type { Value } from '../../types/value.ts'
import { type Caller, makeCaller } from '../caller.ts'
import type { PlannerContext } from '../context.ts'
import { inputParameters } from './routine-call.ts'

/** What an aggregate does for arguments of certain types. */
export interface Steps {
  readonly stateType: DataType
  readonly transition: Caller
  readonly final?: Caller
  readonly returns: DataType
  /** The types of what the transition function receives after the state. */
  readonly inputs: readonly DataType[]
}

/** The state of a group, its functions at hand. */
interface GroupState {
  readonly steps: Steps
  readonly functions: FunctionContext
  value: Value
  /** The first input becomes the state. */
  isUnset: boolean
  /** The arguments before ORDER BY. */
  direct: readonly Value[]
}

const records = new WeakMap<RoutineDefinition, { readonly version: number; readonly record: AggregateFunction }>()

export function aggregateRecord(
  routine: RoutineDefinition,
  body: AggregateBody,
  context: PlannerContext,
): AggregateFunction {
  const { version } = context.catalog
  const known = records.get(routine)
  if (known?.version === version) return known.record
  const record = makeRecord(routine, body, context)
  records.set(routine, { version, record })
  return record
}

function makeRecord(routine: RoutineDefinition, body: AggregateBody, context: PlannerContext): AggregateFunction {
  const inputs = inputParameters(routine)
  const takesMany = inputs.at(-1)?.mode === 'variadic'
  const patterns = inputs.map(({ type, mode }) => (mode === 'variadic' ? elementPattern(type) : type))
  const { directCount } = body
  const made = new Map<string, Steps>()
  const stepsFor = (types: readonly DataType[]): Steps => {
    const declared = takesMany ? gathered(types, inputs.length) : types
    const key = declared.map((type) => typeName(withoutModifiers(type))).join()
    let steps = made.get(key)
    if (!steps) made.set(key, (steps = bindSteps(routine, body, declared, context)))
    return steps
  }
  const overload: AggregateOverload = {
    parameters: patterns.slice(0, directCount ?? patterns.length),
    ordered: directCount === undefined ? undefined : patterns.slice(directCount),
    unsorted: directCount !== undefined,
    variadic: takesMany,
    strict: false,
    returns: (types) => stepsFor(types).returns,
    start(types, functions): GroupState {
      const steps = stepsFor(types)
      const value = body.initial === undefined ? null : readValue(body.initial, steps.stateType, functions)
      return { steps, functions, value, isUnset: value === null && steps.transition.isStrict, direct: [] }
    },
    begin: directCount
      ? (state: GroupState, direct) => {
          state.direct = direct
        }
      : undefined,
    add(state: GroupState, ...given) {
      const direct = directCount ?? 0
      const { inputs: types } = state.steps
      const args = takesMany ? collected(given.slice(direct), types) : given.slice(direct)
      const { transition } = state.steps
      if (transition.isStrict) {
        if (args.includes(null)) return state
        if (state.isUnset) {
          state.value = args[0]
          state.isUnset = false
          return state
        }
      }
      state.value = transition.call(state.functions, [state.value, ...args])
      return state
    },
    finish({ steps, functions, value, direct }: GroupState) {
      if (!steps.final) return value
      const extra = body.finalExtra ? steps.inputs.map(() => null) : []
      return steps.final.call(functions, [value, ...direct, ...extra])
    },
  }
  // With its schema, so that nothing takes it for a built-in one.
  const name = `${routine.schema}.${routine.name}`
  return { kind: 'aggregate', name, category: 'user-defined', doc: '', examples: [], overloads: [overload] }
}

/** The types with those that a VARIADIC parameter collects made an array. */
function gathered(types: readonly DataType[], count: number): readonly DataType[] {
  const last = types[count - 1]
  return [...types.slice(0, count - 1), last.kind === 'array' ? last : arrayOf(last)]
}

function collected(args: readonly Value[], types: readonly DataType[]): readonly Value[] {
  const fixed = types.length - 1
  const isArray =
    args.length === types.length &&
    args[fixed] !== null &&
    typeof args[fixed] === 'object' &&
    'dimensions' in args[fixed]
  return isArray ? args : [...args.slice(0, fixed), sqlArray(args.slice(fixed))]
}

/** Binds the functions for arguments of these types; 42883 and 42804 where they do not fit together. */
export function bindSteps(
  routine: Pick<RoutineDefinition, 'parameters' | 'name'>,
  body: AggregateBody,
  types: readonly DataType[],
  context: PlannerContext,
): Steps {
  const patterns = routine.parameters.map(({ type }) => type)
  const binding = bindPatterns(patterns, types) ?? {}
  const stateType = patternType(body.stateType, binding)
  const all = types.map((type, n) => (typeof patterns[n] === 'object' ? type : withoutModifiers(type)))
  const { directCount = 0 } = body
  const inputs = all.slice(directCount)
  const caller = (name: RoutineName, args: readonly DataType[]): Caller =>
    makeCaller(
      name,
      args,
      context,
      routine.parameters.at(-1)?.mode === 'variadic' && isVariadic(name, args.length, context),
    )
  const transition = caller(body.transition, [stateType, ...inputs])
  if (!body.final) return { stateType, transition, returns: stateType, inputs }
  const final = caller(body.final, [stateType, ...all.slice(0, directCount), ...(body.finalExtra ? inputs : [])])
  return { stateType, transition, final, returns: final.expression.type, inputs }
}

/** Whether a function of so many arguments takes the last as VARIADIC. */
function isVariadic({ schema, name }: RoutineName, count: number, { catalog }: PlannerContext): boolean {
  return catalog.findRoutines(name, schema).some((routine) => {
    const inputs = inputParameters(routine)
    return inputs.length === count && inputs[count - 1].mode === 'variadic'
  })
}

/** 42804 where an argument would have to be converted at each call. */
export function refuseConversion({ expression }: Caller, name: string): void {
  if (expression.kind !== 'call' || !expression.args.some((arg) => arg.kind === 'cast')) return
  const types = expression.args.map(({ type }) => typeName(type)).join(', ')
  throw new SqlError('datatype_mismatch', `function ${name}(${types}) requires run-time type coercion`)
}
