/** From an expression as written, with what the binder made of it, to the tree that is printed. */
import type * as ast from '../../parser/ast.ts'
import { printExpression } from '../../parser/print.ts'
import { quoteString } from '../../parser/print-name.ts'
import { bindTypeName } from '../../planner/binder/type-name.ts'
import type { BindingRecord, PlannerContext } from '../../planner/context.ts'
import type { Expression } from '../../planner/expression.ts'
import type { DataType } from '../../types/data-type.ts'
import { traits } from '../../types/traits.ts'
import { sameBaseType, typeEquals, withoutModifiers } from '../../types/type-names.ts'
import { quoteIdentifier, shownType } from './names.ts'
import type { Part, Tree } from './tree.ts'

type Constant = Extract<Tree, { kind: 'constant' }>

/** How a column reference is written in the query at hand. */
export type NameColumn = (node: ast.ColumnReference) => string

export class TreeBuilder {
  private readonly record: BindingRecord
  private readonly context: PlannerContext
  private readonly nameColumn: NameColumn

  constructor(record: BindingRecord, context: PlannerContext, nameColumn: NameColumn) {
    this.record = record
    this.context = context
    this.nameColumn = nameColumn
  }

  /** The expression's own type, as it was bound; unknown for literals. */
  type(node: ast.Expression): DataType | undefined {
    return this.record.expressions.get(node)?.type
  }

  /** The expression as a value of a type: literals are of the type, others get a conversion that nobody wrote. */
  as(node: ast.Expression, target: DataType | undefined): Tree {
    if (target?.kind === 'unknown') return this.as(node, { kind: 'text' })
    const literal = target && this.literal(node, target)
    if (literal) return literal
    const tree = this.tree(node)
    const own = this.type(node)
    if (!target || !own || own.kind === 'unknown' || sameBaseType(own, target)) return tree
    return { kind: 'cast', implicit: true, arg: tree, type: shownType(withoutModifiers(target)) }
  }

  private literal(node: ast.Expression, target: DataType): Tree | undefined {
    const type = withoutModifiers(target)
    if (node.kind === 'null') return { kind: 'constant', text: 'NULL', label: shownType(type) }
    if (node.kind !== 'string') return undefined
    const base = type.kind === 'domain' ? type.base : type
    const text = base.kind === 'boolean' ? this.boolean(node.value) : literalOf(node.value, base, this.context)
    return type === base ? text : { kind: 'cast', implicit: true, arg: text, type: shownType(type) }
  }

  private boolean(text: string): Constant {
    return { kind: 'constant', text: /^\s*(t|y|on|1)/i.test(text) ? 'true' : 'false' }
  }

  tree(node: ast.Expression): Tree {
    const bound = this.record.expressions.get(node)
    switch (node.kind) {
      case 'null':
        return { kind: 'constant', text: 'NULL', label: 'text' }
      case 'boolean':
        return { kind: 'constant', text: node.value ? 'true' : 'false' }
      case 'string':
        return { kind: 'constant', text: quoteString(node.value), label: 'text' }
      case 'number':
        return number(node.text, bound?.type)
      case 'bit-string':
        return { kind: 'constant', text: `'${node.digits}'`, label: '"bit"' }
      case 'typed-literal':
        return this.cast({ kind: 'string', value: node.value, span: node.span }, node.type)
      case 'parameter':
        return { kind: 'variable', text: `$${node.index ?? node.name}` }
      case 'column':
        return this.column(node, bound)
      case 'unary':
        return this.unary(node, bound)
      case 'binary':
        return this.operator(node.operator, node.left, node.right, bound)
      case 'logical':
        return { kind: 'logical', operator: node.operator, args: this.flat(node) }
      case 'not':
        return { kind: 'not', arg: this.as(node.operand, { kind: 'boolean' }) }
      case 'is':
        return this.test(node)
      case 'is-distinct':
        return this.distinct(node, bound)
      case 'between':
        return this.between(node, bound)
      case 'in-list':
        return this.inList(node, bound)
      case 'like':
        return this.like(node)
      case 'in-subquery':
        return this.inSubquery(node)
      case 'exists':
        return { kind: 'subquery', parts: ['(EXISTS (', { query: node.query }, '))'] }
      case 'subquery':
        return { kind: 'subquery', parts: ['(', { query: node.query }, ')'] }
      case 'array-subquery':
        return { kind: 'subquery', parts: ['ARRAY(', { query: node.query }, ')'] }
      case 'quantified':
        return this.quantified(node, bound)
      case 'array':
        return this.array(node, bound)
      case 'row':
        return {
          kind: 'call',
          parts: ['ROW(', ...separated(node.items.map((item) => this.as(item, this.settled(item)))), ')'],
        }
      case 'case':
        return this.case(node, bound)
      case 'cast':
        return this.cast(node.operand, node.type)
      case 'call':
        return this.call(node, bound)
      case 'collate':
        return {
          kind: 'operator',
          symbol: `COLLATE ${node.collation.parts.map((part) => `"${part.name}"`).join('.')}`,
          args: [this.as(node.operand, this.settled(node.operand))],
        }
      case 'at-time-zone':
        return this.atTimeZone(node, bound)
      case 'subscript':
      case 'slice':
        return this.subscript(node)
      case 'field':
        return { kind: 'field', arg: this.tree(node.operand), name: quoteIdentifier(node.name?.name ?? '*') }
      case 'grouping':
        return { kind: 'call', parts: ['GROUPING(', ...separated(node.args.map((arg) => this.tree(arg))), ')'] }
      default:
        return { kind: 'call', parts: [printExpression(node)] }
    }
  }

