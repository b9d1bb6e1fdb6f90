/** The session, its settings and sequences; types of values; NULLs counted and replaced. */
import { notSupported } from '../../error.ts'
import { sqlArray } from '../../types/array.ts'
import {
  arrayOf,
  BIGINT,
  BOOLEAN,
  type DataType,
  DOUBLE,
  INTEGER,
  INTERVAL,
  NAME,
  OID,
  TEXT,
  TIMESTAMPTZ,
  VOID,
} from '../../types/data-type.ts'
import { intervalSpan } from '../../types/interval.ts'
import { traits, typeOid } from '../../types/traits.ts'
import { baseTypeName, typeName } from '../../types/type-names.ts'
import type { Value } from '../../types/value.ts'
import { castValue } from '../casts.ts'
import { invalidParameter } from '../errors.ts'
import {
  type FunctionContext,
  mustSpecialise,
  type Overload,
  overload,
  type ScalarFunction,
  scalar,
} from '../function.ts'

const REGTYPE: DataType = { kind: 'regtype' }
const REGCLASS: DataType = { kind: 'regclass' }
const stable = { context: true, volatility: 'stable' } as const
const volatile = { context: true, volatility: 'volatile' } as const

function session(
  name: string,
  aliases: readonly string[],
  doc: string,
  example: readonly [string, string],
  type: DataType,
  read: (context: FunctionContext) => Value,
): ScalarFunction {
  return scalar({
    name,
    aliases,
    category: 'system',
    doc,
    examples: [example],
    volatility: 'stable',
    overloads: [overload([], type, read, stable)],
  })
}

const version = session(
  'version',
  [],
  'The name and version of the database.',
  ["version() LIKE 'PostgreSQL%'", 't'],
  TEXT,
  (context) => `PostgreSQL ${context.settings.get('server_version')}`,
)

const currentUser = session(
  'current_user',
  ['user', 'session_user', 'current_role'],
  'The name of the user.',
  ['current_user = session_user', 't'],
  NAME,
  (context) => context.user,
)

const currentDatabase = session(
  'current_database',
  ['current_catalog'],
  'The name of the database.',
  ['current_database() = current_catalog', 't'],
  NAME,
  (context) => context.database,
)

const currentSchema = session(
  'current_schema',
  [],
  'The schema in which new tables are made.',
  ['current_schema()', 'public'],
  NAME,
  (context) => context.schemas[0] ?? null,
)

const triggerDepth = session(
  'pg_trigger_depth',
  [],
  'How many triggers are running within each other.',
  ['pg_trigger_depth()', '0'],
  INTEGER,
  (context) => context.triggerDepth ?? 0,
)

const currentSchemas = scalar({
  name: 'current_schemas',
  category: 'system',
  doc: 'The schemas in which names are looked up; with true, the implied ones too.',
  examples: [['current_schemas(false)', '{public}']],
  volatility: 'stable',
  overloads: [
    overload(
      [BOOLEAN],
      arrayOf(NAME),
      (context, implied) => sqlArray(implied ? ['pg_catalog', ...context.schemas] : context.schemas),
      stable,
    ),
  ],
})

const currentSetting = scalar({
  name: 'current_setting',
  category: 'system',
  doc: 'The value of a setting; NULL for one that does not exist when the second argument is true.',
  examples: [["current_setting('timezone') IS NOT NULL", 't']],
  volatility: 'stable',
  overloads: [
    overload([TEXT], TEXT, (context, name: string) => context.settings.get(name.toLowerCase()), stable),
    overload(
      [TEXT, BOOLEAN],
      TEXT,
      (context, name: string, missingIsNull) => {
        try {
          return context.settings.get(name.toLowerCase())
        } catch (error) {
          if (missingIsNull) return null
          throw error
        }
      },
      stable,
    ),
  ],
})

const setConfig = scalar({
  name: 'set_config',
  category: 'system',
  doc: 'Gives a setting a value, and returns it.',
  examples: [["set_config('application_name', 'tour', false)", 'tour']],
  volatility: 'volatile',
  overloads: [
    overload(
      [TEXT, TEXT, BOOLEAN],
      TEXT,
      (context, name: string, value, untilEnd) => {
        context.settings.set(name.toLowerCase(), value, untilEnd)
        return context.settings.get(name.toLowerCase())
      },
      volatile,
    ),
  ],
})

