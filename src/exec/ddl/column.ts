/** Columns as CREATE TABLE and ADD COLUMN write them: type, default, NOT NULL, serial, identity, generated. */
import { notSupported, SqlError } from '../../error.ts'
import type * as ast from '../../parser/ast.ts'
import { checkCollation } from '../../planner/binder/expression.ts'
import { bindTypeName } from '../../planner/binder/type-name.ts'
import type { ColumnDefinition } from '../../storage/interface.ts'
import type { DataType } from '../../types/data-type.ts'
import { isSerial, typeName } from '../../types/traits.ts'
import type { DefinitionContext } from './definition.ts'
import { quoteName, unusedName } from './names.ts'
import { makeSequence } from './sequence.ts'
import type { TableDraft } from './table-draft.ts'
import { bindDefault, bindGenerated, generatedType } from './table-expressions.ts'

/** Adds a column and the constraints written with it; what the constraints refer to must be there already. */
export function addColumn(
  column: ast.ColumnDefinition,
  draft: TableDraft,
  context: DefinitionContext,
  given?: DataType,
): void {
  const position = column.span.start
  const serial = column.type && column.type.arrayBounds.length === 0 ? isSerial(column.type.parts) : undefined
  const name = column.name.name
  const generated = column.constraints.find((constraint) => constraint.kind === 'generated')
  const type =
    given ??
    serial ??
    (column.type ? bindTypeName(column.type, context) : undefined) ??
    (generated && generatedType(generated.expression, draft.definition(), context))
  if (type === undefined) throw notSupported('a column without a type', position)
  if (type.kind === 'unknown' || type.kind === 'void') {
    throw new SqlError('invalid_table_definition', `column "${name}" has pseudo-type ${typeName(type)}`, { position })
  }
  const collation = column.collation && checkCollation(column.collation, type)
  draft.addColumn({ name, type, notNull: false, collation: collation === 'default' ? undefined : collation }, position)
  const number = draft.columns.length - 1
  const isNotNull = nullability(column, draft)
  const defaults = column.constraints.filter((constraint) => constraint.kind === 'default')
  const identity = column.constraints.find((constraint) => constraint.kind === 'identity')
  if (defaults.length > 1) throw severalClauses('default values', name, draft, position)
  for (const [kind, what] of severalOnlyOnce) {
    if (column.constraints.filter((constraint) => constraint.kind === kind).length > 1) {
      throw severalClauses(what, name, draft, position)
    }
  }
  const both = [generated && 'generation expression', identity && 'identity', defaults.length > 0 && 'default'].filter(
    Boolean,
  )
  if (both.length > 1 || (serial && both.length > 0))
    throw conflicting(serial ? ['default', String(both[0])] : both, name, draft, position)
  const changes: { -readonly [K in keyof ColumnDefinition]?: ColumnDefinition[K] } = { notNull: isNotNull }
  if (defaults.length > 0) {
    const { expression } = defaults[0]
    bindDefault(expression, { name, type }, context)
    if (expression.kind !== 'null' || type.kind === 'domain') changes.default = expression
  }
  if (serial) {
    changes.notNull = true
    changes.default = nextValueCall(makeOwnedSequence(draft, name, serial, [], context), column.span)
  }
  if (identity) {
    changes.notNull = true
    changes.identity = makeIdentity(draft, name, type, identity, context)
  }
  if (generated) changes.generated = { expression: generated.expression, stored: true }
  draft.setColumn(number, changes)
}

/** Binds the generated columns once all columns are known: they may read any but generated ones. */
export function checkGenerated(draft: TableDraft, context: DefinitionContext): void {
  const table = draft.definition()
  for (const column of table.columns) {
    if (!column.generated) continue
    const { expression, rowColumns } = bindGenerated(column.generated.expression, column, table, context)
    const generated = new Set(rowColumns.filter((_, n) => table.columns[n].generated).map((it) => it.id))
    refuseGeneratedReference(expression, generated, column.generated.expression.span.start)
  }
}

function refuseGeneratedReference(expression: unknown, generated: ReadonlySet<number>, position: number): void {
  if (expression === null || typeof expression !== 'object') return
  const node = expression as { kind?: unknown; id?: unknown; name?: unknown }
  if (node.kind === 'column' && generated.has(node.id as number)) {
    throw new SqlError(
      'invalid_object_definition',
      `cannot use generated column "${String(node.name).split('.').at(-1)}" in column generation expression`,
      {
        detail: 'A generated column cannot reference another generated column.',
        position,
      },
    )
  }
  for (const [key, part] of Object.entries(node)) {
    if (key === 'args' || key === 'items')
      for (const item of part as unknown[]) refuseGeneratedReference(item, generated, position)
    else if (key === 'input' || key === 'left' || key === 'right') refuseGeneratedReference(part, generated, position)
  }
}

