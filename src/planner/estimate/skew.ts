/**
 * What frequent values do to joins. Two columns that refer to the same things join to |L|·|R|/distinct rows when all things are
 * referred to alike; when both refer to the popular ones more often, to many times that, and each further column makes it worse.
 * The samples of the tables say how often values occur together:
 *
 *   part of all pairs that match = sum over the values of  part of L with it · part of R with it
 */
import type { Value } from '../../types/value.ts'
import type { Origin } from './sampled.ts'

/** So many combinations of sampled rows must match for the sum to tell anything. */
const enoughMatches = 12

type Parts = ReadonlyMap<Value, number>

/** How often values occur in the sampled rows. */
export class ValueParts {
  private readonly known = new Map<Origin['scan'], Map<number, { readonly parts: Parts; readonly rows: number }>>()

  /** The part of all combinations of the columns' rows that agree in the value; undefined when the samples do not tell. */
  together(origins: readonly Origin[]): number | undefined {
    const all = origins.map((origin) => this.of(origin))
    all.sort((a, b) => a.parts.size - b.parts.size)
    const [first, ...others] = all
    let sum = 0
    for (const [value, part] of first.parts) {
      let product = part
      for (const { parts } of others) product *= parts.get(value) ?? 0
      sum += product
    }
    let matches = sum
    for (const { rows } of all) matches *= rows
    return matches >= enoughMatches ? sum : undefined
  }

  private of(origin: Origin): { readonly parts: Parts; readonly rows: number } {
    const { scan, column, sample } = origin
    let columns = this.known.get(scan)
    if (!columns) {
      columns = new Map()
      this.known.set(scan, columns)
    }
    const known = columns.get(column)
    if (known) return known
    const counts = new Map<Value, number>()
    let rows = 0
    sample.column(column).forEach((value) => {
      if (value === null) return
      counts.set(value, (counts.get(value) ?? 0) + 1)
      rows++
    })
    for (const [value, count] of counts) counts.set(value, count / rows)
    const made = { parts: counts, rows }
    columns.set(column, made)
    return made
  }
}
