/** Definitions as SQL text: what pg_get_constraintdef, pg_get_indexdef and their like show, in PostgreSQL's words and layout. */
import { baseType } from '../functions/coercion.ts'
import type * as ast from '../parser/ast.ts'
import { printPlanned } from '../parser/print-change.ts'
import { printSetting } from '../parser/setting-value.ts'
import type {
  ConstraintDefinition,
  DomainDefinition,
  IndexDefinition,
  Relation,
  RoutineDefinition,
  TableDefinition,
  TriggerDefinition,
  TriggerEvent,
  ViewDefinition,
} from '../storage/interface.ts'
import type { DataType } from '../types/data-type.ts'
import { traits } from '../types/traits.ts'
import { type DeparseContext, deparseExpression, deparseQuery } from './deparse/deparse.ts'
import { quoteIdentifier, shownType } from './deparse/names.ts'

const BOOLEAN = { kind: 'boolean' } as const

function columnNames(table: TableDefinition, columns: readonly number[]): string {
  return columns.map((column) => quoteIdentifier(table.columns[column].name)).join(', ')
}

/** With its schema where the search path would not find it. */
export function visibleName(schema: string, name: string, { catalog }: DeparseContext): string {
  const found = catalog.findRelation(name)
  if (found?.schema === schema || (!found && catalog.searchPath.includes(schema))) return quoteIdentifier(name)
  return `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`
}

/** `PRIMARY KEY (a, b)`, `CHECK ((a > 0))`, `FOREIGN KEY (a) REFERENCES t(b) ON DELETE CASCADE`. */
export function constraintText(
  table: TableDefinition,
  constraint: ConstraintDefinition,
  context: DeparseContext,
  pretty = false,
): string {
  switch (constraint.kind) {
    case 'primary-key':
    case 'unique': {
      if (constraint.exclusion) return exclusionText(table, constraint, constraint.exclusion, context, pretty)
      const word = constraint.kind === 'unique' ? 'UNIQUE' : 'PRIMARY KEY'
      const nulls = constraint.nullsNotDistinct ? ' NULLS NOT DISTINCT' : ''
      const index = table.indexes.find((each) => each.constraint === constraint.name)
      const include = index && index.include.length > 0 ? ` INCLUDE (${columnNames(table, index.include)})` : ''
      return `${word}${nulls} (${columnNames(table, constraint.columns)})${include}${deferral(constraint)}`
    }
    case 'check':
      return `CHECK (${deparseExpression(constraint.expression, context, { table, type: BOOLEAN, pretty })})`
    case 'foreign-key': {
      const referenced = context.catalog.findRelation(constraint.referencedTable, constraint.referencedSchema)
      const target = referenced?.kind === 'table' ? `(${columnNames(referenced, constraint.referencedColumns)})` : ''
      const match = constraint.match === 'full' ? ' MATCH FULL' : ''
      const update = constraint.onUpdate === 'no action' ? '' : ` ON UPDATE ${constraint.onUpdate.toUpperCase()}`
      const remove = constraint.onDelete === 'no action' ? '' : ` ON DELETE ${constraint.onDelete.toUpperCase()}`
      const some = constraint.onDeleteColumns ? ` (${columnNames(table, constraint.onDeleteColumns)})` : ''
      const name = visibleName(constraint.referencedSchema, constraint.referencedTable, context)
      return `FOREIGN KEY (${columnNames(table, constraint.columns)}) REFERENCES ${name}${target}${match}${update}${remove}${some}${deferral(constraint)}`
    }
  }
}

/** A domain's CHECK. */
export function domainCheckText(
  domain: DomainDefinition,
  check: DomainDefinition['checks'][number],
  context: DeparseContext,
  pretty = false,
): string {
  return `CHECK (${deparseExpression(check.expression, context, { value: domain.type.base, type: BOOLEAN, pretty })})`
}

