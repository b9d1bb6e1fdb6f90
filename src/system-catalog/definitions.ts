/** Definitions as SQL text: what pg_get_constraintdef, pg_get_indexdef and information_schema show. */
import { printExpression } from '../parser/print.ts'
import type {
  ConstraintDefinition,
  IndexDefinition,
  RoutineDefinition,
  TableDefinition,
  TriggerDefinition,
} from '../storage/interface.ts'
import { typeName } from '../types/traits.ts'

/** A name as SQL writes it. */
export function quoteName(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`
}

function columnNames(table: TableDefinition, columns: readonly number[]): string {
  return columns.map((column) => quoteName(table.columns[column].name)).join(', ')
}

/** `PRIMARY KEY (a, b)`, `CHECK ((a > 0))`, `FOREIGN KEY (a) REFERENCES t(b) ON DELETE CASCADE`. */
export function constraintText(
  table: TableDefinition,
  constraint: ConstraintDefinition,
  referenced?: TableDefinition,
): string {
  switch (constraint.kind) {
    case 'primary-key':
      return `PRIMARY KEY (${columnNames(table, constraint.columns)})${deferral(constraint)}`
    case 'unique':
      if (constraint.exclusion) return exclusionText(table, constraint, constraint.exclusion)
      return `UNIQUE ${constraint.nullsNotDistinct ? 'NULLS NOT DISTINCT ' : ''}(${columnNames(table, constraint.columns)})${deferral(constraint)}`
    case 'check':
      return `CHECK ((${printExpression(constraint.expression)}))`
    case 'foreign-key': {
      const target = referenced ? `(${columnNames(referenced, constraint.referencedColumns)})` : ''
      const match = constraint.match === 'full' ? ' MATCH FULL' : ''
      const update = constraint.onUpdate === 'no action' ? '' : ` ON UPDATE ${constraint.onUpdate.toUpperCase()}`
      const remove = constraint.onDelete === 'no action' ? '' : ` ON DELETE ${constraint.onDelete.toUpperCase()}`
      const some = constraint.onDeleteColumns ? ` (${columnNames(table, constraint.onDeleteColumns)})` : ''
      const columns = columnNames(table, constraint.columns)
      return `FOREIGN KEY (${columns}) REFERENCES ${quoteName(constraint.referencedTable)}${target}${match}${update}${remove}${some}${deferral(constraint)}`
    }
  }
}

function exclusionText(
  table: TableDefinition,
  constraint: Extract<ConstraintDefinition, { kind: 'primary-key' | 'unique' }>,
  { method, expressions, where }: NonNullable<typeof constraint.exclusion>,
): string {
  const parts =
    expressions?.map((each) => `(${printExpression(each)})`) ??
    constraint.columns.map((column) => quoteName(table.columns[column].name))
  const condition = where ? ` WHERE (${printExpression(where)})` : ''
  return `EXCLUDE USING ${method} (${parts.map((part) => `${part} WITH =`).join(', ')})${condition}${deferral(constraint)}`
}

function deferral(constraint: { readonly deferrable: boolean; readonly initiallyDeferred: boolean }): string {
  return constraint.deferrable ? ` DEFERRABLE${constraint.initiallyDeferred ? ' INITIALLY DEFERRED' : ''}` : ''
}

/** `CREATE UNIQUE INDEX i ON public.t USING btree (a, b)`. */
export function indexText(table: TableDefinition, index: IndexDefinition): string {
  const keys =
    index.expressions?.map((each) => `(${printExpression(each)})`).join(', ') ?? columnNames(table, index.columns)
  const include = index.include.length > 0 ? ` INCLUDE (${columnNames(table, index.include)})` : ''
  const where = index.where ? ` WHERE (${printExpression(index.where)})` : ''
  const target = `${quoteName(table.schema)}.${quoteName(table.name)}`
  return `CREATE ${index.unique ? 'UNIQUE ' : ''}INDEX ${quoteName(index.name)} ON ${target} USING ${index.method} (${keys})${include}${where}`
}

/** How a column gets its value when none is given: a default, or a generation expression. */
export function defaultText(column: TableDefinition['columns'][number]): string | undefined {
  const expression = column.generated?.expression ?? column.default
  return expression && printExpression(expression)
}

function typeText(type: RoutineDefinition['returns']): string {
  return typeof type === 'string' ? type : typeName(type)
}

/** What a routine returns, as pg_get_function_result shows it; nothing for procedures. */
export function resultText({ kind, parameters, returns, isSet }: RoutineDefinition): string | undefined {
  if (kind === 'procedure') return undefined
  if (kind === 'trigger') return 'trigger'
  const columns = parameters.filter(({ mode }) => mode === 'table')
  if (columns.length > 0) {
    return `TABLE(${columns.map(({ name, type }) => `${quoteName(name ?? '')} ${typeText(type)}`).join(', ')})`
  }
  return `${isSet ? 'SETOF ' : ''}${typeText(returns)}`
}

/** `a integer, OUT b text DEFAULT 1`, as pg_get_function_arguments shows it. */
export function argumentsText({ kind, parameters }: RoutineDefinition): string {
  return parameters
    .filter(({ mode }) => mode !== 'table')
    .map(({ mode, name, type, default: value }) => {
      const word = mode === 'in' ? (kind === 'procedure' ? 'IN ' : '') : `${mode.toUpperCase()} `
      const preset = value ? ` DEFAULT ${printExpression(value)}` : ''
      return `${word}${name === undefined ? '' : `${quoteName(name)} `}${typeText(type)}${preset}`
    })
    .join(', ')
}

/** `CREATE TRIGGER t AFTER INSERT OR UPDATE OF a ON public.t FOR EACH ROW WHEN (…) EXECUTE FUNCTION f()`. */
export function triggerText(table: TableDefinition, trigger: TriggerDefinition): string {
  const events = trigger.events.map(({ event, columns }) => {
    const of = columns.length > 0 ? ` OF ${columns.map(quoteName).join(', ')}` : ''
    return event.toUpperCase() + of
  })
  const on = `${quoteName(table.schema)}.${quoteName(table.name)}`
  const when = trigger.when ? ` WHEN (${printExpression(trigger.when)})` : ''
  const args = trigger.args.map((arg) => `'${arg.replaceAll("'", "''")}'`).join(', ')
  return (
    `CREATE TRIGGER ${quoteName(trigger.name)} ${trigger.timing.toUpperCase()} ${events.join(' OR ')} ON ${on} ` +
    `FOR EACH ${trigger.forEach.toUpperCase()}${when} EXECUTE FUNCTION ${quoteName(trigger.function.name)}(${args})`
  )
}
