/**
 * Collations, as far as they can disagree. All text is ordered by its code points whatever it is called, but a statement that
 * mixes texts of different collations does not say which it means, and is refused where that would matter (manual, 24.2):
 * COLLATE decides over a column's own, a column's over the default, and two of a kind that differ are a conflict.
 */
import { SqlError } from '../../error.ts'
import type { ColumnId, Expression, OutputColumn } from '../expression.ts'
import type { LogicalPlan } from '../plan.ts'
import { expressions, inputs, operands } from '../tree.ts'
import { isCollatable } from './expression.ts'

type Collation =
  | { readonly kind: 'none' }
  | { readonly kind: 'implicit' | 'explicit'; readonly name: string }
  | { readonly kind: 'conflict'; readonly names: readonly [string, string] }

const none: Collation = { kind: 'none' }
const ordinary: Collation = { kind: 'implicit', name: 'default' }

/** Refuses what mixes collations; the result's columns with theirs. */
export function collatedColumns(plan: LogicalPlan, columns: readonly OutputColumn[]): readonly OutputColumn[] {
  const derivation = new Derivation()
  derivation.visit(plan)
  return columns.map((column) => {
    const derived = derivation.ofColumn(column)
    if (derived.kind === 'conflict') return { ...column, derivedCollation: null }
    return derived.kind === 'none' || derived.name === 'default'
      ? column
      : { ...column, derivedCollation: derived.name }
  })
}

/** The collation of an expression over a table's columns, for COLLATION FOR; undefined where it has none. */
export function collationOf(expression: Expression, known: ReadonlyMap<ColumnId, string>): string | undefined {
  const derivation = new Derivation()
  for (const [id, name] of known) derivation.set(id, { kind: 'implicit', name })
  const derived = derivation.of(expression)
  return derived.kind === 'implicit' || derived.kind === 'explicit' ? derived.name : undefined
}

/** Calls that cannot do without a collation, and the words for what they do. */
const uses: Readonly<Record<string, string>> = {
  upper: 'upper() function',
  lower: 'lower() function',
  initcap: 'initcap() function',
  '~~*': 'ILIKE',
  '!~~*': 'ILIKE',
  '~': 'regular expression',
  '!~': 'regular expression',
  '~*': 'regular expression',
  '!~*': 'regular expression',
}

const comparisons: ReadonlySet<string> = new Set(
  '= <> < <= > >= greatest least nullif strpos position replace split_part ^@ starts_with min max'.split(' '),
)

class Derivation {
  private readonly columns = new Map<ColumnId, Collation>()

  set(id: ColumnId, collation: Collation): void {
    this.columns.set(id, collation)
  }

  ofColumn({ id, type }: Pick<OutputColumn, 'id' | 'type'>): Collation {
    return this.columns.get(id) ?? (isCollatable(type) ? ordinary : none)
  }

  /** Derives the collations of the plan's columns, inputs first. */
  visit(plan: LogicalPlan): void {
    for (const input of inputs(plan)) this.visit(input)
    switch (plan.kind) {
      case 'scan':
        plan.tableColumns.forEach((number, index) => {
          const { collation } = plan.table.columns[number]
          if (collation !== undefined) this.set(plan.columns[index].id, { kind: 'implicit', name: collation })
        })
        return
      case 'project':
        this.assign(
          plan.columns,
          plan.expressions.map((expression) => this.of(expression)),
        )
        return
      case 'values':
        plan.columns.forEach(({ id }, index) => {
          this.set(id, merged(plan.rows.map((row) => this.of(row[index]))))
        })
        return
      case 'aggregate': {
        const groups = plan.groups.map((group) => this.key(group))
        const calls = plan.aggregates.map(({ args, orderBy, filter, function: called, distinct, type }) => {
          for (const { expression } of orderBy) this.key(expression)
          if (filter) this.of(filter)
          if (distinct) for (const arg of args) this.key(arg)
          return this.result(this.applied(called.name, args), type)
        })
        this.assign(plan.columns, [...groups, ...calls])
        return
      }
      case 'window':
        for (const expression of plan.partitionBy) this.key(expression)
        for (const { expression } of plan.orderBy) this.key(expression)
        plan.calls.forEach(({ function: called, args, type }, index) => {
          const column = plan.columns[plan.columns.length - plan.calls.length + index]
          this.set(column.id, this.result(this.applied(called.name, args), type))
        })
        return
      case 'sort':
        for (const { expression } of plan.keys) {
          if (plan.input.kind === 'set-operation') need(this.of(expression), '=')
          else this.key(expression)
        }
        return
      case 'distinct':
        if (plan.on) for (const expression of plan.on) this.key(expression)
        else for (const column of plan.columns) needOne(this.ofColumn(column))
        return
      case 'set-operation': {
        const strict = plan.operator !== 'union' || !plan.all
        plan.columns.forEach((column, index) => {
          const both = merged([plan.left, plan.right].map((side) => this.ofColumn(side.columns[index])))
          if (strict) needOne(both)
          this.set(column.id, both)
        })
        return
      }
      case 'recursive-cte':
        plan.columns.forEach((column, index) => {
          const [first, all] = [this.ofColumn(plan.left.columns[index]), this.ofColumn(plan.right.columns[index])]
          const both = merged([first, all])
          if (first.kind !== 'none' && nameOf(first) !== nameOf(both)) throw changing(column, index, first, both)
          this.set(column.id, first)
        })
        return
      default:
        for (const expression of expressions(plan)) this.of(expression)
    }
  }