function exclusionText(
  table: TableDefinition,
  constraint: Extract<ConstraintDefinition, { kind: 'primary-key' | 'unique' }>,
  { method, expressions, where }: NonNullable<typeof constraint.exclusion>,
  context: DeparseContext,
  pretty: boolean,
): string {
  const parts =
    expressions?.map((each) => keyText(table, each, context, pretty)) ??
    constraint.columns.map((column) => quoteIdentifier(table.columns[column].name))
  const condition = where ? ` WHERE (${deparseExpression(where, context, { table, type: BOOLEAN, pretty })})` : ''
  return `EXCLUDE USING ${method} (${parts.map((part) => `${part} WITH =`).join(', ')})${condition}${deferral(constraint)}`
}

function deferral(constraint: { readonly deferrable: boolean; readonly initiallyDeferred: boolean }): string {
  return constraint.deferrable ? ` DEFERRABLE${constraint.initiallyDeferred ? ' INITIALLY DEFERRED' : ''}` : ''
}

/** One expression of an index; all but calls stand in parentheses. */
function keyText(table: TableDefinition, key: Expression, context: DeparseContext, pretty: boolean): string {
  const text = deparseExpression(key, context, { table, pretty })
  return key.kind === 'column' || key.kind === 'call' ? text : `(${text})`
}

type Expression = NonNullable<IndexDefinition['expressions']>[number]

/** What an index calls each of its keys, without their order. */
export function indexKeys(
  table: TableDefinition,
  index: IndexDefinition,
  context: DeparseContext,
  pretty = false,
): string[] {
  if (index.expressions) return index.expressions.map((each) => keyText(table, each, context, pretty))
  return index.columns.map((column) => quoteIdentifier(table.columns[column].name))
}

/** The access method as PostgreSQL would have chosen it. */
export function indexMethod(index: IndexDefinition): 'btree' | 'hash' {
  return index.isHash ? 'hash' : 'btree'
}

/** `CREATE UNIQUE INDEX i ON public.t USING btree (a, b)`. */
export function indexText(
  table: TableDefinition,
  index: IndexDefinition,
  context: DeparseContext,
  pretty = false,
): string {
  const keys = indexKeys(table, index, context, pretty).map((key, i) => {
    const order = index.orders?.[i]
    if (!order) return key
    const usual = order.nullsFirst === order.descending
    const collation = order.collation === undefined ? '' : ` COLLATE ${quoteIdentifier(order.collation)}`
    return `${key}${collation}${classText(table, index, i)}${order.descending ? ' DESC' : ''}${usual ? '' : order.nullsFirst ? ' NULLS FIRST' : ' NULLS LAST'}`
  })
  const include = index.include.length > 0 ? ` INCLUDE (${columnNames(table, index.include)})` : ''
  const nulls = index.nullsNotDistinct ? ' NULLS NOT DISTINCT' : ''
  const parameters = index.parameters ? ` WITH (${index.parameters.map(parameterText).join(', ')})` : ''
  const where = index.where ? ` WHERE ${deparseExpression(index.where, context, { table, type: BOOLEAN, pretty })}` : ''
  const target = tableName(table, context, pretty)
  return `CREATE ${index.unique ? 'UNIQUE ' : ''}INDEX ${quoteIdentifier(index.name)} ON ${target} USING ${indexMethod(index)} (${keys.join(', ')})${include}${nulls}${parameters}${where}`
}

/** The operator class of a key, unless it is the one that its type has anyway. */
function classText(table: TableDefinition, index: IndexDefinition, key: number): string {
  const name = index.orders?.[key]?.operatorClass
  if (name === undefined) return ''
  const type = index.expressions ? undefined : baseType(table.columns[index.columns[key]].type)
  if (type && name === usualClass(type)) return ''
  return ` ${quoteIdentifier(name)}`
}

function usualClass(type: DataType): string {
  if (type.kind === 'varchar') return 'text_ops'
  return type.kind === 'array' ? 'array_ops' : `${traits(type).internalName}_ops`
}

function parameterText(parameter: string): string {
  const end = parameter.indexOf('=')
  return `${parameter.slice(0, end)}='${parameter.slice(end + 1)}'`
}

