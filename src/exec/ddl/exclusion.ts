/** EXCLUDE constraints whose operators are all =: unique keys, over expressions and over some of the rows too. */
import { notSupported, SqlError } from '../../error.ts'
import type * as ast from '../../parser/ast.ts'
import type { IndexDefinition, KeyConstraint } from '../../storage/interface.ts'
import { checkIndex, computedNames } from './create-index.ts'
import type { DefinitionContext } from './definition.ts'
import type { TableDraft } from './table-draft.ts'

export function addExclusion(
  constraint: Extract<ast.TableConstraint, { kind: 'exclude' }>,
  draft: TableDraft,
  context: DefinitionContext,
): KeyConstraint {
  const { elements, where } = constraint
  const position = constraint.span.start
  const method = constraint.method?.name ?? 'btree'
  if (method !== 'btree' && method !== 'hash') {
    throw notSupported(`an EXCLUDE constraint of method ${method}`, constraint.method?.span.start)
  }
  for (const { operator } of elements) {
    if (operator !== '=') throw notSupported(`an EXCLUDE constraint with operator ${operator}`, position)
  }
  const written = elements.map(({ column }) => column.expression)
  const isPlain = written.every((expression) => expression.kind === 'column')
  const columns = isPlain ? written.map((expression) => columnNumber(expression as ast.ColumnReference, draft)) : []
  const name = draft.constraintName(constraint.name, [computedNames(written)], 'excl')
  const expressions = isPlain ? undefined : written
  const { deferrable, initiallyDeferred } = constraint
  const definition: KeyConstraint = {
    kind: 'unique',
    name,
    columns,
    nullsNotDistinct: false,
    deferrable,
    initiallyDeferred,
    exclusion: { method, expressions, where },
  }
  const index: IndexDefinition = {
    name,
    table: draft.name,
    unique: true,
    primary: false,
    method: 'hash',
    columns,
    expressions,
    where,
    include: [],
    nullsNotDistinct: false,
    constraint: name,
    exclusion: true,
  }
  checkIndex(draft.definition(), index, context)
  draft.constraints.push(definition)
  draft.indexes.push(index)
  return definition
}

function columnNumber(reference: ast.ColumnReference, draft: TableDraft): number {
  const { name } = reference.parts[reference.parts.length - 1]
  const number = draft.columnNumber(name)
  if (number !== -1) return number
  throw new SqlError('undefined_column', `column "${name}" does not exist`, { position: reference.span.start })
}
