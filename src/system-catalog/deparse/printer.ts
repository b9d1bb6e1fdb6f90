/** Trees as text, laid out as PostgreSQL does: its parentheses, line breaks and indentation. */

import { unreachable } from '../../error.ts'
import type * as ast from '../../parser/ast.ts'
import { isSimple, type Part, type Tree } from './tree.ts'

export const STEP = 8
export const JOIN_STEP = 4
export const SMALL_STEP = 4
const deepest = 40

export class Printer {
  text = ''
  indent: number
  /** Superfluous parentheses are left out. */
  readonly pretty: boolean
  private readonly printQuery: (query: ast.Query, printer: Printer) => void

  constructor(pretty: boolean, printQuery: (query: ast.Query, printer: Printer) => void, indent = 0) {
    this.pretty = pretty
    this.printQuery = printQuery
    this.indent = indent
  }

  /** A printer for a part that is measured before it is taken over. */
  apart(): Printer {
    return new Printer(this.pretty, this.printQuery, this.indent)
  }

  add(text: string): void {
    this.text += text
  }

  /** A word at the beginning of a line. */
  keyword(word: string, before: number, after: number, more: number): void {
    this.indent += before
    this.trim()
    const level = Math.max(this.indent, 0)
    const amount = level < deepest ? level + more : deepest + (((level - deepest) / (STEP / 2)) % deepest) + more
    this.text += `\n${' '.repeat(Math.floor(amount))}${word}`
    this.indent = Math.max(this.indent + after, 0)
  }

  trim(): void {
    this.text = this.text.replace(/ +$/, '')
  }

  query(query: ast.Query): void {
    this.printQuery(query, this)
  }

  parts(parts: readonly (Part | { readonly query: ast.Query })[], parent?: Tree): void {
    for (const part of parts) {
      if (typeof part === 'string') this.text += part
      else if ('query' in part) this.printQuery(part.query, this)
      else if (parent) this.operand(part, true, parent)
      else this.tree(part, true)
    }
  }

  private open(): void {
    if (!this.pretty) this.text += '('
  }

  private close(): void {
    if (!this.pretty) this.text += ')'
  }

  /** Part of another tree. */
  private operand(tree: Tree, showsCasts: boolean, parent: Tree): void {
    const needed = this.pretty && !isSimple(tree, parent)
    if (needed) this.text += '('
    this.tree(tree, showsCasts)
    if (needed) this.text += ')'
  }

  tree(tree: Tree, showsCasts: boolean): void {
    switch (tree.kind) {
      case 'variable':
        this.text += tree.text
        return
      case 'constant':
        this.text += tree.label === undefined ? tree.text : `${tree.text}::${tree.label}`
        return
      case 'call':
      case 'syntax':
        this.parts(tree.parts)
        return
      case 'operator': {
        this.open()
        const [left, right] = tree.args
        if (right) {
          this.operand(left, true, tree)
          this.text += ` ${tree.symbol} `
          this.operand(right, true, tree)
        } else if (tree.symbol.startsWith('COLLATE ')) {
          this.operand(left, showsCasts, tree)
          this.text += ` ${tree.symbol}`
        } else {
          this.text += `${tree.symbol} `
          this.operand(left, true, tree)
        }
        this.close()
        return
      }
      case 'logical':
        this.open()
        for (const [i, arg] of tree.args.entries()) {
          if (i > 0) this.text += ` ${tree.operator.toUpperCase()} `
          this.operand(arg, false, tree)
        }
        this.close()
        return
      case 'not':
        this.open()
        this.text += 'NOT '
        this.operand(tree.arg, false, tree)
        this.close()
        return
      case 'test':
        this.open()
        this.operand(tree.arg, tree.showsCasts, tree)
        this.text += tree.test
        this.close()
        return
      case 'distinct':
        this.open()
        this.operand(tree.left, true, tree)
        this.text += ' IS DISTINCT FROM '
        this.operand(tree.right, true, tree)
        this.close()
        return
      case 'any':
        this.open()
        this.operand(tree.left, true, tree)
        this.text += ` ${tree.symbol} ${tree.quantifier} (`
        this.operand(tree.right, true, tree)
        this.text += ')'
        this.close()
        return
      case 'subquery':
        this.parts(tree.parts)
        return
      case 'cast':
        this.cast(tree, showsCasts)
        return
      case 'case':
        this.case(tree)
        return
      case 'field': {
        const isAttached = tree.arg.kind === 'subscript' || tree.arg.kind === 'field'
        if (!isAttached) this.text += '('
        this.tree(tree.arg, true)
        this.text += `${isAttached ? '' : ')'}.${tree.name}`
        return
      }
      case 'subscript': {
        const isAttached = tree.arg.kind === 'variable' || tree.arg.kind === 'field' || tree.arg.kind === 'subscript'
        if (!isAttached) this.text += '('
        this.tree(tree.arg, showsCasts)
        if (!isAttached) this.text += ')'
        this.parts(tree.parts)
        return
      }
      default:
        unreachable(tree)
    }
  }

  private cast(tree: Extract<Tree, { kind: 'cast' }>, showsCasts: boolean): void {
    const { arg } = tree
    if (tree.implicit && !showsCasts) {
      this.operand(arg, false, tree)
      return
    }
    this.open()
    this.operand(arg, false, tree)
    this.close()
    this.text += `::${tree.type}`
  }

  private case(tree: Extract<Tree, { kind: 'case' }>): void {
    this.keyword('CASE', 0, SMALL_STEP, 0)
    if (tree.operand) {
      this.text += ' '
      this.tree(tree.operand, true)
    }
    for (const { when, then } of tree.branches) {
      this.keyword('WHEN ', 0, 0, 0)
      this.tree(when, false)
      this.text += ' THEN '
      this.tree(then, true)
    }
    this.keyword('ELSE ', 0, 0, 0)
    this.tree(tree.otherwise, true)
    this.keyword('END', -SMALL_STEP, 0, 0)
  }
}
