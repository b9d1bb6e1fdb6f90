/**
 * What a bound expression is printed from: PostgreSQL's view of it, in which BETWEEN is two comparisons, IN a comparison with
 * an array, and each conversion a node that the user wrote or that nobody did.
 */
import type * as ast from '../../parser/ast.ts'

export type Tree =
  | { readonly kind: 'variable'; readonly text: string }
  /** `label`: the type that is written after it. */
  | { readonly kind: 'constant'; readonly text: string; readonly label?: string }
  /** Whatever has delimiters of its own: `f(a, b)`, `ARRAY[…]`, `ROW(…)`. */
  | { readonly kind: 'call'; readonly parts: readonly Part[] }
  /** `EXTRACT(… FROM …)` and its like, which casts put in parentheses. */
  | { readonly kind: 'syntax'; readonly parts: readonly Part[] }
  | { readonly kind: 'operator'; readonly symbol: string; readonly args: readonly Tree[] }
  | { readonly kind: 'logical'; readonly operator: 'and' | 'or'; readonly args: readonly Tree[] }
  | { readonly kind: 'not'; readonly arg: Tree }
  | { readonly kind: 'test'; readonly arg: Tree; readonly test: string; readonly showsCasts: boolean }
  | { readonly kind: 'distinct'; readonly left: Tree; readonly right: Tree }
  /** `left symbol ANY (right)` */
  | {
      readonly kind: 'any'
      readonly left: Tree
      readonly symbol: string
      readonly quantifier: 'ANY' | 'ALL'
      readonly right: Tree
    }
  /** A query in an expression, with what is compared with it. */
  | { readonly kind: 'subquery'; readonly parts: readonly (Part | { readonly query: ast.Query })[] }
  | { readonly kind: 'cast'; readonly implicit: boolean; readonly arg: Tree; readonly type: string }
  | {
      readonly kind: 'case'
      readonly operand?: Tree
      readonly branches: readonly { readonly when: Tree; readonly then: Tree }[]
      readonly otherwise: Tree
    }
  | { readonly kind: 'field'; readonly arg: Tree; readonly name: string }
  | { readonly kind: 'subscript'; readonly arg: Tree; readonly parts: readonly Part[] }

export type Part = string | Tree

/** Whether the tree needs no parentheses as part of `parent`, where superfluous ones are left out: PostgreSQL's isSimpleNode. */
export function isSimple(tree: Tree, parent: Tree): boolean {
  switch (tree.kind) {
    case 'variable':
    case 'constant':
    case 'call':
    case 'syntax':
    case 'subscript':
    case 'case':
      return true
    case 'field':
      return parent.kind !== 'field'
    case 'cast':
      return isSimple(tree.arg, tree)
    case 'operator':
      return parent.kind === 'operator' ? bindsTighter(tree, parent) : isDelimited(parent)
    case 'logical':
    case 'not':
      if (parent.kind === 'logical' || parent.kind === 'not') {
        if (tree.kind === 'logical' && tree.operator === 'or')
          return parent.kind === 'logical' && parent.operator === 'or'
        return parent.kind === 'logical'
      }
      return isDelimited(parent)
    case 'test':
    case 'distinct':
    case 'subquery':
      return parent.kind === 'logical' || parent.kind === 'not' || isDelimited(parent)
    default:
      return false
  }
}

function isDelimited(parent: Tree): boolean {
  switch (parent.kind) {
    case 'call':
    case 'subscript':
    case 'case':
    case 'logical':
    case 'not':
      return true
    default:
      return false
  }
}

type Operator = Extract<Tree, { kind: 'operator' }>

function priority({ symbol, args }: Operator): number {
  if (args.length !== 2 || symbol.length !== 1) return 0
  return '+-'.includes(symbol) ? 1 : '*/%'.includes(symbol) ? 2 : 0
}

function bindsTighter(tree: Operator, parent: Operator): boolean {
  const own = priority(tree)
  const around = priority(parent)
  if (own === 0 || around === 0) return false
  return own === around ? tree === parent.args[0] : own > around
}
