/**
 * Differences that are nobody's mistake, each with its reason. An explanation names what it needs to see; what it does not
 * explain is a bug.
 */
import type { Traits } from './expression.ts'
import { type Differing, difference, line, type Outcome, rowDifference } from './outcome.ts'

export interface Explanation {
  readonly name: string
  readonly reason: string
  readonly explains: (found: Found) => boolean
}

export interface Found {
  readonly difference: Differing
  readonly ours: Outcome
  readonly theirs: Outcome
  readonly traits: Traits
  readonly order?: readonly number[]
  readonly statement: string
}

export const explanations: readonly Explanation[] = [
  {
    name: 'float summation',
    reason:
      'Sums and transcendental functions of floating-point numbers depend on the order of the additions and on the library ' +
      'of mathematics. Numbers in floating-point columns, and long ones within JSON or text, may differ in the tenth digit, ' +
      'and DISTINCT and set operations drop rows that are equal to the last digit in one engine alone.',
    explains: ({ ours, theirs, traits, order, statement }) => {
      if (!traits.isInexact) return false
      const [first, second] = [mapCells(ours, roundFloat), mapCells(theirs, roundFloat)]
      return (
        difference(first, second, order) === undefined ||
        (dropsEquals(statement) && difference(distinct(first), distinct(second), order) === undefined)
      )
    },
  },
  {
    name: 'representative',
    reason:
      'Of values that are equal but print differently (1.0 and 1.00, 24:00:00 and 1 day, -0 and 0), DISTINCT, GROUP BY, set ' +
      'operations, min and max, windows and LIMIT may show any. Compared again with such texts in one form.',
    explains: ({ ours, theirs, traits, order }) =>
      traits.hasRepresentatives &&
      difference(mapCells(ours, canonical), mapCells(theirs, canonical), order) === undefined,
  },
  {
    name: 'order of equals',
    reason: 'Rows whose keys are equal but print differently (0 and -0, 1.0 and 1.00) come in any order.',
    explains: ({ difference: { what }, ours, theirs, order }) =>
      what === 'order' && difference(mapCells(ours, canonical), mapCells(theirs, canonical), order) === undefined,
  },
  {
    name: 'arrays of other elements',
    reason:
      'We compare arrays of different element types as their elements are compared, as DuckDB does; PostgreSQL has no such ' +
      'operator. What else is wrong with the statement, we then say.',
    explains: ({ ours, theirs }) =>
      (ours.error === undefined || /^(22|42|55)/.test(ours.error.code)) &&
      theirs.error?.code === '42883' &&
      /^operator does not exist: [a-z ]+\[\] \S+ [a-z ]+\[\]$/.test(theirs.error.message),
  },
  {
    name: "PostgreSQL's own failure",
    reason: 'PostgreSQL raised an internal error (XX000), which is no answer.',
    explains: ({ theirs }) => theirs.error?.code === 'XX000',
  },
  {
    name: 'min and max with ties',
    reason:
      'PostgreSQL 15 makes a subquery with LIMIT 1 of min, max and their like and lets it inherit WITH TIES from the query around it, ' +
      'so that ties of the extreme are an error (21000).',
    explains: ({ ours, theirs, statement }) =>
      ours.error === undefined &&
      theirs.error?.code === '21000' &&
      /\b(min|max|bool_and|bool_or|every)\(/.test(statement) &&
      statement.includes('WITH TIES'),
  },
  {
    name: 'MERGE into views',
    reason:
      'PostgreSQL 15 merges into tables alone, and since version 17 into views that a row can be changed through. We do the latter.',
    explains: ({ difference: { what }, theirs, statement }) =>
      what !== 'crash' &&
      theirs.error?.code === '0A000' &&
      /^cannot execute MERGE on relation "v\d"$/.test(theirs.error.message) &&
      statement.startsWith('MERGE INTO v'),
  },
  {
    name: 'time limit',
    reason: 'One of the engines gave up at the time limit; the times are compared separately.',
    explains: ({ ours, theirs }) => ours.error?.code === '57014' || theirs.error?.code === '57014',
  },
]

/** What needs more questions than the outcomes answer. */
export const furtherExplanations: {
  readonly planning: Omit<Explanation, 'explains'>
  readonly order: Omit<Explanation, 'explains'>
  readonly first: Omit<Explanation, 'explains'>
  readonly residues: Omit<Explanation, 'explains'>
} = {
  planning: {
    name: 'constant error at planning',
    reason:
      'PostgreSQL computes constant expressions when it plans, even in branches that are never reached, and raises their ' +
      'errors: EXPLAIN alone raises the same one. We compute them when they are needed.',
  },
  order: {
    name: 'evaluation order',
    reason:
      'The order in which conditions and select items are evaluated, and whether rows that a limit or a join discards are ' +
      'evaluated at all, is free. One engine met a data error (class 22, or a subquery of several rows) where the other did not look, and another plan of ' +
      'the same query on our side does what PostgreSQL does, or an expression of the query, evaluated alone over its tables, ' +
      'or a query within it, alone, raises the error in both engines.',
  },
  first: {
    name: 'which error first',
    reason:
      'A statement with two errors raises the one that is met first, and the order is free: of data errors while it runs, of ' +
      'mistakes in its clauses while it is read. Parts of the statement ' +
      'raise the one error in both engines, other parts the other. Changes look at the constraints of all rows, then at the ' +
      'keys of all, then at the check options of views, where PostgreSQL goes row by row.',
  },
  residues: {
    name: 'residues of rounding',
    reason:
      'Where numbers that are nearly equal are subtracted (covariances of independent columns, correlations of nearly constant ' +
      'ones), the order of the rows decides all digits. PostgreSQL itself answers otherwise when one of its ways to join, sort ' +
      'or group is switched off, and but for cells of floating-point columns the rows are the same.',
  },
}

/** Whether answers are the same but for floating-point numbers, and for rows that DISTINCT or set operations drop as equal. */
export function differInFloatsAlone(first: Outcome, second: Outcome, statement: string): boolean {
  if (first.error || second.error || first.crash !== undefined) return false
  const [left, right] = [first, second].map((outcome) => {
    const marked = mapCells(outcome, (cell, type) => (/^(double precision|real)$/.test(type) ? '#' : cell))
    return dropsEquals(statement) ? distinct(marked) : marked
  })
  return rowDifference(left.rows, right.rows) === undefined
}

function dropsEquals(statement: string): boolean {
  return /\b(DISTINCT|UNION|INTERSECT|EXCEPT)\b/.test(statement)
}

function distinct(outcome: Outcome): Outcome {
  return { ...outcome, rows: [...new Map(outcome.rows.map((row) => [line(row), row])).values()] }
}

/** The first explanation that holds. */
export function explain(found: Found): Explanation | undefined {
  return explanations.find((explanation) => explanation.explains(found))
}

function mapCells(outcome: Outcome, change: (cell: string, type: string) => string): Outcome {
  const types = outcome.columns?.map((column) => column.type) ?? []
  return {
    ...outcome,
    rows: outcome.rows.map((row) => row.map((cell, at) => (cell === null ? null : change(cell, types[at] ?? '')))),
  }
}

function roundFloat(cell: string, type: string): string {
  if (/^(jsonb?|text|text\[\])$/.test(type))
    return cell.replace(/\d+\.\d{13,}/g, (number) => Number(number).toPrecision(9))
  if (!/^(double precision|real)$/.test(type) || !/^-?\d/.test(cell)) return cell
  const digits = type === 'real' ? 4 : 9
  return Number(cell).toPrecision(digits)
}

/** Numbers without trailing zeros, intervals without 24 hours or 30 days unspent. */
function canonical(cell: string, type: string): string {
  const numbers = cell
    .replace(/(\d+\.\d*?)0+(?!\d)/g, '$1')
    .replace(/(\d)\.(?!\d)/g, '$1')
    .replace(/^-0$/, '0')
  return type === 'interval' ? intervalKey(numbers) : numbers
}

function intervalKey(text: string): string {
  const part = (name: string): number => Number(new RegExp(`(-?\\d+) ${name}`).exec(text)?.[1] ?? 0)
  const clock = /(-)?(\d+):(\d\d):(\d\d(?:\.\d+)?)/.exec(text)
  const seconds = clock ? (clock[1] ? -1 : 1) * (Number(clock[2]) * 3600 + Number(clock[3]) * 60 + Number(clock[4])) : 0
  const days = (part('year') * 12 + part('mon')) * 30 + part('day')
  return String(days * 86400 + seconds)
}
