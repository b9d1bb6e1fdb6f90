/** information_schema, after SQL:2016 part 11 as PostgreSQL has it. */
import { updatableColumns } from '../planner/binder/updatable.ts'
import type { ColumnDefinition, ConstraintDefinition, TableDefinition } from '../storage/interface.ts'
import { type DataType, INTEGER, TEXT } from '../types/data-type.ts'
import { traits } from '../types/traits.ts'
import { baseTypeName } from '../types/type-names.ts'
import type { Value } from '../types/value.ts'
import { constraintText, defaultText } from './definitions.ts'
import { type SystemContext, type SystemTable, sortedRelations, tablesOf } from './system-table.ts'

const catalogName = 'colonnade'

function texts(...names: readonly string[]): (readonly [string, DataType])[] {
  return names.map((name) => [name, TEXT] as const)
}

const constraintKinds: Readonly<Record<ConstraintDefinition['kind'], string>> = {
  'primary-key': 'PRIMARY KEY',
  unique: 'UNIQUE',
  check: 'CHECK',
  'foreign-key': 'FOREIGN KEY',
}

const tables: SystemTable = {
  schema: 'information_schema',
  name: 'tables',
  columns: texts(
    'table_catalog',
    'table_schema',
    'table_name',
    'table_type',
    'is_insertable_into',
    'is_typed',
    'commit_action',
  ),
  *rows({ catalog }) {
    for (const relation of sortedRelations(catalog)) {
      if (relation.kind === 'sequence' || (relation.kind === 'table' && relation.materialized)) continue
      const base = relation.temporary ? 'LOCAL TEMPORARY' : 'BASE TABLE'
      yield {
        table_catalog: catalogName,
        table_schema: relation.schema,
        table_name: relation.name,
        table_type: relation.kind === 'view' ? 'VIEW' : base,
        is_insertable_into: relation.kind === 'table' || updatableColumns(relation, catalog) ? 'YES' : 'NO',
        is_typed: 'NO',
      }
    }
  },
}

const columns: SystemTable = {
  schema: 'information_schema',
  name: 'columns',
  columns: [
    ...texts('table_catalog', 'table_schema', 'table_name', 'column_name'),
    ['ordinal_position', INTEGER],
    ...texts('column_default', 'is_nullable', 'data_type'),
    ['character_maximum_length', INTEGER],
    ['character_octet_length', INTEGER],
    ['numeric_precision', INTEGER],
    ['numeric_precision_radix', INTEGER],
    ['numeric_scale', INTEGER],
    ['datetime_precision', INTEGER],
    ...texts(
      'interval_type',
      'collation_name',
      'domain_name',
      'udt_catalog',
      'udt_schema',
      'udt_name',
      'is_identity',
      'identity_generation',
    ),
    ...texts('is_generated', 'generation_expression', 'is_updatable'),
  ],
  *rows(context) {
    const { catalog } = context
    for (const relation of sortedRelations(catalog)) {
      if (relation.kind === 'sequence' || (relation.kind === 'table' && relation.materialized)) continue
      const updatable = relation.kind === 'view' ? updatableColumns(relation, catalog) : undefined
      for (const [i, column] of relation.columns.entries()) {
        const definition = 'notNull' in column ? (column as ColumnDefinition) : undefined
        yield {
          table_catalog: catalogName,
          table_schema: relation.schema,
          table_name: relation.name,
          column_name: column.name,
          ordinal_position: i + 1,
          column_default:
            (relation.kind === 'table' &&
              definition &&
              !definition.generated &&
              defaultText(definition, relation, context)) ||
            null,
          is_nullable: definition?.notNull ? 'NO' : 'YES',
          ...typeFacts(column.type),
          udt_catalog: catalogName,
          udt_schema: 'pg_catalog',
          is_identity: definition?.identity ? 'YES' : 'NO',
          identity_generation: definition?.identity ? (definition.identity.always ? 'ALWAYS' : 'BY DEFAULT') : null,
          is_generated: definition?.generated ? 'ALWAYS' : 'NEVER',
          generation_expression:
            relation.kind === 'table' && definition?.generated ? defaultText(definition, relation, context) : null,
          is_updatable: relation.kind === 'table' || updatable?.[i] ? 'YES' : 'NO',
        }
      }
    }
  },
}

