/** COLUMNS(…): the columns that it means, and the expressions that one with it stands for. */
import { SqlError } from '../../error.ts'
import type * as ast from '../../parser/ast.ts'
import { printExpression } from '../../parser/print.ts'
import { evaluateConstant } from '../evaluate.ts'
import { columnName } from './column-name.ts'
import { bindCondition } from './expression.ts'
import { undefinedColumn } from './name.ts'
import { Scope } from './scope.ts'
import { type StarItem, starItems } from './star.ts'

/** Whether an expression holds COLUMNS, not looking into its subqueries. Names and literals are most of them. */
export function holdsColumns(root: ast.Expression): boolean {
  const { kind } = root
  return kind !== 'column' && kind !== 'number' && kind !== 'string' && findColumns(root).length > 0
}

/** The COLUMNS in an expression. */
function findColumns(root: ast.Expression): ast.ColumnsExpression[] {
  const found: ast.ColumnsExpression[] = []
  const stack: unknown[] = [root]
  while (stack.length > 0) {
    const node = stack.pop() as Record<string, unknown>
    if (Array.isArray(node)) {
      for (const item of node) if (typeof item === 'object' && item !== null) stack.push(item)
      continue
    }
    if (node.kind === 'columns') {
      found.push(node as unknown as ast.ColumnsExpression)
      continue
    }
    if (node.kind === 'select' || node.kind === 'set-operation' || node.kind === 'values') continue
    for (const key in node) {
      const value = node[key]
      if (typeof value === 'object' && value !== null && key !== 'span' && key !== 'operatorSpan') stack.push(value)
    }
  }
  return found
}

/** The expression once for each column that its COLUMNS mean, the column in their place, and the name it comes out under. */
export function columnsApart(
  expression: ast.Expression,
  alias: string | undefined,
  scope: Scope,
): { readonly name: string; readonly expression: ast.Expression }[] {
  const root = unpacked(expression, scope)
  const all = findColumns(root)
  if (all.length === 0) return [{ name: alias ?? columnName(root), expression: root }]
  const [first] = all
  const text = printExpression(first.pattern)
  const other = all.find((node) => printExpression(node.pattern) !== text)
  if (other) {
    throw new SqlError('syntax_error', 'different COLUMNS in one expression are not allowed', {
      position: other.span.start,
    })
  }
  const chosen = chooseColumns(first, scope)
  if (chosen.length === 0) {
    throw new SqlError('undefined_column', 'no column matches the pattern of COLUMNS', { position: first.span.start })
  }
  return chosen.map((item) => {
    const apart = mapSyntax(root, (node) => (node.kind === 'columns' ? syntaxOf(item, node.span) : undefined))
    return { name: aliased(alias, first, item.name) ?? item.name, expression: apart }
  })
}

/** A condition with COLUMNS holds for all of these. */
export function conditionOnColumns(condition: ast.Expression, scope: Scope): ast.Expression {
  if (!holdsColumns(condition)) return condition
  const operands = columnsApart(condition, undefined, scope).map((apart) => apart.expression)
  return operands.length === 1 ? operands[0] : { kind: 'logical', operator: 'and', operands, span: condition.span }
}

/** An alias may speak of what a regular expression has captured: `COLUMNS('(.*)_id') AS '\1'`. */
function aliased(alias: string | undefined, { pattern }: ast.ColumnsExpression, name: string): string | undefined {
  if (!alias?.includes('\\') || pattern.kind !== 'string') return alias
  const groups = new RegExp(pattern.value, 'u').exec(name)
  return alias.replace(/\\(\d)/g, (_, digit) => groups?.[Number(digit)] ?? '')
}

/** The syntax of one column that a star yields. */
export function syntaxOf({ item, column, syntax }: StarItem, span: ast.Span): ast.Expression {
  if (syntax) return syntax
  const { name } = column!
  const path = item?.name !== undefined && item.qualified ? [item.name, name] : [name]
  return { kind: 'column', parts: path.map((part) => ({ name: part, quoted: true, span })), span }
}

