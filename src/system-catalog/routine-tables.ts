/** pg_proc and pg_aggregate: the routines that users made, and the functions of the system by overload. */
import type { Pattern, SqlFunction } from '../functions/function.ts'
import { allFunctions } from '../functions/registry.ts'
import { printExpression } from '../parser/print.ts'
import type { RoutineDefinition, RoutineParameter } from '../storage/interface.ts'
import { sqlArray } from '../types/array.ts'
import type { Value } from '../types/value.ts'
import { routineNumber } from './comments.ts'
import { vector } from './relations.ts'
import { columns, objectNumber, type SystemTable, schemaNumber } from './system-table.ts'
import { pseudoTypeNumber, typeNumber } from './types.ts'

type Row = Readonly<Record<string, Value>>

function numberOf(type: Pattern | 'record'): number {
  return typeof type === 'string' ? pseudoTypeNumber(type) : typeNumber(type)
}

const modeLetters = { in: 'i', out: 'o', inout: 'b', variadic: 'v', table: 't' } as const

function ofUser(routine: RoutineDefinition): Row {
  const { body, schema, name, kind, parameters } = routine
  const inputs = parameters.filter(({ mode }) => mode !== 'out' && mode !== 'table')
  const types = inputs.map(({ type }) => numberOf(type))
  const outputs = parameters.some(({ mode }) => mode !== 'in')
  const variadic = parameters.find(({ mode }) => mode === 'variadic')
  const element =
    variadic && typeof variadic.type !== 'string' && variadic.type.kind === 'array' ? variadic.type.element : 'any'
  return {
    ...common,
    oid: routineNumber(routine),
    proname: name,
    pronamespace: schemaNumber(schema),
    prolang: body.kind === 'sql' || body.kind === 'macro' ? 14 : 12,
    prorows: routine.isSet ? 1000 : 0,
    procost: body.kind === 'sql' ? 100 : 1,
    provariadic: variadic ? numberOf(element) : 0,
    prokind: kind === 'procedure' ? 'p' : kind === 'aggregate' ? 'a' : 'f',
    prosecdef: false,
    proisstrict: routine.strict,
    proretset: routine.isSet,
    provolatile: routine.volatility[0],
    pronargs: inputs.length,
    pronargdefaults: inputs.filter((input) => input.default).length,
    prosrc: body.kind === 'sql' ? body.text : '',
    prorettype: returned(routine),
    proargtypes: vector(types),
    proallargtypes: outputs ? sqlArray(parameters.map(({ type }) => numberOf(type))) : null,
    proargmodes: outputs ? sqlArray(parameters.map(({ mode }) => modeLetters[mode])) : null,
    proargnames: parameters.some((each) => each.name) ? sqlArray(parameters.map((each) => each.name ?? '')) : null,
    proargdefaults: defaultsOf(inputs),
  }
}

function returned({ kind, returns, parameters }: RoutineDefinition): number {
  if (kind === 'procedure') return parameters.some(({ mode }) => mode === 'out' || mode === 'inout') ? 2249 : 2278
  return kind === 'trigger' ? 2279 : numberOf(returns)
}

function defaultsOf(inputs: readonly RoutineParameter[]): Value {
  const defaults = inputs.flatMap((input) => (input.default ? [printExpression(input.default)] : []))
  return defaults.length > 0 ? defaults.join(', ') : null
}

const common: Row = {
  proowner: 10,
  procost: 1,
  prorows: 0,
  provariadic: 0,
  prosupport: 0,
  prosecdef: false,
  proleakproof: false,
  proparallel: 'u',
}

const functionKinds = { scalar: 'f', aggregate: 'a', window: 'w', table: 'f' } as const

function* ofSystem(each: SqlFunction): Iterable<Row> {
  for (const [i, overload] of each.overloads.entries()) {
    const types = overload.parameters.map((type) => numberOf(type))
    const returns = 'returns' in overload && typeof overload.returns !== 'function' ? numberOf(overload.returns) : 2276
    yield {
      ...common,
      oid: objectNumber('function', each.name, String(i)),
      proname: each.name,
      pronamespace: 11,
      prolang: 12,
      prokind: functionKinds[each.kind],
      proisstrict: !('strict' in overload) || overload.strict !== false,
      proretset: each.kind === 'table',
      provolatile: each.kind === 'scalar' ? (each.volatility ?? 'immutable')[0] : 'i',
      proparallel: 's',
      pronargs: types.length,
      pronargdefaults: 0,
      prosrc: each.name,
      prorettype: each.kind === 'table' ? 2249 : returns,
      proargtypes: vector(types),
    }
  }
}

const procedures: SystemTable = {
  schema: 'pg_catalog',
  name: 'pg_proc',
  columns: columns(
    'oid:oid proname:name pronamespace:oid proowner:oid prolang:oid procost:float4 prorows:float4 provariadic:oid prosupport:regproc prokind:char ' +
      'prosecdef:bool proleakproof:bool proisstrict:bool proretset:bool provolatile:char proparallel:char pronargs:int2 pronargdefaults:int2 prorettype:oid ' +
      'proargtypes:oidvector proallargtypes:oid[] proargmodes:char[] proargnames:text[] proargdefaults:text protrftypes:oid[] prosrc:text probin:text ' +
      'prosqlbody:text proconfig:text[] proacl:text[] tableoid:oid',
  ),
  *rows({ catalog }) {
    for (const routine of catalog.routines()) if (routine.kind !== 'macro') yield ofUser(routine)
    for (const each of allFunctions) yield* ofSystem(each)
  },
}

const aggregates: SystemTable = {
  schema: 'pg_catalog',
  name: 'pg_aggregate',
  columns: columns(
    'aggfnoid:regproc aggkind:char aggnumdirectargs:int2 aggtransfn:regproc aggfinalfn:regproc aggcombinefn:regproc aggserialfn:regproc ' +
      'aggdeserialfn:regproc aggmtransfn:regproc aggminvtransfn:regproc aggmfinalfn:regproc aggfinalextra:bool aggmfinalextra:bool ' +
      'aggfinalmodify:char aggmfinalmodify:char aggsortop:oid aggtranstype:oid aggtransspace:int4 aggmtranstype:oid aggmtransspace:int4 ' +
      'agginitval:text aggminitval:text tableoid:oid',
  ),
  *rows() {
    for (const each of allFunctions) {
      if (each.kind !== 'aggregate') continue
      for (const [i, { ordered, hypothetical, parameters }] of each.overloads.entries()) {
        yield {
          aggfnoid: objectNumber('function', each.name, String(i)),
          aggkind: hypothetical ? 'h' : ordered ? 'o' : 'n',
          aggnumdirectargs: ordered ? parameters.length : 0,
          aggtransspace: 0,
        }
      }
    }
  },
}

export const routineTables: readonly SystemTable[] = [procedures, aggregates]