  private settled(node: ast.Expression): DataType | undefined {
    const type = this.type(node)
    return type?.kind === 'unknown' ? { kind: 'text' } : type
  }

  private column(node: ast.ColumnReference, bound: Expression | undefined): Tree {
    if (bound?.kind === 'field' && node.parts.length > 1) {
      const inner: ast.ColumnReference = { ...node, parts: node.parts.slice(0, -1) }
      return {
        kind: 'field',
        arg: { kind: 'variable', text: this.nameColumn(inner) },
        name: quoteIdentifier(node.parts.at(-1)!.name),
      }
    }
    return { kind: 'variable', text: this.nameColumn(node) }
  }

  /** AND within AND is one. */
  private flat(node: ast.Logical): Tree[] {
    return node.operands.flatMap((operand) =>
      operand.kind === 'logical' && operand.operator === node.operator
        ? this.flat(operand)
        : [this.as(operand, { kind: 'boolean' })],
    )
  }

  private unary(node: ast.Unary, bound: Expression | undefined): Tree {
    if (node.operand.kind === 'number' && node.operator === '-') return number(`-${node.operand.text}`, bound?.type)
    if (node.operand.kind === 'number' && node.operator === '+') return number(node.operand.text, bound?.type)
    const target = bound?.kind === 'call' ? bound.args[0].type : undefined
    return { kind: 'operator', symbol: node.operator, args: [this.as(node.operand, plainText(target))] }
  }

  private operator(symbol: string, left: ast.Expression, right: ast.Expression, bound: Expression | undefined): Tree {
    if (left.kind === 'row' && right.kind === 'row') {
      if (bound?.kind === 'and' || bound?.kind === 'or') {
        const calls = bound.args
        if (symbol === '=' || symbol === '<>') {
          const args = left.items.map((item, i) => this.operator(symbol, item, right.items[i], calls[i]))
          return { kind: 'logical', operator: bound.kind, args }
        }
      }
      return { kind: 'operator', symbol, args: [left, right].map((row) => this.tree(row)) }
    }
    const targets = bound?.kind === 'call' ? bound.args.map((arg) => arg.type) : []
    const args = [left, right].map((node, i) => this.operand(node, targets[i], symbol))
    return { kind: 'operator', symbol, args }
  }

  private operand(node: ast.Expression, target: DataType | undefined, symbol: string): Tree {
    const own = this.type(node)
    if (own && target && own.kind !== target.kind && haveOperators(own.kind, target.kind, symbol))
      return this.tree(node)
    return this.as(node, plainText(target ?? own))
  }

  private test(node: ast.IsTest): Tree {
    const text = ` IS ${node.negated ? 'NOT ' : ''}${node.test.toUpperCase()}`
    const isNull = node.test === 'null'
    const arg = this.as(node.operand, isNull ? this.settled(node.operand) : { kind: 'boolean' })
    return { kind: 'test', arg, test: text, showsCasts: isNull }
  }

  private distinct(node: ast.IsDistinct, bound: Expression | undefined): Tree {
    if (node.right.kind === 'null') {
      return {
        kind: 'test',
        arg: this.tree(node.left),
        test: node.negated ? ' IS NULL' : ' IS NOT NULL',
        showsCasts: true,
      }
    }
    const type = bound?.kind === 'is-distinct' ? bound.left.type : undefined
    const tree: Tree = {
      kind: 'distinct',
      left: this.operand(node.left, type, '='),
      right: this.operand(node.right, type, '='),
    }
    return node.negated ? { kind: 'not', arg: tree } : tree
  }