function tableName({ schema, name }: TriggerOwner, context: DeparseContext, pretty: boolean): string {
  return pretty ? visibleName(schema, name, context) : `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`
}

/** How a column gets its value when none is given: a default, or a generation expression. */
export function defaultText(
  column: TableDefinition['columns'][number],
  table: TableDefinition,
  context: DeparseContext,
  pretty = false,
): string | undefined {
  if (column.generated)
    return deparseExpression(column.generated.expression, context, { table, type: column.type, pretty })
  return column.default && deparseExpression(column.default, context, { type: column.type, pretty })
}

// ───────────────────────────────────────────────────────── routines

function typeText(type: RoutineDefinition['returns']): string {
  return typeof type === 'string' ? type : shownType(type)
}

/** What a routine returns, as pg_get_function_result shows it; nothing for procedures. */
export function resultText({ kind, parameters, returns, isSet }: RoutineDefinition): string | undefined {
  if (kind === 'procedure') return undefined
  if (kind === 'trigger') return 'trigger'
  const columns = parameters.filter(({ mode }) => mode === 'table')
  if (columns.length > 0) {
    return `TABLE(${columns.map(({ name, type }) => `${quoteIdentifier(name ?? '')} ${typeText(type)}`).join(', ')})`
  }
  const isAnonymous = typeof returns !== 'string' && returns.kind === 'record' && returns.name === undefined
  return `${isSet ? 'SETOF ' : ''}${isAnonymous ? 'record' : typeText(returns)}`
}

/** `a integer, OUT b text DEFAULT 1`, as pg_get_function_arguments shows it. */
export function argumentsText(routine: RoutineDefinition, context?: DeparseContext): string {
  return routine.parameters
    .filter(({ mode }) => mode !== 'table')
    .map(({ mode, name, type, default: value }) => {
      const word = mode === 'in' ? (routine.kind === 'procedure' ? 'IN ' : '') : `${mode.toUpperCase()} `
      const options = typeof type === 'string' ? {} : { type }
      const preset = value && context ? ` DEFAULT ${deparseExpression(value, context, options)}` : ''
      return `${word}${name === undefined ? '' : `${quoteIdentifier(name)} `}${typeText(type)}${preset}`
    })
    .join(', ')
}

/** The CREATE statement of a routine, its end of line included. */
export function routineText(routine: RoutineDefinition, context: DeparseContext): string {
  const word = routine.kind === 'procedure' ? 'PROCEDURE' : 'FUNCTION'
  const name = `${quoteIdentifier(routine.schema)}.${quoteIdentifier(routine.name)}`
  const result = resultText(routine)
  let text = `CREATE OR REPLACE ${word} ${name}(${argumentsText(routine, context)})\n`
  if (result !== undefined) text += ` RETURNS ${result}\n`
  text += ` LANGUAGE ${routine.body.kind === 'sql' ? 'sql' : 'internal'}\n`
  const { parallel, definer, leakproof, cost, rows, config } = routine.properties ?? {}
  const options = [
    routine.volatility === 'volatile' ? '' : ` ${routine.volatility.toUpperCase()}`,
    parallel === undefined || parallel === 'unsafe' ? '' : ` PARALLEL ${parallel.toUpperCase()}`,
    routine.strict ? ' STRICT' : '',
    definer ? ' SECURITY DEFINER' : '',
    leakproof ? ' LEAKPROOF' : '',
    cost === undefined || cost === 100 ? '' : ` COST ${cost}`,
    rows === undefined || rows === 1000 ? '' : ` ROWS ${rows}`,
  ].join('')
  if (options !== '') text += `${options}\n`
  for (const setting of config ?? []) text += ` ${printSetting(...setting)}\n`
  return `${text}${bodyText(routine, context)}\n`
}

