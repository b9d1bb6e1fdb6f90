/**
 * DuckDB's macros: the expression or query as it is written, with the arguments as they are written in the places of the
 * parameters, bound where the call stands. So a macro may hold aggregates, and its arguments are evaluated as often as read.
 */
import { notSupported, SqlError } from '../../error.ts'
import type { MacroFunction } from '../../functions/macro.ts'
import { findMacro } from '../../functions/macros.ts'
import { findFunctions } from '../../functions/registry.ts'
import type * as ast from '../../parser/ast.ts'
import { parseExpression, parseStatement } from '../../parser/parse.ts'
import type { RoutineDefinition } from '../../storage/interface.ts'
import { UNKNOWN } from '../../types/data-type.ts'
import type { Expression } from '../expression.ts'
import { bindExpression } from './expression.ts'
import { bindQuery } from './query.ts'
import { type BoundQuery, foreignText, type Scope } from './scope.ts'
import { routinesNamed } from './user-function.ts'

/** The value of a call of a macro; undefined when the name is none. */
export function bindMacro(node: ast.FunctionCall, scope: Scope): Expression | undefined {
  const expanded = expand(node, 'expression', scope)
  if (!expanded) return undefined
  return inside(node, expanded.macro, scope, () => bindExpression(expanded.body as ast.Expression, scope))
}

/** The rows of a call of a table macro. */
export function bindTableMacro(node: ast.FunctionCall, scope: Scope): BoundQuery | undefined {
  const expanded = expand(node, 'query', scope)
  if (!expanded) return undefined
  return inside(node, expanded.macro, scope, () => bindQuery(expanded.body as ast.Query, scope))
}

function inside<T>(node: ast.FunctionCall, macro: RoutineDefinition, scope: Scope, body: () => T): T {
  const { state } = scope
  if (state.routines.includes(macro)) {
    throw new SqlError('invalid_recursion', `infinite recursion detected in macro "${macro.name}"`, {
      position: node.span.start,
    })
  }
  state.routines.push(macro)
  try {
    return foreignText(state, node.span.start, body)
  } finally {
    state.routines.pop()
  }
}

function expand(
  node: ast.FunctionCall,
  part: 'expression' | 'query',
  scope: Scope,
): { readonly macro: RoutineDefinition; readonly body: unknown } | undefined {
  const routines = routinesNamed(node.name, scope)
  const own = routines.filter(({ body }) => body.kind === 'macro' && body[part])
  const macros = routines.length === 0 ? builtIn(node.name, part) : own
  if (macros.length === 0) return undefined
  const clause = node.distinct ? 'DISTINCT' : node.filter ? 'FILTER' : node.orderBy.length > 0 ? 'ORDER BY' : undefined
  if (clause) throw notSupported(`${clause} in the call of a macro`, node.span.start)
  for (const macro of macros) {
    const args = argumentsOf(macro, node)
    if (args && macro.body.kind === 'macro') return { macro, body: substitute(macro.body[part], args) }
  }
  const [{ name, parameters }] = macros
  throw new SqlError('undefined_function', `macro "${name}" does not take these ${node.args.length} arguments`, {
    position: node.span.start,
    hint: `It is ${name}(${parameters.map((parameter) => parameter.name).join(', ')}).`,
  })
}

const definitions = new WeakMap<MacroFunction, readonly RoutineDefinition[]>()

/** The forms of a built-in macro as if a user had made them. */
function builtIn({ parts }: ast.QualifiedName, part: 'expression' | 'query'): readonly RoutineDefinition[] {
  const { name } = parts[parts.length - 1]
  const macro = findFunctions(name).length > 0 ? undefined : findMacro(name)
  if (!macro || (part === 'query') !== (macro.table ?? false)) return []
  let made = definitions.get(macro)
  if (!made) {
    made = macro.forms.map(({ parameters, body }) => ({
      kind: 'macro',
      schema: 'pg_catalog',
      name,
      parameters: parameters.map((parameter) => ({ name: parameter, mode: 'in', type: UNKNOWN })),
      returns: 'any',
      isSet: false,
      strict: false,
      volatility: 'immutable',
      body: macro.table
        ? { kind: 'macro', query: parseStatement(body).statement as ast.Query }
        : { kind: 'macro', expression: parseExpression(body) },
    }))
    definitions.set(macro, made)
  }
  return made
}

/** What each parameter stands for; undefined when the arguments do not fit. */
function argumentsOf(
  { parameters }: RoutineDefinition,
  node: ast.FunctionCall,
): Map<string, ast.Expression> | undefined {
  const args = new Map<string, ast.Expression>()
  for (const [index, argument] of node.args.entries()) {
    const name = argument.kind === 'named-argument' ? argument.name.name : parameters[index]?.name
    if (name === undefined || args.has(name) || !parameters.some((parameter) => parameter.name === name))
      return undefined
    args.set(name, argument.kind === 'named-argument' ? argument.value : argument)
  }
  for (const { name, default: value } of parameters) {
    if (name === undefined || args.has(name)) continue
    if (!value) return undefined
    args.set(name, value)
  }
  return args
}

/** A copy of a syntax tree with the parameters replaced. */
function substitute(node: unknown, args: ReadonlyMap<string, ast.Expression>): unknown {
  if (Array.isArray(node)) return node.map((item) => substitute(item, args))
  if (node === null || typeof node !== 'object') return node
  if ((node as { kind?: string }).kind === 'column') {
    const { parts, span } = node as ast.ColumnReference
    const argument = args.get(parts[0].name)
    if (argument && parts.length === 1) return argument
    if (argument) {
      return parts
        .slice(1)
        .reduce((input, name): ast.Expression => ({ kind: 'field', operand: input, name, span }), argument)
    }
    return node
  }
  return Object.fromEntries(
    Object.entries(node).map(([key, part]) => [key, key === 'span' ? part : substitute(part, args)]),
  )
}