  private between(node: ast.Between, bound: Expression | undefined): Tree {
    const first = bound?.kind === 'and' || bound?.kind === 'or' ? bound.args : []
    const compare = (symbol: string, right: ast.Expression, call: Expression | undefined): Tree =>
      this.operator(symbol, node.operand, right, call)
    const pair = (low: ast.Expression, high: ast.Expression, calls: readonly Expression[]): Tree =>
      node.negated
        ? { kind: 'logical', operator: 'or', args: [compare('<', low, calls[0]), compare('>', high, calls[1])] }
        : { kind: 'logical', operator: 'and', args: [compare('>=', low, calls[0]), compare('<=', high, calls[1])] }
    if (!node.symmetric) return pair(node.low, node.high, first)
    const calls = first.map((part) => (part.kind === 'and' || part.kind === 'or' ? part.args : []))
    return {
      kind: 'logical',
      operator: node.negated ? 'and' : 'or',
      args: [pair(node.low, node.high, calls[0] ?? []), pair(node.high, node.low, calls[1] ?? [])],
    }
  }

  private inList(node: ast.InList, bound: Expression | undefined): Tree {
    const symbol = node.negated ? '<>' : '='
    if (bound?.kind !== 'in' || node.items.some((item) => !isConstant(item))) {
      const type = bound?.kind === 'in' ? bound.input.type : undefined
      const args = node.items.map(
        (item): Tree => ({
          kind: 'operator',
          symbol,
          args: [this.operand(node.operand, type, '='), this.operand(item, type, '=')],
        }),
      )
      return args.length === 1 ? args[0] : { kind: 'logical', operator: node.negated ? 'and' : 'or', args }
    }
    const { type } = bound.input
    if (node.items.length === 1) {
      const [left, right] = [node.operand, node.items[0]].map((part) => this.operand(part, type, '='))
      return { kind: 'operator', symbol, args: [left, right] }
    }
    const isVarchar = this.type(node.operand)?.kind === 'varchar'
    const element = isVarchar ? ({ kind: 'varchar' } as const) : type
    const items = node.items.map((item) => this.as(item, element))
    const array: Tree = { kind: 'call', parts: ['ARRAY[', ...separated(items), ']'] }
    const right: Tree = isVarchar ? { kind: 'cast', implicit: true, arg: array, type: 'text[]' } : array
    const left = this.operand(node.operand, type, '=')
    return { kind: 'any', left, symbol, quantifier: node.negated ? 'ALL' : 'ANY', right }
  }

  private like(node: ast.Like): Tree {
    const text: DataType = { kind: 'text' }
    const own = this.type(node.operand)
    const left = this.as(
      node.operand,
      own?.kind === 'char' || own?.kind === 'bytea' || own?.kind === 'name' ? own : text,
    )
    const right = this.as(node.pattern, own?.kind === 'bytea' ? own : text)
    const escape = node.escape && this.as(node.escape, text)
    if (node.operator === 'similar') {
      const pattern: Tree = {
        kind: 'call',
        parts: ['similar_to_escape(', right, ...(escape ? [', ', escape] : []), ')'],
      }
      return { kind: 'operator', symbol: node.negated ? '!~' : '~', args: [left, pattern] }
    }
    const symbol = `${node.negated ? '!' : ''}~~${node.operator === 'ilike' ? '*' : ''}`
    const pattern: Tree = escape ? { kind: 'call', parts: ['like_escape(', right, ', ', escape, ')'] } : right
    return { kind: 'operator', symbol, args: [left, pattern] }
  }

  private inSubquery(node: ast.InSubquery): Tree {
    const tree: Tree = {
      kind: 'subquery',
      parts: ['(', this.as(node.operand, this.settled(node.operand)), ' IN (', { query: node.query }, '))'],
    }
    return node.negated ? { kind: 'not', arg: tree } : tree
  }

