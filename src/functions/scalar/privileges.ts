/** What a role may do: everything, since there is one; names of roles, objects and privileges are checked all the same. */
import { type Condition, SqlError } from '../../error.ts'
import { BOOLEAN, type DataType, NAME, OID, SMALLINT, TEXT, type TypeKind } from '../../types/data-type.ts'
import type { Value } from '../../types/value.ts'
import { type FunctionContext, overload, type Pattern, type ScalarFunction, scalar } from '../function.ts'

interface Family {
  readonly what: string
  /** How its objects are looked up; of other kinds any name will do. */
  readonly kind?: TypeKind
  readonly missing: readonly [Condition, string]
  readonly privileges: string
  /** An object and a privilege, as in a call. */
  readonly example: string
}

const relation = ['undefined_table', 'relation'] as const
const tablePrivileges = 'select insert update delete truncate references trigger'

const families: readonly Family[] = [
  { what: 'table', kind: 'regclass', missing: relation, privileges: tablePrivileges, example: "0::oid, 'SELECT'" },
  {
    what: 'any_column',
    kind: 'regclass',
    missing: relation,
    privileges: 'select insert update references',
    example: "0::oid, 'SELECT'",
  },
  {
    what: 'sequence',
    kind: 'regclass',
    missing: relation,
    privileges: 'usage select update',
    example: "0::oid, 'USAGE'",
  },
  {
    what: 'schema',
    kind: 'regnamespace',
    missing: ['invalid_schema_name', 'schema'],
    privileges: 'create usage',
    example: "'public', 'USAGE'",
  },
  {
    what: 'function',
    kind: 'regproc',
    missing: ['undefined_function', 'function'],
    privileges: 'execute',
    example: "0::oid, 'EXECUTE'",
  },
  {
    what: 'type',
    kind: 'regtype',
    missing: ['undefined_object', 'type'],
    privileges: 'usage',
    example: "'int4', 'USAGE'",
  },
  {
    what: 'database',
    missing: ['invalid_catalog_name', 'database'],
    privileges: 'create temporary temp connect',
    example: "'colonnade', 'CONNECT'",
  },
  { what: 'language', missing: ['undefined_object', 'language'], privileges: 'usage', example: "'sql', 'USAGE'" },
  {
    what: 'tablespace',
    missing: ['undefined_object', 'tablespace'],
    privileges: 'create',
    example: "'pg_default', 'CREATE'",
  },
]

/** `SELECT, INSERT WITH GRANT OPTION` */
function checkPrivileges(text: string, known: string): void {
  for (const part of text.split(',')) {
    const name = part
      .trim()
      .toLowerCase()
      .replace(/ with (grant|admin) option$/, '')
    if (!known.split(' ').includes(name))
      throw new SqlError('invalid_parameter_value', `unrecognized privilege type: "${part.trim()}"`)
  }
}

function checkRole(role: Value, context: FunctionContext): void {
  if (typeof role === 'string' && role !== context.user && role !== 'public')
    throw new SqlError('undefined_object', `role "${role}" does not exist`)
}

/** The answer for an object: NULL where there is none of the number. */
function allowed({ kind, missing: [condition, word] }: Family, object: Value, context: FunctionContext): Value {
  if (!kind) return true
  if (typeof object === 'number') return context.objectName?.(kind, object) === undefined ? null : true
  if (context.objectNumber?.(kind, object) === undefined)
    throw new SqlError(condition, `${word} "${object}" does not exist`)
  return true
}

const options = { context: true, volatility: 'stable' } as const

function tests(
  rest: readonly Pattern[],
  body: (context: FunctionContext, object: Value, ...rest: Value[]) => Value,
): ScalarFunction['overloads'] {
  return ([TEXT, OID] as DataType[]).flatMap((object) => [
    overload([object, ...rest], BOOLEAN, body, options),
    ...[NAME, OID].map((role) =>
      overload(
        [role, object, ...rest],
        BOOLEAN,
        (context, who, ...args) => {
          checkRole(who, context)
          return body(context, ...(args as [Value, ...Value[]]))
        },
        options,
      ),
    ),
  ])
}

function familyFunction(family: Family): ScalarFunction {
  const name = `has_${family.what}_privilege`
  return scalar({
    name,
    category: 'system',
    doc: 'Whether a role has a privilege: always, where there is such an object.',
    examples: [[`${name}(${family.example})`, family.example.startsWith('0') ? null : 't']],
    volatility: 'stable',
    overloads: tests([TEXT], (context, object, privilege) => {
      checkPrivileges(privilege, family.privileges)
      return allowed(family, object, context)
    }),
  })
}

function columnTests(column: DataType): ScalarFunction['overloads'] {
  return tests([column, TEXT], (context, object, column, privilege) => {
    checkPrivileges(privilege, 'select insert update references')
    const answer = allowed(families[0], object, context)
    if (answer === null) return null
    const found = context.describeObject?.('column', [object, column])
    if (found !== undefined) return true
    if (typeof column === 'number') return null
    throw new SqlError('undefined_column', `column "${column}" of relation "${object}" does not exist`)
  })
}

export const privilegeFunctions: readonly ScalarFunction[] = [
  ...families.map(familyFunction),
  scalar({
    name: 'has_column_privilege',
    category: 'system',
    doc: 'Whether a role has a privilege for a column: always, where there is one.',
    examples: [["has_column_privilege(0::oid, 'a', 'SELECT')", null]],
    volatility: 'stable',
    overloads: [...columnTests(TEXT), ...columnTests(SMALLINT)],
  }),
  scalar({
    name: 'pg_has_role',
    category: 'system',
    doc: 'Whether a role is a member of another: there is one role.',
    examples: [["pg_has_role(10::oid, 'USAGE')", 't']],
    volatility: 'stable',
    overloads: tests([TEXT], (context, role, privilege) => {
      checkPrivileges(privilege, 'usage member set')
      checkRole(role, context)
      return true
    }),
  }),
]
