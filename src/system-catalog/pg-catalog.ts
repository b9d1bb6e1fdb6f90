/** pg_catalog: the tables that psql, drivers and object-relational mappers read, after PostgreSQL's manual, chapter 53. */
import { allFunctions } from '../functions/registry.ts'
import { printExpression } from '../parser/print.ts'
import { settingDefinitions } from '../settings.ts'
import type {
  ColumnDefinition,
  ConstraintDefinition,
  IndexDefinition,
  Relation,
  TableDefinition,
} from '../storage/interface.ts'
import { sequenceColumns } from '../storage/sequence.ts'
import { sqlArray } from '../types/array.ts'
import {
  arrayOf,
  BIGINT,
  BOOLEAN,
  type DataType,
  INTEGER,
  NAME,
  OID,
  REAL,
  SMALLINT,
  TEXT,
} from '../types/data-type.ts'
import { allTraits, typeOid } from '../types/traits.ts'
import { baseTypeName } from '../types/type-names.ts'
import type { Value } from '../types/value.ts'
import { comments, routineNumber } from './comments.ts'
import { defaultText, indexText } from './definitions.ts'
import { columns, furtherTables, typeLetters, typeNumber, userTypes } from './further-tables.ts'
import {
  constraintNumber,
  indexNumber,
  objectNumber,
  relationNumber,
  type SystemContext,
  type SystemTable,
  schemaNumber,
  sortedRelations,
  tablesOf,
} from './system-table.ts'

type Row = Readonly<Record<string, Value>>
type Columns = readonly (readonly [string, DataType])[]

const owner = 10
const smallintArray = arrayOf(SMALLINT)
const textArray = arrayOf(TEXT)

function table(name: string, columns: Columns, rows: (context: SystemContext) => Iterable<Row>): SystemTable {
  return { schema: 'pg_catalog', name, columns, rows }
}

const namespaces = table(
  'pg_namespace',
  columns('oid:oid nspname:name nspowner:oid nspacl:text[]'),
  function* ({ catalog }) {
    for (const schema of new Set([...catalog.schemas(), 'information_schema', 'pg_catalog'])) {
      yield { oid: schemaNumber(schema), nspname: schema, nspowner: owner }
    }
  },
)

/** The letter of pg_class.relkind. */
function relationKind(relation: Relation): string {
  if (relation.kind === 'view') return 'v'
  if (relation.kind === 'sequence') return 'S'
  return relation.materialized ? 'm' : 'r'
}

const classes = table(
  'pg_class',
  columns(
    'oid:oid relname:name relnamespace:oid reltype:oid reloftype:oid relowner:oid relam:oid relfilenode:oid reltablespace:oid relpages:int4 ' +
      'reltuples:float4 relallvisible:int4 reltoastrelid:oid relhasindex:bool relisshared:bool relpersistence:text relkind:text relnatts:int2 ' +
      'relchecks:int2 relhasrules:bool relhastriggers:bool relhassubclass:bool relrowsecurity:bool relforcerowsecurity:bool ' +
      'relispopulated:bool relreplident:text relispartition:bool relrewrite:oid reloptions:text[] relpartbound:text relacl:text[]',
  ),
  function* ({ catalog }) {
    for (const relation of sortedRelations(catalog)) {
      const isTable = relation.kind === 'table'
      yield {
        ...classRow(
          relation.name,
          relationNumber(relation),
          relation.schema,
          relationKind(relation),
          relation.temporary,
        ),
        reltuples: isTable ? catalog.statistics(relation).rowCount : 0,
        relispopulated: !isTable || relation.materialized?.populated !== false,
        relhasindex: isTable && relation.indexes.length > 0,
        relnatts: relation.kind === 'sequence' ? 3 : relation.columns.length,
        relchecks: isTable ? relation.constraints.filter((constraint) => constraint.kind === 'check').length : 0,
        relam: isTable ? 2 : 0,
        relhasrules: relation.kind === 'view',
      }
      if (!isTable) continue
      for (const index of relation.indexes) {
        yield {
          ...classRow(index.name, indexNumber(relation, index), relation.schema, 'i', relation.temporary),
          relnatts: index.columns.length + index.include.length,
          relam: index.method === 'btree' ? 403 : 405,
        }
      }
    }
  },
)

