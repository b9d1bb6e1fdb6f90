/** CREATE DOMAIN and ALTER DOMAIN. */
import { notSupported, SqlError } from '../../error.ts'
import type * as ast from '../../parser/ast.ts'
import { checkCollation } from '../../planner/binder/expression.ts'
import { bindTypeName } from '../../planner/binder/type-name.ts'
import type { CheckConstraint, DomainDefinition } from '../../storage/interface.ts'
import type { SqlArray } from '../../types/array.ts'
import type { DataType } from '../../types/data-type.ts'
import type { Value } from '../../types/value.ts'
import { selectedCount, selectedRow } from '../../types/vector.ts'
import { vectorReader } from '../../types/vector-reader.ts'
import { domainTest } from '../domain.ts'
import type { DefinitionContext } from './definition.ts'
import { hasSubquery } from './syntax.ts'
import { bindDefault } from './table-expressions.ts'
import { defineType } from './type.ts'

export function createDomain(statement: ast.CreateDomain, context: DefinitionContext): void {
  const base = bindTypeName(statement.type, context)
  if (statement.collation) checkCollation(statement.collation, base)
  const { schema, name } = defineType(statement.name, (name) => ({ kind: 'domain', name, base }), context)
  let domain: DomainDefinition = { schema, name, type: { kind: 'domain', name, base }, notNull: false, checks: [] }
  const kinds = new Set(statement.constraints.map((constraint) => constraint.kind))
  if (kinds.has('null') && kinds.has('not-null')) {
    throw new SqlError('syntax_error', 'conflicting NULL/NOT NULL constraints', { position: statement.span.start })
  }
  for (const constraint of statement.constraints) domain = withConstraint(domain, constraint, context)
  context.transaction.setDomain(domain)
  for (const check of domain.checks) domainTest(domain, check, context)
}

function withConstraint(
  domain: DomainDefinition,
  constraint: ast.ColumnConstraint,
  context: DefinitionContext,
): DomainDefinition {
  const position = constraint.span.start
  switch (constraint.kind) {
    case 'null':
      return domain
    case 'not-null':
      return { ...domain, notNull: true }
    case 'default': {
      if (domain.default) throw new SqlError('syntax_error', 'multiple default expressions', { position })
      bindDefault(constraint.expression, { name: domain.name, type: domain.type.base }, context)
      return { ...domain, default: constraint.expression }
    }
    case 'check':
      return { ...domain, checks: [...domain.checks, makeCheck(domain, constraint, context)] }
    case 'unique':
      throw new SqlError('syntax_error', 'unique constraints not possible for domains', { position })
    case 'primary-key':
      throw new SqlError('syntax_error', 'primary key constraints not possible for domains', { position })
    case 'references':
      throw new SqlError('syntax_error', 'foreign key constraints not possible for domains', { position })
    default:
      throw notSupported(`${constraint.kind} in a domain`, position)
  }
}

function makeCheck(
  domain: DomainDefinition,
  constraint: { readonly name?: ast.Identifier; readonly expression: ast.Expression },
  context: DefinitionContext,
): CheckConstraint {
  const { expression } = constraint
  if (hasSubquery(expression)) {
    throw new SqlError('feature_not_supported', 'cannot use subquery in check constraint', {
      position: expression.span.start,
    })
  }
  const isTaken = (name: string): boolean => domain.checks.some((check) => check.name === name)
  let name = constraint.name?.name
  if (name !== undefined && isTaken(name)) {
    throw new SqlError('duplicate_object', `constraint "${name}" for domain "${domain.name}" already exists`)
  }
  for (let n = 0; name === undefined; n++) {
    const candidate = `${domain.name}_check${n === 0 ? '' : n}`
    if (!isTaken(candidate)) name = candidate
  }
  return { kind: 'check', name, expression, text: context.text.slice(expression.span.start, expression.span.end) }
}

