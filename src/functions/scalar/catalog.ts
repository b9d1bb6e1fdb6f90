/** Functions over the catalog: definitions and names by object number, as psql and drivers ask for them. */
import { SqlError } from '../../error.ts'
import type { SqlArray } from '../../types/array.ts'
import {
  arrayOf,
  BIGINT,
  BOOLEAN,
  type DataType,
  type Field,
  INTEGER,
  NAME,
  OID,
  TEXT,
  type TypeKind,
} from '../../types/data-type.ts'
import type { Value } from '../../types/value.ts'
import { castValue } from '../casts.ts'
import {
  type FunctionContext,
  overload,
  type Pattern,
  type ScalarFunction,
  scalar,
  type TableFunction,
  tableFunction,
} from '../function.ts'

const REGCLASS: DataType = { kind: 'regclass' }
const options = { context: true, volatility: 'stable' } as const

function catalogFunction(
  name: string,
  doc: string,
  signatures: readonly (readonly Pattern[])[],
  returns: DataType,
  evaluate: (context: FunctionContext, ...args: Value[]) => Value,
  examples: ScalarFunction['examples'] = [],
): ScalarFunction {
  return scalar({
    name,
    category: 'system',
    doc,
    examples,
    volatility: 'stable',
    overloads: signatures.map((parameters) => overload(parameters, returns, evaluate, options)),
  })
}

/** A function that prints the definition of an object: what it asks, its signatures and its body in the session. */
function definition(
  name: string,
  doc: string,
  what: string,
  signatures: readonly (readonly Pattern[])[] = [[OID]],
): ScalarFunction {
  const args = signatures[0].map((type) => (type === TEXT ? "''" : type === INTEGER ? '1' : '0::oid'))
  return catalogFunction(
    name,
    doc,
    signatures,
    TEXT,
    (context, ...key) => context.describeObject?.(what, key) ?? null,
    what === 'expression' ? [["pg_get_expr('a + 1', 0::oid)", 'a + 1']] : [[`${name}(${args.join(', ')})`, null]],
  )
}

const kinds: readonly [name: string, type: DataType, example: string][] = [
  ['to_regclass', REGCLASS, 'no_such_relation'],
  ['to_regtype', { kind: 'regtype' }, 'no_such_type'],
  ['to_regproc', { kind: 'regproc' }, 'no_such_function'],
  ['to_regprocedure', { kind: 'regproc' }, 'no_such_function(int)'],
  ['to_regnamespace', { kind: 'regnamespace' }, 'no_such_schema'],
  ['to_regrole', { kind: 'regrole' }, 'no_such_role'],
]

/** The object of a name, where there is one. */
function lookup([name, type, example]: (typeof kinds)[number]): ScalarFunction {
  const find = (context: FunctionContext, text: string): Value => {
    try {
      return context.objectNumber?.(type.kind, text) ?? null
    } catch (error) {
      if (error instanceof SqlError) return null
      throw error
    }
  }
  const what = name.slice('to_reg'.length)
  return catalogFunction(name, `The ${what} of a name, or NULL.`, [[TEXT]], type, find, [
    [`${name}('${example}')`, null],
  ])
}

const visible: readonly [name: string, kind: TypeKind][] = [
  ['table', 'regclass'],
  ['type', 'regtype'],
  ['function', 'regproc'],
]

/** Whether the search path finds the object: then its name has no schema. */
function visibility([what, kind]: (typeof visible)[number]): ScalarFunction {
  const name = `pg_${what}_is_visible`
  const test = (context: FunctionContext, number: number): Value => {
    const shown = context.objectName?.(kind, number)
    return shown === undefined ? null : !/^([a-z_]\w*|"([^"]|"")*")\./.test(shown)
  }
  const doc = `Whether a ${what} can be named without its schema; NULL when there is none of the number.`
  return catalogFunction(name, doc, [[OID]], BOOLEAN, test, [[`${name}(1::oid)`, null]])
}

/** Of what there are no schemas that could hide it. */
function alwaysVisible(what: string): ScalarFunction {
  const name = `pg_${what}_is_visible`
  return catalogFunction(name, `Whether an object can be named without its schema.`, [[OID]], BOOLEAN, () => true, [
    [`${name}(1::oid)`, 't'],
  ])
}