  private assign(columns: readonly OutputColumn[], derived: readonly Collation[]): void {
    derived.forEach((collation, index) => this.set(columns[index].id, collation))
  }

  /** What is sorted or grouped by. */
  private key(expression: Expression): Collation {
    return needOne(this.of(expression))
  }

  of(expression: Expression): Collation {
    const derived = this.derive(expression)
    const { collation } = expression
    return collation === undefined ? derived : { kind: 'explicit', name: collation }
  }

  private derive(expression: Expression): Collation {
    switch (expression.kind) {
      case 'column':
        return implicit(this.ofColumn(expression))
      case 'call':
        return this.result(this.applied(expression.function.name, expression.args), expression.type)
      case 'in':
      case 'is-distinct':
        this.applied('=', operands(expression))
        return none
      case 'quantified':
        this.applied(expression.function.name, operands(expression))
        return none
      case 'subquery': {
        this.visit(expression.plan)
        const [column] = expression.plan.columns
        for (const input of expression.inputs) this.of(input)
        if (expression.mode === 'any' || expression.mode === 'all') {
          expression.inputs.forEach((input, index) =>
            need(merged([this.of(input), this.ofColumn(expression.plan.columns[index])]), '='),
          )
        }
        return expression.mode === 'scalar' || expression.mode === 'array'
          ? this.result(column ? this.ofColumn(column) : none, expression.type)
          : none
      }
      case 'case': {
        for (const { when } of expression.branches) this.of(when)
        const values = expression.branches.map(({ then }) => this.of(then))
        if (expression.otherwise) values.push(this.of(expression.otherwise))
        return this.result(merged(values), expression.type)
      }
      case 'row':
        for (const item of expression.items) this.of(item)
        return none
      default:
        return this.result(merged(operands(expression).map((operand) => this.of(operand))), expression.type)
    }
  }

  /** What the arguments of a call have in common, refused where the call needs to know and they conflict. */
  private applied(name: string, args: readonly Expression[]): Collation {
    return need(merged(args.map((arg) => this.of(arg))), name)
  }

  private result(derived: Collation, type: Expression['type']): Collation {
    if (!isCollatable(type)) return none
    return derived.kind === 'none' ? ordinary : derived
  }
}

function nameOf(collation: Collation): string | undefined {
  return collation.kind === 'implicit' || collation.kind === 'explicit' ? collation.name : undefined
}

/** Outside of its query an explicit collation is a column's own. */
function implicit(collation: Collation): Collation {
  return collation.kind === 'explicit' ? { kind: 'implicit', name: collation.name } : collation
}

function merged(collations: readonly Collation[]): Collation {
  return collations.reduce((left, right) => {
    if (left.kind === 'none' || right.kind === 'none') return left.kind === 'none' ? right : left
    if (left.kind === 'explicit' && right.kind === 'explicit') {
      if (left.name !== right.name) throw mismatch('explicit', [left.name, right.name])
      return left
    }
    if (left.kind === 'explicit' || right.kind === 'explicit') return left.kind === 'explicit' ? left : right
    if (left.kind === 'conflict' || right.kind === 'conflict') return left.kind === 'conflict' ? left : right
    if (left.name === right.name || right.name === 'default') return left
    return left.name === 'default' ? right : { kind: 'conflict', names: [left.name, right.name] }
  }, none)
}

function mismatch(kind: string, [left, right]: readonly [string, string]): SqlError {
  return new SqlError('collation_mismatch', `collation mismatch between ${kind} collations "${left}" and "${right}"`, {
    hint:
      kind === 'implicit'
        ? 'You can choose the collation by applying the COLLATE clause to one or both expressions.'
        : undefined,
  })
}

function needOne(collation: Collation): Collation {
  if (collation.kind === 'conflict') throw mismatch('implicit', collation.names)
  return collation
}

function need(collation: Collation, name: string): Collation {
  const use = Object.hasOwn(uses, name) ? uses[name] : comparisons.has(name) ? 'string comparison' : undefined
  if (collation.kind !== 'conflict' || use === undefined) return collation
  throw new SqlError('indeterminate_collation', `could not determine which collation to use for ${use}`, {
    hint: 'Use the COLLATE clause to set the collation explicitly.',
  })
}

function changing({ name }: OutputColumn, index: number, first: Collation, all: Collation): SqlError {
  const words = `has collation "${nameOf(first)}" in non-recursive term but collation "${nameOf(all)}" overall`
  return new SqlError('collation_mismatch', `recursive query "${name}" column ${index + 1} ${words}`, {
    hint: 'Use the COLLATE clause to set the collation of the non-recursive term.',
  })
}
