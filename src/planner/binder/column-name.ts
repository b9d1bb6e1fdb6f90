/**
 * What PostgreSQL calls an output column that has no alias: the last name in sight. A function gives its name, a column
 * its last part, a cast the type's name unless the operand has one of its own, and the rest is `?column?`.
 */
import type * as ast from '../../parser/ast.ts'

export const NO_NAME = '?column?'

/** The name of a select item. */
export function columnName(expression: ast.Expression): string {
  return figure(expression)?.name ?? NO_NAME
}

/** `strong` names win over that of a cast around them. */
interface Found {
  readonly name: string
  readonly strong: boolean
}

const strong = (name: string): Found => ({ name, strong: true })
const weak = (name: string): Found => ({ name, strong: false })

function figure(expression: ast.Expression): Found | undefined {
  switch (expression.kind) {
    case 'column':
      return strong(expression.parts[expression.parts.length - 1].name)
    case 'field':
      return expression.name ? strong(expression.name.name) : figure(expression.operand)
    case 'subscript':
    case 'slice':
    case 'collate':
      return figure(expression.operand)
    case 'call':
      return strong(expression.name.parts[expression.name.parts.length - 1].name)
    case 'at-time-zone':
      return strong('timezone')
    case 'grouping':
      return strong('grouping')
    case 'cast': {
      const inner = figure(expression.operand)
      return inner?.strong ? inner : weak(typeLabel(expression.type))
    }
    case 'typed-literal':
      return weak(typeLabel(expression.type))
    case 'case': {
      const inner = expression.otherwise && figure(expression.otherwise)
      return inner?.strong ? inner : weak('case')
    }
    case 'boolean':
      return weak('bool')
    case 'exists':
      return strong('exists')
    case 'is':
      return expression.test === 'normalized' && !expression.negated ? strong('is_normalized') : undefined
    case 'array':
    case 'array-subquery':
      return strong('array')
    case 'row':
      return expression.explicit || expression.items.length !== 1 ? strong('row') : undefined
    case 'subquery':
      return subqueryName(expression.query)
    case 'struct':
      return strong('row')
    case 'map':
      return strong('map')
    case 'columns':
      return strong('columns')
    default:
      return undefined
  }
}

/** A scalar subquery is called as its only column is. */
function subqueryName(query: ast.Query): Found | undefined {
  switch (query.kind) {
    case 'select': {
      const [item] = query.items
      if (!item) return undefined
      return item.alias ? strong(item.alias.name) : figure(item.expression)
    }
    case 'values':
      return strong('column1')
    case 'set-operation':
      return subqueryName(query.left)
    default:
      return undefined
  }
}

/** The catalog's name of a type, which is what PostgreSQL's parser leaves of `integer` or `double precision`. */
function typeLabel(type: ast.TypeName): string {
  const name = type.parts[type.parts.length - 1] ?? NO_NAME
  return (type.quoted ? undefined : labels.get(name)) ?? name
}

const labels: ReadonlyMap<string, string> = new Map([
  ['integer', 'int4'],
  ['int', 'int4'],
  ['smallint', 'int2'],
  ['bigint', 'int8'],
  ['real', 'float4'],
  ['double precision', 'float8'],
  ['float', 'float8'],
  ['decimal', 'numeric'],
  ['dec', 'numeric'],
  ['boolean', 'bool'],
  ['character varying', 'varchar'],
  ['char varying', 'varchar'],
  ['character', 'bpchar'],
  ['char', 'bpchar'],
  ['nchar', 'bpchar'],
  ['bit varying', 'varbit'],
  ['timestamp without time zone', 'timestamp'],
  ['timestamp with time zone', 'timestamptz'],
  ['time without time zone', 'time'],
  ['time with time zone', 'timetz'],
])