function typeFacts(type: DataType): Record<string, Value> {
  const facts: Record<string, Value> = { data_type: dataTypeName(type), udt_name: internalName(type) }
  switch (type.kind) {
    case 'varchar':
    case 'char':
      return {
        ...facts,
        character_maximum_length: type.length ?? null,
        character_octet_length: type.length ? type.length * 4 : 1073741824,
      }
    case 'text':
      return { ...facts, character_octet_length: 1073741824 }
    case 'smallint':
      return { ...facts, numeric_precision: 16, numeric_precision_radix: 2, numeric_scale: 0 }
    case 'integer':
      return { ...facts, numeric_precision: 32, numeric_precision_radix: 2, numeric_scale: 0 }
    case 'bigint':
      return { ...facts, numeric_precision: 64, numeric_precision_radix: 2, numeric_scale: 0 }
    case 'real':
      return { ...facts, numeric_precision: 24, numeric_precision_radix: 2 }
    case 'double':
      return { ...facts, numeric_precision: 53, numeric_precision_radix: 2 }
    case 'numeric':
      return {
        ...facts,
        numeric_precision: type.precision ?? null,
        numeric_precision_radix: 10,
        numeric_scale: type.scale ?? null,
      }
    case 'date':
      return { ...facts, datetime_precision: 0 }
    case 'time':
    case 'timetz':
    case 'timestamp':
    case 'timestamptz':
    case 'interval':
      return { ...facts, datetime_precision: type.precision ?? 6 }
    case 'domain':
      return { ...typeFacts(type.base), domain_name: type.name }
    default:
      return facts
  }
}

function dataTypeName(type: DataType): string {
  switch (type.kind) {
    case 'array':
      return 'ARRAY'
    case 'enum':
    case 'record':
      return 'USER-DEFINED'
    default:
      return baseTypeName(type)
  }
}

function internalName(type: DataType): string {
  if (type.kind === 'array') return `_${internalName(type.element)}`
  return 'name' in type && type.name ? type.name : traits(type).internalName
}

const views: SystemTable = {
  schema: 'information_schema',
  name: 'views',
  columns: texts(
    'table_catalog',
    'table_schema',
    'table_name',
    'view_definition',
    'check_option',
    'is_updatable',
    'is_insertable_into',
  ),
  *rows({ catalog }) {
    for (const relation of sortedRelations(catalog)) {
      if (relation.kind !== 'view') continue
      yield {
        table_catalog: catalogName,
        table_schema: relation.schema,
        table_name: relation.name,
        view_definition: relation.queryText,
        check_option: relation.checkOption?.toUpperCase() ?? 'NONE',
        is_updatable: updatableColumns(relation, catalog) ? 'YES' : 'NO',
        is_insertable_into: updatableColumns(relation, catalog) ? 'YES' : 'NO',
      }
    }
  },
}

const schemata: SystemTable = {
  schema: 'information_schema',
  name: 'schemata',
  columns: texts('catalog_name', 'schema_name', 'schema_owner', 'default_character_set_name', 'sql_path'),
  *rows({ catalog, functions }) {
    for (const schema of new Set([...catalog.schemas(), 'information_schema', 'pg_catalog'])) {
      yield { catalog_name: catalogName, schema_name: schema, schema_owner: functions.user }
    }
  },
}

function* constraints(context: SystemContext): Iterable<{ table: TableDefinition; constraint: ConstraintDefinition }> {
  for (const table of tablesOf(context.catalog)) for (const constraint of table.constraints) yield { table, constraint }
}

function constraintNames(table: TableDefinition, constraint: ConstraintDefinition): Record<string, Value> {
  return { constraint_catalog: catalogName, constraint_schema: table.schema, constraint_name: constraint.name }
}

