/** CREATE SCHEMA, with what it may hold, and ALTER SCHEMA RENAME. */
import { SqlError } from '../../error.ts'
import type * as ast from '../../parser/ast.ts'
import { type DefinitionContext, executeDefinition } from './definition.ts'
import { moveRelation } from './rename.ts'
import { renameCalled } from './routine-dependents.ts'
import { mapSyntax } from './syntax.ts'

export function createSchema(statement: ast.CreateSchema, context: DefinitionContext): void {
  const { name } = statement.name
  if (statement.ifNotExists && statement.elements.length > 0) {
    throw new SqlError('feature_not_supported', 'CREATE SCHEMA IF NOT EXISTS cannot include schema elements', {
      position: statement.elements[0].span.start,
    })
  }
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
  if (statement.elements.length === 0) return
  const { searchPath } = context.catalog
  context.transaction.setSearchPath([name, ...searchPath])
  const rank = (element: ast.Statement): number => order.indexOf(element.kind)
  for (const element of statement.elements.toSorted((a, b) => rank(a) - rank(b))) {
    executeDefinition(within(element, statement.name), context)
    context.transaction.beginStatement()
  }
  context.transaction.setSearchPath(searchPath)
}

/** Elements may refer to others whatever their order: kinds come one after another. */
const order: readonly string[] = ['create-sequence', 'create-table', 'create-view', 'create-index', 'create-trigger']

/** Moves everything that a schema holds into one of the new name. */
export function renameSchema(statement: ast.AlterObject, to: ast.Identifier, context: DefinitionContext): void {
  const { catalog, transaction } = context
  const { parts } = statement.name
  const from = parts[parts.length - 1].name
  if (!catalog.hasSchema(from)) throw new SqlError('invalid_schema_name', `schema "${from}" does not exist`)
  if (catalog.hasSchema(to.name)) throw new SqlError('duplicate_schema', `schema "${to.name}" already exists`)
  transaction.createSchema(to.name)
  for (const name of [...catalog.typeNames(from)]) {
    const domain = catalog.findDomain(name, from)
    transaction.createType(name, to.name, catalog.findType(name, from)!)
    transaction.dropType(name, from)
    if (domain) transaction.setDomain({ ...domain, schema: to.name })
  }
  const held = [...catalog.relations()].filter((relation) => relation.schema === from)
  for (const relation of held) {
    const current = catalog.findRelation(relation.name, from)
    if (current) moveRelation(current, { schema: to.name, name: relation.name }, context)
  }
  for (const name of new Set([...catalog.routines()].filter((it) => it.schema === from).map((it) => it.name))) {
    const routines = catalog.findRoutines(name, from)
    transaction.setRoutines(from, name, [])
    transaction.setRoutines(
      to.name,
      name,
      routines.map((routine) => ({ ...routine, schema: to.name })),
    )
  }
  renameCalled((called) => (called.schema === from ? { ...called, schema: to.name } : called), context)
  transaction.dropSchema(from)
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
