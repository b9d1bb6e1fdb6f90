/** Queries of definitions as PostgreSQL writes them: every name qualified, `*` written out, a line per column. */
import { notSupported } from '../../error.ts'
import type * as ast from '../../parser/ast.ts'
import { columnName, NO_NAME } from '../../planner/binder/column-name.ts'
import type { Scope, ScopeColumn } from '../../planner/binder/scope.ts'
import type { BindingRecord, PlannerContext } from '../../planner/context.ts'
import { TreeBuilder } from './build.ts'
import { quoteIdentifier } from './names.ts'
import { JOIN_STEP, type Printer, SMALL_STEP, STEP } from './printer.ts'
import type { Part, Tree } from './tree.ts'

/** A column of the select list. */
interface Target {
  readonly tree: Tree
  readonly name: string
  /** What it is called without AS; undefined for what is not a column. */
  readonly own?: string
  readonly node?: ast.Expression
}

export class QueryPrinter {
  private readonly record: BindingRecord
  private readonly context: PlannerContext
  /** What the relations of the queries being printed are called, outermost first: no two alike. */
  private readonly levels: ReadonlyMap<string, string>[] = []
  private readonly renamed: Map<Scope, ReadonlyMap<string, string>> = new Map()
  /** Queries whose columns nobody can name. */
  private readonly inExpression: Set<ast.Query> = new Set()

  constructor(record: BindingRecord, context: PlannerContext) {
    this.record = record
    this.context = context
  }

  /** `names`: what the query's columns are called from outside, where they are. */
  print(query: ast.Query, printer: Printer, names?: readonly string[], isExpression = false): void {
    const before = printer.indent
    this.levels.push(query.kind === 'select' ? this.nameRelations(query) : new Map())
    if (isExpression) this.inExpression.add(query)
    if (query.with) this.with(query.with, printer)
    if (query.kind === 'set-operation') this.setOperation(query, printer, names)
    else this.select(asSelect(query), printer, names)
    this.tail(query, printer)
    printer.indent = before
    this.levels.pop()
  }

  /** Relations keep their names unless one around them has the name: then it is `name_1`. */
  private nameRelations(select: ast.Select): ReadonlyMap<string, string> {
    const used = new Set(this.levels.flatMap((level) => [...level.values()]))
    const names = new Map<string, string>()
    for (const name of select.from.flatMap(referenceNames)) {
      let unique = name
      for (let n = 1; used.has(unique); n++) unique = `${name}_${n}`
      used.add(unique)
      names.set(name, unique)
    }
    const scope = this.scope(select)
    if (scope) this.renamed.set(scope, names)
    return names
  }

  private nameNow(name: string): string {
    return this.levels.at(-1)?.get(name) ?? name
  }

  private with({ recursive, tables }: ast.With, printer: Printer): void {
    printer.indent += STEP
    printer.add(` WITH ${recursive ? 'RECURSIVE ' : ''}`)
    for (const [i, table] of tables.entries()) {
      if (i > 0) printer.add(', ')
      if (table.search || table.cycle || !isQuery(table.statement)) throw notSupported('printing such a common table')
      const columns = table.columns.map((column) => quoteIdentifier(column.name)).join(', ')
      const materialized =
        table.materialized === undefined ? '' : table.materialized ? 'MATERIALIZED ' : 'NOT MATERIALIZED '
      printer.add(`${quoteIdentifier(table.name.name)}${columns ? `(${columns})` : ''} AS ${materialized}(`)
      printer.keyword('', 0, 0, 0)
      this.print(table.statement, printer)
      printer.keyword('', 0, 0, 0)
      printer.add(')')
    }
    printer.indent -= STEP
    printer.keyword('', 0, 0, 0)
  }

  private tail(query: ast.Query, printer: Printer): void {
    const select = query.kind === 'select' ? query : undefined
    if (query.orderBy.length > 0) {
      printer.keyword(' ORDER BY ', -STEP, STEP, 1)
      if (select) printer.parts(this.builder(select).order(select.orderBy, (node) => [this.sorted(node, select)]))
      else printer.parts(this.positions(query))
    }
    const builder = new TreeBuilder(this.record, this.context, () => '')
    if (query.offset) {
      printer.keyword(' OFFSET ', -STEP, STEP, 0)
      printer.tree(builder.tree(query.offset), false)
    }
    if (query.limit) {
      printer.keyword(query.withTies ? ' FETCH FIRST ' : ' LIMIT ', -STEP, STEP, 0)
      printer.tree(builder.tree(query.limit), false)
      if (query.withTies) printer.add(' ROWS WITH TIES')
    }
    for (const lock of query.locking) printer.keyword(` FOR ${lock.toUpperCase()}`, -STEP, STEP, 0)
  }

