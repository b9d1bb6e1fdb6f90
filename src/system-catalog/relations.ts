/** The tables of pg_catalog on relations: their columns, defaults, indexes, constraints, triggers, and what depends on them. */
import type {
  ColumnDefinition,
  IndexDefinition,
  Relation,
  TableDefinition,
  TriggerDefinition,
} from '../storage/interface.ts'
import { sequenceColumns } from '../storage/sequence.ts'
import type { SqlArray } from '../types/array.ts'
import { sqlArray } from '../types/array.ts'
import type { DataType } from '../types/data-type.ts'
import { routineNumber } from './comments.ts'
import { columnsRead, constraints } from './constraints.ts'
import { defaultText, indexKeys, triggerCondition } from './definitions.ts'
import { deparseExpression, expressionType } from './deparse/deparse.ts'
import {
  catalogTable,
  constraintNumber,
  indexNumber,
  objectNumber,
  type Row,
  relationNumber,
  type SystemContext,
  type SystemTable,
  schemaNumber,
  sortedRelations,
  systemNumber,
  tablesOf,
  triggerNumber,
} from './system-table.ts'
import { triggersIn } from './triggers.ts'
import { typeCollation, typeLayout, typeModifier, typeNumber, userTypes } from './types.ts'

/** What an int2vector or oidvector holds: it counts from 0. */
export function vector(values: readonly number[]): SqlArray {
  return { dimensions: [values.length], lowerBounds: [0], values }
}

/** The letter of pg_class.relkind. */
function relationKind(relation: Relation): string {
  if (relation.kind === 'view') return 'v'
  if (relation.kind === 'sequence') return 'S'
  return relation.materialized ? 'm' : 'r'
}

function* indexesOf({ catalog }: SystemContext): Iterable<{ table: TableDefinition; index: IndexDefinition }> {
  for (const each of tablesOf(catalog)) for (const index of each.indexes) yield { table: each, index }
}

// ───────────────────────────────────────────────────────── pg_class, pg_attribute

const classes = catalogTable(
  'pg_class',
  'oid:oid relname:name relnamespace:oid reltype:oid reloftype:oid relowner:oid relam:oid relfilenode:oid reltablespace:oid relpages:int4 ' +
    'reltuples:float4 relallvisible:int4 reltoastrelid:oid relhasindex:bool relisshared:bool relpersistence:char relkind:char relnatts:int2 ' +
    'relchecks:int2 relhasrules:bool relhastriggers:bool relhassubclass:bool relrowsecurity:bool relforcerowsecurity:bool ' +
    'relispopulated:bool relreplident:char relispartition:bool relrewrite:oid relfrozenxid:xid relminmxid:xid relacl:text[] reloptions:text[] ' +
    'relpartbound:text tableoid:oid',
  function* ({ catalog }) {
    for (const relation of sortedRelations(catalog)) {
      const isTable = relation.kind === 'table'
      const { schema, name, temporary } = relation
      yield {
        ...classRow(name, relationNumber(relation), schema, relationKind(relation), temporary),
        reltype: relation.kind === 'sequence' ? 0 : typeNumber({ kind: 'record', name, fields: [] }),
        reltuples: isTable ? catalog.statistics(relation).rowCount : relation.kind === 'sequence' ? 1 : 0,
        relispopulated: !isTable || relation.materialized?.populated !== false,
        relhasindex: isTable && relation.indexes.length > 0,
        relnatts: relation.kind === 'sequence' ? 3 : relation.columns.length,
        relchecks: isTable ? relation.constraints.filter((constraint) => constraint.kind === 'check').length : 0,
        relam: isTable ? 2 : 0,
        relhasrules: relation.kind === 'view' || (isTable && relation.materialized !== undefined),
        relhastriggers: isTable && hasTriggers(relation, catalog),
        relreplident: isTable ? replicaIdentity(relation) : 'n',
        relfilenode: relation.kind === 'view' ? 0 : relationNumber(relation),
        reloptions: isTable && relation.parameters ? sqlArray(relation.parameters) : null,
      }
      if (!isTable) continue
      for (const index of relation.indexes) {
        yield {
          ...classRow(index.name, indexNumber(relation, index), schema, 'i', temporary),
          relnatts: indexWidth(index),
          relam: index.isHash ? 405 : 403,
          relreplident: 'n',
          reloptions: index.parameters ? sqlArray(index.parameters) : null,
        }
      }
    }
    for (const { schema, name, type } of userTypes(catalog)) {
      if (type.kind !== 'record') continue
      yield {
        ...classRow(name, objectNumber('relation', schema, name), schema, 'c', false),
        reltype: typeNumber(type),
        relnatts: type.fields.length,
        relreplident: 'n',
        relfilenode: 0,
      }
    }
  },
)

