/** Definitions as SQL text: what pg_get_constraintdef, pg_get_indexdef and information_schema show. */
import { printExpression } from '../parser/print.ts'
import type { ConstraintDefinition, IndexDefinition, TableDefinition } from '../storage/interface.ts'

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