  /** ORDER BY of a set operation names columns by number. */
  private positions(query: ast.Query): Part[] {
    const names = this.outputNames(query)
    return query.orderBy.flatMap((item, i): Part[] => {
      const { expression } = item
      const name = expression.kind === 'column' ? expression.parts.at(-1)!.name : undefined
      const position = expression.kind === 'number' ? expression.text : String(names.indexOf(name ?? '') + 1)
      const nulls =
        item.nulls && item.nulls !== (item.descending ? 'first' : 'last') ? ` NULLS ${item.nulls.toUpperCase()}` : ''
      return [`${i > 0 ? ', ' : ''}${position}${item.descending ? ' DESC' : ''}${nulls}`]
    })
  }

  private outputNames(query: ast.Query): string[] {
    if (query.kind === 'set-operation') return this.outputNames(query.left)
    return this.targets(asSelect(query)).map((target) => target.name)
  }

  // ───────────────────────────────────────────────────────── set operations

  private setOperation(query: ast.SetOperation, printer: Printer, names?: readonly string[]): void {
    if (query.byName) throw notSupported('printing BY NAME')
    const { left, right } = query
    const nested = left.kind === 'set-operation' && !hasTail(left)
    const isOther = nested && (left.operator !== query.operator || left.all !== query.all)
    if (isOther) {
      printer.add('(')
      printer.keyword('', STEP, 0, 0)
    }
    this.branch(left, printer, names)
    if (isOther) printer.keyword(') ', -STEP, 0, 0)
    else printer.keyword('', 0, 0, 0)
    printer.add(`${query.operator.toUpperCase()} ${query.all ? 'ALL ' : ''}`)
    const isNested = right.kind === 'set-operation' && !hasTail(right)
    if (isNested) printer.add('(')
    printer.keyword('', isNested ? STEP : 0, 0, 0)
    this.branch(right, printer, names)
    if (isNested) {
      printer.indent -= STEP
      printer.keyword(')', 0, 0, 0)
    }
  }

  private branch(query: ast.Query, printer: Printer, names: readonly string[] | undefined): void {
    if (query.kind === 'set-operation' && !hasTail(query)) {
      this.setOperation(query, printer, names)
      return
    }
    const inParentheses = hasTail(query)
    if (inParentheses) printer.add('(')
    this.print(query, printer, names)
    if (inParentheses) printer.add(')')
  }

  // ───────────────────────────────────────────────────────── SELECT

  private scope(select: ast.Select): Scope | undefined {
    return this.record.scopes.get(select)
  }

  builder(select: ast.Select): TreeBuilder {
    const scope = this.scope(select)
    return new TreeBuilder(this.record, this.context, (node) => this.nameIn(scope, node))
  }

  private select(select: ast.Select | ast.Values, printer: Printer, names: readonly string[] | undefined): void {
    printer.indent += STEP
    printer.add(' ')
    if (select.kind === 'values') {
      this.values(select, printer)
      return
    }
    if (select.qualify || select.sample || select.groupByAll || select.orderByAll)
      throw notSupported('printing such a query')
    const builder = this.builder(select)
    printer.add('SELECT')
    if (select.distinctOn) {
      printer.add(' DISTINCT ON (')
      printer.parts(select.distinctOn.flatMap((node, i): Part[] => [i > 0 ? ', ' : '', this.sorted(node, select)]))
      printer.add(')')
    } else if (select.distinct) printer.add(' DISTINCT')
    this.targetList(select, printer, names)
    this.from(select.from, builder, printer)
    if (select.where) {
      printer.keyword(' WHERE ', -STEP, STEP, 1)
      printer.tree(builder.as(select.where, { kind: 'boolean' }), false)
    }
    if (select.groupBy.length > 0) {
      printer.keyword(' GROUP BY ', -STEP, STEP, 1)
      if (select.groupByDistinct) printer.add('DISTINCT ')
      printer.parts(listed(select.groupBy.map((element) => this.grouping(element, select))))
    }
    if (select.having) {
      printer.keyword(' HAVING ', -STEP, STEP, 0)
      printer.tree(builder.as(select.having, { kind: 'boolean' }), false)
    }
    for (const [i, { name, specification }] of select.windows.entries()) {
      if (i === 0) printer.keyword(' WINDOW ', -STEP, STEP, 1)
      else printer.add(', ')
      printer.parts([`${quoteIdentifier(name.name)} AS (`, ...builder.window(specification), ')'])
    }
  }

