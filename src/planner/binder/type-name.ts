/** From a type as it is written to the type it means. */
import { notSupported, SqlError } from '../../error.ts'
import type * as ast from '../../parser/ast.ts'
import type { DataType } from '../../types/data-type.ts'
import { resolveTypeName } from '../../types/type-names.ts'
import type { PlannerContext } from '../context.ts'

const known = new WeakMap<ast.TypeName, DataType>()

/** The type of a name, user-defined ones included; 42704 when there is none. */
export function bindTypeName(name: ast.TypeName, context: PlannerContext): DataType {
  const remembered = known.get(name)
  if (remembered) return remembered
  const position = name.span.start
  if (name.percentType) return columnType(name, context)
  let isOwn = false
  const type = resolveTypeName(
    {
      parts: name.parts,
      quoted: name.quoted,
      modifiers: name.modifiers.map(modifier),
      arrayBounds: name.arrayBounds,
      intervalFields: name.intervalFields,
      fields: name.fields?.map((field) => ({ name: field.name.name, type: bindTypeName(field.type, context) })),
      typeArguments: name.typeArguments?.map((argument) => bindTypeName(argument, context)),
      position,
    },
    (parts) => {
      isOwn = true
      return findOwnType(parts, context)
    },
  )
  if (!isOwn && !name.fields && !name.typeArguments) known.set(name, type)
  return type
}

/** Types made by CREATE TYPE and CREATE DOMAIN, and the row types of tables. */
function findOwnType(parts: readonly string[], context: PlannerContext): DataType | undefined {
  const name = parts[parts.length - 1]
  const schema = parts.length > 1 ? parts[parts.length - 2] : undefined
  const type = context.catalog.findType(name, schema)
  if (type) return type
  const relation = context.catalog.findRelation(name, schema)
  if (!relation || relation.kind === 'sequence') return undefined
  return { kind: 'record', name, fields: relation.columns.map((column) => ({ name: column.name, type: column.type })) }
}

function modifier(expression: ast.Expression): number | string {
  switch (expression.kind) {
    case 'number':
      return Number(expression.text)
    case 'string':
      return expression.value
    case 'unary':
      if (expression.operator === '-' && expression.operand.kind === 'number') return -Number(expression.operand.text)
      break
    case 'column':
      return expression.parts[expression.parts.length - 1].name
  }
  throw new SqlError('syntax_error', 'type modifiers must be simple constants or identifiers', {
    position: expression.span.start,
  })
}

/** `t.a%TYPE` */
function columnType(name: ast.TypeName, context: PlannerContext): DataType {
  const { parts, span } = name
  const column = parts[parts.length - 1]
  const table = parts[parts.length - 2]
  const schema = parts.length > 2 ? parts[parts.length - 3] : undefined
  if (table === undefined) throw notSupported('%TYPE of this name', span.start)
  const relation = context.catalog.findRelation(table, schema)
  if (!relation || relation.kind === 'sequence') {
    throw new SqlError('undefined_table', `relation "${parts.slice(0, -1).join('.')}" does not exist`, {
      position: span.start,
    })
  }
  const found = (relation.columns as readonly { name: string; type: DataType }[]).find((it) => it.name === column)
  if (!found) {
    throw new SqlError('undefined_column', `column "${column}" of relation "${table}" does not exist`, {
      position: span.start,
    })
  }
  return found.type
}