const pgTypeof = scalar({
  name: 'pg_typeof',
  category: 'system',
  doc: 'The type of a value.',
  examples: [
    ['pg_typeof(33)', 'integer'],
    ['pg_typeof(1.5 + 1)', 'numeric'],
    ["pg_typeof(ARRAY['a'])", 'text[]'],
  ],
  overloads: [
    overload(['any'], ([type]) => (typeOid(type) === 0 ? TEXT : REGTYPE), mustSpecialise, {
      strict: false,
      specialise: ([type]) => {
        const oid = typeOid(type)
        const result = oid === 0 ? baseTypeName(type) : oid
        return () => result
      },
    }),
  ],
})

const typeofFunction = scalar({
  name: 'typeof',
  category: 'system',
  doc: 'The type of a value, its length, precision and scale included, as text.',
  examples: [
    ["typeof('abc'::text)", 'text'],
    ['typeof(1.5::numeric(4, 2))', 'numeric(4,2)'],
  ],
  overloads: [
    overload(['any'], TEXT, mustSpecialise, {
      strict: false,
      specialise: ([type]) => {
        const result = typeName(type)
        return () => result
      },
    }),
  ],
})

const formatType = scalar({
  name: 'format_type',
  category: 'system',
  doc: 'The name of a type by its number.',
  examples: [['format_type(23, NULL)', 'integer']],
  overloads: [
    overload(
      [OID, INTEGER],
      TEXT,
      (context, oid, modifier) => {
        if (oid === null) return null
        const name = traits(REGTYPE).format(oid, REGTYPE, context.settings)
        if (name === String(oid)) return '???'
        if (modifier === null || modifier < 0) return modifier === -1 && oid === 1042 ? 'bpchar' : name
        if (oid === 1043 || oid === 1042) return modifier < 4 ? name : `${name}(${modifier - 4})`
        if (oid === 1700)
          return modifier < 4 ? name : `${name}(${(modifier - 4) >> 16},${(((modifier - 4) & 0x7ff) ^ 1024) - 1024})`
        if (oid === 1560 || oid === 1562) return `${name}(${modifier})`
        if (oid === 1083 || oid === 1114 || oid === 1184 || oid === 1266) return name.replace(' ', `(${modifier}) `)
        return name
      },
      { context: true, strict: false },
    ),
  ],
})

/** The sequences of the session, by name. */
function sequencesOf(context: FunctionContext) {
  if (!context.sequences) throw notSupported('a sequence outside of a session')
  return context.sequences
}

/** Overloads that name a sequence as text or as a relation. */
function onSequence(
  rest: readonly DataType[],
  body: (context: FunctionContext, name: string, ...args: Value[]) => Value,
): Overload[] {
  return [
    overload([TEXT, ...rest], BIGINT, body, volatile),
    overload(
      [REGCLASS, ...rest],
      BIGINT,
      (context, relation, ...args) => body(context, castValue(relation, REGCLASS, TEXT, 'explicit', context), ...args),
      volatile,
    ),
  ]
}

const nextval = scalar({
  name: 'nextval',
  category: 'sequences',
  doc: 'The next number of a sequence.',
  examples: [],
  volatility: 'volatile',
  overloads: onSequence([], (context, name) => sequencesOf(context).nextValue(name)),
})

const currval = scalar({
  name: 'currval',
  category: 'sequences',
  doc: 'The number that nextval last gave this session from a sequence.',
  examples: [],
  volatility: 'volatile',
  overloads: onSequence([], (context, name) => sequencesOf(context).currentValue(name)),
})

const setval = scalar({
  name: 'setval',
  category: 'sequences',
  doc: 'Sets the current number of a sequence; with false, the next one.',
  examples: [],
  volatility: 'volatile',
  overloads: [
    ...onSequence([BIGINT], (context, name, value) => sequencesOf(context).setValue(name, value, true)),
    ...onSequence([BIGINT, BOOLEAN], (context, name, value, isCalled) =>
      sequencesOf(context).setValue(name, value, isCalled),
    ),
  ],
})