function classRow(name: string, oid: number, schema: string, kind: string, temporary: boolean): Row {
  return {
    oid,
    relname: name,
    relnamespace: schemaNumber(schema),
    reltype: 0,
    reloftype: 0,
    relowner: owner,
    relam: 0,
    relfilenode: oid,
    reltablespace: 0,
    relpages: 0,
    reltuples: 0,
    relallvisible: 0,
    reltoastrelid: 0,
    relhasindex: false,
    relisshared: false,
    relpersistence: temporary ? 't' : 'p',
    relkind: kind,
    relchecks: 0,
    relhasrules: false,
    relhastriggers: false,
    relhassubclass: false,
    relrowsecurity: false,
    relforcerowsecurity: false,
    relispopulated: true,
    relreplident: 'd',
    relispartition: false,
    relrewrite: 0,
  }
}

/** A type's modifier as PostgreSQL packs it. */
function typeModifier(type: DataType): number {
  switch (type.kind) {
    case 'varchar':
    case 'char':
      return type.length === undefined ? -1 : type.length + 4
    case 'numeric':
      return type.precision === undefined ? -1 : ((type.precision << 16) | (type.scale ?? 0)) + 4
    case 'bit':
    case 'varbit':
      return type.length ?? -1
    case 'time':
    case 'timetz':
    case 'timestamp':
    case 'timestamptz':
      return type.precision ?? -1
    case 'array':
      return typeModifier(type.element)
    default:
      return -1
  }
}

const attributes = table(
  'pg_attribute',
  columns(
    'attrelid:oid attname:name atttypid:oid attstattarget:int4 attlen:int2 attnum:int2 attndims:int4 attcacheoff:int4 atttypmod:int4 attbyval:bool ' +
      'attalign:text attstorage:text attcompression:text attnotnull:bool atthasdef:bool atthasmissing:bool attidentity:text attgenerated:text ' +
      'attisdropped:bool attislocal:bool attinhcount:int4 attcollation:oid attacl:text[] attoptions:text[] attfdwoptions:text[]',
  ),
  function* ({ catalog }) {
    for (const relation of sortedRelations(catalog)) {
      const own = relation.kind === 'sequence' ? sequenceColumns : relation.columns
      for (const [i, column] of own.entries()) {
        yield attributeRow(
          relationNumber(relation),
          i + 1,
          column.name,
          column.type,
          'notNull' in column ? (column as ColumnDefinition) : undefined,
        )
      }
      if (relation.kind !== 'table') continue
      for (const index of relation.indexes) {
        for (const [i, number] of index.columns.entries()) {
          const column = relation.columns[number]
          yield attributeRow(indexNumber(relation, index), i + 1, column.name, column.type, undefined)
        }
      }
    }
  },
)

function attributeRow(
  relation: number,
  number: number,
  name: string,
  type: DataType,
  column: ColumnDefinition | undefined,
): Row {
  return {
    attrelid: relation,
    attname: name,
    atttypid: typeNumber(type),
    attstattarget: -1,
    attlen: -1,
    attnum: number,
    attndims: type.kind === 'array' ? 1 : 0,
    attcacheoff: -1,
    atttypmod: typeModifier(type),
    attbyval: false,
    attalign: 'i',
    attstorage: 'p',
    attcompression: '',
    attnotnull: column?.notNull ?? false,
    atthasdef: column !== undefined && (column.default !== undefined || column.generated !== undefined),
    atthasmissing: false,
    attidentity: column?.identity ? (column.identity.always ? 'a' : 'd') : '',
    attgenerated: column?.generated ? 's' : '',
    attisdropped: false,
    attislocal: true,
    attinhcount: 0,
    attcollation: type.kind === 'text' || type.kind === 'varchar' || type.kind === 'char' ? 100 : 0,
  }
}

const attributeDefaults = table(
  'pg_attrdef',
  columns('oid:oid adrelid:oid adnum:int2 adbin:text'),
  function* ({ catalog }) {
    for (const relation of tablesOf(catalog)) {
      for (const [i, column] of relation.columns.entries()) {
        const text = defaultText(column)
        if (text === undefined) continue
        yield {
          oid: objectNumber('default', relation.schema, relation.name, column.name),
          adrelid: relationNumber(relation),
          adnum: i + 1,
          adbin: text,
        }
      }
    }
  },
)

function* indexesOf(context: SystemContext): Iterable<{ table: TableDefinition; index: IndexDefinition }> {
  for (const each of tablesOf(context.catalog)) for (const index of each.indexes) yield { table: each, index }
}

