/**
 * What a call of a user-defined function is: which routine, for arguments of which types, and what its last statement has
 * to yield. Polymorphic parameters are settled here, so that a routine called with other types is another call.
 */
import { SqlError } from '../../error.ts'
import type { Pattern } from '../../functions/function.ts'
import { bindPatterns, patternType } from '../../functions/polymorphic.ts'
import type { RoutineDefinition, RoutineParameter } from '../../storage/interface.ts'
import type { DataType, Field } from '../../types/data-type.ts'
import { typeName } from '../../types/type-names.ts'

type RecordType = DataType & { readonly kind: 'record' }

/** What the rows of the last statement become. */
export type RoutineResult =
  /** Nothing: RETURNS void, a procedure without output parameters. */
  | { readonly kind: 'none' }
  /** A record of whatever columns there are. */
  | { readonly kind: 'any' }
  /** One value per row. `named`: its column has a name of its own, that of an output parameter. */
  | { readonly kind: 'value'; readonly field: Field; readonly named: boolean }
  /** The fields of a row; `declared` where they come from parameters or from the call, not from a composite type. */
  | { readonly kind: 'row'; readonly type: RecordType; readonly declared: boolean }

export interface RoutineCall {
  readonly routine: RoutineDefinition
  readonly types: readonly DataType[]
  readonly result: RoutineResult
  /** Names under which the body reads arrays of rows as tables, with the numbers of the parameters, from 1. */
  readonly tables?: ReadonlyMap<string, number>
  /** The same for calls that run the same plans. */
  readonly key: string
}

export function inputParameters(routine: RoutineDefinition): readonly RoutineParameter[] {
  return routine.parameters.filter(({ mode }) => mode !== 'out' && mode !== 'table')
}

export function outputParameters(routine: RoutineDefinition): readonly RoutineParameter[] {
  return routine.parameters.filter(({ mode }) => mode !== 'in' && mode !== 'variadic')
}

export function isPolymorphic(pattern: Pattern | 'record'): boolean {
  return typeof pattern === 'string' && pattern !== 'record'
}

/** The call of a routine with arguments of its input parameters' types; `fields` are those of a column definition list. */
export function routineCall(
  routine: RoutineDefinition,
  types: readonly DataType[],
  fields?: readonly Field[],
): RoutineCall {
  const result: RoutineResult = fields
    ? { kind: 'row', type: { kind: 'record', fields }, declared: true }
    : resultOf(routine, types)
  const parts = [
    types.map(typeName).join(),
    result.kind === 'row'
      ? result.type.fields.map((field) => `${field.name} ${typeName(field.type)}`).join()
      : result.kind,
  ]
  return { routine, types, result, key: parts.join(' → ') }
}

function resultOf(routine: RoutineDefinition, types: readonly DataType[]): RoutineResult {
  const binding =
    bindPatterns(
      inputParameters(routine).map(({ type }) => type),
      types,
    ) ?? {}
  const concrete = (pattern: Pattern): DataType => patternType(pattern, binding)
  const outputs = outputParameters(routine)
  if (outputs.length === 1 && routine.kind !== 'procedure') {
    const [{ name, type }] = outputs
    return { kind: 'value', field: { name: name ?? routine.name, type: concrete(type) }, named: name !== undefined }
  }
  if (outputs.length > 0) {
    const fields = outputs.map(({ name, type }, index) => ({
      name: name ?? `column${index + 1}`,
      type: concrete(type),
    }))
    return { kind: 'row', type: { kind: 'record', fields }, declared: true }
  }
  if (routine.returns === 'record') return { kind: 'any' }
  const type = concrete(routine.returns)
  if (type.kind === 'void') return { kind: 'none' }
  if (type.kind === 'record' && type.name !== undefined) return { kind: 'row', type, declared: false }
  return { kind: 'value', field: { name: routine.name, type }, named: false }
}

/** `f(integer, text)`, for messages: the input types only. */
export function signatureOf(name: string, parameters: readonly RoutineParameter[]): string {
  const inputs = parameters.filter(({ mode }) => mode !== 'out' && mode !== 'table')
  return `${name}(${inputs.map(({ type }) => patternName(type)).join(', ')})`
}

export function patternName(pattern: Pattern | 'record'): string {
  return typeof pattern === 'string' ? pattern : typeName(pattern)
}

/** 42P13: the body yields something else than what was declared. */
export function returnMismatch(routine: RoutineDefinition, detail: string): SqlError {
  const declared =
    outputParameters(routine).length > 1 ? 'record' : patternName(outputParameters(routine)[0]?.type ?? routine.returns)
  return new SqlError(
    'invalid_function_definition',
    `return type mismatch in function declared to return ${declared}`,
    { detail },
  )
}
