/** Tables of pg_catalog and information_schema whose rows hardly depend on what users made: ranges, text search, users, privileges. */
import { multirangeName, rangeElements } from '../types/type-names.ts'
import type { Value } from '../types/value.ts'
import { catalogTable, objectNumber, type Row, type SystemTable, sortedRelations } from './system-table.ts'
import { typeNumber, userTypes } from './types.ts'

const collatable: ReadonlySet<string> = new Set(['text', 'varchar', 'char', 'name'])

const ranges = catalogTable(
  'pg_range',
  'rngtypid:oid rngsubtype:oid rngmultitypid:oid rngcollation:oid rngsubopc:oid rngcanonical:regproc rngsubdiff:regproc',
  function* ({ catalog }) {
    const usual = { rngsubopc: 0, rngcanonical: 0, rngsubdiff: 0 }
    for (const [name, element] of rangeElements) {
      yield {
        ...usual,
        rngtypid: typeNumber({ kind: 'range', name, element }),
        rngsubtype: typeNumber(element),
        rngmultitypid: typeNumber({ kind: 'multirange', name: multirangeName(name), element }),
        rngcollation: 0,
      }
    }
    for (const { type } of userTypes(catalog)) {
      if (type.kind !== 'range') continue
      const { name, element } = type
      yield {
        ...usual,
        rngtypid: typeNumber(type),
        rngsubtype: typeNumber(element),
        rngmultitypid: typeNumber({ kind: 'multirange', name: type.multirange ?? multirangeName(name), element }),
        rngcollation: collatable.has(element.kind) ? 100 : 0,
      }
    }
  },
)

/** Rows of what is always there: a number, a name, and more in the order of the columns. */
function listed(name: string, columns: string, ...rows: readonly (readonly Value[])[]): SystemTable {
  const names = columns.split(' ').map((column) => column.split(':')[0])
  return catalogTable(name, columns, () =>
    rows.map((values): Row => Object.fromEntries(names.map((column, i) => [column, values[i] ?? null]))),
  )
}

const system = 11
const owner = 10

const textSearch: readonly SystemTable[] = [
  listed(
    'pg_ts_config',
    'oid:oid cfgname:name cfgnamespace:oid cfgowner:oid cfgparser:oid',
    [3748, 'simple', system, owner, 3722],
    [objectNumber('text search', 'english'), 'english', system, owner, 3722],
  ),
  listed(
    'pg_ts_dict',
    'oid:oid dictname:name dictnamespace:oid dictowner:oid dicttemplate:oid dictinitoption:text',
    [3765, 'simple', system, owner, 3727],
    [
      objectNumber('text search', 'english_stem'),
      'english_stem',
      system,
      owner,
      3728,
      "language = 'english', stopwords = 'english'",
    ],
  ),
  listed(
    'pg_ts_parser',
    'oid:oid prsname:name prsnamespace:oid prsstart:regproc prstoken:regproc prsend:regproc prsheadline:regproc prslextype:regproc',
    [3722, 'default', system, 0, 0, 0, 0, 0],
  ),
  listed(
    'pg_ts_template',
    'oid:oid tmplname:name tmplnamespace:oid tmplinit:regproc tmpllexize:regproc',
    [3727, 'simple', system, 0, 0],
    [3728, 'snowball', system, 0, 0],
  ),
]

const collations = listed(
  'pg_collation',
  'oid:oid collname:name collnamespace:oid collowner:oid collprovider:char collisdeterministic:bool collencoding:int4 collcollate:text collctype:text colliculocale:text collversion:text tableoid:oid',
  [100, 'default', system, owner, 'd', true, -1, null, null],
  [950, 'C', system, owner, 'c', true, -1, 'C', 'C'],
  [951, 'POSIX', system, owner, 'c', true, -1, 'POSIX', 'POSIX'],
)

const users = catalogTable(
  'pg_user',
  'usename:name usesysid:oid usecreatedb:bool usesuper:bool userepl:bool usebypassrls:bool passwd:text valuntil:timestamptz useconfig:text[]',
  ({ functions }) => [
    {
      usename: functions.user,
      usesysid: owner,
      usecreatedb: true,
      usesuper: true,
      userepl: false,
      usebypassrls: true,
      passwd: '********',
    },
  ],
)

export const fixedTables: readonly SystemTable[] = [ranges, ...textSearch, collations, users]

const privileges = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']

/** The one user owns all tables and may do all there is to do. */
export const privilegeColumns: readonly string[] =
  'grantor grantee table_catalog table_schema table_name privilege_type is_grantable with_hierarchy'.split(' ')

export const privilegeRows: SystemTable['rows'] = function* ({ catalog, functions }) {
  const { user, database } = functions
  for (const { kind, schema, name } of sortedRelations(catalog)) {
    if (kind === 'sequence') continue
    for (const privilege of privileges) {
      yield {
        grantor: user,
        grantee: user,
        table_catalog: database,
        table_schema: schema,
        table_name: name,
        privilege_type: privilege,
        is_grantable: 'YES',
        with_hierarchy: privilege === 'SELECT' ? 'YES' : 'NO',
      }
    }
  }
}