const indexes = table(
  'pg_index',
  columns(
    'indexrelid:oid indrelid:oid indnatts:int2 indnkeyatts:int2 indisunique:bool indnullsnotdistinct:bool indisprimary:bool indisexclusion:bool ' +
      'indimmediate:bool indisclustered:bool indisvalid:bool indcheckxmin:bool indisready:bool indislive:bool indisreplident:bool ' +
      'indkey:int2[] indcollation:text indclass:text indoption:int2[] indexprs:text indpred:text',
  ),
  function* (context) {
    for (const { table: owner_, index } of indexesOf(context)) {
      const keys = [...index.columns, ...index.include].map((column) => column + 1)
      yield {
        indexrelid: indexNumber(owner_, index),
        indrelid: relationNumber(owner_),
        indnatts: keys.length,
        indnkeyatts: index.columns.length,
        indisunique: index.unique && !index.exclusion,
        indnullsnotdistinct: index.nullsNotDistinct,
        indisprimary: index.primary,
        indisexclusion: index.exclusion === true,
        indimmediate: true,
        indisclustered: false,
        indisvalid: true,
        indcheckxmin: false,
        indisready: true,
        indislive: true,
        indisreplident: false,
        indkey: sqlArray(keys),
        indoption: sqlArray(keys.map(() => 0)),
        indexprs: index.expressions?.map((each) => printExpression(each)).join(', ') ?? null,
        indpred: index.where ? printExpression(index.where) : null,
      }
    }
  },
)

const constraintTypes: Readonly<Record<ConstraintDefinition['kind'], string>> = {
  'primary-key': 'p',
  unique: 'u',
  check: 'c',
  'foreign-key': 'f',
}
const actionLetters = { 'no action': 'a', restrict: 'r', cascade: 'c', 'set null': 'n', 'set default': 'd' } as const

const constraints = table(
  'pg_constraint',
  columns(
    'oid:oid conname:name connamespace:oid contype:text condeferrable:bool condeferred:bool convalidated:bool conrelid:oid contypid:oid conindid:oid ' +
      'conparentid:oid confrelid:oid confupdtype:text confdeltype:text confmatchtype:text conislocal:bool coninhcount:int4 connoinherit:bool ' +
      'conkey:int2[] confkey:int2[] conbin:text tableoid:oid',
  ),
  function* ({ catalog }) {
    for (const relation of tablesOf(catalog)) {
      for (const constraint of relation.constraints) {
        const index = relation.indexes.find((each) => each.constraint === constraint.name)
        const target =
          constraint.kind === 'foreign-key'
            ? catalog.findRelation(constraint.referencedTable, constraint.referencedSchema)
            : undefined
        yield {
          oid: constraintNumber(relation, constraint.name),
          conname: constraint.name,
          connamespace: schemaNumber(relation.schema),
          contype: constraint.kind === 'unique' && constraint.exclusion ? 'x' : constraintTypes[constraint.kind],
          condeferrable: 'deferrable' in constraint && constraint.deferrable,
          condeferred: 'deferrable' in constraint && constraint.initiallyDeferred,
          convalidated: true,
          conrelid: relationNumber(relation),
          contypid: 0,
          conindid: index ? indexNumber(relation, index) : 0,
          conparentid: 0,
          confrelid: target ? relationNumber(target) : 0,
          confupdtype: constraint.kind === 'foreign-key' ? actionLetters[constraint.onUpdate] : ' ',
          confdeltype: constraint.kind === 'foreign-key' ? actionLetters[constraint.onDelete] : ' ',
          confmatchtype: constraint.kind === 'foreign-key' ? (constraint.match === 'full' ? 'f' : 's') : ' ',
          conislocal: true,
          coninhcount: 0,
          connoinherit: constraint.kind !== 'check',
          conkey: constraint.kind === 'check' ? null : sqlArray(constraint.columns.map((column) => column + 1)),
          confkey:
            constraint.kind === 'foreign-key'
              ? sqlArray(constraint.referencedColumns.map((column) => column + 1))
              : null,
          conbin: constraint.kind === 'check' ? printExpression(constraint.expression) : null,
        }
      }
    }
  },
)

