/** information_schema, after SQL:2016 part 11 as PostgreSQL has it. */
import { hasInsteadOf, updatableColumns } from '../planner/binder/updatable.ts'
import type {
  CatalogView,
  ColumnDefinition,
  ConstraintDefinition,
  ForeignKeyConstraint,
  KeyConstraint,
  SequenceDefinition,
  TableDefinition,
} from '../storage/interface.ts'
import { type DataType, INTEGER } from '../types/data-type.ts'
import { baseTypeName } from '../types/type-names.ts'
import type { Value } from '../types/value.ts'
import { columnsRead } from './constraints.ts'
import { constraintText, defaultText, domainCheckText, viewText } from './definitions.ts'
import { privilegeColumns, privilegeRows } from './fixed-tables.ts'
import { furtherInformation } from './information-objects.ts'
import {
  columns as columnsOf,
  relationNumber,
  type SystemContext,
  type SystemTable,
  schemaNumber,
  sortedRelations,
  tablesOf,
} from './system-table.ts'
import { factColumns, schemaOfType, typeFacts, underlying } from './type-facts.ts'
import { domains } from './types.ts'

const catalogName = 'colonnade'

/** Columns of text, or of what stands behind a colon. */
function texts(...names: readonly string[]): SystemTable['columns'] {
  return columnsOf(names.map((name) => (name.includes(':') ? name : `${name}:text`)).join(' '))
}

function table(name: string, names: readonly string[], rows: SystemTable['rows']): SystemTable {
  return { schema: 'information_schema', name, columns: texts(...names), rows }
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
    'self_referencing_column_name',
    'reference_generation',
    'user_defined_type_catalog',
    'user_defined_type_schema',
    'user_defined_type_name',
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
  columns: texts(
    ...['table_catalog', 'table_schema', 'table_name', 'column_name', 'ordinal_position:int4', 'column_default'],
    'is_nullable',
    ...factColumns.filter((name) => !/^(character_set|collation)/.test(name)),
    ...factColumns.filter((name) => /^(character_set|collation)/.test(name)),
    ...['domain_catalog', 'domain_schema', 'domain_name', 'udt_catalog', 'udt_schema', 'udt_name'],
    ...['scope_catalog', 'scope_schema', 'scope_name', 'maximum_cardinality:int4', 'dtd_identifier'],
    ...['is_self_referencing', 'is_identity', 'identity_generation', 'identity_start', 'identity_increment'],
    ...[
      'identity_maximum',
      'identity_minimum',
      'identity_cycle',
      'is_generated',
      'generation_expression',
      'is_updatable',
    ],
  ),
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
          ...domainOf(column.type, catalog),
          ...underlying(column.type, catalog),
          dtd_identifier: String(i + 1),
          is_self_referencing: 'NO',
          identity_cycle: 'NO',
          ...identityFacts(definition, relation.schema, catalog),
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

function domainOf(type: DataType, catalog: CatalogView): Record<string, Value> {
  if (type.kind !== 'domain' || type.width) return {}
  return { domain_catalog: catalogName, domain_schema: schemaOfType(type, catalog), domain_name: type.name }
}

/** How an identity column counts. */
function identityFacts(
  column: ColumnDefinition | undefined,
  schema: string,
  catalog: CatalogView,
): Record<string, Value> {
  const sequence = column?.identity && catalog.findRelation(column.identity.sequence.split('.').at(-1)!, schema)
  if (sequence?.kind !== 'sequence') return {}
  return {
    identity_start: sequence.start.toString(),
    identity_increment: sequence.increment.toString(),
    identity_maximum: sequence.maximum.toString(),
    identity_minimum: sequence.minimum.toString(),
    identity_cycle: sequence.cycle ? 'YES' : 'NO',
  }
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
    'is_trigger_updatable',
    'is_trigger_deletable',
    'is_trigger_insertable_into',
  ),
  *rows(context) {
    const { catalog } = context
    for (const relation of sortedRelations(catalog)) {
      if (relation.kind !== 'view') continue
      yield {
        table_catalog: catalogName,
        table_schema: relation.schema,
        table_name: relation.name,
        view_definition: viewText(relation, context) ?? null,
        check_option: relation.checkOption?.toUpperCase() ?? 'NONE',
        is_updatable: updatableColumns(relation, catalog) ? 'YES' : 'NO',
        is_insertable_into: updatableColumns(relation, catalog) ? 'YES' : 'NO',
        is_trigger_updatable: hasInsteadOf(relation, 'update') ? 'YES' : 'NO',
        is_trigger_deletable: hasInsteadOf(relation, 'delete') ? 'YES' : 'NO',
        is_trigger_insertable_into: hasInsteadOf(relation, 'insert') ? 'YES' : 'NO',
      }
    }
  },
}

