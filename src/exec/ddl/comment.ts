/** COMMENT ON: words kept with tables, columns and views. */
import { notSupported, SqlError } from '../../error.ts'
import type * as ast from '../../parser/ast.ts'
import type { DefinitionContext } from './definition.ts'
import { findIndex, findRelation, needTable, relationLabel, undefinedRelation } from './names.ts'
import { replaceDefinition } from './replace.ts'

export function comment(statement: ast.Comment, context: DefinitionContext): void {
  const text = statement.text ?? undefined
  const position = statement.name.span.start
  switch (statement.object) {
    case 'table':
    case 'view':
    case 'materialized view': {
      const relation = findRelation(statement.name, context)
      if (!relation) throw undefinedRelation(statement.name)
      if (relationLabel(relation) !== statement.object) {
        throw new SqlError('wrong_object_type', `"${relation.name}" is not a ${statement.object}`, { position })
      }
      if (relation.kind === 'table') replaceDefinition(relation, { ...relation, comment: text }, context)
      else if (relation.kind === 'view') context.transaction.replaceRelation(relation, { ...relation, comment: text })
      return
    }
    case 'column': {
      const { parts } = statement.name
      const name = parts[parts.length - 1].name
      const table = needTable({ ...statement.name, parts: parts.slice(0, -1) }, context)
      if (!table.columns.some((column) => column.name === name)) {
        throw new SqlError('undefined_column', `column "${name}" of relation "${table.name}" does not exist`, {
          position,
        })
      }
      const columns = table.columns.map((column) => (column.name === name ? { ...column, comment: text } : column))
      replaceDefinition(table, { ...table, columns }, context)
      return
    }
    case 'index':
      if (!findIndex(statement.name, context)) throw undefinedRelation(statement.name)
      return
    case 'schema':
      if (!context.catalog.hasSchema(statement.name.parts[0].name)) {
        throw new SqlError('invalid_schema_name', `schema "${statement.name.parts[0].name}" does not exist`, {
          position,
        })
      }
      return
    default:
      throw notSupported(`COMMENT ON ${statement.object.toUpperCase()}`, position)
  }
}