const types = table(
  'pg_type',
  columns(
    'oid:oid typname:name typnamespace:oid typowner:oid typlen:int2 typbyval:bool typtype:text typcategory:text typispreferred:bool typisdefined:bool ' +
      'typdelim:text typrelid:oid typelem:oid typarray:oid typinput:text typoutput:text typnotnull:bool typbasetype:oid typtypmod:int4 ' +
      'typndims:int4 typcollation:oid typdefault:text typacl:text[] tableoid:oid',
  ),
  function* ({ catalog }) {
    for (const entry of allTraits()) {
      if (entry.oid === 0) continue
      yield typeRow(entry.oid, entry.internalName, entry.category, entry.preferred, 0, entry.arrayOid)
      if (entry.arrayOid !== 0) yield typeRow(entry.arrayOid, `_${entry.internalName}`, 'A', false, entry.oid, 0)
    }
    for (const { schema, name, type } of userTypes(catalog)) {
      const [letter, category] = typeLetters(type)
      const domain = type.kind === 'domain' ? catalog.findDomain(name, schema) : undefined
      yield {
        ...typeRow(typeNumber(type), name, category, false, 0, 0),
        typnamespace: schemaNumber(schema),
        typtype: letter,
        typbasetype: type.kind === 'domain' ? typeNumber(type.base) : 0,
        typtypmod: type.kind === 'domain' ? typeModifier(type.base) : -1,
        typnotnull: domain?.notNull ?? false,
        typdefault: domain?.default ? printExpression(domain.default) : null,
      }
    }
  },
)

function typeRow(oid: number, name: string, category: string, preferred: boolean, element: number, array: number): Row {
  return {
    oid,
    typname: name,
    typnamespace: 11,
    typowner: owner,
    typlen: -1,
    typbyval: false,
    typtype: category === 'R' ? 'r' : 'b',
    typcategory: category,
    typispreferred: preferred,
    typisdefined: true,
    typdelim: ',',
    typrelid: 0,
    typelem: element,
    typarray: array,
    typinput: `${name}_in`,
    typoutput: `${name}_out`,
    typnotnull: false,
    typbasetype: 0,
    typtypmod: -1,
    typndims: 0,
    typcollation: category === 'S' ? 100 : 0,
  }
}

const functionKinds = { scalar: 'f', aggregate: 'a', window: 'w', table: 'f' } as const

const procedures = table(
  'pg_proc',
  columns(
    'oid:oid proname:name pronamespace:oid proowner:oid prolang:oid prokind:text proisstrict:bool proretset:bool provolatile:text pronargs:int2 prosrc:text prorettype:oid proargtypes:text proargnames:text[] prosecdef:bool proleakproof:bool proparallel:text procost:float4 prorows:float4 provariadic:oid probin:text proconfig:text[] proacl:text[] tableoid:oid',
  ),
  function* ({ catalog }) {
    for (const routine of catalog.routines()) {
      const { body, schema, name, kind } = routine
      const inputs = routine.parameters.filter(({ mode }) => mode !== 'out' && mode !== 'table')
      yield {
        oid: routineNumber(routine),
        proname: name,
        pronamespace: schemaNumber(schema),
        proowner: owner,
        prolang: 14,
        prokind: kind === 'procedure' ? 'p' : kind === 'aggregate' ? 'a' : 'f',
        proisstrict: routine.strict,
        proretset: routine.isSet,
        provolatile: routine.volatility[0],
        pronargs: inputs.length,
        prosrc: body.kind === 'sql' ? body.text : '',
        prorettype: typeof routine.returns === 'string' ? 2249 : typeNumber(routine.returns),
        prosecdef: false,
        proleakproof: false,
        proparallel: 'u',
      }
    }
    for (const each of allFunctions) {
      for (const [i, overload] of each.overloads.entries()) {
        yield {
          oid: objectNumber('function', each.name, String(i)),
          proname: each.name,
          pronamespace: 11,
          proowner: owner,
          prolang: 12,
          prokind: functionKinds[each.kind],
          proisstrict: !('strict' in overload) || overload.strict !== false,
          proretset: each.kind === 'table',
          provolatile: each.kind === 'scalar' ? (each.volatility ?? 'immutable')[0] : 'i',
          pronargs: overload.parameters.length,
          prosrc: each.name,
        }
      }
    }
  },
)

const descriptions = table(
  'pg_description',
  columns('objoid:oid classoid:oid objsubid:int4 description:text'),
  ({ catalog }) => [...comments(catalog)].map((row) => ({ ...row })),
)