/** `f(*COLUMNS(…))`: all columns in its place. struct_pack names its fields by them. */
function unpacked<T>(root: T, scope: Scope, named = false): T {
  if (Array.isArray(root)) {
    return root.flatMap((part) => {
      if (part?.kind !== 'columns' || !part.unpack) return [unpacked(part, scope)]
      return chooseColumns(part, scope).map((item) => {
        const value = syntaxOf(item, part.span)
        const name = { name: item.name, quoted: true, span: part.span }
        return named ? { kind: 'named-argument', name, value, span: part.span } : value
      })
    }) as T
  }
  if (typeof root !== 'object' || root === null) return root
  const { kind, name: called } = root as { readonly kind?: string; readonly name?: ast.QualifiedName }
  const isStruct = kind === 'call' && called?.parts[0].name === 'struct_pack'
  const copy: Record<string, unknown> = {}
  for (const key in root) copy[key] = key === 'span' ? root[key] : unpacked(root[key], scope, isStruct)
  return copy as T
}

/** COLUMNS(*), COLUMNS('regular expression'), COLUMNS(['a', 'b']), COLUMNS(c -> …), COLUMNS([c FOR c IN (*) IF …]). */
function chooseColumns({ pattern, span }: ast.ColumnsExpression, scope: Scope): StarItem[] {
  const every = (): StarItem[] => starItems({ kind: 'star', exclude: [], replace: [], rename: [], span }, scope)
  switch (pattern.kind) {
    case 'star':
      return starItems(pattern, scope)
    case 'string': {
      let regex: RegExp
      try {
        regex = new RegExp(pattern.value, 'u')
      } catch {
        throw new SqlError('invalid_regular_expression', 'invalid regular expression', { position: pattern.span.start })
      }
      return every().filter(({ name }) => regex.test(name))
    }
    case 'array': {
      const columns = every()
      return pattern.items.map((item) => {
        const name =
          item.kind === 'string' ? item.value : item.kind === 'column' ? item.parts[item.parts.length - 1].name : ''
        const found = columns.find((column) => column.name === name)
        if (!found) throw undefinedColumn(name, item.span, scope)
        return found
      })
    }
    case 'lambda':
      return every().filter(({ name }) => nameMatches(pattern.parameters, pattern.body, name, scope))
    case 'comprehension': {
      const { variables, list, condition } = pattern
      if (list.kind !== 'star') break
      return starItems(list, scope).filter(({ name }) => !condition || nameMatches(variables, condition, name, scope))
    }
  }
  throw new SqlError('syntax_error', 'COLUMNS takes *, a regular expression, a list of names or a lambda', {
    position: span.start,
  })
}

/** `COLUMNS(c -> c LIKE '%_id')`: the body, with the name as a literal. */
function nameMatches(
  [parameter]: readonly ast.Identifier[],
  condition: ast.Expression,
  name: string,
  scope: Scope,
): boolean {
  const literal: ast.StringLiteral = { kind: 'string', value: name, span: condition.span }
  const body = mapSyntax(condition, (node) =>
    node.kind === 'column' && node.parts.length === 1 && node.parts[0].name === parameter.name ? literal : undefined,
  )
  const { state } = scope
  return evaluateConstant(bindCondition(body, 'COLUMNS', new Scope(state)), state.context.functions) === true
}

/** A copy of an expression's syntax with some nodes replaced. */
export function mapSyntax<T>(root: T, map: (node: ast.Expression) => ast.Expression | undefined): T {
  if (Array.isArray(root)) return root.map((item) => mapSyntax(item, map)) as T
  if (typeof root !== 'object' || root === null) return root
  if ('kind' in root) {
    const replaced = map(root as unknown as ast.Expression)
    if (replaced) return replaced as T
  }
  const copy: Record<string, unknown> = {}
  for (const key in root) copy[key] = key === 'span' ? root[key] : mapSyntax(root[key], map)
  return copy as T
}
