/**
 * SQL/JSON paths: what a path is, and its text. A path is a chain of steps, each applied to what the one before it
 * yields; predicates and arithmetic take whole paths as their operands. `jsonpath-parser.ts` reads them, and
 * `functions/jsonpath` runs them.
 */
import type { Decimal } from './decimal.ts'
import { quoteJson } from './json.ts'

export interface JsonPath {
  readonly lax: boolean
  readonly root: PathItem
}

export type Comparison = '==' | '!=' | '<' | '>' | '<=' | '>='
export type Arithmetic = '+' | '-' | '*' | '/' | '%'
export type Method = 'type' | 'size' | 'abs' | 'floor' | 'double' | 'ceiling' | 'keyvalue'

export interface Subscript {
  readonly from: PathItem
  readonly to?: PathItem
}

/** One step of a path; `next` is applied to every item that it yields. */
export type PathItem = { readonly next?: PathItem } & (
  | { readonly kind: 'null' }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'number'; readonly value: Decimal }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'root' | 'current' | 'last' | 'any-element' | 'any-key' }
  | { readonly kind: 'key'; readonly name: string }
  | { readonly kind: 'subscripts'; readonly list: readonly Subscript[] }
  /** `**{first to last}`; Infinity is the deepest level. */
  | { readonly kind: 'any'; readonly first: number; readonly last: number }
  | { readonly kind: 'method'; readonly name: Method }
  | { readonly kind: 'datetime'; readonly template?: string }
  | { readonly kind: 'filter'; readonly predicate: PathItem }
  | { readonly kind: 'and' | 'or'; readonly left: PathItem; readonly right: PathItem }
  | { readonly kind: 'not' | 'is-unknown'; readonly predicate: PathItem }
  | { readonly kind: 'exists'; readonly path: PathItem }
  | { readonly kind: 'compare'; readonly operator: Comparison; readonly left: PathItem; readonly right: PathItem }
  | { readonly kind: 'starts-with'; readonly left: PathItem; readonly right: PathItem }
  | { readonly kind: 'like-regex'; readonly left: PathItem; readonly pattern: string; readonly flags: string }
  | { readonly kind: 'arithmetic'; readonly operator: Arithmetic; readonly left: PathItem; readonly right: PathItem }
  | { readonly kind: 'sign'; readonly operator: '+' | '-'; readonly operand: PathItem }
)

export function formatJsonPath({ lax, root }: JsonPath): string {
  return (lax ? '' : 'strict ') + print(root, false, true)
}

/** How closely an operator binds: what binds less closely than its surroundings is put in parentheses. */
function priority(item: PathItem): number {
  switch (item.kind) {
    case 'or':
      return 0
    case 'and':
      return 1
    case 'compare':
    case 'starts-with':
      return 2
    case 'arithmetic':
      return item.operator === '+' || item.operator === '-' ? 3 : 4
    case 'sign':
      return 5
    default:
      return 6
  }
}

function print(item: PathItem, inKey: boolean, bracketed: boolean): string {
  const own = printItem(item, inKey, bracketed)
  return item.next ? own + print(item.next, true, true) : own
}

function printItem(item: PathItem, inKey: boolean, bracketed: boolean): string {
  const dot = inKey ? '.' : ''
  const wrap = (text: string): string => (bracketed ? `(${text})` : text)
  const operand = (child: PathItem): string => print(child, false, priority(child) <= priority(item))
  switch (item.kind) {
    case 'null':
      return 'null'
    case 'boolean':
      return String(item.value)
    case 'number':
      return item.next ? `(${item.value})` : String(item.value)
    case 'string':
      return quoteJson(item.value)
    case 'variable':
      return `$${quoteJson(item.name)}`
    case 'root':
      return '$'
    case 'current':
      return '@'
    case 'last':
      return 'last'
    case 'any-element':
      return '[*]'
    case 'any-key':
      return `${dot}*`
    case 'key':
      return dot + quoteJson(item.name)
    case 'subscripts':
      return `[${item.list
        .map(({ from, to }) => print(from, false, false) + (to ? ` to ${print(to, false, false)}` : ''))
        .join(',')}]`
    case 'any':
      return `${dot}**${printLevels(item.first, item.last)}`
    case 'method':
      return `.${item.name}()`
    case 'datetime':
      return `.datetime(${item.template === undefined ? '' : quoteJson(item.template)})`
    case 'filter':
      return `?(${print(item.predicate, false, false)})`
    case 'not':
      return `!(${print(item.predicate, false, false)})`
    case 'is-unknown':
      return `(${print(item.predicate, false, false)}) is unknown`
    case 'exists':
      return `exists (${print(item.path, false, false)})`
    case 'and':
      return wrap(`${operand(item.left)} && ${operand(item.right)}`)
    case 'or':
      return wrap(`${operand(item.left)} || ${operand(item.right)}`)
    case 'compare':
    case 'arithmetic':
      return wrap(`${operand(item.left)} ${item.operator} ${operand(item.right)}`)
    case 'starts-with':
      return wrap(`${operand(item.left)} starts with ${operand(item.right)}`)
    case 'like-regex': {
      const flags = item.flags === '' ? '' : ` flag "${item.flags}"`
      return wrap(`${operand(item.left)} like_regex ${quoteJson(item.pattern)}${flags}`)
    }
    case 'sign':
      return wrap(item.operator + operand(item.operand))
  }
}

function printLevels(first: number, last: number): string {
  const level = (n: number): string => (n === Number.POSITIVE_INFINITY ? 'last' : String(n))
  if (first === 0 && last === Number.POSITIVE_INFINITY) return ''
  return first === last ? `{${level(first)}}` : `{${level(first)} to ${level(last)}}`
}
