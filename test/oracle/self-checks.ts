/**
 * Oracles that need no second engine. TLP: the rows for which a predicate is true, false and NULL are together all rows, and
 * so are their counts, sums and distinct values. NoREC: a filter keeps as many rows as its predicate, projected, is true.
 */
import { type Differing, type Outcome, rowDifference } from './outcome.ts'
import type { FilteredSelect } from './query.ts'
import { print } from './tree.ts'

export function selfChecks(query: FilteredSelect, run: (text: string) => Outcome): Differing | undefined {
  const [items, from, predicate] = [print(query.items), print(query.from), print(query.predicate)]
  const parts = [`${predicate}`, `NOT ${predicate}`, `${predicate} IS NULL`]
  const all = run(`SELECT ${items} FROM ${from}`)
  const union = parts.map((part) => `SELECT ${items} FROM ${from} WHERE ${part}`)
  return (
    compare('TLP', all, run(union.join(' UNION ALL '))) ??
    compare(
      'TLP with aggregates',
      run(`SELECT count(*), count(c1) FROM (SELECT ${items} FROM ${from}) AS q`),
      run(
        `SELECT sum(n)::bigint, sum(m)::bigint FROM (${parts
          .map((part) => `SELECT count(*), count(c1) FROM (SELECT ${items} FROM ${from} WHERE ${part}) AS q`)
          .join(' UNION ALL ')}) AS p(n, m)`,
      ),
    ) ??
    compare(
      'NoREC',
      run(`SELECT count(*) FROM ${from} WHERE ${predicate}`),
      run(`SELECT count(*) FILTER (WHERE p) FROM (SELECT ${predicate} IS TRUE AS p FROM ${from}) AS q`),
    )
  )
}

/** Where one of the two fails there is nothing to compare. */
function compare(name: string, first: Outcome, second: Outcome): Differing | undefined {
  const crash = first.crash ?? second.crash
  if (crash) return { what: 'crash', detail: crash }
  if (first.error || second.error) return undefined
  const found = rowDifference(first.rows, second.rows)
  return found && { what: 'rows', detail: `${name}: ${found.detail}` }
}

/** The statement with its typed literals as parameters; undefined when it has none. */
export function withParameters(
  text: string,
): { readonly text: string; readonly values: readonly string[] } | undefined {
  const values: string[] = []
  const numbers = new Map<string, number>()
  const changed = text.replace(
    /'((?:[^']|'')*)'(?:::([a-z][a-z0-9 ]*[a-z0-9](?:\[\])?))?/g,
    (all, literal: string, type: string | undefined) => {
      if (type === undefined) return all
      const key = `${literal}::${type}`
      const number = numbers.get(key) ?? values.push(literal.replaceAll("''", "'"))
      numbers.set(key, number)
      return `$${number}::${type}`
    },
  )
  return values.length === 0 ? undefined : { text: changed, values }
}