  private values(query: ast.Values, printer: Printer): void {
    const builder = new TreeBuilder(this.record, this.context, () => '')
    printer.add('VALUES ')
    for (const [i, row] of query.rows.entries()) {
      const values = row.map((value, column) => builder.as(value, this.columnType(query, column, builder)))
      printer.parts([
        i > 0 ? ', (' : '(',
        ...values.flatMap((value, column): Part[] => (column > 0 ? [',', value] : [value])),
        ')',
      ])
    }
  }

  private columnType(query: ast.Values, column: number, builder: TreeBuilder): ReturnType<TreeBuilder['type']> {
    for (const row of query.rows) {
      const type = builder.type(row[column])
      if (type && type.kind !== 'unknown') return type
    }
    return { kind: 'text' }
  }

  private targets(select: ast.Select | ast.Values): Target[] {
    if (select.kind === 'values')
      return select.rows[0].map((_, i) => ({ tree: { kind: 'variable', text: '' }, name: `column${i + 1}` }))
    const builder = this.builder(select)
    const scope = this.scope(select)
    return select.items.flatMap(({ expression, alias }): Target[] => {
      if (expression.kind === 'star') {
        if (expression.exclude.length + expression.replace.length + expression.rename.length > 0)
          throw notSupported('printing EXCLUDE')
        const qualifier = expression.qualifier?.parts.at(-1)?.name
        const items = (scope?.items ?? []).filter((item) =>
          qualifier === undefined ? item.unqualified : item.name === qualifier,
        )
        return items.flatMap((item) =>
          item.columns.map(
            (column): Target => ({
              tree: { kind: 'variable', text: this.nameOf(column, scope!) },
              name: column.name,
              own: column.name,
            }),
          ),
        )
      }
      if (expression.kind === 'columns') throw notSupported('printing COLUMNS')
      const type = builder.type(expression)
      const tree = builder.as(expression, type?.kind === 'unknown' ? { kind: 'text' } : type)
      const own =
        tree.kind === 'variable'
          ? expression.kind === 'column'
            ? expression.parts.at(-1)!.name
            : undefined
          : undefined
      return [{ tree, name: alias?.name ?? columnName(expression), own, node: expression }]
    })
  }

  private targetList(select: ast.Select, printer: Printer, names: readonly string[] | undefined): void {
    for (const [i, target] of this.targets(select).entries()) {
      printer.add(i > 0 ? ', ' : ' ')
      const part = printer.apart()
      part.tree(target.tree, true)
      const name = names?.[i] ?? target.name
      const own = target.own ?? (this.inExpression.has(select) ? NO_NAME : undefined)
      if (own !== name) part.add(` AS ${quoteIdentifier(name)}`)
      if (part.text.startsWith('\n')) printer.trim()
      else if (i > 0) printer.keyword('', -STEP, STEP, SMALL_STEP)
      printer.add(part.text)
    }
  }

  /** What is sorted or grouped by: an expression, or an output column by its number or name. */
  private sorted(node: ast.Expression, select: ast.Select): Tree {
    const target = this.outputOf(node, select)
    if (target && !target.node) return target.tree
    return this.builder(select).sorted(target?.node ?? node)
  }

  private outputOf(node: ast.Expression, select: ast.Select, inputFirst = false): Target | undefined {
    if (node.kind === 'number') return this.targets(select)[Number(node.text) - 1]
    if (node.kind !== 'column' || node.parts.length > 1) return undefined
    const [{ name }] = node.parts
    if (inputFirst && this.scope(select)?.items.some((item) => item.unqualified && item.positions.has(name)))
      return undefined
    return this.targets(select).find((target) => target.name === name)
  }