export const catalogFunctions: readonly ScalarFunction[] = [
  definition('pg_get_constraintdef', 'The definition of a constraint.', 'constraint', [[OID], [OID, BOOLEAN]]),
  definition('pg_get_triggerdef', 'The CREATE TRIGGER statement of a trigger.', 'trigger', [[OID], [OID, BOOLEAN]]),
  definition('pg_get_function_result', 'What a function returns.', 'result'),
  definition('pg_get_function_arguments', 'The parameters of a routine, with their defaults.', 'arguments'),
  definition('pg_get_function_identity_arguments', 'The parameters of a routine.', 'identity'),
  definition('pg_get_functiondef', 'The CREATE statement of a routine.', 'routine'),
  definition('pg_get_function_sqlbody', 'The body of a routine that is no string.', 'body'),
  definition('pg_get_indexdef', 'The CREATE INDEX statement of an index, or one of its columns.', 'index', [
    [OID],
    [OID, INTEGER, BOOLEAN],
  ]),
  definition('pg_get_viewdef', 'The query of a view.', 'view', [
    [OID],
    [OID, BOOLEAN],
    [OID, INTEGER],
    [TEXT],
    [TEXT, BOOLEAN],
  ]),
  definition('pg_get_function_arg_default', 'The default of a parameter.', 'preset', [[OID, INTEGER]]),
  definition('pg_describe_object', 'What an object is, in words.', 'describe', [[OID, OID, INTEGER]]),
  definition('pg_get_ruledef', 'The CREATE RULE statement of a rule.', 'rule', [[OID], [OID, BOOLEAN]]),
  definition('pg_get_expr', 'An expression of the catalog as text.', 'expression', [
    [TEXT, OID],
    [TEXT, OID, BOOLEAN],
  ]),
  catalogFunction(
    'obj_description',
    'The comment on an object.',
    [[OID], [OID, NAME]],
    TEXT,
    (context, object, table) => context.describeObject?.('comment', [object, 0, table ?? null]) ?? null,
    [['obj_description(0::oid)', null]],
  ),
  catalogFunction(
    'col_description',
    'The comment on a column of a table, by its number.',
    [[OID, INTEGER]],
    TEXT,
    (context, table, column) => context.describeObject?.('comment', [table, column, 'pg_class']) ?? null,
    [['col_description(0::oid, 1)', null]],
  ),
  catalogFunction(
    'pg_sequence_last_value',
    'The number that a sequence gave last; NULL for one that has given none.',
    [[REGCLASS]],
    BIGINT,
    (context, number) => {
      const last = context.describeObject?.('sequence', [number])?.split('\0')[7]
      return last ? BigInt(last) : null
    },
  ),
  ...kinds.map(lookup),
  ...visible.map(visibility),
  ...'operator opclass opfamily collation conversion ts_config ts_dict ts_parser ts_template statistics_obj'
    .split(' ')
    .map(alwaysVisible),
  catalogFunction(
    'pg_get_serial_sequence',
    'The sequence behind a serial or identity column.',
    [[TEXT, TEXT]],
    TEXT,
    (context, table, column) => context.serialSequence?.(table, column) ?? null,
  ),
  catalogFunction(
    'shobj_description',
    'The comment on a shared object: there are none.',
    [[OID, NAME]],
    TEXT,
    () => null,
    [["shobj_description(1::oid, 'pg_database')", null]],
  ),
  scalar({
    name: 'pg_size_pretty',
    category: 'system',
    doc: 'A number of bytes with a unit that suits it.',
    examples: [
      ['pg_size_pretty(1024::bigint)', '1024 bytes'],
      ['pg_size_pretty(1000000000::bigint)', '954 MB'],
    ],
    overloads: [overload([BIGINT], TEXT, prettySize)],
  }),
]

const units = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB']

/** Halves round away from zero, and a unit is used up to 10240 of it. */
function prettySize(bytes: bigint): string {
  const isNegative = bytes < 0n
  let size = isNegative ? 0n - bytes : bytes
  if (size < 10240n) return `${bytes} bytes`
  size >>= 9n
  let unit = 1
  while (unit < units.length - 1 && (size + 1n) >> 1n >= 10240n) {
    size >>= 10n
    unit++
  }
  return `${isNegative ? '-' : ''}${(size + 1n) >> 1n} ${units[unit]}`
}

const columnsOf = (text: string): readonly Field[] =>
  text.split(' ').map((word) => {
    const [name, kind] = word.split(':')
    return { name, type: { kind } as DataType }
  })

/** One row of what the catalog tells of an object. */
function told(
  name: string,
  doc: string,
  what: string,
  columns: readonly Field[],
  parameters: readonly DataType[],
): TableFunction {
  return tableFunction({
    name,
    category: 'system',
    doc,
    examples: [],
    overloads: [
      {
        parameters,
        columns: () => columns,
        volatility: 'stable',
        evaluate: (context, ...key) => {
          const parts = context.describeObject?.(what, key)?.split('\0')
          return [
            columns.map(({ type }, n) => {
              const part = parts?.[n]
              return part ? castValue(part, TEXT, type) : null
            }),
          ]
        },
      },
    ],
  })
}

export const catalogRows: readonly TableFunction[] = [
  told(
    'pg_identify_object',
    'The kind of an object, its schema and name, and what tells it from all others.',
    'identify',
    columnsOf('type:text schema:text name:text identity:text'),
    [OID, OID, INTEGER],
  ),
  told(
    'pg_sequence_parameters',
    'How a sequence counts.',
    'sequence',
    columnsOf(
      'start_value:bigint minimum_value:bigint maximum_value:bigint increment:bigint cycle_option:boolean cache_size:bigint data_type:oid',
    ),
    [OID],
  ),
  tableFunction({
    name: 'pg_options_to_table',
    category: 'system',
    doc: 'Options written as name=value, as rows.',
    examples: [],
    overloads: [
      {
        parameters: [arrayOf(TEXT)],
        columns: () => columnsOf('option_name:text option_value:text'),
        evaluate: (_, options: SqlArray) =>
          options.values.map((option: string) => {
            const place = option.indexOf('=')
            return place < 0 ? [option, null] : [option.slice(0, place), option.slice(place + 1)]
          }),
      },
    ],
  }),
]
