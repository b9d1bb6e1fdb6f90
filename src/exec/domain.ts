/** Domains: whether a value is one of theirs. */
import { SqlError } from '../error.ts'
import type { FunctionContext } from '../functions/function.ts'
import { bindCondition } from '../planner/binder/expression.ts'
import { newColumn, newState, positionsOf, Scope } from '../planner/binder/scope.ts'
import type { PlannerContext } from '../planner/context.ts'
import { compileExpression, Frame } from '../planner/evaluate.ts'
import type { CatalogView, CheckConstraint, DomainDefinition } from '../storage/interface.ts'
import type { DataType } from '../types/data-type.ts'
import { assertWidth, isNarrowInteger } from '../types/integer-width.ts'
import type { Value } from '../types/value.ts'

type DomainType = Extract<DataType, { kind: 'domain' }>

/** 23502 for a NULL and 23514 for a value that the domain, or one below it, refuses. */
export function assertInDomain(
  type: DomainType,
  value: Value,
  catalog: CatalogView,
  functions: FunctionContext,
  name: string = type.name,
): void {
  if (isNarrowInteger(type)) return assertWidth(type, value)
  if (type.base.kind === 'domain') assertInDomain(type.base, value, catalog, functions, name)
  const domain = catalog.findDomain(type.name)
  if (!domain) return
  if (value === null && domain.notNull) {
    throw new SqlError('not_null_violation', `domain ${name} does not allow null values`)
  }
  for (const check of domain.checks) {
    if (domainTest(domain, check, contextOf(catalog, functions))(value, functions) !== false) continue
    throw new SqlError('check_violation', `value for domain ${name} violates check constraint "${check.name}"`, {
      constraint: check.name,
    })
  }
}

function contextOf(catalog: CatalogView, functions: FunctionContext): PlannerContext {
  return { catalog, settings: functions.settings, functions, parameterNames: [] }
}

/** What a check makes of a value. */
export type DomainTest = (value: Value, functions: FunctionContext) => Value

const tests = new WeakMap<CheckConstraint, DomainTest>()

/** The check's condition on VALUE, bound and compiled once. */
export function domainTest(domain: DomainDefinition, check: CheckConstraint, context: PlannerContext): DomainTest {
  let test = tests.get(check)
  if (test === undefined) {
    test = compileTest(domain, check, context)
    tests.set(check, test)
  }
  return test
}

function compileTest(domain: DomainDefinition, check: CheckConstraint, context: PlannerContext): DomainTest {
  const scope = new Scope(newState(context))
  const column = newColumn(scope.state, 'value', domain.type.base)
  scope.items = [{ name: '', columns: [column], positions: positionsOf([column]), qualified: false, unqualified: true }]
  scope.clause = 'check constraints'
  scope.noSets = 'check constraints'
  const condition = bindCondition(check.expression, 'CHECK', scope)
  const frame = new Frame()
  let current: Value = null
  frame.readers[0] = () => current
  const evaluate = compileExpression(condition, { frame, slot: (id) => (id === column.id ? 0 : undefined) })
  return (value, functions) => {
    const before = current
    current = value
    frame.runtime = { functions, parameters: [], outer: new Map() }
    try {
      return evaluate(0)
    } finally {
      current = before
    }
  }
}
