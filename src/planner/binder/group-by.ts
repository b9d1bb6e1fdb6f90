/**
 * GROUP BY. The items of its sets become the groups of an Aggregate node, and everything above is expressed over the
 * node's columns: a part that is a group becomes the group's column; a column that is not part of a group is refused,
 * unless the primary key of its table is grouped by, which decides it.
 */
import { SqlError } from '../../error.ts'
import type * as ast from '../../parser/ast.ts'
import type { KeyConstraint } from '../../storage/interface.ts'
import { INTEGER } from '../../types/data-type.ts'
import type { ColumnExpression, ColumnId, Expression, OutputColumn } from '../expression.ts'
import type { Aggregate, LogicalPlan } from '../plan.ts'
import { printExpression } from '../print-expression.ts'
import { addColumnsUsed, freeColumns, mapExpressions, mapInputs, operands, withOperands } from '../tree.ts'
import { settle } from './coercion.ts'
import { bindExpression } from './expression.ts'
import { findInLevel } from './name.ts'
import { callOperator } from './operator.ts'
import { sameExpression } from './same-expression.ts'
import { newColumn, type PendingGrouping, type PendingWindow, reference, type Scope, within } from './scope.ts'
import { checkComparable } from './sort-key.ts'
import type { Output } from './star.ts'

export interface BoundGroups {
  readonly groups: readonly Expression[]
  readonly sets?: readonly (readonly number[])[]
}

/** More grouping sets than this are a mistake. */
const MAXIMUM_SETS = 4096

/** The groups, or undefined where the query has no GROUP BY. */
export function bindGroups(select: ast.Select, outputs: readonly Output[], scope: Scope): BoundGroups | undefined {
  if (select.groupByAll) return groupByAll(outputs, scope)
  if (select.groupBy.length === 0) return undefined
  const groups: Expression[] = []
  const add = (node: ast.Expression): number[] => {
    const items = node.kind === 'row' && !node.explicit ? node.items : [node]
    return items.map((item) => {
      const bound = settle(bindGroup(item, outputs, scope), scope.state)
      checkComparable(bound)
      const known = groups.findIndex((group) => sameExpression(group, bound))
      return known >= 0 ? known : groups.push(bound) - 1
    })
  }
  const lists = within(scope, 'GROUP BY', () => select.groupBy.map((element) => setsOf(element, add)))
  if (select.groupBy.every((element) => element.kind === 'expression')) return { groups }
  let sets: readonly (readonly number[])[] = [[]]
  for (const list of lists) {
    sets = sets.flatMap((set) => list.map((more) => [...new Set([...set, ...more])]))
    if (sets.length > MAXIMUM_SETS) {
      throw new SqlError('statement_too_complex', `too many grouping sets present (maximum ${MAXIMUM_SETS})`, {
        position: select.span.start,
      })
    }
  }
  if (select.groupByDistinct) sets = distinctSets(sets)
  return { groups, sets }
}

function distinctSets(sets: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const seen = new Set<string>()
  return sets.filter((set) => {
    const key = [...set].sort((a, b) => a - b).join()
    return !seen.has(key) && seen.add(key)
  })
}

/** The grouping sets that one element of GROUP BY stands for. */
function setsOf(element: ast.GroupingElement, add: (node: ast.Expression) => number[]): (readonly number[])[] {
  switch (element.kind) {
    case 'expression':
      return [add(element.expression)]
    case 'empty':
      return [[]]
    case 'rollup': {
      const parts = element.elements.map((list) => list.flatMap(add))
      return Array.from({ length: parts.length + 1 }, (_, dropped) => parts.slice(0, parts.length - dropped).flat())
    }
    case 'cube': {
      const parts = element.elements.map((list) => list.flatMap(add))
      if (parts.length > 12) {
        throw new SqlError('too_many_columns', 'CUBE is limited to 12 elements', { position: element.span.start })
      }
      const sets: number[][] = []
      for (let mask = (1 << parts.length) - 1; mask >= 0; mask--) {
        sets.push(parts.flatMap((part, index) => (mask & (1 << (parts.length - 1 - index)) ? part : [])))
      }
      return sets
    }
    case 'sets':
      return element.sets.flatMap((set) => setsOf(set, add))
  }
}