const schemata: SystemTable = {
  schema: 'information_schema',
  name: 'schemata',
  columns: texts(
    'catalog_name',
    'schema_name',
    'schema_owner',
    'default_character_set_catalog',
    'default_character_set_schema',
    'default_character_set_name',
    'sql_path',
  ),
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
        nulls_distinct: constraint.kind === 'unique' ? (constraint.nullsNotDistinct ? 'NO' : 'YES') : null,
      }
    }
    for (const { table, name } of notNulls(context)) {
      yield {
        constraint_catalog: catalogName,
        constraint_schema: table.schema,
        constraint_name: name,
        table_catalog: catalogName,
        table_schema: table.schema,
        table_name: table.name,
        constraint_type: 'CHECK',
        is_deferrable: 'NO',
        initially_deferred: 'NO',
        enforced: 'YES',
      }
    }
  },
}

/** NOT NULL of columns, which the standard has as checks; PostgreSQL names them by numbers. */
function* notNulls({ catalog }: SystemContext): Iterable<{ table: TableDefinition; column: string; name: string }> {
  for (const table of tablesOf(catalog)) {
    for (const [i, { name: column, notNull }] of table.columns.entries()) {
      if (!notNull) continue
      yield { table, column, name: `${schemaNumber(table.schema)}_${relationNumber(table)}_${i + 1}_not_null` }
    }
  }
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
      const target = constraint.kind === 'foreign-key' ? referencedKey(constraint, context.catalog) : undefined
      for (const [i, column] of constraint.columns.entries()) {
        yield {
          ...constraintNames(table, constraint),
          table_catalog: catalogName,
          table_schema: table.schema,
          table_name: table.name,
          column_name: table.columns[column].name,
          ordinal_position: i + 1,
          position_in_unique_constraint:
            constraint.kind === 'foreign-key' && target
              ? target.columns.indexOf(constraint.referencedColumns[i]) + 1
              : null,
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
      const isCheck = constraint.kind === 'check'
      const isForeign = constraint.kind === 'foreign-key'
      const target = isForeign
        ? context.catalog.findRelation(constraint.referencedTable, constraint.referencedSchema)
        : table
      if (target?.kind !== 'table') continue
      const read = isCheck
        ? columnsRead(constraint.expression, table)
        : isForeign
          ? constraint.referencedColumns
          : constraint.columns
      for (const column of read) {
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
      const key = referencedKey(constraint, context.catalog)
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

/** The key that a foreign key refers to. */
function referencedKey(constraint: ForeignKeyConstraint, catalog: CatalogView): KeyConstraint | undefined {
  const target = catalog.findRelation(constraint.referencedTable, constraint.referencedSchema)
  if (target?.kind !== 'table') return undefined
  return target.constraints.find(
    (each): each is KeyConstraint =>
      (each.kind === 'primary-key' || each.kind === 'unique') &&
      sameColumns(each.columns, constraint.referencedColumns),
  )
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
        check_clause: constraintText(table, constraint, context).slice('CHECK '.length),
      }
    }
    for (const { table, column, name } of notNulls(context)) {
      yield {
        constraint_catalog: catalogName,
        constraint_schema: table.schema,
        constraint_name: name,
        check_clause: `${column} IS NOT NULL`,
      }
    }
    for (const domain of domains(context.catalog)) {
      for (const check of domain.checks) {
        yield {
          constraint_catalog: catalogName,
          constraint_schema: domain.schema,
          constraint_name: check.name,
          check_clause: domainCheckText(domain, check, context).slice('CHECK '.length),
        }
      }
    }
  },
}

/** The sequences of identity columns are not listed. */
function isOfIdentity({ ownedBy, schema }: SequenceDefinition, catalog: CatalogView): boolean {
  const owner = ownedBy && catalog.findRelation(ownedBy.table, schema)
  if (owner?.kind !== 'table') return false
  return owner.columns.some(({ name, identity }) => name === ownedBy!.column && identity !== undefined)
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
      if (relation.kind !== 'sequence' || isOfIdentity(relation, catalog)) continue
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
  columns: texts('catalog_name'),
  rows: () => [{ catalog_name: catalogName }],
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
  ...furtherInformation(table),
  table('table_privileges', privilegeColumns, privilegeRows),
  table('role_table_grants', privilegeColumns, privilegeRows),
]
