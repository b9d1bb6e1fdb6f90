/** Random expressions of a wanted type over the columns in reach. */
import type { Random } from './random.ts'
import { orderable, type Signature, signaturesOf } from './signatures.ts'
import { type Sql, type SqlNode, sql, typed } from './tree.ts'
import { baseType, quote, randomText } from './values.ts'

/** Something that an expression may name. */
export interface Reference {
  readonly sql: string
  /** Without length or precision. */
  readonly type: string
}

/** What a query's random parts have in common. */
export interface Traits {
  /** The last digits of floats may differ. */
  isInexact: boolean
  /** Among equal values with different texts (1.0 and 1.00) either may be shown. */
  hasRepresentatives: boolean
  /** Some expression may raise an error, and when it is evaluated is free. */
  mayFail: boolean
}

export interface ExpressionOptions {
  readonly mayFail: boolean
  /** A scalar subquery, or a predicate with one; absent where there are none. */
  readonly subquery?: (type: string, outer: readonly Reference[]) => Sql
  readonly subqueryPredicate?: (outer: readonly Reference[]) => Sql
  /** Leaves other than columns: aggregates, window functions. */
  readonly leaf?: (type: string) => Sql | undefined
}

/** Types whose expressions may stand where another is wanted. */
const accepted: Readonly<Record<string, readonly string[]>> = {
  integer: ['integer', 'smallint'],
  bigint: ['bigint', 'integer', 'smallint'],
  numeric: ['numeric', 'integer', 'bigint'],
  real: ['real', 'smallint'],
  'double precision': ['double precision', 'real', 'integer'],
  text: ['text', 'character varying', 'text', 'character'],
  timestamp: ['timestamp', 'date'],
}

export class ExpressionMaker {
  private readonly random: Random
  private readonly traits: Traits
  private readonly options: ExpressionOptions

  constructor(random: Random, traits: Traits, options: ExpressionOptions) {
    this.random = random
    this.traits = traits
    this.options = options
  }

  /** An expression of the type, in parentheses where it needs them. */
  of(type: string, reach: readonly Reference[], depth: number): SqlNode {
    return typed(type, this.make(type, reach, depth))
  }

  private make(type: string, reach: readonly Reference[], depth: number): Sql {
    const { random, options } = this
    if (depth <= 0 || random.chance(0.22)) return this.leaf(type, reach)
    if (options.leaf && random.chance(0.2)) {
      const leaf = options.leaf(type)
      if (leaf !== undefined) return leaf
    }
    if (options.subquery && random.chance(0.03)) return sql`(${options.subquery(type, reach)})`
    if (type === 'boolean' && options.subqueryPredicate && random.chance(0.08)) {
      return sql`(${options.subqueryPredicate(reach)})`
    }
    const signature = this.signature(type)
    return signature ? sql`(${this.fill(signature, reach, depth - 1)})` : this.leaf(type, reach)
  }

  private signature(type: string): Signature | undefined {
    const { random } = this
    const all = signaturesOf(type)
    if (all.length === 0) return undefined
    for (let tries = 0; tries < 20; tries++) {
      const signature = random.pick(all)
      if (signature.mayFail && !(this.options.mayFail && random.chance(0.3))) continue
      if (signature.isInexact && random.chance(0.7)) continue
      if (signature.mayFail) this.traits.mayFail = true
      if (signature.isInexact) this.traits.isInexact = true
      return signature
    }
    return undefined
  }

  private fill(signature: Signature, reach: readonly Reference[], depth: number): SqlNode {
    const parts = signature.pieces.map((piece, index): Sql => {
      if (index % 2 === 0) return piece
      const range = /^(\d+)\.\.(\d+)$/.exec(piece)
      return range ? String(this.random.between(Number(range[1]), Number(range[2]))) : this.of(piece, reach, depth)
    })
    return { parts }
  }

  private leaf(type: string, reach: readonly Reference[]): Sql {
    const { random } = this
    if (this.options.leaf && random.chance(0.5)) {
      const leaf = this.options.leaf(type)
      if (leaf !== undefined) return leaf
    }
    if (random.chance(0.72)) {
      const fitting = accepted[type] ?? [type]
      const columns = reach.filter((column) => fitting.includes(column.type))
      if (columns.length > 0) return random.pick(columns).sql
    }
    return this.literal(type)
  }

  literal(type: string): string {
    const { random } = this
    if (random.chance(0.06)) return `NULL::${type}`
    const text = randomText(type, random, { extremes: this.options.mayFail ? 0.1 : 0.04, wide: 0.2 })
    if (type === 'boolean') return text
    if (/^(smallint|integer|numeric)$/.test(type) && /^\d+(\.\d+)?$/.test(text) && random.chance(0.7)) return text
    return `${quote(text)}::${type}`
  }

  /** A predicate that joins or compares two sets of columns by something that they have in common. */
  equality(left: readonly Reference[], right: readonly Reference[]): Sql | undefined {
    const pairs = left.flatMap((a) => right.filter((b) => comparable(a.type, b.type)).map((b) => [a, b] as const))
    if (pairs.length === 0) return undefined
    const [a, b] = this.random.pick(pairs)
    return `${a.sql} = ${b.sql}`
  }
}

function comparable(a: string, b: string): boolean {
  if (a === 'json' || b === 'json') return false
  return a === b || (wholeNumbers.has(a) && wholeNumbers.has(b)) || (texts.has(a) && texts.has(b))
}

const wholeNumbers = new Set(['smallint', 'integer', 'bigint', 'numeric'])
const texts = new Set(['text', 'character varying'])

export function isOrderable(type: string): boolean {
  return type === 'mood' || type === 'character varying' || type === 'character' || orderable.includes(type)
}

/** Types that results have, likely ones more often. */
export function anyType(random: Random): string {
  return random.chance(0.55)
    ? random.pick(['integer', 'bigint', 'text', 'numeric', 'boolean', 'date', 'double precision'])
    : random.pick([...orderable, 'mood', 'json'])
}

export function references(alias: string, columns: readonly { name: string; type: string }[]): Reference[] {
  return columns.map(({ name, type }) => ({ sql: `${alias}.${name}`, type: expressionType(type) }))
}

/** The type of expressions over a column, without length, precision or domain. */
export function expressionType(type: string): string {
  const base = baseType(type)
  return base === 'small' ? 'integer' : base === 'bit' ? 'bit varying' : base
}
