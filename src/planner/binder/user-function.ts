/**
 * Functions that users made, among the built-in ones. Each is a record like theirs, so that overloads are chosen by the same
 * rules; JavaScript functions need no more. A call of an SQL function is put in its body's place where that is possible,
 * and otherwise becomes a call of a record made for its types, which asks the session to run the body.
 */
import { AssertionError, SqlError } from '../../error.ts'
import type {
  Overload,
  Pattern,
  ScalarFunction,
  SqlFunction,
  TableFunction,
  TableFunctionOverload,
} from '../../functions/function.ts'
import { elementPattern } from '../../functions/polymorphic.ts'
import { findFunctions } from '../../functions/registry.ts'
import type { Resolved } from '../../functions/resolve.ts'
import { multirangeConstructor, rangeConstructor } from '../../functions/scalar/range.ts'
import type * as ast from '../../parser/ast.ts'
import type { RoutineDefinition } from '../../storage/interface.ts'
import { arrayOf, type DataType, type Field, TEXT, UNKNOWN } from '../../types/data-type.ts'
import { rangeOf, typeEquals } from '../../types/type-names.ts'
import type { Value } from '../../types/value.ts'
import type { PlannerContext } from '../context.ts'
import type { Expression } from '../expression.ts'
import { coerce } from './coercion.ts'
import { bindExpression } from './expression.ts'
import { bindSetReturning } from './function-call.ts'
import { inlineQuery, inlineScalar, valueType } from './routine-body.ts'
import { inputParameters, outputParameters, type RoutineCall, routineCall, signatureOf } from './routine-call.ts'
import { type BoundQuery, foreignText, ownSpan, Scope } from './scope.ts'
import { bindTypeName } from './type-name.ts'
import { aggregateRecord } from './user-aggregate.ts'

const records = new WeakMap<RoutineDefinition, SqlFunction>()
const routines = new WeakMap<SqlFunction, RoutineDefinition>()

/** The functions that a call by this name may mean: built-in ones and users'. */
export function functionsNamed(node: ast.FunctionCall, name: string, scope: Scope): readonly SqlFunction[] {
  let builtIn = findFunctions(name)
  const own = routinesNamed(node.name, scope)
  if (builtIn.length === 0) builtIn = rangeConstructors(node.name, scope)
  if (own.length === 0) return builtIn
  const callable = own.filter(({ kind }) => kind === 'function' || kind === 'aggregate')
  if (callable.length === 0 && builtIn.length === 0) {
    const [first] = own
    if (first.kind === 'trigger') {
      throw new SqlError('feature_not_supported', 'trigger functions can only be called as triggers', {
        position: node.span.start,
      })
    }
    const what = first.kind === 'procedure' ? 'a procedure' : 'a macro for tables'
    throw new SqlError('wrong_object_type', `${signatureOf(name, first.parameters)} is ${what}`, {
      position: node.span.start,
      hint: first.kind === 'procedure' ? 'To call a procedure, use CALL.' : undefined,
    })
  }
  return [...builtIn, ...callable.map((routine) => anyRecord(routine, scope.state.context))]
}

function anyRecord(routine: RoutineDefinition, context: PlannerContext): SqlFunction {
  return routine.body.kind === 'aggregate' ? aggregateRecord(routine, routine.body, context) : recordOf(routine)
}

const constructors = new WeakMap<DataType, readonly SqlFunction[]>()

/** The function of a user's range or multirange type, which makes its values. */
function rangeConstructors({ parts }: ast.QualifiedName, scope: Scope): readonly SqlFunction[] {
  const type = scope.state.context.catalog.findType(parts[parts.length - 1].name, parts[parts.length - 2]?.name)
  if (type?.kind !== 'range' && type?.kind !== 'multirange') return []
  let made = constructors.get(type)
  if (!made) {
    made = [type.kind === 'range' ? rangeConstructor(type) : multirangeConstructor(rangeOf(type))]
    constructors.set(type, made)
  }
  return made
}

/** The routines of a name as it is written. */
export function routinesNamed({ parts }: ast.QualifiedName, scope: Scope): readonly RoutineDefinition[] {
  const name = parts[parts.length - 1].name
  const schema = parts.length > 1 ? parts[parts.length - 2].name : undefined
  if (schema === 'pg_catalog') return []
  const { context } = scope.state
  const found = context.catalog.findRoutines(name, schema === 'main' ? 'public' : schema)
  return found.length === 0 ? found : found.map((routine) => current(routine, context))
}

const latest = new WeakMap<RoutineDefinition, { readonly version: number; readonly routine: RoutineDefinition }>()