/** A name means a column of FROM before it means one of the select list; a number is a position there. */
function bindGroup(node: ast.Expression, outputs: readonly Output[], scope: Scope): Expression {
  if (node.kind === 'column' && node.parts.length === 1) {
    const { name } = node.parts[0]
    const column = findInLevel(name, node.span, scope)
    if (column) return column
    const matches = outputs.filter((output) => output.name === name)
    for (const other of matches.slice(1)) {
      if (sameExpression(other.expression, matches[0].expression)) continue
      throw new SqlError('ambiguous_column', `GROUP BY "${name}" is ambiguous`, { position: node.span.start })
    }
    if (matches.length > 0) return checkGroup(matches[0].expression, node, scope)
  } else if (node.kind === 'number') {
    return checkGroup(byPosition(node, 'GROUP BY', outputs).expression, node, scope)
  } else if (node.kind === 'string' || node.kind === 'boolean' || node.kind === 'null') {
    if (node.kind === 'string') throw nonInteger('GROUP BY', node)
  }
  return bindExpression(node, scope)
}

export function nonInteger(clause: string, node: ast.Node): SqlError {
  return new SqlError('syntax_error', `non-integer constant in ${clause}`, { position: node.span.start })
}

/** The output at a position, counted from 1. */
export function byPosition<T>(node: ast.NumberLiteral, clause: string, outputs: readonly T[]): T {
  const position = Number(node.text)
  if (!Number.isInteger(position) || !/^\d+$/.test(node.text)) throw nonInteger(clause, node)
  const output = outputs[position - 1]
  if (output !== undefined) return output
  throw new SqlError('invalid_column_reference', `${clause} position ${node.text} is not in select list`, {
    position: node.span.start,
  })
}

/** An item of the select list can be a group unless it is made of groups itself. */
function checkGroup(expression: Expression, node: ast.Node, scope: Scope): Expression {
  const used = new Set<ColumnId>()
  addColumnsUsed(expression, used)
  if (scope.aggregates.some(({ column }) => used.has(column.id))) {
    throw new SqlError('grouping_error', 'aggregate functions are not allowed in GROUP BY', {
      position: node.span.start,
    })
  }
  if (scope.windows.some(({ column }) => used.has(column.id))) {
    throw new SqlError('windowing_error', 'window functions are not allowed in GROUP BY', { position: node.span.start })
  }
  return expression
}

/** GROUP BY ALL: whatever is selected and holds no aggregate. */
function groupByAll(outputs: readonly Output[], scope: Scope): BoundGroups {
  const groups: Expression[] = []
  for (const { expression } of outputs) {
    const used = new Set<ColumnId>()
    addColumnsUsed(expression, used)
    if (
      scope.aggregates.some(({ column }) => used.has(column.id)) ||
      scope.windows.some(({ column }) => used.has(column.id))
    )
      continue
    const group = settle(expression, scope.state)
    if (used.size > 0 && !groups.some((other) => sameExpression(other, group))) groups.push(group)
  }
  return { groups }
}

/** Expresses what is above an Aggregate over its columns, and builds the node once all of that is known. */
export class Regrouping {
  private readonly input: LogicalPlan
  private readonly groups: Expression[]
  private sets: BoundGroups['sets']
  private readonly scope: Scope
  private readonly columns: OutputColumn[] = []
  /** The group that is a plain column, by the column's id. */
  private readonly byColumn = new Map<ColumnId, number>()
  private readonly others: number[] = []
  private readonly own: ReadonlySet<ColumnId>
  private readonly groupingOf = new Map<ColumnId, PendingGrouping>()
  private groupingColumn: OutputColumn | undefined