const tableConstraints: SystemTable = {
  schema: 'information_schema',
  name: 'table_constraints',
  columns: [
    ...texts(
      'constraint_catalog',
      'constraint_schema',
      'constraint_name',
      'table_catalog',
      'table_schema',
      'table_name',
    ),
    ...texts('constraint_type', 'is_deferrable', 'initially_deferred', 'enforced', 'nulls_distinct'),
  ],
  *rows(context) {
    for (const { table, constraint } of constraints(context)) {
      yield {
        ...constraintNames(table, constraint),
        table_catalog: catalogName,
        table_schema: table.schema,
        table_name: table.name,
        constraint_type: constraintKinds[constraint.kind],
        is_deferrable: 'deferrable' in constraint && constraint.deferrable ? 'YES' : 'NO',
        initially_deferred: 'deferrable' in constraint && constraint.initiallyDeferred ? 'YES' : 'NO',
        enforced: 'YES',
      }
    }
  },
}

const keyColumnUsage: SystemTable = {
  schema: 'information_schema',
  name: 'key_column_usage',
  columns: [
    ...texts(
      'constraint_catalog',
      'constraint_schema',
      'constraint_name',
      'table_catalog',
      'table_schema',
      'table_name',
      'column_name',
    ),
    ['ordinal_position', INTEGER],
    ['position_in_unique_constraint', INTEGER],
  ],
  *rows(context) {
    for (const { table, constraint } of constraints(context)) {
      if (constraint.kind === 'check') continue
      for (const [i, column] of constraint.columns.entries()) {
        yield {
          ...constraintNames(table, constraint),
          table_catalog: catalogName,
          table_schema: table.schema,
          table_name: table.name,
          column_name: table.columns[column].name,
          ordinal_position: i + 1,
          position_in_unique_constraint: constraint.kind === 'foreign-key' ? i + 1 : null,
        }
      }
    }
  },
}

const constraintColumnUsage: SystemTable = {
  schema: 'information_schema',
  name: 'constraint_column_usage',
  columns: texts(
    'table_catalog',
    'table_schema',
    'table_name',
    'column_name',
    'constraint_catalog',
    'constraint_schema',
    'constraint_name',
  ),
  *rows(context) {
    for (const { table, constraint } of constraints(context)) {
      if (constraint.kind === 'check') continue
      const isForeign = constraint.kind === 'foreign-key'
      const target = isForeign
        ? context.catalog.findRelation(constraint.referencedTable, constraint.referencedSchema)
        : table
      if (target?.kind !== 'table') continue
      for (const column of isForeign ? constraint.referencedColumns : constraint.columns) {
        yield {
          table_catalog: catalogName,
          table_schema: target.schema,
          table_name: target.name,
          column_name: target.columns[column].name,
          ...constraintNames(table, constraint),
        }
      }
    }
  },
}

const referentialConstraints: SystemTable = {
  schema: 'information_schema',
  name: 'referential_constraints',
  columns: [
    ...texts(
      'constraint_catalog',
      'constraint_schema',
      'constraint_name',
      'unique_constraint_catalog',
      'unique_constraint_schema',
    ),
    ...texts('unique_constraint_name', 'match_option', 'update_rule', 'delete_rule'),
  ],
  *rows(context) {
    for (const { table, constraint } of constraints(context)) {
      if (constraint.kind !== 'foreign-key') continue
      const target = context.catalog.findRelation(constraint.referencedTable, constraint.referencedSchema)
      const key =
        target?.kind === 'table'
          ? target.constraints.find(
              (each) =>
                (each.kind === 'primary-key' || each.kind === 'unique') &&
                sameColumns(each.columns, constraint.referencedColumns),
            )
          : undefined
      yield {
        ...constraintNames(table, constraint),
        unique_constraint_catalog: catalogName,
        unique_constraint_schema: constraint.referencedSchema,
        unique_constraint_name: key?.name ?? null,
        match_option: constraint.match === 'full' ? 'FULL' : 'NONE',
        update_rule: constraint.onUpdate.toUpperCase(),
        delete_rule: constraint.onDelete.toUpperCase(),
      }
    }
  },
}

function sameColumns(left: readonly number[], right: readonly number[]): boolean {
  return left.length === right.length && left.every((column) => right.includes(column))
}

const checkConstraints: SystemTable = {
  schema: 'information_schema',
  name: 'check_constraints',
  columns: texts('constraint_catalog', 'constraint_schema', 'constraint_name', 'check_clause'),
  *rows(context) {
    for (const { table, constraint } of constraints(context)) {
      if (constraint.kind !== 'check') continue
      yield {
        ...constraintNames(table, constraint),
        check_clause: constraintText(table, constraint, context).slice('CHECK ('.length, -1),
      }
    }
  },
}