const lastval = scalar({
  name: 'lastval',
  category: 'sequences',
  doc: 'The number that nextval last gave this session from any sequence.',
  examples: [],
  volatility: 'volatile',
  overloads: [overload([], BIGINT, (context) => sequencesOf(context).lastValue(), volatile)],
})

/** Waits; `length` says for how many milliseconds. */
function sleeping(
  name: string,
  doc: string,
  type: DataType,
  length: (value: Value, context: FunctionContext) => number,
): ScalarFunction {
  return scalar({
    name,
    category: 'system',
    doc,
    examples: [],
    volatility: 'volatile',
    overloads: [
      overload(
        [type],
        VOID,
        (context: FunctionContext, value) => {
          context.sleep?.(length(value, context))
          return ''
        },
        volatile,
      ),
    ],
  })
}

const sleepFunctions = [
  sleeping('pg_sleep', 'Waits for so many seconds.', DOUBLE, (seconds) => seconds * 1000),
  sleeping('pg_sleep_for', 'Waits for an interval.', INTERVAL, (value) => Number(intervalSpan(value)) / 1000),
  sleeping(
    'pg_sleep_until',
    'Waits until a point in time.',
    TIMESTAMPTZ,
    (value, context) => Number(value - context.clock()) / 1000,
  ),
]

const numNulls = scalar({
  name: 'num_nulls',
  category: 'conditional',
  doc: 'How many of the arguments are NULL.',
  examples: [['num_nulls(1, NULL, 2)', '1']],
  overloads: [
    overload(['any'], INTEGER, (...values) => values.filter((value) => value === null).length, {
      variadic: true,
      strict: false,
    }),
  ],
})

const numNonnulls = scalar({
  name: 'num_nonnulls',
  category: 'conditional',
  doc: 'How many of the arguments are not NULL.',
  examples: [['num_nonnulls(1, NULL, 2)', '2']],
  overloads: [
    overload(['any'], INTEGER, (...values) => values.filter((value) => value !== null).length, {
      variadic: true,
      strict: false,
    }),
  ],
})

const ifnull = scalar({
  name: 'ifnull',
  aliases: ['nvl'],
  category: 'conditional',
  doc: 'The first argument, or the second where the first is NULL.',
  examples: [['ifnull(NULL, 2)', '2']],
  overloads: [
    overload(['anycompatible', 'anycompatible'], 'anycompatible', (value, other) => value ?? other, { strict: false }),
  ],
})

const nullif = scalar({
  name: 'nullif',
  category: 'conditional',
  doc: 'The first argument, or NULL where both are equal.',
  examples: [
    ['nullif(1, 1)', null],
    ['nullif(1, 2)', '1'],
  ],
  overloads: [
    overload(['anycompatible', 'anycompatible'], 'anycompatible', mustSpecialise, {
      strict: false,
      specialise: (_types, result) => {
        const { equals } = traits(result)
        return (value, other) => (value !== null && other !== null && equals(value, other, result) ? null : value)
      },
    }),
  ],
})

const ifFunction = scalar({
  name: 'if',
  aliases: ['iff'],
  category: 'conditional',
  doc: 'The second argument where the first is true, the third otherwise.',
  examples: [["if(2 > 1, 'yes', 'no')", 'yes']],
  overloads: [
    overload(
      [BOOLEAN, 'anycompatible', 'anycompatible'],
      'anycompatible',
      (condition, yes, no) => (condition ? yes : no),
      {
        strict: false,
      },
    ),
  ],
})

const errorFunction = scalar({
  name: 'error',
  category: 'system',
  doc: 'Raises an error with the given message.',
  examples: [],
  volatility: 'volatile',
  overloads: [
    overload(
      [TEXT],
      VOID,
      (message) => {
        throw invalidParameter(message)
      },
      { volatility: 'volatile' },
    ),
  ],
})

const enumFirst = scalar({
  name: 'enum_first',
  category: 'enumerations',
  doc: "The first value of the argument's enum type.",
  examples: [],
  overloads: [
    overload(['anyenum'], 'anyenum', mustSpecialise, {
      strict: false,
      specialise: ([type]) => {
        const labels = type.kind === 'enum' ? type.labels : []
        return () => labels[0] ?? null
      },
    }),
  ],
})