  private grouping(element: ast.GroupingElement, select: ast.Select): Part[] {
    const one = (node: ast.Expression): Tree => {
      const target = this.outputOf(node, select, true)
      if (target && !target.node) return target.tree
      return this.builder(select).sorted(target?.node ?? node)
    }
    switch (element.kind) {
      case 'expression':
        return [one(element.expression)]
      case 'empty':
        return ['()']
      case 'sets':
        return [
          'GROUPING SETS (',
          ...listed(
            element.sets.map((set) =>
              set.kind === 'expression' ? this.set(set.expression, one) : this.grouping(set, select),
            ),
          ),
          ')',
        ]
      default:
        return [
          `${element.kind.toUpperCase()}(`,
          ...listed(
            element.elements.map((nodes) =>
              nodes.length === 1 ? [one(nodes[0])] : ['(', ...listed(nodes.map((node) => [one(node)])), ')'],
            ),
          ),
          ')',
        ]
    }
  }

  private set(node: ast.Expression, one: (node: ast.Expression) => Tree): Part[] {
    const nodes = node.kind === 'row' ? node.items : [node]
    return ['(', ...listed(nodes.map((each) => [one(each)])), ')']
  }

  // ───────────────────────────────────────────────────────── FROM

  private from(from: readonly ast.TableExpression[], builder: TreeBuilder, printer: Printer): void {
    for (const [i, entry] of from.entries()) {
      if (i === 0) {
        printer.keyword(' FROM ', -STEP, STEP, 2)
        this.entry(entry, builder, printer)
        continue
      }
      printer.add(', ')
      const part = printer.apart()
      this.entry(entry, builder, part)
      if (part.text.startsWith('\n')) printer.trim()
      else printer.keyword('', -STEP, STEP, SMALL_STEP)
      printer.add(part.text)
      printer.indent = part.indent
    }
  }

  private entry(entry: ast.TableExpression, builder: TreeBuilder, printer: Printer): void {
    switch (entry.kind) {
      case 'table':
        if (entry.sample) throw notSupported('printing TABLESAMPLE')
        printer.add(
          `${entry.only ? 'ONLY ' : ''}${this.relationName(entry.name)}${this.alias(entry.alias, entry.name.parts.at(-1)!.name)}`,
        )
        return
      case 'derived':
        printer.add(`${entry.lateral ? 'LATERAL ' : ''}(`)
        this.print(entry.query, printer)
        printer.add(`)${this.alias(entry.alias)}`)
        return
      case 'function':
        this.function(entry, builder, printer)
        return
      case 'join':
        this.join(entry, builder, printer)
        return
      default:
        throw notSupported('printing such a FROM')
    }
  }

  private relationName(name: ast.QualifiedName): string {
    const last = name.parts.at(-1)!.name
    const schema = name.parts.at(-2)?.name
    const { catalog } = this.context
    const relation = catalog.findRelation(last, schema)
    const isHidden = relation && !relation.temporary && catalog.findRelation(last) !== relation
    const isSystem = !relation && schema !== undefined && schema !== 'pg_catalog'
    return isHidden || isSystem
      ? `${quoteIdentifier(relation?.schema ?? schema!)}.${quoteIdentifier(last)}`
      : quoteIdentifier(last)
  }

  private function(entry: ast.TableFunction, builder: TreeBuilder, printer: Printer): void {
    if (entry.rowsFrom) throw notSupported('printing ROWS FROM')
    const [{ call }] = entry.calls
    printer.tree(builder.tree(call), true)
    if (entry.ordinality) printer.add(' WITH ORDINALITY')
    const name = entry.alias?.name.name ?? call.name.parts.at(-1)!.name
    printer.add(` ${quoteIdentifier(this.nameNow(name))}`)
    const typed = entry.alias?.columnTypes ?? entry.calls[0].columnTypes
    if (typed) throw notSupported('printing a column definition list')
    const columns = entry.alias?.columns.map((column) => column.name) ?? []
    const all = columns.length > 0 ? columns : [name]
    if (entry.ordinality && all.length === 1) all.push('ordinality')
    printer.add(`(${all.map(quoteIdentifier).join(', ')})`)
  }

