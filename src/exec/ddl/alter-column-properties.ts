/** ALTER COLUMN: type, default, NOT NULL, identity, generation. */
import { SqlError } from '../../error.ts'
import type * as ast from '../../parser/ast.ts'
import { tryCoerce } from '../../planner/binder/coercion.ts'
import { bindExpression, checkCollation } from '../../planner/binder/expression.ts'
import { reference } from '../../planner/binder/scope.ts'
import { bindTypeName } from '../../planner/binder/type-name.ts'
import { compileExpression } from '../../planner/evaluate.ts'
import type { Expression } from '../../planner/expression.ts'
import type { ColumnDefinition, SequenceDefinition, TableDefinition } from '../../storage/interface.ts'
import type { DataType } from '../../types/data-type.ts'
import { typeEquals, typeName } from '../../types/traits.ts'
import type { Batch } from '../../types/vector.ts'
import { BatchFrame } from '../frame.ts'
import { needNoNulls, validate } from './alter-constraints.ts'
import { makeIdentity, needIdentityType } from './column.ts'
import type { DefinitionContext } from './definition.ts'
import { dependentsOf, ownedSequences, viewsOfColumn } from './dependents.ts'
import { replaceDefinition, rewriteTable } from './replace.ts'
import { changeSequence } from './sequence.ts'
import { columnNames } from './syntax.ts'
import { TableDraft } from './table-draft.ts'
import { bindDefault, tableScope, withoutSubqueries } from './table-expressions.ts'
import { refuseHolders, refuseMembership } from './type-change.ts'

type Action<Kind extends ast.AlterTableAction['kind']> = Extract<ast.AlterTableAction, { kind: Kind }>
type DropAction = Extract<ast.AlterTableAction, { readonly ifExists: boolean; readonly column: ast.Identifier }>

function changeColumn(
  table: TableDefinition,
  column: ast.Identifier,
  changes: Partial<ColumnDefinition>,
  context: DefinitionContext,
): void {
  const draft = new TableDraft(table, context)
  draft.setColumn(draft.needColumn(column), changes)
  replaceDefinition(table, draft.definition(), context)
}

function needColumn(table: TableDefinition, column: ast.Identifier, context: DefinitionContext): ColumnDefinition {
  return table.columns[new TableDraft(table, context).needColumn(column)]
}

/** A column that gets another type, and what makes its new values from the old rows. */
interface Conversion {
  readonly number: number
  readonly type: DataType
  readonly expression: Expression
}

/** SET TYPE of one column or several: every row is written anew, by USING or by the cast that an assignment would make. */
export function changeTypes(
  table: TableDefinition,
  actions: readonly Action<'set-type'>[],
  context: DefinitionContext,
): void {
  const draft = new TableDraft(table, context)
  const { scope, rowColumns } = tableScope(table, 'transform expressions', context)
  const conversions = actions.map((action): Conversion => {
    const number = draft.needColumn(action.column)
    const before = table.columns[number]
    refuseReaders(table, before, context)
    const type = bindTypeName(action.type, context)
    refuseMembership(table.name, type, action.span.start)
    const collation = action.collation && checkCollation(action.collation, type)
    refuseHolders('table', table.name, context)
    if (before.identity) needIdentityType(type, action.span.start)
    if (before.generated && action.using) {
      throw new SqlError('invalid_column_definition', 'cannot specify USING when altering type of generated column', {
        position: action.span.start,
      })
    }
    const source = action.using ? bindExpression(action.using, scope) : reference(rowColumns[number])
    const expression = tryCoerce(source, type, 'assignment', scope.state)
    if (!expression) throw cannotCast(before.name, action.using ? source : undefined, type)
    refuseDefault(before, type, context)
    draft.setColumn(number, { type, collation })
    return { number, type, expression }
  })
  const frame = new BatchFrame(rowColumns, withoutSubqueries.subquery)
  const evaluators = conversions.map(({ expression }) => compileExpression(expression, frame))
  const convert = (batch: Batch): Batch => {
    frame.bind(batch, context.execution)
    const columns = [...batch.columns]
    conversions.forEach(({ number, type }, n) => {
      columns[number] = {
        layout: 'values',
        type,
        values: Array.from({ length: batch.rowCount }, (_, row) => evaluators[n](row)),
      }
    })
    return { ...batch, columns }
  }
  rewriteTable(table, draft.definition(), convert, context)
  const current = context.catalog.findRelation(table.name, table.schema) as TableDefinition
  for (const constraint of current.constraints) {
    if (constraint.kind === 'check') validate(current, constraint, context)
    if (constraint.kind === 'foreign-key') draft.recheckForeignKey(constraint)
  }
  for (const dependent of dependentsOf(current, context)) {
    if (dependent.kind !== 'foreign-key') continue
    new TableDraft(dependent.table, context).recheckForeignKey(dependent.key)
  }
}

/** A view is bound to its columns' types. */
function refuseReaders(table: TableDefinition, column: ColumnDefinition, context: DefinitionContext): void {
  const generated = table.columns.find(
    (other) => other.generated && columnNames(other.generated.expression).has(column.name),
  )
  if (generated) {
    throw new SqlError('feature_not_supported', 'cannot alter type of a column used by a generated column', {
      detail: `Column "${column.name}" is used by generated column "${generated.name}".`,
    })
  }
  const [reader] = viewsOfColumn(table, column.name, context)
  if (reader?.kind !== 'view') return
  throw new SqlError('feature_not_supported', 'cannot alter type of a column used by a view or rule', {
    detail: `rule _RETURN on view ${reader.view.name} depends on column "${column.name}"`,
  })
}