const sequences: SystemTable = {
  schema: 'information_schema',
  name: 'sequences',
  columns: [
    ...texts('sequence_catalog', 'sequence_schema', 'sequence_name', 'data_type'),
    ['numeric_precision', INTEGER],
    ['numeric_precision_radix', INTEGER],
    ['numeric_scale', INTEGER],
    ...texts('start_value', 'minimum_value', 'maximum_value', 'increment', 'cycle_option'),
  ],
  *rows({ catalog }) {
    for (const relation of sortedRelations(catalog)) {
      if (relation.kind !== 'sequence') continue
      yield {
        sequence_catalog: catalogName,
        sequence_schema: relation.schema,
        sequence_name: relation.name,
        data_type: baseTypeName(relation.type),
        numeric_precision: typeFacts(relation.type).numeric_precision,
        numeric_precision_radix: 2,
        numeric_scale: 0,
        start_value: relation.start.toString(),
        minimum_value: relation.minimum.toString(),
        maximum_value: relation.maximum.toString(),
        increment: relation.increment.toString(),
        cycle_option: relation.cycle ? 'YES' : 'NO',
      }
    }
  },
}

const catalogNameTable: SystemTable = {
  schema: 'information_schema',
  name: 'information_schema_catalog_name',
  columns: [['catalog_name', TEXT]],
  rows: () => [{ catalog_name: catalogName }],
}

const routines: SystemTable = {
  schema: 'information_schema',
  name: 'routines',
  columns: texts(
    'specific_catalog',
    'specific_schema',
    'specific_name',
    'routine_catalog',
    'routine_schema',
    'routine_name',
    'routine_type',
    'data_type',
    'routine_definition',
  ),
  *rows({ catalog }) {
    let number = 0
    for (const { kind, schema, name, returns, body } of catalog.routines()) {
      if (kind === 'aggregate') continue
      yield {
        specific_catalog: catalogName,
        specific_schema: schema,
        specific_name: `${name}_${++number}`,
        routine_catalog: catalogName,
        routine_schema: schema,
        routine_name: name,
        routine_type: kind === 'procedure' ? 'PROCEDURE' : 'FUNCTION',
        data_type:
          kind === 'procedure'
            ? null
            : kind === 'trigger'
              ? 'trigger'
              : typeof returns === 'string'
                ? returns
                : baseTypeName(returns),
        routine_definition: body.kind === 'sql' ? body.text : null,
      }
    }
  },
}

const triggers: SystemTable = {
  schema: 'information_schema',
  name: 'triggers',
  columns: texts(
    'trigger_catalog',
    'trigger_schema',
    'trigger_name',
    'event_manipulation',
    'event_object_schema',
    'event_object_table',
    'action_statement',
    'action_orientation',
    'action_timing',
  ),
  *rows({ catalog }) {
    for (const table of tablesOf(catalog)) {
      for (const { name, events, function: called, forEach, timing } of table.triggers ?? []) {
        for (const { event } of events) {
          yield {
            trigger_catalog: catalogName,
            trigger_schema: table.schema,
            trigger_name: name,
            event_manipulation: event.toUpperCase(),
            event_object_schema: table.schema,
            event_object_table: table.name,
            action_statement: `EXECUTE FUNCTION ${called.name}()`,
            action_orientation: forEach.toUpperCase(),
            action_timing: timing.toUpperCase(),
          }
        }
      }
    }
  },
}

/** Tables that programs look into and that have nothing to say here. */
function empty(name: string, ...names: readonly string[]): SystemTable {
  return { schema: 'information_schema', name, columns: texts(...names), rows: () => [] }
}

export const informationSchema: readonly SystemTable[] = [
  tables,
  columns,
  views,
  schemata,
  tableConstraints,
  keyColumnUsage,
  constraintColumnUsage,
  referentialConstraints,
  checkConstraints,
  sequences,
  catalogNameTable,
  routines,
  triggers,
  empty(
    'table_privileges',
    'grantor',
    'grantee',
    'table_catalog',
    'table_schema',
    'table_name',
    'privilege_type',
    'is_grantable',
  ),
]
