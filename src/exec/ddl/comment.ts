/** COMMENT ON: words kept with what they are about. Schemas, types and triggers are looked for, and forget them. */
import { notSupported, SqlError } from '../../error.ts'
import type * as ast from '../../parser/ast.ts'
import type { Relation } from '../../storage/interface.ts'
import type { DefinitionContext } from './definition.ts'
import { findRoutine } from './find-routine.ts'
import { findIndex, findRelation, needTable, relationLabel, undefinedRelation, writtenName } from './names.ts'
import { replaceDefinition } from './replace.ts'

export function comment(statement: ast.Comment, context: DefinitionContext): void {
  // An empty comment is none.
  const text = statement.text || undefined
  const position = statement.name.span.start
  switch (statement.object) {
    case 'table':
    case 'view':
    case 'materialized view':
    case 'sequence':
      commentRelation(needKind(statement.name, statement.object, context), text, context)
      return
    case 'column':
      commentColumn(statement, text, context)
      return
    case 'index': {
      const found = findIndex(statement.name, context)
      if (!found) throw undefinedRelation(statement.name)
      const indexes = found.table.indexes.map((index) => (index === found.index ? { ...index, comment: text } : index))
      replaceDefinition(found.table, { ...found.table, indexes }, context)
      return
    }
    case 'constraint':
      commentConstraint(statement, text, context)
      return
    case 'function':
    case 'procedure':
    case 'routine': {
      const routine = findRoutine(statement.name, statement.argumentTypes, statement.object, context, false)!
      const routines = context.catalog.findRoutines(routine.name, routine.schema)
      context.transaction.setRoutines(
        routine.schema,
        routine.name,
        routines.map((other) => (other === routine ? { ...routine, comment: text } : other)),
      )
      return
    }
    case 'schema': {
      const { name } = statement.name.parts[0]
      if (context.catalog.hasSchema(name)) return
      throw new SqlError('invalid_schema_name', `schema "${name}" does not exist`, { position })
    }
    case 'type':
    case 'domain':
      needType(statement.name, context)
      return
    case 'domain constraint': {
      needType(statement.on!, context)
      const [name, domain] = [statement.name, statement.on!].map(({ parts }) => parts[parts.length - 1].name)
      if (context.catalog.findDomain(domain)?.checks.some((check) => check.name === name)) return
      throw new SqlError('undefined_object', `constraint "${name}" for domain ${domain} does not exist`, { position })
    }
    case 'trigger': {
      const table = needTable(statement.on!, context)
      const { name } = statement.name.parts[0]
      if (table.triggers?.some((trigger) => trigger.name === name)) return
      throw new SqlError('undefined_object', `trigger "${name}" for table "${table.name}" does not exist`, { position })
    }
    default:
      throw notSupported(`COMMENT ON ${statement.object.toUpperCase()}`, position)
  }
}

function needKind(name: ast.QualifiedName, kind: string, context: DefinitionContext): Relation {
  const relation = findRelation(name, context)
  if (!relation) throw undefinedRelation(name)
  if (relationLabel(relation) === kind) return relation
  throw new SqlError('wrong_object_type', `"${relation.name}" is not a ${kind}`, { position: name.span.start })
}

function needType(name: ast.QualifiedName, { catalog }: DefinitionContext): void {
  const { parts } = name
  if (catalog.findType(parts[parts.length - 1].name, parts.at(-2)?.name)) return
  throw new SqlError('undefined_object', `type "${writtenName(name)}" does not exist`, { position: name.span.start })
}

function commentRelation(relation: Relation, text: string | undefined, context: DefinitionContext): void {
  if (relation.kind === 'table') replaceDefinition(relation, { ...relation, comment: text }, context)
  else context.transaction.replaceRelation(relation, { ...relation, comment: text })
}

function commentColumn(statement: ast.Comment, text: string | undefined, context: DefinitionContext): void {
  const { parts, span } = statement.name
  const { name } = parts[parts.length - 1]
  const owner = { ...statement.name, parts: parts.slice(0, -1) }
  const relation = findRelation(owner, context)
  if (!relation) throw undefinedRelation(owner)
  if (relation.kind === 'sequence' || !relation.columns.some((column) => column.name === name)) {
    throw new SqlError('undefined_column', `column "${name}" of relation "${relation.name}" does not exist`, {
      position: span.start,
    })
  }
  if (relation.kind === 'table') {
    const columns = relation.columns.map((column) => (column.name === name ? { ...column, comment: text } : column))
    replaceDefinition(relation, { ...relation, columns }, context)
    return
  }
  const columns = relation.columns.map((column) => (column.name === name ? { ...column, comment: text } : column))
  context.transaction.replaceRelation(relation, { ...relation, columns })
}

function commentConstraint(statement: ast.Comment, text: string | undefined, context: DefinitionContext): void {
  const table = needTable(statement.on!, context)
  const { name } = statement.name.parts[0]
  if (!table.constraints.some((constraint) => constraint.name === name)) {
    throw new SqlError('undefined_object', `constraint "${name}" for table "${table.name}" does not exist`, {
      position: statement.name.span.start,
    })
  }
  const constraints = table.constraints.map((constraint) =>
    constraint.name === name ? { ...constraint, comment: text } : constraint,
  )
  replaceDefinition(table, { ...table, constraints }, context)
}