/** A default must be a value of the new type too. */
function refuseDefault(column: ColumnDefinition, type: DataType, context: DefinitionContext): void {
  if (!column.default || typeEquals(column.type, type)) return
  try {
    bindDefault(column.default, { name: column.name, type }, context)
  } catch (error) {
    if (!(error instanceof SqlError)) throw error
    const message = `default for column "${column.name}" cannot be cast automatically to type ${typeName(type)}`
    throw new SqlError('datatype_mismatch', message)
  }
}

function cannotCast(column: string, using: Expression | undefined, type: Expression['type']): SqlError {
  const what = using ? `result of USING clause for column "${column}"` : `column "${column}"`
  return new SqlError('datatype_mismatch', `${what} cannot be cast automatically to type ${typeName(type)}`, {
    hint: using
      ? 'You might need to add an explicit cast.'
      : `You might need to specify "USING ${column}::${typeName(type)}".`,
  })
}

export function setDefault(
  table: TableDefinition,
  column: ast.Identifier,
  expression: ast.Expression | undefined,
  context: DefinitionContext,
): void {
  const definition = needColumn(table, column, context)
  if (definition.identity) {
    throw new SqlError(
      'syntax_error',
      `column "${definition.name}" of relation "${table.name}" is an identity column`,
      {
        hint: expression ? undefined : 'Use ALTER TABLE ... ALTER COLUMN ... DROP IDENTITY instead.',
      },
    )
  }
  if (definition.generated) {
    throw new SqlError(
      'syntax_error',
      `column "${definition.name}" of relation "${table.name}" is a generated column`,
      {
        hint: expression ? undefined : 'Use ALTER TABLE ... ALTER COLUMN ... DROP EXPRESSION instead.',
      },
    )
  }
  if (expression) bindDefault(expression, definition, context)
  changeColumn(table, column, { default: expression?.kind === 'null' ? undefined : expression }, context)
}

export function setNotNull(
  table: TableDefinition,
  column: ast.Identifier,
  notNull: boolean,
  context: DefinitionContext,
): void {
  const definition = needColumn(table, column, context)
  if (notNull) needNoNulls(table, [table.columns.indexOf(definition)], context)
  else {
    const number = table.columns.indexOf(definition)
    if (
      table.constraints.some((constraint) => constraint.kind === 'primary-key' && constraint.columns.includes(number))
    ) {
      throw new SqlError('invalid_table_definition', `column "${definition.name}" is in a primary key`)
    }
    if (definition.identity) {
      throw new SqlError(
        'syntax_error',
        `column "${definition.name}" of relation "${table.name}" is an identity column`,
      )
    }
  }
  changeColumn(table, column, { notNull }, context)
}

export function dropExpression(table: TableDefinition, action: DropAction, context: DefinitionContext): void {
  const { name, generated } = needColumn(table, action.column, context)
  if (!generated) {
    const message = `column "${name}" of relation "${table.name}" is not a stored generated column`
    if (!action.ifExists) throw new SqlError('object_not_in_prerequisite_state', message)
    context.notice(`NOTICE:  ${message}, skipping`)
    return
  }
  changeColumn(table, action.column, { generated: undefined }, context)
}

function identitySequence(
  table: TableDefinition,
  column: string,
  context: DefinitionContext,
): SequenceDefinition | undefined {
  return ownedSequences(table, column, context)[0]
}

export function addIdentity(table: TableDefinition, action: Action<'add-identity'>, context: DefinitionContext): void {
  const { name, type, identity, notNull, default: value } = needColumn(table, action.column, context)
  const refuse = (message: string): SqlError => new SqlError('object_not_in_prerequisite_state', message)
  needIdentityType(type, action.span.start)
  if (!notNull) {
    throw refuse(`column "${name}" of relation "${table.name}" must be declared NOT NULL before identity can be added`)
  }
  if (identity) throw refuse(`column "${name}" of relation "${table.name}" is already an identity column`)
  if (value) throw refuse(`column "${name}" of relation "${table.name}" already has a default value`)
  const draft = new TableDraft(table, context)
  changeColumn(table, action.column, { identity: makeIdentity(draft, name, type, action, context) }, context)
}

function notIdentity(table: TableDefinition, column: string): string {
  return `column "${column}" of relation "${table.name}" is not an identity column`
}

export function setIdentity(table: TableDefinition, action: Action<'set-identity'>, context: DefinitionContext): void {
  const { name, identity } = needColumn(table, action.column, context)
  if (!identity) throw new SqlError('object_not_in_prerequisite_state', notIdentity(table, name))
  const sequence = identitySequence(table, name, context)
  if (sequence && action.options.length > 0) changeSequence(sequence, action.options, context)
  if (action.always !== undefined)
    changeColumn(table, action.column, { identity: { ...identity, always: action.always } }, context)
}

export function dropIdentity(table: TableDefinition, action: DropAction, context: DefinitionContext): void {
  const { name, identity } = needColumn(table, action.column, context)
  if (!identity) {
    if (!action.ifExists) throw new SqlError('object_not_in_prerequisite_state', notIdentity(table, name))
    context.notice(`NOTICE:  ${notIdentity(table, name)}, skipping`)
    return
  }
  const sequence = identitySequence(table, name, context)
  changeColumn(table, action.column, { identity: undefined }, context)
  if (sequence) context.transaction.drop(sequence)
}
