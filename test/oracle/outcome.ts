/** What a statement came to, in either engine, and whether two outcomes are the same. */
import type { Answer } from './postgres.ts'

export interface Outcome {
  readonly columns?: readonly { readonly name: string; readonly type: string }[]
  readonly rows: readonly (readonly (string | null)[])[]
  readonly changed?: number
  readonly error?: { readonly code: string; readonly message: string }
  /** An exception that is no SQL error. */
  readonly crash?: string
  readonly milliseconds: number
}

/** PostgreSQL's answer, its columns' types by name. */
export function outcomeOf(answer: Answer, typeNames: ReadonlyMap<number, string>): Outcome {
  const changed = /^(?:INSERT 0|UPDATE|DELETE|MERGE) (\d+)$/.exec(answer.tag)
  return {
    columns: answer.columns?.map(({ name, typeId }) => ({ name, type: typeNames.get(typeId) ?? String(typeId) })),
    rows: answer.rows,
    changed: changed ? Number(changed[1]) : undefined,
    error: answer.error,
    milliseconds: answer.milliseconds,
  }
}

/** A row as one line: NULL and empty texts told apart. */
export function line(row: readonly (string | null)[]): string {
  return row.map((cell) => (cell === null ? '∅' : cell)).join('\t')
}

export interface Differing {
  readonly what: 'crash' | 'error' | 'types' | 'rows' | 'order' | 'changed'
  readonly detail: string
}

/** How `ours` differs from what is expected; `order` are the columns that must come in the same order. */
export function difference(ours: Outcome, theirs: Outcome, order?: readonly number[]): Differing | undefined {
  if (ours.crash !== undefined) return { what: 'crash', detail: ours.crash }
  if (ours.error?.code === 'XX000') return { what: 'crash', detail: ours.error.message }
  if (ours.error?.code !== theirs.error?.code) {
    return { what: 'error', detail: `${say(ours)}\n  instead of ${say(theirs)}` }
  }
  if (ours.error) return undefined
  if (ours.changed !== undefined && theirs.changed !== undefined && ours.changed !== theirs.changed) {
    return { what: 'changed', detail: `${ours.changed} rows changed instead of ${theirs.changed}` }
  }
  if (theirs.columns && ours.columns) {
    const show = (outcome: Outcome): string => outcome.columns!.map(({ name, type }) => `${name} ${type}`).join(', ')
    if (show(ours) !== show(theirs)) return { what: 'types', detail: `${show(ours)}\n  instead of ${show(theirs)}` }
  }
  return rowDifference(ours.rows, theirs.rows, order)
}

export function rowDifference(
  ours: Outcome['rows'],
  theirs: Outcome['rows'],
  order?: readonly number[],
): Differing | undefined {
  const [left, right] = [ours.map(line).sort(), theirs.map(line).sort()]
  if (left.length !== right.length || left.some((text, at) => text !== right[at])) {
    const detail = `${left.length} rows, ${right.length} expected\n${onlyIn(left, right, '+')}${onlyIn(right, left, '-')}`
    return { what: 'rows', detail }
  }
  if (order) {
    const keys = (rows: Outcome['rows']): string[] => rows.map((row) => line(order.map((at) => row[at])))
    const [first, second] = [keys(ours), keys(theirs)]
    const at = first.findIndex((key, index) => key !== second[index])
    if (at !== -1) return { what: 'order', detail: `row ${at + 1} is ${first[at]}, expected ${second[at]}` }
  }
  return undefined
}

function onlyIn(these: readonly string[], those: readonly string[], mark: string): string {
  const counts = new Map<string, number>()
  for (const text of those) counts.set(text, (counts.get(text) ?? 0) + 1)
  const only: string[] = []
  for (const text of these) {
    const count = counts.get(text) ?? 0
    if (count === 0) only.push(text)
    else counts.set(text, count - 1)
  }
  return only
    .slice(0, 4)
    .map((text) => `  ${mark} ${text.slice(0, 300)}\n`)
    .join('')
}

function say(outcome: Outcome): string {
  return outcome.error ? `${outcome.error.code} ${outcome.error.message}` : `${outcome.rows.length} rows`
}
