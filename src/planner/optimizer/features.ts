/** What occurs in a plan, as bits, so that rules that cannot fire cost nothing. */
import type { Expression } from '../expression.ts'
import type { LogicalPlan } from '../plan.ts'
import { operands } from '../tree.ts'

export const Has = {
  filter: 1,
  project: 2,
  join: 4,
  apply: 8,
  aggregate: 16,
  sort: 32,
  limit: 64,
  distinct: 128,
  setOperation: 256,
  with: 512,
  window: 1024,
  subquery: 2048,
  outerJoin: 4096,
  /** An expression other than a column or a constant. */
  expression: 8192,
  change: 16384,
  scanFilter: 32768,
  values: 65536,
} as const

export type Features = number

export interface Survey {
  readonly features: Features
  readonly highestColumn: number
  readonly highestCte: number
}

/** One walk over the plan, its expressions and the subqueries in them. */
export function survey(plan: LogicalPlan): Survey {
  const found = { features: 0, highestColumn: 0, highestCte: 0 }
  surveyPlan(plan, found)
  return found
}

type Findings = { features: number; highestColumn: number; highestCte: number }

function surveyPlan(plan: LogicalPlan, found: Findings): void {
  for (const column of plan.columns) if (column.id > found.highestColumn) found.highestColumn = column.id
  switch (plan.kind) {
    case 'scan':
    case 'external-scan':
      if (plan.filter.length > 0) found.features |= Has.scanFilter
      surveyAll(plan.filter, found)
      return
    case 'values':
      if (plan.rows.length > 0) found.features |= Has.values
      for (const row of plan.rows) surveyAll(row, found)
      return
    case 'table-function':
      for (const call of plan.calls) surveyAll(call.args, found)
      return
    case 'cte-scan':
      if (plan.cte > found.highestCte) found.highestCte = plan.cte
      return
    case 'filter':
      found.features |= Has.filter
      surveyExpression(plan.predicate, found)
      break
    case 'project':
      found.features |= Has.project
      surveyAll(plan.expressions, found)
      break
    case 'project-set':
      for (const call of plan.calls) surveyAll(call.args, found)
      break
    case 'join':
      found.features |= Has.join
      if (plan.type !== 'inner' && plan.type !== 'cross') found.features |= Has.outerJoin
      if (plan.mark && plan.mark.id > found.highestColumn) found.highestColumn = plan.mark.id
      surveyAll(plan.condition, found)
      break
    case 'apply':
      found.features |= Has.apply
      if (plan.mark && plan.mark.id > found.highestColumn) found.highestColumn = plan.mark.id
      surveyAll(plan.condition, found)
      break
    case 'aggregate':
      found.features |= Has.aggregate
      surveyAll(plan.groups, found)
      for (const call of plan.aggregates) {
        surveyAll(call.args, found)
        if (call.filter) surveyExpression(call.filter, found)
        for (const key of call.orderBy) surveyExpression(key.expression, found)
      }
      break
    case 'window':
      found.features |= Has.window
      surveyAll(plan.partitionBy, found)
      for (const key of plan.orderBy) surveyExpression(key.expression, found)
      for (const call of plan.calls) {
        surveyAll(call.args, found)
        if (call.filter) surveyExpression(call.filter, found)
      }
      break
    case 'sort':
      found.features |= Has.sort
      for (const key of plan.keys) surveyExpression(key.expression, found)
      break
    case 'limit':
      found.features |= Has.limit
      if (plan.limit) surveyExpression(plan.limit, found)
      if (plan.offset) surveyExpression(plan.offset, found)
      break
    case 'distinct':
      found.features |= Has.distinct
      if (plan.on) surveyAll(plan.on, found)
      break
    case 'set-operation':
      found.features |= Has.setOperation
      break
    case 'with':
    case 'recursive-cte':
      found.features |= Has.with
      if (plan.cte > found.highestCte) found.highestCte = plan.cte
      break
    case 'insert':
      found.features |= Has.change
      surveyColumns(plan.rowColumns, found)
      surveyAll(plan.values, found)
      if (plan.conflict) {
        surveyColumns(plan.conflict.existing, found)
        if (plan.conflict.values) surveyAll(plan.conflict.values, found)
        if (plan.conflict.where) surveyExpression(plan.conflict.where, found)
      }
      for (const check of plan.checks) surveyExpression(check.expression, found)
      if (plan.returning) surveyAll(plan.returning, found)
      break
    case 'update':
    case 'merge':
      found.features |= Has.change
      surveyColumns(plan.rowColumns, found)
      if (plan.kind === 'update') surveyAll(plan.values, found)
      else {
        for (const branch of plan.branches) {
          if (branch.condition) surveyExpression(branch.condition, found)
          if (branch.values) surveyAll(branch.values, found)
        }
      }
      for (const check of plan.checks) surveyExpression(check.expression, found)
      if (plan.returning) surveyAll(plan.returning, found)
      break
    case 'delete':
      found.features |= Has.change
      if (plan.returning) surveyAll(plan.returning, found)
      break
  }
  if ('left' in plan) {
    surveyPlan(plan.left, found)
    surveyPlan(plan.right, found)
  } else if (plan.kind === 'with') {
    surveyPlan(plan.definition, found)
    surveyPlan(plan.input, found)
  } else {
    surveyPlan(plan.input, found)
  }
}

function surveyColumns(columns: readonly { readonly id: number }[], found: Findings): void {
  for (const column of columns) if (column.id > found.highestColumn) found.highestColumn = column.id
}

function surveyAll(list: readonly Expression[], found: Findings): void {
  for (const expression of list) surveyExpression(expression, found)
}

function surveyExpression(expression: Expression, found: Findings): void {
  let current = expression
  for (;;) {
    switch (current.kind) {
      case 'column':
        if (current.id > found.highestColumn) found.highestColumn = current.id
        return
      case 'constant':
      case 'parameter':
        return
      case 'lambda':
        surveyColumns(current.parameters, found)
        break
      case 'subquery':
        found.features |= Has.subquery
        surveyPlan(current.plan, found)
        break
    }
    found.features |= Has.expression
    const list = operands(current)
    if (list.length === 0) return
    for (let index = 1; index < list.length; index++) surveyExpression(list[index], found)
    current = list[0]
  }
}