  constructor(input: LogicalPlan, bound: BoundGroups, scope: Scope) {
    this.input = input
    this.groups = []
    this.sets = bound.sets
    this.scope = scope
    this.own = new Set(input.columns.map((column) => column.id))
    for (const group of bound.groups) this.addGroup(group)
    for (const grouping of scope.groupings) this.groupingOf.set(grouping.column.id, grouping)
  }

  private addGroup(group: Expression): OutputColumn {
    const index = this.groups.push(group) - 1
    const { state } = this.scope
    let column: OutputColumn
    if (group.kind === 'column' && this.own.has(group.id)) {
      this.byColumn.set(group.id, index)
      const source = this.input.columns.find((candidate) => candidate.id === group.id)!
      column = this.sets ? newColumn(state, source.name, source.type, source.table) : source
    } else {
      this.others.push(index)
      column = newColumn(state, printExpression(group), group.type)
    }
    this.columns.push(column)
    return column
  }

  /** The expression over the Aggregate's columns; 42803 when it reads a column that is not grouped. */
  apply(expression: Expression): Expression {
    return this.regroup(expression, false)
  }

  applyToWindow({ call, specification, column }: PendingWindow): PendingWindow {
    const apply = (expression: Expression): Expression => this.apply(expression)
    return {
      column,
      call: { ...call, args: call.args.map(apply), filter: call.filter && apply(call.filter) },
      specification: {
        partitionBy: specification.partitionBy.map(apply),
        orderBy: specification.orderBy.map((key) => ({ ...key, expression: apply(key.expression) })),
        frame: specification.frame,
      },
    }
  }

  private regroup(expression: Expression, inSubquery: boolean): Expression {
    const spine: Expression[] = []
    let current = expression
    let result: Expression | undefined
    for (;;) {
      result = this.asGroup(current) ?? this.leaf(current, inSubquery)
      if (result) break
      spine.push(current)
      current = operands(current)[0]
    }
    for (let depth = spine.length - 1; depth >= 0; depth--) {
      const list = operands(spine[depth])
      const mapped = list.map((operand, index) => (index === 0 ? result! : this.regroup(operand, inSubquery)))
      const same = mapped.every((operand, index) => operand === list[index])
      result = this.subplan(same ? spine[depth] : withOperands(spine[depth], mapped))
    }
    return result
  }

  private asGroup(expression: Expression): Expression | undefined {
    if (expression.kind === 'column') {
      const index = this.byColumn.get(expression.id)
      if (index === undefined) return undefined
      const column = this.columns[index]
      return column.id === expression.id ? expression : { ...expression, id: column.id }
    }
    for (const index of this.others) {
      if (sameExpression(expression, this.groups[index])) return reference(this.columns[index], expression.span)
    }
    return undefined
  }

  /** What has no operands. */
  private leaf(expression: Expression, inSubquery: boolean): Expression | undefined {
    if (expression.kind === 'column') return this.ungrouped(expression, inSubquery)
    if (operands(expression).length > 0) return undefined
    return this.subplan(expression)
  }

  private ungrouped(expression: ColumnExpression, inSubquery: boolean): Expression {
    const grouping = this.groupingOf.get(expression.id)
    if (grouping) return this.groupingValue(grouping)
    if (!this.own.has(expression.id)) return expression
    if (this.isDetermined(expression.id)) {
      this.addGroup({ kind: 'column', id: expression.id, name: expression.name, type: expression.type })
      const added = this.groups.length - 1
      this.sets = this.sets?.map((set) => [...set, added])
      return this.asGroup(expression)!
    }
    throw new SqlError(
      'grouping_error',
      inSubquery
        ? `subquery uses ungrouped column "${expression.name}" from outer query`
        : `column "${expression.name}" must appear in the GROUP BY clause or be used in an aggregate function`,
      { position: expression.span?.start },
    )
  }

