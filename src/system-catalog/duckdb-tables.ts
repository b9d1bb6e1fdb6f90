/** What DuckDB's table functions show and PostgreSQL's catalogs do not: functions, keywords, variables. */

import { allFunctions } from '../functions/all.ts'
import type { SqlFunction } from '../functions/function.ts'
import { builtInMacros } from '../functions/macros.ts'
import { COLUMN_NAME, FUNCTION_NAME, findKeyword, listKeywords } from '../parser/keywords.ts'
import { printExpression, printQuery } from '../parser/print.ts'
import type { Session } from '../session.ts'
import type { RoutineDefinition } from '../storage/interface.ts'
import { sqlArray } from '../types/array.ts'
import { traits, typeName } from '../types/traits.ts'
import { columns, objectNumber, type Row, type SystemTable } from './system-table.ts'

const stabilities = { immutable: 'CONSISTENT', stable: 'CONSISTENT_WITHIN_QUERY', volatile: 'VOLATILE' } as const

function row(name: string, number: number, more: Row): Row {
  return {
    database_name: 'system',
    database_oid: '0',
    schema_name: 'pg_catalog',
    function_name: name,
    has_side_effects: more.stability === 'VOLATILE',
    internal: true,
    function_oid: BigInt(objectNumber('function', name, String(number))),
    ...more,
  }
}

const nameOf = (type: SqlFunction['overloads'][number]['parameters'][number] | 'record'): string =>
  typeof type === 'string' ? type : typeName(type)

function* ofSystem(each: SqlFunction): Iterable<Row> {
  const aliases: readonly string[] = ('aliases' in each ? each.aliases : undefined) ?? []
  for (const name of [each.name, ...aliases]) {
    for (const [number, overload] of each.overloads.entries()) {
      const types = overload.parameters.map(nameOf)
      const returns = 'returns' in overload && typeof overload.returns !== 'function' ? nameOf(overload.returns) : null
      const isVariadic = 'variadic' in overload && overload.variadic === true
      yield row(name, number, {
        alias_of: name === each.name ? null : each.name,
        function_type: each.kind === 'window' ? 'aggregate' : each.kind,
        return_type: each.kind === 'table' ? null : returns,
        parameters: sqlArray(types.map((_, index) => `col${index}`)),
        parameter_types: sqlArray(types),
        varargs: isVariadic ? types[types.length - 1] : null,
        stability: each.kind === 'scalar' ? stabilities[each.volatility ?? 'immutable'] : null,
      })
    }
  }
}

function ofUser(routine: RoutineDefinition, database: string): Row {
  const { body, parameters, returns, kind } = routine
  const macro = body.kind === 'macro' ? body : undefined
  const definition = macro?.query
    ? printQuery(macro.query)
    : macro?.expression
      ? printExpression(macro.expression)
      : null
  return row(routine.name, 0, {
    database_name: database,
    database_oid: '5',
    schema_name: routine.schema,
    internal: false,
    function_type: macro
      ? macro.query
        ? 'table_macro'
        : 'macro'
      : kind === 'function' && routine.isSet
        ? 'table'
        : kind === 'function'
          ? 'scalar'
          : kind,
    return_type: macro || typeof returns === 'string' ? null : typeName(returns),
    parameters: sqlArray(parameters.map((each, index) => each.name ?? `col${index}`)),
    parameter_types: sqlArray(parameters.map(({ type }) => (macro ? null : nameOf(type)))),
    macro_definition: definition,
    stability: macro ? null : stabilities[routine.volatility],
  })
}

export const duckdbTables: readonly SystemTable[] = [
  {
    schema: 'pg_catalog',
    name: 'duckdb_functions',
    columns: columns(
      'database_name:text database_oid:text schema_name:text function_name:text alias_of:text function_type:text description:text comment:text ' +
        'return_type:text parameters:text[] parameter_types:text[] varargs:text macro_definition:text has_side_effects:bool internal:bool ' +
        'function_oid:int8 stability:text',
    ),
    *rows({ catalog, functions }) {
      for (const routine of catalog.routines()) yield ofUser(routine, functions.database)
      for (const each of allFunctions()) yield* ofSystem(each)
      for (const { name, aliases = [], forms, table } of builtInMacros) {
        for (const own of [name, ...aliases]) {
          for (const [number, { parameters, body }] of forms.entries()) {
            yield row(own, number, {
              alias_of: own === name ? null : name,
              function_type: table ? 'table_macro' : 'macro',
              parameters: sqlArray(parameters),
              parameter_types: sqlArray(parameters.map(() => null)),
              macro_definition: body,
            })
          }
        }
      }
    },
  },
  {
    schema: 'pg_catalog',
    name: 'duckdb_keywords',
    columns: columns('keyword_name:text keyword_category:text'),
    *rows() {
      for (const word of listKeywords()) {
        const { flags } = findKeyword(word)!
        const isColumn = (flags & COLUMN_NAME) !== 0
        const isFunction = (flags & FUNCTION_NAME) !== 0
        yield {
          keyword_name: word,
          keyword_category: isColumn
            ? isFunction
              ? 'unreserved'
              : 'column_name'
            : isFunction
              ? 'type_function'
              : 'reserved',
        }
      }
    },
  },
  {
    schema: 'pg_catalog',
    name: 'duckdb_variables',
    columns: columns('name:text value:text type:text'),
    *rows({ session }) {
      const { variables, settings } = session as Session
      for (const [name, { type, value }] of variables)
        yield { name, value: value === null ? null : traits(type).format(value, type, settings), type: typeName(type) }
    },
  },
]