  private join(join: ast.Join, builder: TreeBuilder, printer: Printer): void {
    if (join.natural) throw notSupported('printing NATURAL JOIN')
    const words: Partial<Record<ast.Join['type'], string>> = {
      inner: 'JOIN',
      cross: 'CROSS JOIN',
      left: 'LEFT JOIN',
      right: 'RIGHT JOIN',
      full: 'FULL JOIN',
    }
    const word = words[join.type]
    if (!word) throw notSupported('printing such a join')
    const inParentheses = !printer.pretty || join.alias !== undefined
    if (inParentheses) printer.add('(')
    this.entry(join.left, builder, printer)
    printer.keyword(` ${word} `, -STEP, STEP, JOIN_STEP)
    const rightNeeds = printer.pretty && join.right.kind === 'join' && !join.right.alias
    if (rightNeeds) printer.add('(')
    this.entry(join.right, builder, printer)
    if (rightNeeds) printer.add(')')
    if (join.using) {
      printer.add(` USING (${join.using.map((column) => quoteIdentifier(column.name)).join(', ')})`)
      if (join.usingAlias) printer.add(` AS ${quoteIdentifier(join.usingAlias.name)}`)
    } else if (join.on) {
      printer.add(' ON ')
      if (!printer.pretty) printer.add('(')
      printer.tree(builder.as(join.on, { kind: 'boolean' }), false)
      if (!printer.pretty) printer.add(')')
    }
    if (inParentheses) printer.add(`)${this.alias(join.alias)}`)
  }

  private alias(given: ast.TableAlias | undefined, own?: string): string {
    const name = given?.name.name ?? own
    if (name === undefined) return ''
    if (given?.columnTypes) throw notSupported('printing a column definition list')
    const columns = given?.columns.map((column) => quoteIdentifier(column.name)).join(', ')
    const shown = this.nameNow(name)
    if (!given && shown === own) return ''
    return ` ${quoteIdentifier(shown)}${columns ? `(${columns})` : ''}`
  }

  private nameOf(column: ScopeColumn, scope: Scope): string {
    if (column.table === undefined || column.expression) return quoteIdentifier(column.name)
    const table = this.renamed.get(scope)?.get(column.table) ?? column.table
    return `${quoteIdentifier(table)}.${quoteIdentifier(column.name)}`
  }

  /** The reference as `relation.column`, from the innermost level that knows it. */
  private nameIn(scope: Scope | undefined, node: ast.ColumnReference): string {
    const names = node.parts.map((part) => part.name)
    const last = quoteIdentifier(names.at(-1)!)
    for (let level = scope; level; level = level.parent) {
      for (const item of level.items) {
        const shown = (): string => quoteIdentifier(this.renamed.get(level)?.get(item.name!) ?? item.name!)
        if (names.length === 1 && item.unqualified) {
          const position = item.positions.get(names[0])
          if (position !== undefined && position >= 0) return this.nameOf(item.columns[position], level)
        }
        if (names.length > 1 && item.qualified && item.name === names.at(-2)) return `${shown()}.${last}`
        if (names.length === 1 && item.qualified && item.name === names[0]) return `${shown()}.*`
      }
    }
    return names.map(quoteIdentifier).join('.')
  }
}

/** What the entries of FROM can be called. */
function referenceNames(entry: ast.TableExpression): string[] {
  if (entry.kind === 'join') {
    const own = [entry.alias?.name.name, entry.usingAlias?.name].filter((name) => name !== undefined)
    return [...referenceNames(entry.left), ...referenceNames(entry.right), ...own]
  }
  if (entry.alias) return [entry.alias.name.name]
  if (entry.kind === 'table') return [entry.name.parts.at(-1)!.name]
  return entry.kind === 'function' ? [entry.calls[0].call.name.parts.at(-1)!.name] : []
}

function listed(items: readonly Part[][]): Part[] {
  return items.flatMap((item, i) => (i > 0 ? [', ', ...item] : item))
}

function isQuery(statement: ast.CommonTable['statement']): statement is ast.Query {
  return ['select', 'set-operation', 'values', 'table'].includes(statement.kind)
}

function hasTail(query: ast.Query): boolean {
  return (
    query.with !== undefined ||
    query.orderBy.length > 0 ||
    query.limit !== undefined ||
    query.offset !== undefined ||
    query.locking.length > 0
  )
}

function asSelect(query: Exclude<ast.Query, ast.SetOperation>): ast.Select | ast.Values {
  if (query.kind === 'table') throw notSupported('printing TABLE')
  return query
}