/** The routine with the row types that it names as they are now: columns may have come and gone. */
function current(routine: RoutineDefinition, context: PlannerContext): RoutineDefinition {
  const { version } = context.catalog
  const known = latest.get(routine)
  if (known?.version === version) return known.routine
  const renew = <P extends Pattern | 'record'>(type: P): P => {
    if (typeof type !== 'object' || type.kind !== 'record' || type.name === undefined) return type
    const now = rowTypeNow(type.name, context)
    return now && !typeEquals(now, type) ? (now as P) : type
  }
  const parameters = routine.parameters.map((parameter) => {
    const type = renew(parameter.type)
    return type === parameter.type ? parameter : { ...parameter, type }
  })
  const returns = renew(routine.returns)
  const isSame =
    returns === routine.returns && parameters.every((parameter, index) => parameter === routine.parameters[index])
  const renewed = isSame
    ? routine
    : known && sameShape(known.routine, parameters, returns)
      ? known.routine
      : { ...routine, parameters, returns }
  latest.set(routine, { version, routine: renewed })
  return renewed
}

function sameShape(
  routine: RoutineDefinition,
  parameters: RoutineDefinition['parameters'],
  returns: RoutineDefinition['returns'],
): boolean {
  const same = (left: Pattern | 'record', right: Pattern | 'record'): boolean =>
    left === right || (typeof left === 'object' && typeof right === 'object' && typeEquals(left, right))
  return (
    same(routine.returns, returns) && parameters.every(({ type }, index) => same(routine.parameters[index].type, type))
  )
}

function rowTypeNow(name: string, context: PlannerContext): DataType | undefined {
  const type = context.catalog.findType(name)
  if (type) return type
  const relation = context.catalog.findRelation(name)
  if (!relation || relation.kind === 'sequence') return undefined
  return { kind: 'record', name, fields: relation.columns.map((column) => ({ name: column.name, type: column.type })) }
}

/** Whether a resolved function has a body in SQL. */
export function isSqlRoutine(record: SqlFunction): boolean {
  return routines.has(record)
}

/** The record by which overloads are chosen. */
export function recordOf(routine: RoutineDefinition): SqlFunction {
  if (routine.body.kind === 'native') return routine.body.function
  let record = records.get(routine)
  if (!record) {
    record = makeRecord(routine)
    records.set(routine, record)
    routines.set(record, routine)
  }
  return record
}

function neverRun(): never {
  throw new AssertionError('a routine runs by the record of its call')
}

function makeRecord(routine: RoutineDefinition): SqlFunction {
  const { name, volatility, isSet } = routine
  const inputs = inputParameters(routine)
  const shared = {
    parameters: inputs.map(({ type, mode }) => (mode === 'variadic' ? elementPattern(type) : type)),
    variadic: inputs.some(({ mode }) => mode === 'variadic'),
    defaults: inputs.filter((parameter) => parameter.default).map(() => null),
    parameterNames: inputs.map((parameter) => parameter.name ?? ''),
    volatility,
  }
  const base = { name, category: 'user-defined', doc: '', examples: [], volatility }
  if (!isSet) return { kind: 'scalar', ...base, overloads: [{ ...shared, returns: () => UNKNOWN, evaluate: neverRun }] }
  return {
    kind: 'table',
    ...base,
    overloads: [{ ...shared, columns: () => [{ name, type: UNKNOWN }], evaluate: neverRun }],
  }
}

interface Arguments {
  readonly args: readonly Expression[]
  readonly types: readonly DataType[]
}

/** One expression per input parameter: defaults filled in, what VARIADIC collects made an array. */
export function routineArguments(
  routine: RoutineDefinition,
  resolved: Resolved,
  given: readonly Expression[],
  node: ast.FunctionCall,
  scope: Scope,
): Arguments {
  const { state } = scope
  const { parameterTypes, sources } = resolved
  const inputs = inputParameters(routine)
  const args: Expression[] = []
  inputs.forEach((parameter, index) => {
    const { type: pattern, mode } = parameter
    if (mode === 'variadic' && !node.variadic && sources[index] !== -1) {
      const element = known(
        typeof pattern === 'object' && pattern.kind === 'array' ? pattern.element : parameterTypes[index],
      )
      const items = sources.slice(index).map((source) => coerce(given[source], element, 'implicit', state))
      args.push({ kind: 'array', type: arrayOf(element), items })
      return
    }
    const type = known(typeof pattern === 'object' ? pattern : parameterTypes[index])
    if (sources[index] >= 0) args.push(coerce(given[sources[index]], type, 'implicit', state))
    else {
      const value = foreignText(state, node.span.start, () => bindExpression(parameter.default!, new Scope(state)))
      args.push(coerce(value, type, 'assignment', state))
    }
  })
  return {
    args,
    types: args.map(({ type }, index) => {
      const pattern = inputs[index].type
      return typeof pattern === 'object' ? pattern : type
    }),
  }
}

function known(type: DataType): DataType {
  return type.kind === 'unknown' ? TEXT : type
}

/** The call of an SQL function as a value. */
export function bindRoutineCall(
  node: ast.FunctionCall,
  resolved: Resolved,
  given: readonly Expression[],
  scope: Scope,
): Expression {
  const { state } = scope
  const routine = routines.get(resolved.function)!
  const { args, types } = routineArguments(routine, resolved, given, node, scope)
  const call = routineCall(routine, types)
  if (routine.isSet) {
    const record = tableRecord(call, 'value', () => [{ name: routine.name, type: valueType(call, state.context) }])
    return bindSetReturning(node, routine.name, record, args, scope)
  }
  const inlined = state.context.isDefinition ? undefined : inlineScalar(call, args, node.span, state)
  if (inlined) return inlined
  const type = valueType(call, state.context)
  const record = scalarRecord(call, type)
  return { kind: 'call', type, function: record, overload: record.overloads[0], args, span: ownSpan(node.span, state) }
}