/** A routine's body, as the CREATE statement has it. */
export function bodyText({ body, kind, parameters }: RoutineDefinition, context: DeparseContext): string {
  if (body.kind !== 'sql') return `AS ''`
  const types = new Map(
    parameters.flatMap(({ name, type }) => (name && typeof type !== 'string' ? [[name, type]] : [])),
  )
  if (body.written === 'return' && body.statements[0]?.kind === 'select') {
    const [{ expression }] = body.statements[0].items
    return `RETURN ${deparseExpression(expression, context, { parameters: types, showsCasts: true })}`
  }
  if (body.written === 'atomic')
    return `BEGIN ATOMIC\n${body.statements.map((statement) => ` ${printPlanned(statement as ast.Query)};\n`).join('')}END`
  let tag = kind === 'procedure' ? '$procedure' : '$function'
  while (body.text.includes(tag)) tag += 'x'
  return `AS ${tag}$${body.text}${tag}$`
}

// ───────────────────────────────────────────────────────── triggers

export type TriggerOwner = TableDefinition | ViewDefinition

/** The order in which a trigger's events are told. */
export const eventOrder: readonly TriggerEvent[] = ['insert', 'delete', 'update', 'truncate']

/** WHEN's condition. */
export function triggerCondition(
  owner: TriggerOwner,
  when: ast.Expression,
  context: DeparseContext,
  pretty = false,
): string {
  const table = owner.kind === 'table' ? owner : undefined
  return deparseExpression(when, context, { table, isTrigger: true, type: BOOLEAN, pretty })
}

/** `CREATE TRIGGER t AFTER INSERT OR UPDATE OF a ON public.t FOR EACH ROW WHEN (…) EXECUTE FUNCTION f()`. */
export function triggerText(
  owner: TriggerOwner,
  trigger: TriggerDefinition,
  context: DeparseContext,
  pretty = false,
): string {
  const { constraint, timing, forEach, oldTable, newTable } = trigger
  const sorted = [...trigger.events].sort((a, b) => eventOrder.indexOf(a.event) - eventOrder.indexOf(b.event))
  const events = sorted.map(({ event, columns }) => {
    const of = columns.length > 0 ? ` OF ${columns.map(quoteIdentifier).join(', ')}` : ''
    return event.toUpperCase() + of
  })
  const deferral = constraint
    ? ` ${constraint.deferrable ? '' : 'NOT '}DEFERRABLE INITIALLY ${constraint.initiallyDeferred ? 'DEFERRED' : 'IMMEDIATE'}`
    : ''
  const tables = [
    oldTable === undefined ? '' : ` OLD TABLE AS ${quoteIdentifier(oldTable)}`,
    newTable === undefined ? '' : ` NEW TABLE AS ${quoteIdentifier(newTable)}`,
  ].join('')
  const when = trigger.when ? ` WHEN (${triggerCondition(owner, trigger.when, context, pretty)})` : ''
  return (
    `CREATE ${constraint ? 'CONSTRAINT ' : ''}TRIGGER ${quoteIdentifier(trigger.name)} ${timing.toUpperCase()} ` +
    `${events.join(' OR ')} ON ${tableName(owner, context, pretty)}${deferral}${tables && ` REFERENCING${tables}`} ` +
    `FOR EACH ${forEach.toUpperCase()}${when} EXECUTE FUNCTION ${triggerCall(trigger, context)}`
  )
}

/** `f('a', 'b')` */
export function triggerCall({ function: called, args }: TriggerDefinition, { catalog }: DeparseContext): string {
  const isVisible = catalog.findRoutines(called.name).some(({ schema }) => schema === called.schema)
  const name = `${isVisible ? '' : `${quoteIdentifier(called.schema)}.`}${quoteIdentifier(called.name)}`
  return `${name}(${args.map((arg) => `'${arg.replaceAll("'", "''")}'`).join(', ')})`
}

/** The query of a view or materialised view. */
export function viewText(view: Relation, context: DeparseContext, pretty = false): string | undefined {
  const made = view.kind === 'view' ? view : view.kind === 'table' ? view.materialized : undefined
  if (!made || view.kind === 'sequence') return undefined
  const names = view.columns.map(({ name }) => name)
  return deparseQuery(made.query, names, made.queryText, context, pretty)
}
