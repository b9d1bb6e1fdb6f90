/** CREATE SCHEMA, with what it may hold. */
import { SqlError } from '../../error.ts'
import type * as ast from '../../parser/ast.ts'
import { type DefinitionContext, executeDefinition } from './definition.ts'
import { mapSyntax } from './syntax.ts'

export function createSchema(statement: ast.CreateSchema, context: DefinitionContext): void {
  const { name } = statement.name
  if (context.catalog.hasSchema(name)) {
    if (!statement.ifNotExists) throw new SqlError('duplicate_schema', `schema "${name}" already exists`)
    context.notice(`NOTICE:  schema "${name}" already exists, skipping`)
    return
  }
  if (name.startsWith('pg_')) {
    throw new SqlError('reserved_name', `unacceptable schema name "${name}"`, {
      detail: 'The prefix "pg_" is reserved for system schemas.',
      position: statement.name.span.start,
    })
  }
  context.transaction.createSchema(name)
  for (const element of statement.elements) executeDefinition(within(element, statement.name), context)
}

/** The statement with its own name in the schema. */
function within(statement: ast.Statement, schema: ast.Identifier): ast.Statement {
  if (!('name' in statement)) return statement
  return mapSyntax(statement, (node) => {
    if (node !== statement.name || !('parts' in node)) return undefined
    const name = node as ast.QualifiedName
    return name.parts.length === 1 ? { ...name, parts: [schema, ...name.parts] } : undefined
  })
}
