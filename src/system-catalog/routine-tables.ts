/** pg_proc and pg_aggregate: the routines that users made, and the functions of the system by overload. */

import { allFunctions, allOperators } from '../functions/all.ts'
import { listedConversions } from '../functions/cast-conversions.ts'
import type { Pattern, SqlFunction, TableFunctionOverload } from '../functions/function.ts'
import { printExpression } from '../parser/print.ts'
import type { CatalogView, RoutineDefinition, RoutineName, RoutineParameter } from '../storage/interface.ts'
import { sqlArray } from '../types/array.ts'
import type { DataType } from '../types/data-type.ts'
import { baseTypeName } from '../types/type-names.ts'
import type { Value } from '../types/value.ts'
import { isFunction, routineNumber } from './comments.ts'
import { vector } from './relations.ts'
import { columns, objectNumber, type Row, type SystemTable, schemaNumber } from './system-table.ts'
import { pseudoTypeNumber, typeNumber } from './types.ts'

function numberOf(type: Pattern | 'record'): number {
  return typeof type === 'string' ? pseudoTypeNumber(type) : typeNumber(type)
}

const modeLetters = { in: 'i', out: 'o', inout: 'b', variadic: 'v', table: 't' } as const

function ofUser(routine: RoutineDefinition): Row {
  const { body, schema, name, kind, parameters, properties = {} } = routine
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
    prorows: properties.rows ?? (routine.isSet ? 1000 : 0),
    procost: properties.cost ?? (body.kind === 'sql' ? 100 : 1),
    provariadic: variadic ? numberOf(element) : 0,
    prokind: kind === 'procedure' ? 'p' : kind === 'aggregate' ? 'a' : 'f',
    prosecdef: properties.definer === true,
    proleakproof: properties.leakproof === true,
    proconfig: properties.config ? sqlArray(properties.config.map((setting) => setting.join('='))) : null,
    proparallel: properties.parallel?.[0] ?? 'u',
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
    const returns =
      'columns' in overload
        ? rowNumber(overload)
        : typeof overload.returns === 'function'
          ? 2276
          : numberOf(overload.returns)
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
      prorettype: returns,
      proargtypes: vector(types),
    }
  }
}

