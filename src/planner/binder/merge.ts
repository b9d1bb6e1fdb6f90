/**
 * MERGE. The input is the source LEFT JOIN the target (FULL JOIN when some branch is about rows that the source does not
 * have): the target's row id is NULL where nothing matched, `sourceMatched` where no source row did.
 */
import { SqlError } from '../../error.ts'
import type * as ast from '../../parser/ast.ts'
import { BOOLEAN } from '../../types/data-type.ts'
import type { Expression, OutputColumn } from '../expression.ts'
import type { LogicalPlan, Merge } from '../plan.ts'
import { conjuncts } from '../tree.ts'
import { bindAssignments } from './assignment.ts'
import { bindCondition, bindExpression } from './expression.ts'
import { bindTableExpression, checkAliases } from './from.ts'
import { callOperator } from './operator.ts'
import { bindReturning } from './returning.ts'
import { assign, fillGenerated, refuseGiven } from './row-values.ts'
import { type BoundQuery, newColumn, type RangeItem, reference, Scope, within } from './scope.ts'
import { refuseLocking } from './sequence.ts'
import {
  bindChecks,
  bindTarget,
  newRow,
  newRowItem,
  overNewRow,
  type Target,
  targetColumn,
  targetDefault,
} from './target.ts'

export function bindMerge(statement: ast.Merge, parent: Scope): BoundQuery {
  const { state } = parent
  const target = bindTarget(statement.target, statement.alias, 'merge into', state)
  const scope = new Scope(state, parent)
  scope.blocked = [target.item]
  const source = bindTableExpression(statement.source, scope)
  refuseLocking(source.plan)
  checkAliases([target.item], source.items, statement.source.span)
  scope.items = [target.item, ...source.items]
  scope.blocked = []
  const { on } = statement
  const condition = on
    ? within(scope, 'JOIN conditions', () => conjuncts(bindCondition(on, 'JOIN/ON', scope)))
    : statement.using.map((name) => equalColumns(name, target, source.items, scope))
  const bySource = statement.branches.some((branch) => branch.when === 'not matched by source')
  const matched = bySource ? newColumn(state, 'source matched', BOOLEAN) : undefined
  const left = matched ? withMark(source.plan, matched) : source.plan
  const input: LogicalPlan = {
    kind: 'join',
    type: bySource ? 'full' : 'left',
    left,
    right: target.plan,
    condition,
    nullAware: false,
    columns: [...left.columns, ...target.plan.columns],
  }
  refuseUnreachable(statement.branches)
  const branches = statement.branches.map((branch) =>
    bindBranch(branch.all ? spelledOut(branch, target, source.items) : branch, target, source.items, scope),
  )
  const rowColumns = newRow(target, state)
  const { returning, columns } = bindReturning(
    statement.returning,
    [...source.items, newRowItem(target, rowColumns)],
    scope,
    (it) => overNewRow(it, target, rowColumns),
  )
  const plan: Merge = {
    kind: 'merge',
    table: target.table,
    input,
    rowId: target.rowId,
    sourceMatched: matched?.id,
    branches,
    checks: bindChecks(target, rowColumns, state),
    rowColumns,
    returning,
    columns,
  }
  return { plan, columns }
}

/** A column of USING (…): equal in the target and in the source. */
function equalColumns(name: ast.Identifier, target: Target, source: readonly RangeItem[], scope: Scope): Expression {
  const [left, right] = [[target.item], source].map((items) => {
    const found = items.flatMap(({ columns }) => columns.filter((column) => column.name === name.name))
    if (found.length === 1) return reference(found[0], name.span)
    const problem = found.length === 0 ? 'does not exist on both sides' : 'appears more than once'
    throw new SqlError(
      found.length === 0 ? 'undefined_column' : 'ambiguous_column',
      `column "${name.name}" specified in USING clause ${problem}`,
      { position: name.span.start },
    )
  })
  return callOperator('=', [left, right], name.span, name.span, scope)
}