/** Changes what a domain demands; false for what is changed as with any type. */
export function alterDomain(domain: DomainDefinition, statement: ast.AlterObject, context: DefinitionContext): boolean {
  const { action } = statement
  const { transaction } = context
  switch (action.kind) {
    case 'set-default':
      bindDefault(action.expression, { name: domain.name, type: domain.type.base }, context)
      transaction.setDomain({ ...domain, default: action.expression })
      return true
    case 'drop-default':
      transaction.setDomain({ ...domain, default: undefined })
      return true
    case 'set-not-null':
      eachValue(domain, context, (value, table, column) => {
        if (value !== null) return
        throw new SqlError('not_null_violation', `column "${column}" of table "${table}" contains null values`)
      })
      transaction.setDomain({ ...domain, notNull: true })
      return true
    case 'drop-not-null':
      transaction.setDomain({ ...domain, notNull: false })
      return true
    case 'add-constraint': {
      const { constraint } = action
      if (constraint.kind !== 'check') throw notSupported(`${constraint.kind} in a domain`, constraint.span.start)
      const check = makeCheck(domain, constraint, context)
      domainTest(domain, check, context)
      if (!constraint.notValid) validate(domain, check, context)
      transaction.setDomain({ ...domain, checks: [...domain.checks, check] })
      return true
    }
    case 'validate-constraint':
      validate(domain, needCheck(domain, action.name.name), context)
      return true
    case 'rename-constraint': {
      const check = needCheck(domain, action.from.name)
      const checks = domain.checks.map((other) => (other === check ? { ...check, name: action.to.name } : other))
      transaction.setDomain({ ...domain, checks })
      return true
    }
    case 'drop-constraint': {
      const { name, ifExists } = action
      if (!domain.checks.some((check) => check.name === name.name)) {
        const message = `constraint "${name.name}" of domain "${domain.name}" does not exist`
        if (!ifExists) throw new SqlError('undefined_object', message)
        context.notice(`NOTICE:  ${message}, skipping`)
      }
      transaction.setDomain({ ...domain, checks: domain.checks.filter((check) => check.name !== name.name) })
      return true
    }
    default:
      return false
  }
}

function needCheck(domain: DomainDefinition, name: string): CheckConstraint {
  const check = domain.checks.find((candidate) => candidate.name === name)
  if (check) return check
  throw new SqlError('undefined_object', `constraint "${name}" of domain "${domain.name}" does not exist`)
}

function validate(domain: DomainDefinition, check: CheckConstraint, context: DefinitionContext): void {
  const test = domainTest(domain, check, context)
  eachValue(domain, context, (value, table, column) => {
    if (test(value, context.functions) !== false) return
    throw new SqlError(
      'check_violation',
      `column "${column}" of table "${table}" contains values that violate the new constraint`,
    )
  })
}

/** Visits the values of the domain that tables hold, within arrays too. */
function eachValue(
  domain: DomainDefinition,
  context: DefinitionContext,
  visit: (value: Value, table: string, column: string) => void,
): void {
  const { transaction, execution } = context
  const { memory } = execution.pool
  for (const table of context.catalog.relations()) {
    if (table.kind !== 'table') continue
    table.columns.forEach((column, number) => {
      if (isWithin(column.type, domain.name)) {
        const message = `cannot alter type "${domain.name}" because column "${table.name}.${column.name}" uses it`
        throw new SqlError('feature_not_supported', message)
      }
      if (!isOf(column.type, domain.name)) return
      for (const batch of transaction.table(table).scan(transaction, { columns: [number] })) {
        const read = vectorReader(batch.columns[0], memory)
        const count = selectedCount(batch)
        for (let n = 0; n < count; n++) {
          const value = read(selectedRow(batch, n, memory))
          if (column.type.kind !== 'array') visit(value, table.name, column.name)
          else if (value !== null) for (const item of (value as SqlArray).values) visit(item, table.name, column.name)
        }
      }
    })
  }
}

/** Whether fields of a row have the domain. */
function isWithin(type: DataType, domain: string): boolean {
  if (type.kind === 'array') return isWithin(type.element, domain)
  if (type.kind === 'domain') return isWithin(type.base, domain)
  return type.kind === 'record' && type.fields.some((field) => isOf(field.type, domain) || isWithin(field.type, domain))
}

function isOf(type: DataType, domain: string): boolean {
  if (type.kind === 'array') return isOf(type.element, domain)
  return type.kind === 'domain' && (type.name === domain || isOf(type.base, domain))
}