  /** Whether the primary key of the column's table is grouped by, in every set. */
  private isDetermined(id: ColumnId): boolean {
    for (const { table, columns } of this.scope.items) {
      if (!table || !columns.some((column) => column.id === id)) continue
      const key = table.constraints.find((it): it is KeyConstraint => it.kind === 'primary-key')
      const isGrouped = (position: number): boolean => {
        const group = columns[position] && this.byColumn.get(columns[position].id)
        return group !== undefined && (this.sets?.every((set) => set.includes(group)) ?? true)
      }
      if (key?.columns.every(isGrouped)) return true
    }
    return false
  }

  /** A subquery reads groups as the expressions around it do. */
  private subplan(expression: Expression): Expression {
    if (expression.kind !== 'subquery') return expression
    const plan = this.regroupPlan(expression.plan)
    return plan === expression.plan ? expression : { ...expression, plan }
  }

  private regroupPlan(plan: LogicalPlan): LogicalPlan {
    let concerned = false
    for (const id of freeColumns(plan)) {
      if (this.own.has(id) || this.groupingOf.has(id)) {
        concerned = true
        break
      }
    }
    if (!concerned) return plan
    const node = mapInputs(plan, (input) => this.regroupPlan(input))
    return mapExpressions(node, (expression) => this.regroup(expression, true))
  }

  /** GROUPING(a, b): a bit per argument, the last one lowest, set when the row's set leaves the argument out. */
  private groupingValue({ args, span }: PendingGrouping): Expression {
    const positions = args.map((arg) => {
      const index = this.groups.findIndex((group) => sameExpression(group, arg))
      if (index >= 0) return index
      throw new SqlError(
        'grouping_error',
        'arguments to GROUPING must be grouping expressions of the associated query level',
        {
          position: arg.span?.start,
        },
      )
    })
    const number = (value: number): Expression => ({ kind: 'constant', type: INTEGER, value, span })
    if (!this.sets) return number(0)
    this.groupingColumn ??= newColumn(this.scope.state, 'grouping', INTEGER)
    const column = reference(this.groupingColumn)
    const call = (symbol: string, left: Expression, right: Expression): Expression =>
      callOperator(symbol, [left, right], span, span, this.scope)
    if (
      positions.length === this.groups.length &&
      positions.every((position, index) => position === positions.length - 1 - index)
    ) {
      return column
    }
    let value: Expression | undefined
    positions.forEach((position, index) => {
      const bit = call('&', position === 0 ? column : call('>>', column, number(position)), number(1))
      const shift = positions.length - 1 - index
      const placed = shift === 0 ? bit : call('<<', bit, number(shift))
      value = value ? call('|', value, placed) : placed
    })
    return value ?? number(0)
  }

  /** Direct arguments of ordered-set aggregates hold for a whole group. */
  private checkDirectArguments(): void {
    for (const { call } of this.scope.aggregates) {
      if (!call.overload.ordered) continue
      for (const arg of call.args.slice(0, call.args.length - call.orderBy.length)) {
        try {
          this.apply(arg)
        } catch (error) {
          if (!(error instanceof SqlError)) throw error
          const detail = 'Direct arguments of an ordered-set aggregate must use only grouped columns.'
          throw new SqlError('grouping_error', error.message, { position: error.position, detail })
        }
      }
    }
  }

  plan(): Aggregate {
    const { aggregates } = this.scope
    this.checkDirectArguments()
    const columns = [...this.columns, ...aggregates.map((pending) => pending.column)]
    if (this.groupingColumn) columns.push(this.groupingColumn)
    return {
      kind: 'aggregate',
      input: this.input,
      groups: this.groups,
      aggregates: aggregates.map((pending) => pending.call),
      sets: this.sets,
      groupingColumn: this.groupingColumn?.id,
      columns,
    }
  }
}