/** The branch with the source's columns as its values, for the columns of their names or in their order. */
function spelledOut(branch: ast.MergeBranch, target: Target, source: readonly RangeItem[]): ast.MergeBranch {
  const { span } = branch
  const identifier = (name: string): ast.Identifier => ({ name, quoted: true, span })
  const names = target.tableColumns.map((number) => target.table.columns[number].name)
  const given: ast.ColumnReference[] = []
  for (const item of source) {
    const qualifier = item.name ? [identifier(item.name)] : []
    for (const { name } of item.columns) {
      given.push({ kind: 'column', parts: [...qualifier, identifier(name)], span })
    }
  }
  if (branch.all === 'position' && given.length !== names.length) {
    throw new SqlError(
      'syntax_error',
      `${branch.action.toUpperCase()} needs ${names.length} columns, but the source has ${given.length}`,
      { position: span.start },
    )
  }
  const columns = given.map(({ parts }, index): ast.InsertColumn => {
    const name = branch.all === 'name' ? parts[parts.length - 1].name : names[index]
    return { name: identifier(name), path: [], span }
  })
  const set = columns.map((column, index) => ({ targets: [column], multiple: false, value: given[index], span }))
  return { ...branch, all: undefined, columns, values: given, set }
}

function refuseUnreachable(branches: readonly ast.MergeBranch[]): void {
  const unconditional = new Set<string>()
  for (const { when, condition } of branches) {
    if (unconditional.has(when)) {
      throw new SqlError('syntax_error', 'unreachable WHEN clause specified after unconditional WHEN clause')
    }
    if (condition === undefined) unconditional.add(when)
  }
}

function withMark(plan: LogicalPlan, mark: OutputColumn): LogicalPlan {
  return {
    kind: 'project',
    input: plan,
    expressions: [...plan.columns.map((column) => reference(column)), { kind: 'constant', type: BOOLEAN, value: true }],
    columns: [...plan.columns, mark],
  }
}

function bindBranch(
  branch: ast.MergeBranch,
  target: Target,
  source: readonly RangeItem[],
  scope: Scope,
): Merge['branches'][number] {
  const { when, action } = branch
  const sees = when === 'matched' ? [target.item, ...source] : when === 'not matched' ? source : [target.item]
  const hidden = when === 'matched' ? [] : when === 'not matched' ? [target.item] : source
  scope.items = [...sees]
  scope.blocked = hidden
  const condition =
    branch.condition && within(scope, 'MERGE WHEN conditions', () => bindCondition(branch.condition!, 'WHEN', scope))
  const written =
    action === 'update'
      ? updated(branch, target, scope)
      : action === 'insert'
        ? { values: inserted(branch, target, scope) }
        : undefined
  scope.blocked = []
  return { when, condition, action, ...written }
}

function updated(
  branch: ast.MergeBranch,
  target: Target,
  scope: Scope,
): Pick<Merge['branches'][number], 'values' | 'changed'> {
  const { assigned, changed } = bindAssignments(branch.set, target, scope, undefined)
  const values = target.table.columns.map((column, number) => {
    const value = assigned.get(number)
    if (value) return value
    return column.generated ? undefined : reference(target.oldColumns[number])
  })
  return { values: fillGenerated(target.table, values, scope.state), changed }
}

function inserted(branch: ast.MergeBranch, target: Target, scope: Scope): Expression[] {
  const { state } = scope
  const { table } = target
  const given = new Map<number, Expression>()
  const nodes = branch.values ?? []
  const numbers =
    branch.columns.length > 0
      ? branch.columns.map((column) => targetColumn(target, column.name, 'insert into'))
      : target.tableColumns.slice(0, nodes.length)
  branch.columns.forEach(({ name }, index) => {
    if (numbers.indexOf(numbers[index]) === index) return
    throw new SqlError('duplicate_column', `column "${name.name}" specified more than once`, {
      position: name.span.start,
    })
  })
  if (nodes.length > numbers.length) {
    throw new SqlError('syntax_error', 'INSERT has more expressions than target columns', {
      position: nodes[numbers.length].span.start,
    })
  }
  if (branch.values && nodes.length < numbers.length) {
    throw new SqlError('syntax_error', 'INSERT has more target columns than expressions', {
      position: branch.columns[nodes.length].span.start,
    })
  }
  within(scope, 'VALUES', () => {
    nodes.forEach((node, index) => {
      const column = table.columns[numbers[index]]
      if (node.kind === 'default') return
      if (branch.overriding === 'user' && column.identity) return
      refuseGiven(column, 'insert', branch.overriding === 'system', node.span.start)
      given.set(numbers[index], assign(bindExpression(node, scope), column, state))
    })
  })
  const values = table.columns.map(
    (_, number) => given.get(number) ?? targetDefault(target, number, state, branch.overriding),
  )
  return fillGenerated(table, values, state)
}
