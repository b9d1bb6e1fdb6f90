/** CREATE AGGREGATE, OPERATOR and CAST, and what alters and drops operators and casts, as text. */
import { unreachable } from '../error.ts'
import type {
  AlterOperator,
  Attribute,
  CreateAggregate,
  CreateCast,
  CreateOperator,
  DropCast,
  DropOperator,
  OperatorName,
  OperatorSignature,
} from './ast.ts'
import { printParameters } from './print-definition.ts'
import { printIdentifier, printName, printTypeName, printWord, quoteString } from './print-name.ts'

type ObjectStatement = AlterOperator | CreateAggregate | CreateCast | CreateOperator | DropCast | DropOperator

export function printObject(statement: ObjectStatement): string {
  switch (statement.kind) {
    case 'create-aggregate': {
      const replace = statement.orReplace ? 'OR REPLACE ' : ''
      return `CREATE ${replace}AGGREGATE ${printName(statement.name)}${printSignature(statement)} ${printAttributes(statement.attributes)}`
    }
    case 'create-operator':
      return `CREATE OPERATOR ${printSymbol(statement.name)} ${printAttributes(statement.attributes)}`
    case 'alter-operator': {
      const { schema, attributes } = statement
      const action = schema
        ? `SET SCHEMA ${printIdentifier(schema)}`
        : attributes
          ? `SET ${printAttributes(attributes)}`
          : 'OWNER TO CURRENT_USER'
      return `ALTER OPERATOR ${printOperands(statement.operator)} ${action}`
    }
    case 'drop-operator': {
      const cascade = statement.cascade ? ' CASCADE' : ''
      return `DROP OPERATOR ${exists(statement)}${statement.operators.map(printOperands).join(', ')}${cascade}`
    }
    case 'create-cast': {
      const { method, context, argumentTypes, function: called } = statement
      const types = argumentTypes ? `(${argumentTypes.map(printTypeName).join(', ')})` : ''
      const way = called
        ? `WITH FUNCTION ${printName(called)}${types}`
        : method === 'inout'
          ? 'WITH INOUT'
          : 'WITHOUT FUNCTION'
      return `CREATE CAST ${printTypes(statement)} ${way}${context === 'explicit' ? '' : ` AS ${context.toUpperCase()}`}`
    }
    case 'drop-cast':
      return `DROP CAST ${exists(statement)}${printTypes(statement)}`
    default:
      return unreachable(statement)
  }
}

function exists({ ifExists }: { readonly ifExists: boolean }): string {
  return ifExists ? 'IF EXISTS ' : ''
}

function printSignature({ parameters, directCount = -1 }: CreateAggregate): string {
  if (!parameters) return ''
  const all = printParameters(parameters)
  if (directCount < 0) return `(${all.length === 0 ? '*' : all.join(', ')})`
  const direct = all.slice(0, directCount).join(', ')
  return `(${direct}${direct && ' '}ORDER BY ${all.slice(directCount).join(', ')})`
}

function printAttributes(attributes: readonly Attribute[]): string {
  const all = attributes.map(({ name, text, type, operator }) => {
    const value = type ? printTypeName(type) : operator ? `OPERATOR(${printSymbol(operator)})` : quoteString(text)
    return `${printWord(name)} = ${value}`
  })
  return `(${all.join(', ')})`
}

function printSymbol({ schema, symbol }: OperatorName): string {
  return schema ? `${printWord(schema)}.${symbol}` : symbol
}

function printOperands({ left, right, ...name }: OperatorSignature): string {
  const [first, second] = [left, right].map((type) => (type ? printTypeName(type) : 'NONE'))
  return `${printSymbol(name)} (${first}, ${second})`
}

function printTypes({ source, target }: CreateCast | DropCast): string {
  return `(${printTypeName(source)} AS ${printTypeName(target)})`
}