const enumLast = scalar({
  name: 'enum_last',
  category: 'enumerations',
  doc: "The last value of the argument's enum type.",
  examples: [],
  overloads: [
    overload(['anyenum'], 'anyenum', mustSpecialise, {
      strict: false,
      specialise: ([type]) => {
        const labels = type.kind === 'enum' ? type.labels : []
        return () => labels[labels.length - 1] ?? null
      },
    }),
  ],
})

const enumRange = scalar({
  name: 'enum_range',
  category: 'enumerations',
  doc: "All values of the argument's enum type in order, or those from one to another.",
  examples: [],
  overloads: [
    overload(['anyenum'], ([type]) => arrayOf(type), mustSpecialise, {
      strict: false,
      specialise: ([type]) => {
        const labels = sqlArray(type.kind === 'enum' ? type.labels : [])
        return () => labels
      },
    }),
    overload(
      ['anyenum', 'anyenum'],
      ([first, second]) => arrayOf(first.kind === 'enum' ? first : second),
      mustSpecialise,
      {
        strict: false,
        specialise: (types) => {
          const type = types.find((candidate) => candidate.kind === 'enum')
          const labels = type?.kind === 'enum' ? type.labels : []
          return (from, to) =>
            sqlArray(
              labels.slice(from === null ? 0 : labels.indexOf(from), to === null ? undefined : labels.indexOf(to) + 1),
            )
        },
      },
    ),
  ],
})

/** Answers to what clients ask on connecting, about things that are the same everywhere here. */
function constant(
  name: string,
  parameters: Overload['parameters'],
  type: DataType,
  value: Value,
  doc: string,
): ScalarFunction {
  return scalar({
    name,
    category: 'system',
    doc,
    examples: [],
    volatility: 'stable',
    overloads: [overload(parameters, type, () => value, { strict: false, volatility: 'stable' })],
  })
}

export const systemFunctions: readonly ScalarFunction[] = [
  version,
  currentUser,
  currentDatabase,
  currentSchema,
  currentSchemas,
  triggerDepth,
  currentSetting,
  setConfig,
  pgTypeof,
  typeofFunction,
  formatType,
  nextval,
  currval,
  setval,
  lastval,
  ...sleepFunctions,
  numNulls,
  numNonnulls,
  ifnull,
  nullif,
  ifFunction,
  errorFunction,
  enumFirst,
  enumLast,
  enumRange,
  constant('pg_backend_pid', [], INTEGER, 1, 'The number of the session’s process: always 1.'),
  constant('pg_is_in_recovery', [], BOOLEAN, false, 'Whether the database is being recovered: never.'),
  constant('pg_encoding_to_char', [INTEGER], NAME, 'UTF8', 'The name of an encoding: always UTF8.'),
  constant('getdatabaseencoding', [], NAME, 'UTF8', 'The encoding of the database: always UTF8.'),
  constant('pg_client_encoding', [], NAME, 'UTF8', 'The encoding of the client: always UTF8.'),
  constant('pg_partition_ancestors', [OID], OID, null, 'The tables that a table is a partition of: there are none.'),
  constant('pg_get_statisticsobjdef_columns', [OID], TEXT, null, 'The columns of a statistics object: there are none.'),
  constant('pg_relation_is_publishable', [OID], BOOLEAN, false, 'Whether a table can be published: never.'),
  constant('pg_char_to_encoding', [NAME], INTEGER, 6, 'The number of an encoding: always that of UTF8.'),
  constant('pg_tablespace_location', [OID], TEXT, '', 'Where a tablespace is: nowhere.'),
  constant('pg_table_size', [REGCLASS], BIGINT, null, 'The bytes of a table: not told here; db.memory() tells.'),
  constant('pg_relation_size', [REGCLASS], BIGINT, null, 'The bytes of a relation: not told here; db.memory() tells.'),
  constant('pg_total_relation_size', [REGCLASS], BIGINT, null, 'The bytes of a table and its indexes: not told here.'),
  constant('pg_indexes_size', [REGCLASS], BIGINT, null, 'The bytes of the indexes of a table: not told here.'),
  constant('pg_get_userbyid', [OID], NAME, 'colonnade', 'The name of a role by its number.'),
]