/** The constraints written with a column, as table constraints; those that refer to other tables or columns come last. */
export function columnConstraints(column: ast.ColumnDefinition): ast.TableConstraint[] {
  const constraints: ast.TableConstraint[] = []
  for (const constraint of column.constraints) {
    const base = { span: constraint.span, name: constraint.name, notValid: false }
    switch (constraint.kind) {
      case 'primary-key':
        constraints.push({ ...base, ...deferral(constraint), kind: 'primary-key', columns: [column.name] })
        break
      case 'unique':
        constraints.push({
          ...base,
          ...deferral(constraint),
          kind: 'unique',
          columns: [column.name],
          nullsNotDistinct: constraint.nullsNotDistinct,
        })
        break
      case 'check':
        constraints.push({ ...base, kind: 'check', expression: constraint.expression, noInherit: constraint.noInherit })
        break
      case 'references':
        constraints.push({
          ...base,
          ...deferral(constraint),
          kind: 'foreign-key',
          columns: [column.name],
          references: constraint,
        })
        break
      default:
    }
  }
  return constraints
}

function deferral({ deferrable, initiallyDeferred }: ast.Deferral): ast.Deferral {
  return { deferrable, initiallyDeferred }
}

function nullability(column: ast.ColumnDefinition, draft: TableDraft): boolean {
  const kinds = column.constraints.map((constraint) => constraint.kind)
  const isNotNull = kinds.includes('not-null')
  if (kinds.includes('null') && (isNotNull || kinds.includes('identity'))) {
    throw new SqlError(
      'syntax_error',
      `conflicting NULL/NOT NULL declarations for column "${column.name.name}" of table "${draft.name}"`,
      { position: column.span.start },
    )
  }
  return isNotNull
}

const severalOnlyOnce = [
  ['generated', 'generation clauses'],
  ['identity', 'identity specifications'],
] as const

function severalClauses(what: string, column: string, draft: TableDraft, position: number): SqlError {
  const specified = what === 'identity specifications' ? '' : ' specified'
  const message = `multiple ${what}${specified} for column "${column}" of table "${draft.name}"`
  return new SqlError('syntax_error', message, { position })
}

function conflicting(parts: readonly unknown[], column: string, draft: TableDraft, position: number): SqlError {
  const [first, second] = [...parts].map(String).sort((a, b) => order.indexOf(a) - order.indexOf(b))
  const message = `both ${first} and ${second} specified for column "${column}" of table "${draft.name}"`
  return new SqlError('syntax_error', message, { position })
}

const order = ['default', 'identity', 'generation expression']

/** A sequence `table_column_seq` that goes when the column goes; returns its qualified name as SQL writes it. */
export function makeOwnedSequence(
  draft: { readonly schema: string; readonly name: string; readonly temporary: boolean },
  column: string,
  type: DataType,
  options: readonly ast.SequenceOption[],
  context: DefinitionContext,
): string {
  const { schema } = draft
  const written = options.find((option) => option.kind === 'sequence-name')?.name
  const name = written?.parts.at(-1)?.name ?? unusedName(schema, draft.name, column, 'seq', () => false, context)
  makeSequence(
    { schema, name, temporary: draft.temporary, type, ownedBy: { table: draft.name, column } },
    options.filter((option) => option.kind !== 'sequence-name'),
    context,
  )
  return `${quoteName(schema)}.${quoteName(name)}`
}

/** `nextval('sequence')` as syntax. */
export function nextValueCall(sequence: string, span: ast.Span): ast.Expression {
  return {
    kind: 'call',
    span,
    name: { span, parts: [{ span, name: 'nextval', quoted: false }] },
    args: [{ kind: 'string', span, value: sequence }],
    star: false,
    distinct: false,
    variadic: false,
    bare: false,
    orderBy: [],
  }
}

export function needIdentityType({ kind }: DataType, position: number): void {
  if (kind === 'smallint' || kind === 'integer' || kind === 'bigint') return
  throw new SqlError('invalid_parameter_value', 'identity column type must be smallint, integer, or bigint', {
    position,
  })
}

export function makeIdentity(
  draft: TableDraft,
  column: string,
  type: DataType,
  identity: { readonly always: boolean; readonly options: readonly ast.SequenceOption[]; readonly span: ast.Span },
  context: DefinitionContext,
): NonNullable<ColumnDefinition['identity']> {
  needIdentityType(type, identity.span.start)
  return { always: identity.always, sequence: makeOwnedSequence(draft, column, type, identity.options, context) }
}
