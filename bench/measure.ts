/** Interleaved rounds over several peers, medians, spread, ratios, and the table that shows them. */
import type { PeerProcess } from './peer.ts'
import type { Cell, Request } from './protocol.ts'

export interface Item {
  readonly name: string
  readonly request: Request
  /** The query whose answers are compared instead, given the answer's number of columns. */
  readonly check?: (width: number) => string
}

/** Milliseconds of one item on one peer, or why there are none. */
export type Figures =
  | { readonly median: number; readonly low: number; readonly high: number }
  | { readonly missing: string }

type Answer = readonly (readonly Cell[])[]

export interface Measurement {
  readonly item: string
  readonly figures: ReadonlyMap<string, Figures>
  /** Milliseconds of each peer's first run, which the medians leave out. */
  readonly first?: ReadonlyMap<string, number>
  /** A difference between the peers' answers, when there is one. */
  readonly mismatch?: string
}

/** Runs an item once to warm up and compare, then `rounds` times, the peers taking turns. The first peer's answer is the reference. */
export async function measure(
  item: Item,
  peers: readonly PeerProcess[],
  rounds: number,
  timeout: number,
): Promise<Measurement> {
  const times = new Map<string, number[]>(peers.map((peer) => [peer.name, []]))
  const missing = new Map<string, string>()
  const first = new Map<string, number>()
  const answers: { name: string; rows: Answer }[] = []
  for (let round = 0; round <= rounds; round++) {
    for (const peer of peers) {
      if (missing.has(peer.name)) continue
      const request: Request =
        round === 0 && item.request.kind === 'run' ? { ...item.request, wantRows: true } : item.request
      const response = await peer.ask(request, timeout)
      if (response.kind === 'failed') missing.set(peer.name, response.message)
      else if (round > 0) times.get(peer.name)?.push(response.milliseconds)
      else first.set(peer.name, response.milliseconds)
      if (response.kind === 'done' && response.rows)
        answers.push({ name: peer.name, rows: await checked(item, peer, response.rows, timeout) })
    }
  }
  const figures = new Map<string, Figures>()
  for (const peer of peers) {
    const reason = missing.get(peer.name)
    figures.set(peer.name, reason === undefined ? summary(times.get(peer.name) ?? []) : { missing: reason })
  }
  return { item: item.name, figures, first, mismatch: firstMismatch(answers) }
}

/** What a peer answers to the item's check, where it has one that the peer can run. */
async function checked(item: Item, peer: PeerProcess, rows: Answer, timeout: number): Promise<Answer> {
  const { request, check } = item
  if (request.kind !== 'run' || check === undefined || rows.length === 0) return rows
  const response = await peer.ask({ ...request, sql: check(rows[0].length), wantRows: true }, timeout)
  return response.kind === 'done' && response.rows ? response.rows : rows
}

export function summary(times: readonly number[]): Figures {
  const sorted = [...times].sort((a, b) => a - b)
  return { median: sorted[sorted.length >> 1], low: sorted[0], high: sorted[sorted.length - 1] }
}

export function firstMismatch(answers: readonly { name: string; rows: Answer }[]): string | undefined {
  const [reference, ...others] = answers
  for (const other of others) {
    if (other.rows.length !== reference.rows.length) {
      return `${other.name} has ${other.rows.length} rows, ${reference.name} ${reference.rows.length}`
    }
    const a = sortedRows(reference.rows)
    const b = sortedRows(other.rows)
    const row = a.findIndex((cells, i) => !cells.every((cell, j) => sameCell(cell, b[i][j])))
    if (row !== -1) return `${other.name}: ${b[row].join('|')}; ${reference.name}: ${a[row].join('|')}`
  }
  return undefined
}

/** Order is compared by the corpora; here ties may stand in any order. */
function sortedRows(rows: Answer): Answer {
  const key = (row: readonly Cell[]): string =>
    row.map((cell) => (typeof cell === 'number' ? cell.toPrecision(9) : String(cell))).join('|')
  return rows
    .map((row) => ({ row, key: key(row) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ row }) => row)
}

function sameCell(a: Cell, b: Cell): boolean {
  if (a === b) return true
  if (typeof a === 'number' && typeof b === 'number')
    return Math.abs(a - b) <= 1e-8 * Math.max(1, Math.abs(a), Math.abs(b))
  return String(a ?? '').trimEnd() === String(b ?? '').trimEnd()
}

