/** Operators in their simplest form, over arrays of rows: what the real ones must agree with. */

export type Cell = number | null
export type Row = readonly Cell[]

/** Equality as `=` has it: NULL when a side is NULL. */
export function equal(a: Cell, b: Cell): boolean | null {
  return a === null || b === null ? null : a === b
}

export function and(...parts: (boolean | null)[]): boolean | null {
  if (parts.includes(false)) return false
  return parts.includes(null) ? null : true
}

export type JoinType = 'inner' | 'left' | 'right' | 'full'

/** Every pair is tried. Both sides have two columns. */
export function join(
  type: JoinType,
  left: readonly Row[],
  right: readonly Row[],
  condition: (a: Row, b: Row) => boolean | null,
): Row[] {
  const result: Row[] = []
  const matched = new Set<Row>()
  for (const a of left) {
    let found = false
    for (const b of right) {
      if (condition(a, b) !== true) continue
      found = true
      matched.add(b)
      result.push([...a, ...b])
    }
    if (!found && (type === 'left' || type === 'full')) result.push([...a, null, null])
  }
  if (type === 'right' || type === 'full') {
    for (const b of right) if (!matched.has(b)) result.push([null, null, ...b])
  }
  return result
}

/** `value IN (list)` in three-valued logic. */
export function isIn(value: Cell, list: readonly Cell[]): boolean | null {
  let result: boolean | null = false
  for (const item of list) {
    const same = equal(value, item)
    if (same === true) return true
    if (same === null) result = null
  }
  return result
}

/** Groups in the order in which their keys appear. */
export function groups(rows: readonly Row[], key: (row: Row) => Cell): { key: Cell; rows: Row[] }[] {
  const found: { key: Cell; rows: Row[] }[] = []
  for (const row of rows) {
    const own = key(row)
    const group = found.find((candidate) => candidate.key === own)
    if (group) group.rows.push(row)
    else found.push({ key: own, rows: [row] })
  }
  return found
}

/** The sum of what is not NULL; NULL when there is nothing. */
export function sum(values: readonly Cell[]): Cell {
  const present = values.filter((value) => value !== null)
  return present.length === 0 ? null : present.reduce((a, b) => a + b, 0)
}

/** ORDER BY's order of one value. */
export function compare(a: Cell, b: Cell, descending: boolean, nullsFirst: boolean): number {
  if (a === null || b === null) return a === b ? 0 : (a === null) === nullsFirst ? -1 : 1
  return descending ? b - a : a - b
}

/** How often each row occurs, by its text. */
export function counts(rows: readonly Row[]): Map<string, number> {
  const found = new Map<string, number>()
  for (const row of rows) {
    const text = JSON.stringify(row)
    found.set(text, (found.get(text) ?? 0) + 1)
  }
  return found
}
