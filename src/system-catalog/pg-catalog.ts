/** pg_catalog: the tables that psql, drivers and object-relational mappers read, after PostgreSQL's manual, chapter 53. */
import { settingDefinitions } from '../settings.ts'
import { activityTables } from './activity-tables.ts'
import { comments } from './comments.ts'
import { indexText, viewText } from './definitions.ts'
import { fixedTables } from './fixed-tables.ts'
import { furtherTables } from './further-tables.ts'
import { relationTables } from './relations.ts'
import { routineTables } from './routine-tables.ts'
import { catalogTable, type SystemTable, schemaNumber, sortedRelations, tablesOf } from './system-table.ts'
import { typeNumber, types } from './types.ts'

const owner = 10

const namespaces = catalogTable(
  'pg_namespace',
  'oid:oid nspname:name nspowner:oid nspacl:text[]',
  function* ({ catalog }) {
    for (const schema of new Set([...catalog.schemas(), 'information_schema', 'pg_catalog'])) {
      yield { oid: schemaNumber(schema), nspname: schema, nspowner: owner }
    }
  },
)

const descriptions = catalogTable(
  'pg_description',
  'objoid:oid classoid:oid objsubid:int4 description:text',
  ({ catalog }) => [...comments(catalog)].map((row) => ({ ...row })),
)

const tableView = catalogTable(
  'pg_tables',

  'schemaname:name tablename:name tableowner:name tablespace:name hasindexes:bool hasrules:bool hastriggers:bool rowsecurity:bool',
  function* ({ catalog, functions }) {
    for (const { schema, name, indexes: own, materialized } of tablesOf(catalog)) {
      if (materialized) continue
      yield {
        schemaname: schema,
        tablename: name,
        tableowner: functions.user,
        hasindexes: own.length > 0,
        hasrules: false,
        hastriggers: false,
        rowsecurity: false,
      }
    }
  },
)

const viewView = catalogTable(
  'pg_views',
  'schemaname:name viewname:name viewowner:name definition:text',
  function* (context) {
    for (const relation of sortedRelations(context.catalog)) {
      if (relation.kind === 'view')
        yield {
          schemaname: relation.schema,
          viewname: relation.name,
          viewowner: context.functions.user,
          definition: viewText(relation, context) ?? null,
        }
    }
  },
)

const materializedViews = catalogTable(
  'pg_matviews',

  'schemaname:name matviewname:name matviewowner:name tablespace:name hasindexes:bool ispopulated:bool definition:text',
  function* (context) {
    for (const view of tablesOf(context.catalog)) {
      if (!view.materialized) continue
      yield {
        schemaname: view.schema,
        matviewname: view.name,
        matviewowner: context.functions.user,
        hasindexes: view.indexes.length > 0,
        ispopulated: view.materialized.populated,
        definition: viewText(view, context) ?? null,
      }
    }
  },
)

const indexView = catalogTable(
  'pg_indexes',
  'schemaname:name tablename:name indexname:name tablespace:name indexdef:text',
  function* (context) {
    for (const own of tablesOf(context.catalog)) {
      for (const index of own.indexes) {
        yield {
          schemaname: own.schema,
          tablename: own.name,
          indexname: index.name,
          indexdef: indexText(own, index, context),
        }
      }
    }
  },
)

const sequenceView = catalogTable(
  'pg_sequences',

  'schemaname:name sequencename:name sequenceowner:name data_type:regtype start_value:int8 min_value:int8 max_value:int8 increment_by:int8 cycle:bool ' +
    'cache_size:int8 last_value:int8',
  function* ({ catalog, functions }) {
    for (const relation of sortedRelations(catalog)) {
      if (relation.kind !== 'sequence') continue
      const state = catalog.sequenceState(relation)
      yield {
        schemaname: relation.schema,
        sequencename: relation.name,
        sequenceowner: functions.user,
        data_type: typeNumber(relation.type),
        start_value: relation.start,
        min_value: relation.minimum,
        max_value: relation.maximum,
        increment_by: relation.increment,
        cycle: relation.cycle,
        cache_size: relation.cache,
        last_value: state.isCalled ? state.last : null,
      }
    }
  },
)

const settings = catalogTable(
  'pg_settings',
  'name:text setting:text unit:text category:text short_desc:text context:text vartype:text',
  function* ({ setting }) {
    for (const { name, doc } of settingDefinitions) {
      yield { name, setting: setting(name), category: 'Colonnade', short_desc: doc, context: 'user', vartype: 'string' }
    }
  },
)

const databases = catalogTable(
  'pg_database',

  'oid:oid datname:name datdba:oid encoding:int4 datcollate:text datctype:text datistemplate:bool datallowconn:bool datacl:text[] datlocprovider:text daticulocale:text dattablespace:oid datconnlimit:int4',
  ({ functions }) => [
    {
      oid: 5,
      datname: functions.database,
      datdba: owner,
      encoding: 6,
      datcollate: 'C',
      datctype: 'C',
      datistemplate: false,
      datallowconn: true,
      datlocprovider: 'c',
      dattablespace: 1663,
      datconnlimit: -1,
    },
  ],
)

const roles = catalogTable(
  'pg_roles',

  'oid:oid rolname:name rolsuper:bool rolinherit:bool rolcreaterole:bool rolcreatedb:bool rolcanlogin:bool rolreplication:bool rolconnlimit:int4 rolpassword:text rolvaliduntil:text rolbypassrls:bool rolconfig:text[]',
  ({ functions }) => [
    {
      oid: owner,
      rolname: functions.user,
      rolsuper: true,
      rolinherit: true,
      rolcreaterole: true,
      rolcreatedb: true,
      rolcanlogin: true,
      rolreplication: false,
      rolconnlimit: -1,
      rolbypassrls: true,
    },
  ],
)

const accessMethods = catalogTable('pg_am', 'oid:oid amname:name amtype:text', () => [
  { oid: 2, amname: 'heap', amtype: 't' },
  { oid: 403, amname: 'btree', amtype: 'i' },
  { oid: 405, amname: 'hash', amtype: 'i' },
])

export const pgCatalog: readonly SystemTable[] = [
  namespaces,
  ...relationTables,
  types,
  ...routineTables,
  descriptions,
  tableView,
  viewView,
  indexView,
  sequenceView,
  settings,
  databases,
  roles,
  accessMethods,
  materializedViews,
  ...fixedTables,
  ...furtherTables,
  ...activityTables,
]
