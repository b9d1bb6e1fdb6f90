/** The lists of attributes that CREATE AGGREGATE and CREATE OPERATOR take. */
import { type Condition, SqlError } from '../../error.ts'
import type * as ast from '../../parser/ast.ts'
import type { DefinitionContext } from './definition.ts'

export function refused(message: string, condition: Condition = 'invalid_function_definition'): SqlError {
  return new SqlError(condition, message)
}

/** Finds an attribute by its name; warns of those that are not known. */
export function attributeReader(
  attributes: readonly ast.Attribute[],
  known: ReadonlySet<string>,
  what: string,
  context: DefinitionContext,
): (name: string) => ast.Attribute | undefined {
  const found = new Map<string, ast.Attribute>()
  for (const attribute of attributes) {
    if (known.has(attribute.name)) found.set(attribute.name, attribute)
    else context.notice(`WARNING:  ${what} attribute "${attribute.name}" not recognized`)
  }
  return (name) => found.get(name)
}
