/** information_schema on what is no table: routines and their parameters, domains, types, triggers, and who uses what. */
import type { CatalogView, RoutineDefinition, RoutineParameter, TriggerDefinition } from '../storage/interface.ts'
import type { DataType } from '../types/data-type.ts'
import type { Value } from '../types/value.ts'
import { isFunction, routineNumber } from './comments.ts'
import { triggerCall, triggerCondition } from './definitions.ts'
import { deparseExpression } from './deparse/deparse.ts'
import { type SystemContext, type SystemTable, sortedRelations, tablesOf } from './system-table.ts'
import { triggersIn } from './triggers.ts'
import { factColumns, schemaOfType, typeFacts, underlying } from './type-facts.ts'
import { domains, userTypes } from './types.ts'

type Row = Record<string, Value>
type MakeTable = (name: string, names: readonly string[], rows: SystemTable['rows']) => SystemTable

const catalogName = 'colonnade'
const words = (text: string): string[] => text.split(' ')
const scopeColumns = words('scope_catalog scope_schema scope_name maximum_cardinality:int4 dtd_identifier')

export function furtherInformation(table: MakeTable): SystemTable[] {
  const routineKey = words('specific_catalog specific_schema specific_name')
  return [
    table(
      'routines',
      [
        ...routineKey,
        ...words('routine_catalog routine_schema routine_name routine_type module_catalog module_schema module_name'),
        ...words('udt_catalog udt_schema udt_name'),
        ...factColumns,
        ...words('type_udt_catalog type_udt_schema type_udt_name'),
        ...scopeColumns,
        ...words('routine_body routine_definition external_name external_language parameter_style is_deterministic'),
        ...words('sql_data_access is_null_call sql_path schema_level_routine max_dynamic_result_sets:int4'),
        ...words('is_user_defined_cast is_implicitly_invocable security_type is_udt_dependent'),
      ],
      routines,
    ),
    table(
      'parameters',
      [
        ...routineKey,
        ...words('ordinal_position:int4 parameter_mode is_result as_locator parameter_name'),
        ...factColumns,
        ...words('udt_catalog udt_schema udt_name'),
        ...scopeColumns,
        'parameter_default',
      ],
      parameters,
    ),
    table(
      'domains',
      [
        ...words('domain_catalog domain_schema domain_name'),
        ...factColumns,
        ...words('domain_default udt_catalog udt_schema udt_name'),
        ...scopeColumns,
      ],
      domainRows,
    ),
    table(
      'domain_constraints',
      words(
        'constraint_catalog constraint_schema constraint_name domain_catalog domain_schema domain_name is_deferrable initially_deferred',
      ),
      domainConstraints,
    ),
    table(
      'column_domain_usage',
      words('domain_catalog domain_schema domain_name table_catalog table_schema table_name column_name'),
      function* ({ catalog }) {
        for (const { column, ...place } of eachColumn(catalog)) {
          if (column.type.kind !== 'domain' || column.type.width) continue
          const { name } = column.type
          yield {
            domain_catalog: catalogName,
            domain_schema: schemaOfType(column.type, catalog),
            domain_name: name,
            ...place,
          }
        }
      },
    ),
    table(
      'column_udt_usage',
      words('udt_catalog udt_schema udt_name table_catalog table_schema table_name column_name'),
      function* ({ catalog }) {
        for (const { column, ...place } of eachColumn(catalog)) yield { ...underlying(column.type, catalog), ...place }
      },
    ),
    table(
      'attributes',
      [
        ...words('udt_catalog udt_schema udt_name attribute_name ordinal_position:int4 attribute_default is_nullable'),
        ...factColumns,
        ...words('attribute_udt_catalog attribute_udt_schema attribute_udt_name'),
        ...scopeColumns,
        'is_derived_reference_attribute',
      ],
      attributes,
    ),
    table(
      'user_defined_types',
      [
        ...words(
          'user_defined_type_catalog user_defined_type_schema user_defined_type_name user_defined_type_category',
        ),
        ...words('is_instantiable is_final ordering_form ordering_category ordering_routine_catalog'),
        ...words('ordering_routine_schema ordering_routine_name reference_type'),
        ...factColumns,
        ...words('source_dtd_identifier ref_dtd_identifier'),
      ],
      function* ({ catalog }) {
        for (const { schema, name, type } of userTypes(catalog)) {
          if (type.kind !== 'record') continue
          yield {
            user_defined_type_catalog: catalogName,
            user_defined_type_schema: schema,
            user_defined_type_name: name,
            user_defined_type_category: 'STRUCTURED',
            is_instantiable: 'YES',
          }
        }
      },
    ),
    table(
      'element_types',
      [
        ...words('object_catalog object_schema object_name object_type collection_type_identifier'),
        ...factColumns,
        ...words('domain_default udt_catalog udt_schema udt_name'),
        ...scopeColumns,
      ],
      elementTypes,
    ),
    table(
      'triggers',
      [
        ...words('trigger_catalog trigger_schema trigger_name event_manipulation event_object_catalog'),
        ...words('event_object_schema event_object_table action_order:int4 action_condition action_statement'),
        ...words('action_orientation action_timing action_reference_old_table action_reference_new_table'),
        ...words('action_reference_old_row action_reference_new_row created:timestamptz'),
      ],
      triggers,
    ),
    table(
      'triggered_update_columns',
      words(
        'trigger_catalog trigger_schema trigger_name event_object_catalog event_object_schema event_object_table event_object_column',
      ),
      function* ({ catalog }) {
        for (const own of tablesOf(catalog)) {
          for (const trigger of own.triggers ?? []) {
            for (const event_object_column of trigger.events.flatMap(({ columns }) => columns))
              yield { ...triggerKey(own, trigger), event_object_column }
          }
        }
      },
    ),
    table(
      'constraint_table_usage',
      words('table_catalog table_schema table_name constraint_catalog constraint_schema constraint_name'),
      function* ({ catalog }) {
        for (const own of tablesOf(catalog)) {
          for (const constraint of own.constraints) {
            if (constraint.kind === 'check') continue
            const isForeign = constraint.kind === 'foreign-key'
            yield {
              table_catalog: catalogName,
              table_schema: isForeign ? constraint.referencedSchema : own.schema,
              table_name: isForeign ? constraint.referencedTable : own.name,
              constraint_catalog: catalogName,
              constraint_schema: own.schema,
              constraint_name: constraint.name,
            }
          }
        }
      },
    ),
    table('enabled_roles', ['role_name'], ({ functions }) => [{ role_name: functions.user }]),
    table('applicable_roles', words('grantee role_name is_grantable'), () => []),
    table(
      'character_sets',
      words(
        'character_set_catalog character_set_schema character_set_name character_repertoire form_of_use ' +
          'default_collate_catalog default_collate_schema default_collate_name',
      ),
      ({ functions }) => [
        {
          character_set_name: 'UTF8',
          character_repertoire: 'UCS',
          form_of_use: 'UTF8',
          default_collate_catalog: functions.database,
          default_collate_schema: 'pg_catalog',
          default_collate_name: 'C',
        },
      ],
    ),
  ]
}