const tableView = table(
  'pg_tables',
  columns(
    'schemaname:name tablename:name tableowner:name tablespace:name hasindexes:bool hasrules:bool hastriggers:bool rowsecurity:bool',
  ),
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

const viewView = table(
  'pg_views',
  columns('schemaname:name viewname:name viewowner:name definition:text'),
  function* ({ catalog, functions }) {
    for (const relation of sortedRelations(catalog)) {
      if (relation.kind === 'view')
        yield {
          schemaname: relation.schema,
          viewname: relation.name,
          viewowner: functions.user,
          definition: relation.queryText,
        }
    }
  },
)

const materializedViews = table(
  'pg_matviews',
  columns(
    'schemaname:name matviewname:name matviewowner:name tablespace:name hasindexes:bool ispopulated:bool definition:text',
  ),
  function* ({ catalog, functions }) {
    for (const { schema, name, indexes: own, materialized } of tablesOf(catalog)) {
      if (!materialized) continue
      yield {
        schemaname: schema,
        matviewname: name,
        matviewowner: functions.user,
        hasindexes: own.length > 0,
        ispopulated: materialized.populated,
        definition: materialized.queryText,
      }
    }
  },
)

const indexView = table(
  'pg_indexes',
  columns('schemaname:name tablename:name indexname:name tablespace:name indexdef:text'),
  function* (context) {
    for (const { table: owner_, index } of indexesOf(context)) {
      yield {
        schemaname: owner_.schema,
        tablename: owner_.name,
        indexname: index.name,
        indexdef: indexText(owner_, index),
      }
    }
  },
)

const sequenceView = table(
  'pg_sequences',
  columns(
    'schemaname:name sequencename:name sequenceowner:name data_type:regtype start_value:int8 min_value:int8 max_value:int8 increment_by:int8 cycle:bool ' +
      'cache_size:int8 last_value:int8',
  ),
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

const settings = table(
  'pg_settings',
  columns('name:text setting:text unit:text category:text short_desc:text context:text vartype:text'),
  function* ({ setting }) {
    for (const { name, doc } of settingDefinitions) {
      yield { name, setting: setting(name), category: 'Colonnade', short_desc: doc, context: 'user', vartype: 'string' }
    }
  },
)

const databases = table(
  'pg_database',
  columns(
    'oid:oid datname:name datdba:oid encoding:int4 datcollate:text datctype:text datistemplate:bool datallowconn:bool datacl:text[] datlocprovider:text daticulocale:text dattablespace:oid datconnlimit:int4',
  ),
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

const roles = table(
  'pg_roles',
  columns(
    'oid:oid rolname:name rolsuper:bool rolinherit:bool rolcreaterole:bool rolcreatedb:bool rolcanlogin:bool rolreplication:bool rolconnlimit:int4 rolpassword:text rolvaliduntil:text rolbypassrls:bool rolconfig:text[]',
  ),
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

const accessMethods = table('pg_am', columns('oid:oid amname:name amtype:text'), () => [
  { oid: 2, amname: 'heap', amtype: 't' },
  { oid: 403, amname: 'btree', amtype: 'i' },
  { oid: 405, amname: 'hash', amtype: 'i' },
])

const collations = table(
  'pg_collation',
  columns(
    'oid:oid collname:name collnamespace:oid collprovider:text collowner:oid collisdeterministic:bool collencoding:int4 collcollate:text collctype:text colliculocale:text tableoid:oid',
  ),
  () => [
    { oid: 100, collname: 'default', collnamespace: 11, collprovider: 'd' },
    { oid: 950, collname: 'C', collnamespace: 11, collprovider: 'c' },
    { oid: 951, collname: 'POSIX', collnamespace: 11, collprovider: 'c' },
  ],
)

const triggers = table(
  'pg_trigger',
  columns(
    'oid:oid tgrelid:oid tgname:name tgenabled:text tgisinternal:bool tgconstraint:oid tgparentid:oid tgtype:int2 tgfoid:oid tgdeferrable:bool tginitdeferred:bool tgnargs:int2 tableoid:oid',
  ),
  function* ({ catalog }) {
    for (const relation of sortedRelations(catalog)) {
      if (relation.kind !== 'table') continue
      for (const { name, enabled } of relation.triggers ?? []) {
        yield {
          oid: objectNumber('trigger', relation.schema, relation.name, name),
          tgrelid: relationNumber(relation),
          tgname: name,
          tgenabled: enabled ? 'O' : 'D',
          tgisinternal: false,
          tgconstraint: 0,
          tgparentid: 0,
        }
      }
    }
  },
)

export const pgCatalog: readonly SystemTable[] = [
  namespaces,
  classes,
  attributes,
  attributeDefaults,
  indexes,
  constraints,
  types,
  procedures,
  descriptions,
  tableView,
  viewView,
  indexView,
  sequenceView,
  settings,
  databases,
  roles,
  accessMethods,
  collations,
  triggers,
  materializedViews,
  ...furtherTables,
]