/**
 * A Markdown table: medians in ms with their spread, and our median over each peer's; with several peers, also over that of
 * the best one for each item.
 */
export function table(
  title: string,
  measurements: readonly Measurement[],
  names: readonly string[],
  level = 2,
): string {
  const [us, ...others] = names
  const compared = others.length > 1 ? [...others, 'best'] : others
  const ratioOf = (measurement: Measurement, name: string): number | undefined =>
    name === 'best'
      ? worst(others.map((other) => ratio(measurement.figures, us, other)))
      : ratio(measurement.figures, us, name)
  const lines = [
    `${'#'.repeat(level)} ${title}`,
    '',
    `| | ${names.map((name) => `${name} ms`).join(' | ')} | ${compared.map((name) => `÷ ${name}`).join(' | ')} |`,
    `|---|${[...names, ...compared].map(() => '--:|').join('')}`,
  ]
  for (const measurement of measurements) {
    const { item, figures, mismatch } = measurement
    const ratios = compared.map((name) => ratioText(ratioOf(measurement, name)))
    lines.push(
      `| ${item}${mismatch ? ' ✗' : ''} | ${names.map((name) => figureText(figures.get(name))).join(' | ')} | ${ratios.join(' | ')} |`,
    )
  }
  if (measurements.length > 1) {
    const means = compared.map((name) =>
      ratioText(geometricMean(measurements.map((measurement) => ratioOf(measurement, name)))),
    )
    lines.push(`| geometric mean | ${names.map(() => '').join(' | ')} | ${means.join(' | ')} |`)
  }
  for (const { item, mismatch } of measurements) if (mismatch) lines.push('', `✗ ${item}: ${mismatch.slice(0, 300)}`)
  const reasons = new Set<string>()
  for (const { figures } of measurements) {
    for (const [name, figure] of figures)
      if ('missing' in figure) reasons.add(`${name}: ${figure.missing.split('\n')[0].slice(0, 120)}`)
  }
  if (reasons.size > 0) lines.push('', `Not measured: ${[...reasons].join('; ')}.`)
  return lines.join('\n')
}

/**
 * First runs beside the later ones, the first peer's: the plan is made and kernels are compiled, after other queries have run
 * in the process. The last column is the share of what is allowed, 1.3 times the median and 10 ms more.
 */
export function firstRunsTable(measurements: readonly Measurement[], names: readonly string[]): string {
  const [us] = names
  const lines = [
    '### First runs',
    '',
    `| | ${names.map((name) => `${name} ms`).join(' | ')} | ${us}, hot ms | ÷ (1.3 × hot + 10 ms) |`,
    `|---|${[...names, '', ''].map(() => '--:|').join('')}`,
  ]
  for (const { item, figures, first } of measurements) {
    const hot = figures.get(us)
    const own = first?.get(us)
    if (!hot || !('median' in hot) || own === undefined) continue
    const runs = names.map((name) => first?.get(name)?.toFixed(1) ?? '–')
    const share = own / (1.3 * hot.median + 10)
    lines.push(`| ${item} | ${runs.join(' | ')} | ${hot.median.toFixed(1)} | ${share.toFixed(2)} |`)
  }
  return lines.join('\n')
}

function ratio(figures: ReadonlyMap<string, Figures>, us: string, other: string): number | undefined {
  const ours = figures.get(us)
  const theirs = figures.get(other)
  return ours && theirs && 'median' in ours && 'median' in theirs ? ours.median / theirs.median : undefined
}

function worst(ratios: readonly (number | undefined)[]): number | undefined {
  const known = ratios.filter((value): value is number => value !== undefined)
  return known.length === 0 ? undefined : Math.max(...known)
}

function geometricMean(ratios: readonly (number | undefined)[]): number | undefined {
  const known = ratios.filter((value): value is number => value !== undefined)
  return known.length === 0
    ? undefined
    : Math.exp(known.reduce((sum, value) => sum + Math.log(value), 0) / known.length)
}

function ratioText(value: number | undefined): string {
  return value === undefined ? '–' : value.toFixed(2)
}

function figureText(figures: Figures | undefined): string {
  if (!figures) return ''
  if ('missing' in figures) return '–'
  return `${figures.median.toFixed(1)} (${figures.low.toFixed(1)}–${figures.high.toFixed(1)})`
}