  private quantified(node: ast.Quantified, bound: Expression | undefined): Tree {
    const symbols: Readonly<Record<string, string>> = {
      like: '~~',
      'not like': '!~~',
      ilike: '~~*',
      'not ilike': '!~~*',
    }
    const symbol = symbols[node.operator] ?? node.operator
    const quantifier = node.quantifier === 'any' ? 'ANY' : 'ALL'
    if (node.query) {
      const word = symbol === '=' && quantifier === 'ANY' ? 'IN' : `${symbol} ${quantifier}`
      return { kind: 'subquery', parts: ['(', this.tree(node.operand), ` ${word} (`, { query: node.query }, '))'] }
    }
    const isQuantified = bound?.kind === 'quantified'
    const left = this.operand(node.operand, isQuantified ? bound.input.type : undefined, symbol)
    return {
      kind: 'any',
      left,
      symbol,
      quantifier,
      right: this.as(node.array!, isQuantified ? bound.array.type : undefined),
    }
  }

  private array(node: ast.ArrayLiteral, bound: Expression | undefined): Tree {
    const type = bound?.type
    if (node.items.length === 0) return { kind: 'call', parts: [`ARRAY[]${type ? `::${shownType(type)}` : ''}`] }
    const items = node.items.map((item) =>
      this.as(item, type?.kind === 'array' ? (item.kind === 'array' ? type : type.element) : undefined),
    )
    return { kind: 'call', parts: ['ARRAY[', ...separated(items), ']'] }
  }

  private case(node: ast.Case, bound: Expression | undefined): Tree {
    const type = bound?.type
    const branches = node.branches.map(({ when, then }, i) => {
      const condition = bound?.kind === 'case' ? bound.branches[i]?.when : undefined
      const compared = condition?.kind === 'call' ? condition.args[1]?.type : undefined
      return { when: this.operand(when, node.operand ? compared : { kind: 'boolean' }, '='), then: this.as(then, type) }
    })
    const otherwise = this.as(node.otherwise ?? { kind: 'null', span: node.span }, type)
    return {
      kind: 'case',
      operand: node.operand && this.as(node.operand, this.settled(node.operand)),
      branches,
      otherwise,
    }
  }

  private cast(operand: ast.Expression, name: ast.TypeName): Tree {
    const type = bindTypeName(name, this.context)
    const label = shownType(type)
    if (operand.kind === 'null') return { kind: 'constant', text: 'NULL', label }
    if (operand.kind === 'string') {
      const base = type.kind === 'domain' ? type.base : type
      const read = base.kind === 'boolean' ? this.boolean(operand.value) : literalOf(operand.value, base, this.context)
      if (type !== base) return { kind: 'cast', implicit: false, arg: read, type: label }
      return read
    }
    if (operand.kind === 'array' && type.kind === 'array') {
      if (operand.items.length === 0) return { kind: 'call', parts: [`ARRAY[]::${label}`] }
      const items = operand.items.map((item) => this.explicit(item, type.element))
      return { kind: 'call', parts: ['ARRAY[', ...separated(items), ']'] }
    }
    const own = this.type(operand)
    if (own && own.kind !== 'unknown' && typeEquals(own, type)) return this.tree(operand)
    const arg = this.tree(operand)
    if (arg.kind === 'constant' && arg.text.startsWith("'") && own && sameBaseType(own, type)) return { ...arg, label }
    return { kind: 'cast', implicit: false, arg, type: label }
  }

  private explicit(node: ast.Expression, type: DataType): Tree {
    const tree = this.as(node, node.kind === 'array' && type.kind !== 'array' ? { kind: 'array', element: type } : type)
    return tree.kind === 'cast' ? { ...tree, implicit: false } : tree
  }

  private atTimeZone(node: ast.AtTimeZone, bound: Expression | undefined): Tree {
    const types = bound?.kind === 'call' ? bound.args.map((arg) => arg.type) : []
    const zone: Part = node.zone ? this.as(node.zone, types[0]) : "'UTC'::text"
    return { kind: 'syntax', parts: ['(', this.as(node.operand, types[1]), ' AT TIME ZONE ', zone, ')'] }
  }

  private subscript(node: ast.Subscript | ast.Slice): Tree {
    const integer: DataType = { kind: 'integer' }
    const index = (part: ast.Expression | undefined): Part =>
      part ? this.as(part, part.kind === 'string' ? { kind: 'text' } : integer) : ''
    const parts: Part[] =
      node.kind === 'subscript' ? ['[', index(node.index), ']'] : ['[', index(node.lower), ':', index(node.upper), ']']
    return { kind: 'subscript', arg: this.tree(node.operand), parts }
  }