/** What a function that yields rows returns: the type of its one column, or a record. */
function rowNumber({ parameters, columns: columnsOf, withColumns }: TableFunctionOverload): number {
  const types = parameters.filter((type) => typeof type !== 'string')
  if (withColumns || types.length < parameters.length) return 2249
  const [first, ...others] = columnsOf(types)
  return others.length === 0 && first ? typeNumber(first.type) : 2249
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
    for (const routine of catalog.routines()) if (isFunction(routine)) yield ofUser(routine)
    for (const each of allFunctions()) yield* ofSystem(each)
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
  *rows({ catalog }) {
    for (const routine of catalog.routines()) {
      const { body } = routine
      if (body.kind !== 'aggregate') continue
      const { transition, final, combine, moving, finalExtra, directCount, stateType, initial } = body
      yield {
        aggfnoid: routineNumber(routine),
        aggkind: directCount === undefined ? 'n' : 'o',
        aggnumdirectargs: directCount ?? 0,
        aggtransfn: functionNumber(transition, catalog),
        aggfinalfn: functionNumber(final, catalog),
        aggcombinefn: functionNumber(combine, catalog),
        aggserialfn: 0,
        aggdeserialfn: 0,
        aggmtransfn: functionNumber(moving?.transition, catalog),
        aggminvtransfn: functionNumber(moving?.inverse, catalog),
        aggmfinalfn: functionNumber(moving?.final, catalog),
        aggfinalextra: finalExtra,
        aggmfinalextra: false,
        aggfinalmodify: 'r',
        aggmfinalmodify: 'r',
        aggsortop: 0,
        aggtranstype: numberOf(stateType),
        aggtransspace: 0,
        aggmtranstype: moving ? numberOf(moving.stateType) : 0,
        aggmtransspace: 0,
        agginitval: initial ?? null,
        aggminitval: moving?.initial ?? null,
      }
    }
    for (const each of allFunctions()) {
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

/** The number of a function that something is made of; 0 for none. */
function functionNumber(called: RoutineName | string | undefined, catalog: CatalogView): number {
  if (called === undefined) return 0
  if (typeof called === 'string') return objectNumber('function', called, '0')
  const { schema, name } = called
  const own = catalog.findRoutines(name, schema).find(({ kind }) => kind === 'function')
  return own ? routineNumber(own) : objectNumber('function', name, '0')
}

const operators: SystemTable = {
  schema: 'pg_catalog',
  name: 'pg_operator',
  columns: columns(
    'oid:oid oprname:name oprnamespace:oid oprowner:oid oprkind:char oprcanmerge:bool oprcanhash:bool oprleft:oid oprright:oid ' +
      'oprresult:oid oprcom:oid oprnegate:oid oprcode:regproc oprrest:regproc oprjoin:regproc tableoid:oid',
  ),
  *rows({ catalog }) {
    for (const { schema, name, parameters, returns, body } of catalog.routines()) {
      if (body.kind !== 'operator') continue
      const types = parameters.map(({ type }) => type)
      const { commutator, negator, restrict, join, merges, hashes } = body
      yield {
        ...operatorRow(schema, name, types),
        oprresult: numberOf(returns),
        oprcanmerge: merges,
        oprcanhash: hashes,
        oprcom: commutator === undefined ? 0 : operatorNumber(schema, commutator, types.toReversed()),
        oprnegate: negator === undefined ? 0 : operatorNumber(schema, negator, types),
        oprcode: functionNumber(body.function, catalog),
        oprrest: functionNumber(restrict, catalog),
        oprjoin: functionNumber(join, catalog),
      }
    }
    for (const { name, overloads } of allOperators()) {
      for (const { parameters, returns } of overloads) {
        if (parameters.length < 1 || parameters.length > 2) continue
        yield {
          ...operatorRow('pg_catalog', name, parameters),
          oprresult: typeof returns === 'function' ? 0 : numberOf(returns),
          oprcanmerge: name === '=',
          oprcanhash: name === '=',
          oprcom: 0,
          oprnegate: 0,
          oprcode: 0,
          oprrest: 0,
          oprjoin: 0,
        }
      }
    }
  },
}

export function operatorNumber(schema: string, name: string, types: readonly Pattern[]): number {
  return objectNumber(
    'operator',
    schema,
    name,
    ...types.map((type) => (typeof type === 'string' ? type : baseTypeName(type))),
  )
}

function operatorRow(schema: string, name: string, types: readonly Pattern[]): Row {
  const [first, second] = types.map((type) => numberOf(type))
  return {
    oid: operatorNumber(schema, name, types),
    oprname: name,
    oprnamespace: schema === 'pg_catalog' ? 11 : schemaNumber(schema),
    oprowner: 10,
    oprkind: types.length === 1 ? 'l' : 'b',
    oprleft: types.length === 1 ? 0 : first,
    oprright: types.length === 1 ? first : second,
  }
}

const casts: SystemTable = {
  schema: 'pg_catalog',
  name: 'pg_cast',
  columns: columns('oid:oid castsource:oid casttarget:oid castfunc:oid castcontext:char castmethod:char tableoid:oid'),
  *rows({ catalog }) {
    for (const { parameters, returns, body } of catalog.routines()) {
      if (body.kind !== 'cast') continue
      const source = numberOf(parameters[0].type)
      const target = numberOf(returns)
      yield {
        oid: objectNumber('cast', String(source), String(target)),
        castsource: source,
        casttarget: target,
        castfunc: functionNumber(body.function, catalog),
        castcontext: body.context[0],
        castmethod: body.method[0],
      }
    }
    for (const [from, to, context] of listedConversions()) {
      const source = typeNumber({ kind: from } as DataType)
      const target = typeNumber({ kind: to } as DataType)
      yield {
        oid: objectNumber('cast', String(source), String(target)),
        castsource: source,
        casttarget: target,
        castfunc: 0,
        castcontext: context[0],
        castmethod: 'f',
      }
    }
  },
}

export const routineTables: readonly SystemTable[] = [procedures, aggregates, operators, casts]