function replicaIdentity({ replicaIdentity: identity }: TableDefinition): string {
  return typeof identity === 'object' ? 'i' : (identity ?? 'd')
}

/** Foreign keys are kept by triggers of both tables. */
function hasTriggers(own: TableDefinition, catalog: SystemContext['catalog']): boolean {
  if ((own.triggers?.length ?? 0) > 0 || own.constraints.some(({ kind }) => kind === 'foreign-key')) return true
  return tablesOf(catalog).some(({ constraints }) =>
    constraints.some(
      (each) =>
        each.kind === 'foreign-key' && each.referencedTable === own.name && each.referencedSchema === own.schema,
    ),
  )
}

function indexWidth(index: IndexDefinition): number {
  return (index.expressions ?? index.columns).length + index.include.length
}

function classRow(name: string, oid: number, schema: string, kind: string, temporary: boolean): Row {
  return {
    oid,
    relname: name,
    relnamespace: schemaNumber(schema),
    reltype: 0,
    reloftype: 0,
    relowner: 10,
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

const attributes = catalogTable(
  'pg_attribute',
  'attrelid:oid attname:name atttypid:oid attstattarget:int4 attlen:int2 attnum:int2 attndims:int4 attcacheoff:int4 atttypmod:int4 attbyval:bool ' +
    'attalign:char attstorage:char attcompression:char attnotnull:bool atthasdef:bool atthasmissing:bool attidentity:char attgenerated:char ' +
    'attisdropped:bool attislocal:bool attinhcount:int4 attcollation:oid attacl:text[] attoptions:text[] attfdwoptions:text[] attmissingval:text tableoid:oid',
  function* (context) {
    for (const relation of sortedRelations(context.catalog)) {
      const number = relationNumber(relation)
      if (relation.kind === 'sequence') {
        for (const [i, { name, type }] of sequenceColumns.entries())
          yield { ...attributeRow(number, i + 1, name, type), attnotnull: true }
        continue
      }
      for (const [i, column] of relation.columns.entries()) {
        yield {
          ...attributeRow(number, i + 1, column.name, column.type),
          ...('notNull' in column ? definedColumn(column as ColumnDefinition) : {}),
        }
      }
      if (relation.kind === 'table') for (const index of relation.indexes) yield* indexColumns(relation, index, context)
    }
    for (const { schema, name, type } of userTypes(context.catalog)) {
      if (type.kind !== 'record') continue
      const number = objectNumber('relation', schema, name)
      for (const [i, field] of type.fields.entries()) yield attributeRow(number, i + 1, field.name, field.type)
    }
  },
)

function* indexColumns(own: TableDefinition, index: IndexDefinition, context: SystemContext): Iterable<Row> {
  const number = indexNumber(own, index)
  let place = 0
  for (const key of index.expressions ?? index.columns) {
    place++
    const isColumn = typeof key === 'number' || key.kind === 'column'
    const name =
      typeof key === 'number'
        ? own.columns[key].name
        : isColumn
          ? indexKeys(own, index, context)[place - 1]
          : expressionName(key, place)
    const type = typeof key === 'number' ? own.columns[key].type : expressionType(key, own, context)
    yield attributeRow(number, place, name, type)
  }
  for (const column of index.include)
    yield attributeRow(number, ++place, own.columns[column].name, own.columns[column].type)
}

/** The name of an index's column that is an expression. */
function expressionName(key: NonNullable<IndexDefinition['expressions']>[number], place: number): string {
  if (key.kind === 'call') return key.name.parts.at(-1)!.name
  return place === 1 ? 'expr' : `expr${place - 1}`
}

function definedColumn(column: ColumnDefinition): Row {
  return {
    attnotnull: column.notNull,
    atthasdef: column.default !== undefined || column.generated !== undefined,
    attidentity: column.identity ? (column.identity.always ? 'a' : 'd') : '',
    attgenerated: column.generated ? 's' : '',
  }
}

function attributeRow(relation: number, number: number, name: string, type: DataType): Row {
  const { typlen, typbyval, typalign, typstorage } = typeLayout(type)
  return {
    attrelid: relation,
    attname: name,
    atttypid: typeNumber(type),
    attstattarget: -1,
    attlen: typlen,
    attnum: number,
    attndims: type.kind === 'array' ? 1 : 0,
    attcacheoff: -1,
    atttypmod: typeModifier(type),
    attbyval: typbyval,
    attalign: typalign,
    attstorage: typstorage,
    attcompression: '',
    attnotnull: false,
    atthasdef: false,
    atthasmissing: false,
    attidentity: '',
    attgenerated: '',
    attisdropped: false,
    attislocal: true,
    attinhcount: 0,
    attcollation: typeCollation(type),
  }
}

const attributeDefaults = catalogTable(
  'pg_attrdef',
  'oid:oid adrelid:oid adnum:int2 adbin:text tableoid:oid',
  function* (context) {
    for (const relation of tablesOf(context.catalog)) {
      for (const [i, column] of relation.columns.entries()) {
        const text = defaultText(column, relation, context)
        if (text === undefined) continue
        const oid = objectNumber('default', relation.schema, relation.name, column.name)
        yield { oid, adrelid: relationNumber(relation), adnum: i + 1, adbin: text }
      }
    }
  },
)

// ───────────────────────────────────────────────────────── indexes and constraints

const indexes = catalogTable(
  'pg_index',
  'indexrelid:oid indrelid:oid indnatts:int2 indnkeyatts:int2 indisunique:bool indnullsnotdistinct:bool indisprimary:bool indisexclusion:bool ' +
    'indimmediate:bool indisclustered:bool indisvalid:bool indcheckxmin:bool indisready:bool indislive:bool indisreplident:bool ' +
    'indkey:int2vector indcollation:oidvector indclass:oidvector indoption:int2vector indexprs:text indpred:text tableoid:oid',
  function* (context) {
    for (const { table: own, index } of indexesOf(context)) {
      const keys = index.expressions ?? index.columns
      const numbers = keys.map((key) => columnNumber(key, own))
      const types = keys.map((key) =>
        typeof key === 'number' ? own.columns[key].type : expressionType(key, own, context),
      )
      const computed = index.expressions?.filter((each) => each.kind !== 'column') ?? []
      const constraint = own.constraints.find(({ name }) => name === index.constraint)
      yield {
        indexrelid: indexNumber(own, index),
        indrelid: relationNumber(own),
        indnatts: indexWidth(index),
        indnkeyatts: keys.length,
        indisunique: index.unique && !index.exclusion,
        indnullsnotdistinct: index.nullsNotDistinct,
        indisprimary: index.primary,
        indisexclusion: index.exclusion === true,
        indimmediate: !(constraint && 'deferrable' in constraint && constraint.deferrable),
        indisclustered: false,
        indisvalid: true,
        indcheckxmin: false,
        indisready: true,
        indislive: true,
        indisreplident: typeof own.replicaIdentity === 'object' && own.replicaIdentity.index === index.name,
        indkey: vector([...numbers, ...index.include.map((column) => column + 1)]),
        indcollation: vector(types.map(typeCollation)),
        indclass: vector(types.map((type) => objectNumber('class', type.kind))),
        indoption: vector(keys.map((_, i) => optionOf(index.orders?.[i]))),
        indexprs:
          computed.length > 0
            ? computed.map((each) => deparseExpression(each, context, { table: own })).join(', ')
            : null,
        indpred: index.where
          ? deparseExpression(index.where, context, { table: own, type: { kind: 'boolean' } })
          : null,
      }
    }
  },
)

function columnNumber(key: number | NonNullable<IndexDefinition['expressions']>[number], own: TableDefinition): number {
  if (typeof key === 'number') return key + 1
  if (key.kind !== 'column') return 0
  return own.columns.findIndex(({ name }) => name === key.parts.at(-1)?.name) + 1
}

/** Bits of pg_index.indoption. */
function optionOf(order: { readonly descending: boolean; readonly nullsFirst: boolean } | undefined): number {
  return (order?.descending ? 1 : 0) | (order?.nullsFirst ? 2 : 0)
}

// ───────────────────────────────────────────────────────── triggers, rules, dependencies

const eventBits = { insert: 4, delete: 8, update: 16, truncate: 32 } as const
const timingBits = { before: 2, after: 0, 'instead of': 64 } as const
const stateLetters = { origin: 'O', disabled: 'D', replica: 'R', always: 'A' } as const

function triggerBits({ timing, events, forEach }: TriggerDefinition): number {
  const base = (forEach === 'row' ? 1 : 0) | timingBits[timing]
  return events.reduce((bits, { event }) => bits | eventBits[event], base)
}

const triggers = catalogTable(
  'pg_trigger',
  'oid:oid tgrelid:oid tgparentid:oid tgname:name tgfoid:oid tgtype:int2 tgenabled:char tgisinternal:bool tgconstrrelid:oid tgconstrindid:oid ' +
    'tgconstraint:oid tgdeferrable:bool tginitdeferred:bool tgnargs:int2 tgattr:int2vector tgargs:bytea tgqual:text tgoldtable:name tgnewtable:name tableoid:oid',
  function* (context) {
    for (const { owner: own, trigger } of triggersIn(context.catalog)) {
      const { constraint, args, when } = trigger
      const { schema, name } = trigger.function
      const called = context.catalog.findRoutines(name, schema)[0]
      const columns = trigger.events.flatMap((event) => event.columns)
      yield {
        oid: triggerNumber(own, trigger.name),
        tgrelid: relationNumber(own),
        tgparentid: 0,
        tgname: trigger.name,
        tgfoid: called ? routineNumber(called) : 0,
        tgtype: triggerBits(trigger),
        tgenabled: stateLetters[trigger.state],
        tgisinternal: false,
        tgconstrrelid: 0,
        tgconstrindid: 0,
        tgconstraint: constraint && own.kind === 'table' ? constraintNumber(own, trigger.name) : 0,
        tgdeferrable: constraint?.deferrable ?? false,
        tginitdeferred: constraint?.initiallyDeferred ?? false,
        tgnargs: args.length,
        tgattr: vector(columns.map((column) => own.columns.findIndex((each) => each.name === column) + 1)),
        tgargs: new TextEncoder().encode(args.map((arg) => `${arg}\0`).join('')),
        tgqual: when ? triggerCondition(own, when, context) : null,
        tgoldtable: trigger.oldTable ?? null,
        tgnewtable: trigger.newTable ?? null,
      }
    }
  },
)

function isViewLike(relation: Relation): boolean {
  return relation.kind === 'view' || (relation.kind === 'table' && relation.materialized !== undefined)
}

const rules = catalogTable(
  'pg_rewrite',
  'oid:oid rulename:name ev_class:oid ev_type:char ev_enabled:char is_instead:bool ev_qual:text ev_action:text tableoid:oid',
  function* ({ catalog }) {
    for (const relation of sortedRelations(catalog)) {
      if (!isViewLike(relation)) continue
      yield {
        oid: objectNumber('rule', relation.schema, relation.name),
        rulename: '_RETURN',
        ev_class: relationNumber(relation),
        ev_type: '1',
        ev_enabled: 'O',
        is_instead: true,
      }
    }
  },
)

const dependencies = catalogTable(
  'pg_depend',
  'classid:oid objid:oid objsubid:int4 refclassid:oid refobjid:oid refobjsubid:int4 deptype:char tableoid:oid',
  function* ({ catalog }) {
    const classId = systemNumber('pg_catalog', 'pg_class')
    const constraintId = systemNumber('pg_catalog', 'pg_constraint')
    const row = (
      classid: number,
      objid: number,
      refclassid: number,
      refobjid: number,
      refobjsubid: number,
      deptype: string,
    ): Row => ({
      classid,
      objid,
      objsubid: 0,
      refclassid,
      refobjid,
      refobjsubid,
      deptype,
    })
    for (const relation of sortedRelations(catalog)) {
      const number = relationNumber(relation)
      if (relation.kind === 'sequence') {
        const { ownedBy } = relation
        const owner = ownedBy && catalog.findRelation(ownedBy.table, relation.schema)
        if (owner?.kind !== 'table') continue
        const column = owner.columns.findIndex(({ name }) => name === ownedBy!.column)
        const kind = owner.columns[column]?.identity ? 'i' : 'a'
        yield row(classId, number, classId, relationNumber(owner), column + 1, kind)
      }
      if (relation.kind !== 'table') continue
      for (const index of relation.indexes) {
        if (index.constraint)
          yield row(
            classId,
            indexNumber(relation, index),
            constraintId,
            constraintNumber(relation, index.constraint),
            0,
            'i',
          )
        else
          for (const column of index.columns)
            yield row(classId, indexNumber(relation, index), classId, number, column + 1, 'a')
      }
      for (const constraint of relation.constraints) {
        const read = constraint.kind === 'check' ? columnsRead(constraint.expression, relation) : constraint.columns
        for (const column of read)
          yield row(constraintId, constraintNumber(relation, constraint.name), classId, number, column + 1, 'a')
      }
    }
  },
)

export const relationTables: readonly SystemTable[] = [
  classes,
  attributes,
  attributeDefaults,
  indexes,
  constraints,
  triggers,
  rules,
  dependencies,
]