function* eachColumn(catalog: CatalogView): Iterable<Row & { readonly column: { readonly type: DataType } }> {
  for (const relation of sortedRelations(catalog)) {
    if (relation.kind === 'sequence') continue
    for (const column of relation.columns) {
      yield {
        table_catalog: catalogName,
        table_schema: relation.schema,
        table_name: relation.name,
        column_name: column.name,
        column,
      }
    }
  }
}

// ───────────────────────────────────────────────────────── routines

function routineKeyOf(routine: RoutineDefinition): Row {
  return {
    specific_catalog: catalogName,
    specific_schema: routine.schema,
    specific_name: `${routine.name}_${routineNumber(routine)}`,
  }
}

function* listedRoutines(catalog: CatalogView): Iterable<RoutineDefinition> {
  for (const routine of catalog.routines()) if (isFunction(routine) && routine.kind !== 'aggregate') yield routine
}

/** Of a type or a pseudo-type: only names are told of what a routine takes and returns. */
function namesOfType(type: RoutineDefinition['returns'], catalog: CatalogView): Row {
  if (typeof type === 'string')
    return { data_type: type, udt_catalog: catalogName, udt_schema: 'pg_catalog', udt_name: type }
  return { data_type: typeFacts(type).data_type, ...underlying(type, catalog) }
}

function* routines({ catalog }: SystemContext): Iterable<Row> {
  for (const routine of listedRoutines(catalog)) {
    const isProcedure = routine.kind === 'procedure'
    const returns = routine.kind === 'trigger' ? 'trigger' : routine.returns
    const isSql = routine.body.kind === 'sql'
    yield {
      ...routineKeyOf(routine),
      routine_catalog: catalogName,
      routine_schema: routine.schema,
      routine_name: routine.name,
      routine_type: isProcedure ? 'PROCEDURE' : 'FUNCTION',
      ...(isProcedure
        ? {}
        : {
            ...namesOfType(returns as RoutineDefinition['returns'], catalog),
            type_udt_catalog: catalogName,
            dtd_identifier: '0',
          }),
      ...(isProcedure ? {} : typeUdt(returns as RoutineDefinition['returns'], catalog)),
      routine_body: isSql ? 'SQL' : 'EXTERNAL',
      routine_definition: routine.body.kind === 'sql' ? routine.body.text : null,
      external_language: isSql ? 'SQL' : 'INTERNAL',
      parameter_style: 'GENERAL',
      is_deterministic: routine.volatility === 'immutable' ? 'YES' : 'NO',
      sql_data_access: 'MODIFIES',
      is_null_call: isProcedure ? null : routine.strict ? 'YES' : 'NO',
      schema_level_routine: 'YES',
      max_dynamic_result_sets: 0,
      security_type: 'INVOKER',
      is_udt_dependent: 'NO',
    }
  }
}