  private call(node: ast.FunctionCall, bound: Expression | undefined): Tree {
    const name = node.name.parts.at(-1)!.name
    if (node.bare) return { kind: 'call', parts: [name.toUpperCase()] }
    const types = onSequences.has(name) ? [{ kind: 'regclass' } as const] : this.argumentTypes(node, bound)
    const args = node.args.map((arg, i) => {
      const tree = this.argument(arg, types[i])
      return node.variadic && i === node.args.length - 1 ? ['VARIADIC ', tree] : [tree]
    })
    if (name === 'extract' && node.args.length === 2 && node.args[0].kind === 'string')
      return { kind: 'syntax', parts: [`EXTRACT(${node.args[0].value} FROM `, ...args[1], ')'] }
    const list: Part[] = node.star ? ['*'] : args.flatMap((arg, i) => (i > 0 ? [', ', ...arg] : arg))
    const upper = forms.has(name) && node.name.parts.length === 1
    const parts: Part[] = [
      `${upper ? name.toUpperCase() : this.callee(node)}(${node.distinct ? 'DISTINCT ' : ''}`,
      ...list,
    ]
    if (node.orderBy.length > 0) parts.push(' ORDER BY ', ...this.order(node.orderBy))
    parts.push(')')
    if (node.withinGroup) parts.push(' WITHIN GROUP (ORDER BY ', ...this.order(node.withinGroup), ')')
    if (node.filter) parts.push(' FILTER (WHERE ', this.tree(node.filter), ')')
    if (node.over) {
      const over = 'name' in node.over ? [quoteIdentifier(node.over.name)] : ['(', ...this.window(node.over), ')']
      parts.push(' OVER ', ...over)
    }
    return { kind: 'call', parts }
  }

  private argument(arg: ast.Expression, type: DataType | undefined): Tree {
    if (arg.kind === 'named-argument')
      return { kind: 'call', parts: [`${quoteIdentifier(arg.name.name)} => `, this.argument(arg.value, type)] }
    return this.as(arg, type)
  }

  /** What the function takes, per argument; what is polymorphic takes what it is given. */
  private argumentTypes(node: ast.FunctionCall, bound: Expression | undefined): (DataType | undefined)[] {
    const call = this.record.calls.get(node)
    if (call) return call.args.map((arg, i) => this.accepted(call.overload.parameters, i, arg.type, node))
    switch (bound?.kind) {
      case 'call':
        if (forms.has(bound.function.name))
          return node.args.map((arg) => (bound.type.kind === 'unknown' ? this.type(arg) : bound.args[0].type))
        return bound.args.map((arg, i) => this.accepted(bound.overload.parameters, i, arg.type, node))
      case 'coalesce':
        return node.args.map(() => bound.type)
      case 'case':
        return node.args.map(() => bound.type)
      default:
        return node.args.map((arg) => this.settled(arg))
    }
  }

  private accepted(parameters: readonly unknown[], index: number, type: DataType, node: ast.FunctionCall): DataType {
    const own = node.args[index] && this.type(node.args[index])
    const parameter = parameters[Math.min(index, parameters.length - 1)]
    if (typeof parameter === 'string') return own && own.kind !== 'unknown' && sameBaseType(own, type) ? own : type
    return plainText(type)!
  }

  private callee({ name }: ast.FunctionCall): string {
    const { catalog } = this.context
    const last = name.parts.at(-1)!.name
    const schema = name.parts.length > 1 ? name.parts.at(-2)!.name : undefined
    const [own] = catalog.findRoutines(last, schema === 'pg_catalog' ? undefined : schema)
    const text = quoteIdentifier(last)
    return own && !catalog.findRoutines(last).includes(own) ? `${quoteIdentifier(own.schema)}.${text}` : text
  }

  order(
    items: readonly ast.OrderItem[],
    target: (node: ast.Expression) => Part[] = (node) => [this.sorted(node)],
  ): Part[] {
    return items.flatMap((item, i) => {
      const direction = item.using === undefined ? (item.descending ? ' DESC' : '') : ` USING ${item.using}`
      const usual = item.descending ? 'first' : 'last'
      const nulls = item.nulls && item.nulls !== usual ? ` NULLS ${item.nulls.toUpperCase()}` : ''
      return [...(i > 0 ? [', '] : []), ...target(item.expression), direction + nulls]
    })
  }

  /** Calls stand in parentheses where rows are sorted or grouped by them. */
  sorted(node: ast.Expression): Tree {
    const tree = this.as(node, this.settled(node))
    return tree.kind === 'call' && node.kind === 'call' && !forms.has(node.name.parts.at(-1)!.name) && !node.bare
      ? { kind: 'call', parts: ['(', tree, ')'] }
      : tree
  }

