/** Renaming relations, with all that names them: foreign keys, owned sequences, views. */
import { notSupported } from '../../error.ts'
import type * as ast from '../../parser/ast.ts'
import type { Relation, TableDefinition } from '../../storage/interface.ts'
import type { DefinitionContext } from './definition.ts'
import { ownedSequences, reads, viewQuery, views } from './dependents.ts'
import type { TargetName } from './names.ts'
import { quoteName } from './names.ts'
import { replaceDefinition } from './replace.ts'
import { mapSyntax, walkSyntax } from './syntax.ts'

/** The relation under another name or in another schema; returns its new definition. */
export function moveRelation(relation: Relation, target: TargetName, context: DefinitionContext): Relation {
  const { transaction } = context
  renameInViews(relation, target, undefined, context)
  if (relation.kind !== 'table') {
    const moved = { ...relation, ...target }
    transaction.replaceRelation(relation, moved)
    if (relation.kind === 'sequence') renameInDefaults(relation, target, context)
    return moved
  }
  const sequences = ownedSequences(relation, undefined, context)
  const moved: TableDefinition = {
    ...relation,
    ...target,
    indexes: relation.indexes.map((index) => ({ ...index, table: target.name })),
    constraints: relation.constraints.map((constraint) =>
      constraint.kind === 'foreign-key' && refersTo(constraint, relation)
        ? { ...constraint, referencedSchema: target.schema, referencedTable: target.name }
        : constraint,
    ),
  }
  replaceDefinition(relation, moved, context)
  for (const other of [...context.catalog.relations()]) {
    if (other.kind !== 'table' || (other.schema === target.schema && other.name === target.name)) continue
    const constraints = other.constraints.map((constraint) =>
      constraint.kind === 'foreign-key' && refersTo(constraint, relation)
        ? { ...constraint, referencedSchema: target.schema, referencedTable: target.name }
        : constraint,
    )
    if (constraints.some((constraint, n) => constraint !== other.constraints[n])) {
      replaceDefinition(other, { ...other, constraints }, context)
    }
  }
  for (const sequence of sequences) {
    const ownedBy = { table: target.name, column: sequence.ownedBy!.column }
    const changed = { ...sequence, schema: target.schema, ownedBy }
    transaction.replaceRelation(sequence, changed)
    if (changed.schema !== sequence.schema) renameInDefaults(sequence, changed, context)
  }
  return context.catalog.findRelation(target.name, target.schema)!
}

function refersTo(
  key: { readonly referencedSchema: string; readonly referencedTable: string },
  relation: { readonly schema: string; readonly name: string },
): boolean {
  return key.referencedSchema === relation.schema && key.referencedTable === relation.name
}

/** Defaults and identities name their sequence in full. */
function renameInDefaults(from: TargetName, to: TargetName, context: DefinitionContext): void {
  const before = `${quoteName(from.schema)}.${quoteName(from.name)}`
  const after = `${quoteName(to.schema)}.${quoteName(to.name)}`
  for (const table of [...context.catalog.relations()]) {
    if (table.kind !== 'table') continue
    const columns = table.columns.map((column) => {
      const identity = column.identity?.sequence === before ? { ...column.identity, sequence: after } : column.identity
      const value =
        column.default &&
        mapSyntax(column.default, (node) => {
          if (node.kind !== 'string' || (node as ast.StringLiteral).value !== before) return undefined
          return { ...node, value: after }
        })
      return identity === column.identity && value === column.default ? column : { ...column, identity, default: value }
    })
    if (columns.some((column, n) => column !== table.columns[n]))
      replaceDefinition(table, { ...table, columns }, context)
  }
}

/**
 * Views go on reading what they read: where their query names the relation, it names the new name, under the old one as
 * alias; with `columns`, the columns' old names too.
 */
export function renameInViews(
  relation: Relation,
  target: TargetName,
  columns: readonly string[] | undefined,
  context: DefinitionContext,
): void {
  for (const view of [...views(context)]) {
    if (!reads(view, relation, context)) continue
    const isSame = (name: ast.QualifiedName): boolean => {
      const parts = name.parts.map((part) => part.name)
      const found = context.catalog.findRelation(parts[parts.length - 1], parts[parts.length - 2])
      return found?.schema === relation.schema && found.name === relation.name
    }
    walkSyntax(viewQuery(view), (node) => {
      if (node.kind === 'table' && !('only' in node) && isSame((node as ast.TableCommand).name)) {
        throw notSupported(`renaming "${relation.name}", which view "${view.name}" reads by TABLE`)
      }
    })
    const query = mapSyntax(viewQuery(view), (node) => {
      if (node.kind !== 'table' || !('only' in node)) return undefined
      const table = node as ast.TableReference
      return isSame(table.name) ? renamedReference(table, target, columns) : undefined
    })
    if (view.kind === 'view') context.transaction.replaceRelation(view, { ...view, query })
    else replaceDefinition(view, { ...view, materialized: { ...view.materialized, query } }, context)
  }
}

function renamedReference(
  table: ast.TableReference,
  target: TargetName,
  columns: readonly string[] | undefined,
): ast.TableReference {
  const { span } = table
  const identifier = (name: string): ast.Identifier => ({ name, quoted: true, span })
  const alias = table.alias ?? { name: table.name.parts[table.name.parts.length - 1], columns: [], span }
  const names = columns?.map(identifier) ?? alias.columns
  const merged = alias.columns.length === 0 ? names : [...alias.columns, ...names.slice(alias.columns.length)]
  return {
    ...table,
    name: { span: table.name.span, parts: [identifier(target.schema), identifier(target.name)] },
    alias: { ...alias, columns: merged },
  }
}