/** A routine's type is told as the one underlying it, under another name. */
function typeUdt(type: RoutineDefinition['returns'], catalog: CatalogView): Row {
  const { udt_catalog, udt_schema, udt_name } = namesOfType(type, catalog)
  return {
    type_udt_catalog: udt_catalog,
    type_udt_schema: udt_schema,
    type_udt_name: udt_name,
    udt_catalog: null,
    udt_schema: null,
    udt_name: null,
  }
}

const modes: Readonly<Record<RoutineParameter['mode'], string>> = {
  in: 'IN',
  out: 'OUT',
  inout: 'INOUT',
  variadic: 'IN',
  table: 'OUT',
}

function* parameters(context: SystemContext): Iterable<Row> {
  for (const routine of listedRoutines(context.catalog)) {
    for (const [i, { name, mode, type, default: preset }] of routine.parameters.entries()) {
      yield {
        ...routineKeyOf(routine),
        ordinal_position: i + 1,
        parameter_mode: modes[mode],
        is_result: 'NO',
        as_locator: 'NO',
        parameter_name: name ?? null,
        ...namesOfType(type, context.catalog),
        dtd_identifier: String(i + 1),
        parameter_default: preset ? deparseExpression(preset, context, typeof type === 'string' ? {} : { type }) : null,
      }
    }
  }
}

// ───────────────────────────────────────────────────────── types

function* domainRows(context: SystemContext): Iterable<Row> {
  for (const domain of domains(context.catalog)) {
    const { base } = domain.type
    yield {
      domain_catalog: catalogName,
      domain_schema: domain.schema,
      domain_name: domain.name,
      ...typeFacts(base),
      domain_default: domain.default ? deparseExpression(domain.default, context, { type: base }) : null,
      ...underlying(base, context.catalog),
      dtd_identifier: '1',
    }
  }
}

function* domainConstraints({ catalog }: SystemContext): Iterable<Row> {
  for (const domain of domains(catalog)) {
    for (const check of domain.checks) {
      yield {
        constraint_catalog: catalogName,
        constraint_schema: domain.schema,
        constraint_name: check.name,
        domain_catalog: catalogName,
        domain_schema: domain.schema,
        domain_name: domain.name,
        is_deferrable: 'NO',
        initially_deferred: 'NO',
      }
    }
  }
}

function* attributes({ catalog }: SystemContext): Iterable<Row> {
  for (const { schema, name, type } of userTypes(catalog)) {
    if (type.kind !== 'record') continue
    for (const [i, field] of type.fields.entries()) {
      yield {
        udt_catalog: catalogName,
        udt_schema: schema,
        udt_name: name,
        attribute_name: field.name,
        ordinal_position: i + 1,
        is_nullable: 'YES',
        ...typeFacts(field.type),
        ...underlying(field.type, catalog, 'attribute_'),
        dtd_identifier: String(i + 1),
        is_derived_reference_attribute: 'NO',
      }
    }
  }
}

function* elementTypes({ catalog }: SystemContext): Iterable<Row> {
  for (const relation of sortedRelations(catalog)) {
    if (relation.kind === 'sequence') continue
    for (const [i, { type }] of relation.columns.entries()) {
      if (type.kind !== 'array') continue
      yield {
        object_catalog: catalogName,
        object_schema: relation.schema,
        object_name: relation.name,
        object_type: 'TABLE',
        collection_type_identifier: String(i + 1),
        data_type: typeFacts(type.element).data_type,
        ...underlying(type.element, catalog),
        dtd_identifier: `a${i + 1}`,
      }
    }
  }
}

// ───────────────────────────────────────────────────────── triggers

function triggerKey(
  { schema, name }: { readonly schema: string; readonly name: string },
  trigger: TriggerDefinition,
): Row {
  return {
    trigger_catalog: catalogName,
    trigger_schema: schema,
    trigger_name: trigger.name,
    event_object_catalog: catalogName,
    event_object_schema: schema,
    event_object_table: name,
  }
}

function* triggers(context: SystemContext): Iterable<Row> {
  const orders = new Map<string, number>()
  for (const { owner, trigger } of triggersIn(context.catalog)) {
    const { events, forEach, timing, when } = trigger
    for (const { event } of events) {
      if (event === 'truncate') continue
      const key = JSON.stringify([owner.schema, owner.name, event, forEach, timing])
      const order = (orders.get(key) ?? 0) + 1
      orders.set(key, order)
      yield {
        ...triggerKey(owner, trigger),
        event_manipulation: event.toUpperCase(),
        action_order: order,
        action_condition: when ? triggerCondition(owner, when, context) : null,
        action_statement: `EXECUTE FUNCTION ${triggerCall(trigger, context)}`,
        action_orientation: forEach.toUpperCase(),
        action_timing: timing.toUpperCase(),
        action_reference_old_table: trigger.oldTable ?? null,
        action_reference_new_table: trigger.newTable ?? null,
      }
    }
  }
}