  window(window: ast.WindowSpecification): Part[] {
    const parts: Part[] = []
    const space = (): void => {
      if (parts.length > 0) parts.push(' ')
    }
    if (window.base) parts.push(quoteIdentifier(window.base.name))
    if (window.partitionBy.length > 0) {
      space()
      parts.push('PARTITION BY ', ...separated(window.partitionBy.map((each) => this.sorted(each))))
    }
    if (window.orderBy.length > 0) {
      space()
      parts.push('ORDER BY ', ...this.order(window.orderBy))
    }
    const { frame } = window
    if (!frame) return parts
    space()
    parts.push(`${frame.unit.toUpperCase()} `)
    if (frame.end) parts.push('BETWEEN ', ...this.bound(frame.start), ' AND ', ...this.bound(frame.end))
    else parts.push(...this.bound(frame.start))
    if (frame.exclude && frame.exclude !== 'no others') parts.push(` EXCLUDE ${frame.exclude.toUpperCase()}`)
    return parts
  }

  private bound({ kind, offset }: ast.FrameBound): Part[] {
    return offset ? [this.as(offset, this.settled(offset)), ` ${kind.toUpperCase()}`] : [kind.toUpperCase()]
  }
}

/** Functions with a syntax of their own, written in capitals. */
const forms: ReadonlySet<string> = new Set(['coalesce', 'nullif', 'greatest', 'least'])

/** Functions that take a sequence as a relation, not as the text that its name is here. */
const onSequences: ReadonlySet<string> = new Set(['nextval', 'currval', 'setval'])

export function separated(items: readonly Tree[]): Part[] {
  return items.flatMap((item, i) => (i > 0 ? [', ', item] : [item]))
}

/** Operators and functions on text take varchar as text. */
function plainText(type: DataType | undefined): DataType | undefined {
  return type?.kind === 'varchar' ? { kind: 'text' } : type
}

const integers: ReadonlySet<string> = new Set(['smallint', 'integer', 'bigint'])
const floats: ReadonlySet<string> = new Set(['real', 'double'])
const times: ReadonlySet<string> = new Set(['date', 'timestamp', 'timestamptz'])
const comparisons: ReadonlySet<string> = new Set(['=', '<>', '<', '<=', '>', '>='])

/** Whether PostgreSQL has the operator between the two types, without a conversion. */
function haveOperators(one: string, other: string, symbol: string): boolean {
  const isComparison = comparisons.has(symbol)
  if (integers.has(one) && integers.has(other)) return isComparison || '+-*/'.includes(symbol)
  if (floats.has(one) && floats.has(other)) return isComparison || '+-*/'.includes(symbol)
  return isComparison && times.has(one) && times.has(other)
}

function isConstant(node: ast.Expression): boolean {
  switch (node.kind) {
    case 'number':
    case 'string':
    case 'null':
    case 'boolean':
    case 'typed-literal':
      return true
    case 'cast':
    case 'unary':
      return isConstant(node.operand)
    default:
      return false
  }
}

function number(text: string, type: DataType | undefined): Tree {
  const kind = type?.kind ?? 'integer'
  if (!text.startsWith('-') && (kind === 'integer' || (kind === 'numeric' && !/[eE]/.test(text)))) {
    return { kind: 'constant', text }
  }
  return { kind: 'constant', text: `'${text}'`, label: type ? shownType(withoutModifiers(type)) : 'integer' }
}

/** A literal as the type reads and writes it; integers and plain numerics need neither quotes nor type. */
function literalOf(value: string, type: DataType, context: PlannerContext): Constant {
  const text = canonical(value, withoutModifiers(type), context)
  const isNumber = type.kind === 'integer' || type.kind === 'numeric'
  if (!isNumber || !/^\d+(\.\d+)?$/.test(text))
    return { kind: 'constant', text: quoteString(text), label: shownType(type) }
  return typeEquals(type, withoutModifiers(type))
    ? { kind: 'constant', text }
    : { kind: 'constant', text, label: shownType(type) }
}

function canonical(value: string, type: DataType, { settings, functions }: PlannerContext): string {
  const number = type.kind.startsWith('reg') ? functions.objectNumber?.(type.kind, value) : undefined
  if (number !== undefined) return functions.objectName?.(type.kind, number) ?? value
  try {
    const entry = traits(type)
    return entry.format(entry.parse(value, type, settings), type, settings)
  } catch {
    return value
  }
}
