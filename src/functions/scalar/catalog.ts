/** Functions over the catalog: definitions and names by object number, as psql and drivers ask for them. */
import { BIGINT, BOOLEAN, type DataType, INTEGER, NAME, OID, TEXT } from '../../types/data-type.ts'
import type { Value } from '../../types/value.ts'
import { type FunctionContext, overload, type Pattern, type ScalarFunction, scalar } from '../function.ts'

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

/** What the session knows of objects by number; undefined fields where there is no catalog. */
function catalogText(
  context: FunctionContext,
  what: 'constraint' | 'index' | 'view' | 'relation' | 'comment' | 'trigger' | 'result' | 'arguments',
  key: Value,
): Value {
  return context.describeObject?.(what, key) ?? null
}

const always = (): Value => true

export const catalogFunctions: readonly ScalarFunction[] = [
  catalogFunction(
    'pg_get_constraintdef',
    'The definition of a constraint.',
    [[OID], [OID, BOOLEAN]],
    TEXT,
    (context, constraint) => catalogText(context, 'constraint', constraint),
    [['pg_get_constraintdef(0::oid)', null]],
  ),
  catalogFunction(
    'pg_get_triggerdef',
    'The CREATE TRIGGER statement of a trigger.',
    [[OID], [OID, BOOLEAN]],
    TEXT,
    (context, object) => catalogText(context, 'trigger', object),
    [['pg_get_triggerdef(0::oid)', null]],
  ),
  catalogFunction(
    'pg_get_function_result',
    'What a function returns.',
    [[OID]],
    TEXT,
    (context, object) => catalogText(context, 'result', object),
    [['pg_get_function_result(0::oid)', null]],
  ),
  catalogFunction(
    'pg_get_function_arguments',
    'The parameters of a routine, with their defaults.',
    [[OID]],
    TEXT,
    (context, object) => catalogText(context, 'arguments', object),
    [['pg_get_function_arguments(0::oid)', null]],
  ),
  catalogFunction(
    'pg_get_function_identity_arguments',
    'The parameters of a routine.',
    [[OID]],
    TEXT,
    (context, object) => catalogText(context, 'arguments', object),
    [['pg_get_function_identity_arguments(0::oid)', null]],
  ),
  catalogFunction(
    'obj_description',
    'The comment on an object.',
    [[OID], [OID, NAME]],
    TEXT,
    (context, object) => catalogText(context, 'comment', [object, 0]),
    [['obj_description(0::oid)', null]],
  ),
  catalogFunction(
    'col_description',
    'The comment on a column of a table, by its number.',
    [[OID, INTEGER]],
    TEXT,
    (context, table, column) => catalogText(context, 'comment', [table, column]),
    [['col_description(0::oid, 1)', null]],
  ),
  catalogFunction(
    'pg_get_indexdef',
    'The CREATE INDEX statement of an index.',
    [[OID], [OID, INTEGER, BOOLEAN]],
    TEXT,
    (context, index) => catalogText(context, 'index', index),
    [['pg_get_indexdef(0::oid)', null]],
  ),
  catalogFunction(
    'pg_get_viewdef',
    'The query of a view.',
    [[OID], [OID, BOOLEAN], [TEXT], [TEXT, BOOLEAN]],
    TEXT,
    (context, view) => catalogText(context, 'view', view),
    [['pg_get_viewdef(0::oid)', null]],
  ),
  catalogFunction(
    'pg_get_expr',
    'An expression of the catalog as text.',
    [
      [TEXT, OID],
      [TEXT, OID, BOOLEAN],
    ],
    TEXT,
    (_, text) => text,
    [["pg_get_expr('a + 1', 0::oid)", 'a + 1']],
  ),
  catalogFunction(
    'to_regclass',
    'The relation of a name, or NULL.',
    [[TEXT]],
    REGCLASS,
    (context, name) => context.objectNumber?.('regclass', name) ?? null,
    [["to_regclass('no_such_relation')", null]],
  ),
  catalogFunction('pg_type_is_visible', 'Whether a type can be named without its schema.', [[OID]], BOOLEAN, always, [
    ['pg_type_is_visible(23::oid)', 't'],
  ]),
  catalogFunction(
    'pg_function_is_visible',
    'Whether a function can be named without its schema.',
    [[OID]],
    BOOLEAN,
    always,
    [['pg_function_is_visible(1::oid)', 't']],
  ),
  catalogFunction(
    'has_table_privilege',
    'Whether a table may be used: always.',
    [
      [TEXT, TEXT],
      [OID, TEXT],
      [NAME, TEXT, TEXT],
    ],
    BOOLEAN,
    always,
    [["has_table_privilege('t', 'SELECT')", 't']],
  ),
  catalogFunction(
    'has_schema_privilege',
    'Whether a schema may be used: always.',
    [
      [TEXT, TEXT],
      [OID, TEXT],
    ],
    BOOLEAN,
    always,
    [["has_schema_privilege('public', 'USAGE')", 't']],
  ),
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