/** The call of an SQL function in FROM: its columns, and its body's query where that may stand there instead. */
export interface RoutineTable {
  readonly record: TableFunction
  readonly args: readonly Expression[]
  readonly columns: readonly Field[]
  /** The one value of the row is the row itself. */
  readonly isScalar: boolean
  /** The single column has a name of its own. */
  readonly isNamed: boolean
  readonly rowType?: DataType
  readonly inline: () => BoundQuery | undefined
}

type ColumnTypes = ast.TableFunction['calls'][number]['columnTypes']

export function bindRoutineTable(
  node: ast.FunctionCall,
  columnTypes: ColumnTypes,
  resolved: Resolved,
  given: readonly Expression[],
  scope: Scope,
): RoutineTable {
  const { state } = scope
  const { context } = state
  const routine = routines.get(resolved.function)!
  const { args, types } = routineArguments(routine, resolved, given, node, scope)
  const fields = columnTypes?.map((column) => ({ name: column.name.name, type: bindTypeName(column.type, context) }))
  const plain = routineCall(routine, types)
  checkDefinitionList(plain, fields !== undefined, node.span.start)
  const call = fields ? routineCall(routine, types, fields) : plain
  const { result } = call
  const columns = (): readonly Field[] =>
    result.kind === 'row' ? result.type.fields : [{ name: routine.name, type: valueType(call, context) }]
  const own = result.kind === 'value' ? [result.field] : columns()
  return {
    record: tableRecord(call, 'columns', () => own),
    args,
    columns: own,
    isScalar: result.kind !== 'row',
    isNamed: result.kind === 'value' && result.named,
    rowType: result.kind === 'row' && !result.declared ? result.type : undefined,
    inline: () => (state.context.isDefinition ? undefined : inlineQuery(call, args, node.span, state)),
  }
}

function checkDefinitionList({ routine, result }: RoutineCall, isGiven: boolean, position: number): void {
  if (result.kind === 'any' && !isGiven) {
    throw new SqlError('syntax_error', 'a column definition list is required for functions returning "record"', {
      position,
    })
  }
  if (result.kind === 'any' || !isGiven) return
  const message =
    outputParameters(routine).length > 1
      ? 'a column definition list is redundant for a function with OUT parameters'
      : result.kind === 'row'
        ? 'a column definition list is redundant for a function returning a named composite type'
        : 'a column definition list is only allowed for functions returning "record"'
  throw new SqlError('syntax_error', message, { position })
}

const made = new WeakMap<RoutineDefinition, Map<string, SqlFunction>>()

/** A record per call, the same for equal calls, so that equal expressions are known as such. */
function remembered<F extends SqlFunction>(call: RoutineCall, mode: string, make: () => F): F {
  let known = made.get(call.routine)
  if (!known) made.set(call.routine, (known = new Map()))
  const key = `${mode} ${call.key}`
  const found = known.get(key)
  if (found) return found as F
  const record = make()
  known.set(key, record)
  return record
}

function scalarRecord(call: RoutineCall, type: DataType): ScalarFunction {
  return remembered(call, call.result.kind === 'any' ? `any ${JSON.stringify(type)}` : 'scalar', () => {
    const { routine } = call
    const { name, volatility, strict } = routine
    const overload: Overload = {
      parameters: call.types,
      returns: type,
      context: true,
      strict,
      volatility,
      evaluate: (context, ...args) => firstValue(call, context.routines.rows(call, args)),
    }
    return { kind: 'scalar', name, category: 'user-defined', doc: '', examples: [], volatility, overloads: [overload] }
  })
}

function firstValue({ result }: RoutineCall, rows: readonly (readonly Value[])[]): Value {
  if (rows.length === 0) return null
  return result.kind === 'value' ? rows[0][0] : rows[0]
}

/** In a select list a row is one value; in FROM it has columns. A function of one row has it even when its body has none. */
function tableRecord(call: RoutineCall, mode: 'value' | 'columns', columns: () => readonly Field[]): TableFunction {
  return remembered(call, mode, () => {
    const { routine, result } = call
    const { name, volatility, strict, isSet } = routine
    const own = columns()
    const asValue = mode === 'value' && (result.kind === 'row' || result.kind === 'any')
    const overload: TableFunctionOverload = {
      parameters: call.types,
      columns: () => own,
      strict: isSet && strict,
      volatility,
      evaluate: (context, ...args) => {
        const skipped = strict && args.includes(null)
        const rows = skipped ? [] : context.routines!.rows(call, args)
        if (!isSet) return [rows[0] ?? own.map(() => null)]
        return asValue ? rows.map((row) => [row]) : rows
      },
    }
    return { kind: 'table', name, category: 'user-defined', doc: '', examples: [], overloads: [overload] }
  })
}
