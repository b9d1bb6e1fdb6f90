/** Interleaved rounds over several peers, medians, spread, ratios, and the table that shows them. */
import type { PeerProcess } from './peer.ts'
import type { Cell, Request } from './protocol.ts'

export interface Item {
  readonly name: string
  readonly request: Request
}

/** Milliseconds of one item on one peer, or why there are none. */
export type Figures =
  | { readonly median: number; readonly low: number; readonly high: number }
  | { readonly missing: string }

export interface Measurement {
  readonly item: string
  readonly figures: ReadonlyMap<string, Figures>
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
  const answers: { name: string; rows: readonly (readonly Cell[])[] }[] = []
  for (let round = 0; round <= rounds; round++) {
    for (const peer of peers) {
      if (missing.has(peer.name)) continue
      const request: Request =
        round === 0 && item.request.kind === 'run' ? { ...item.request, wantRows: true } : item.request
      const response = await peer.ask(request, timeout)
      if (response.kind === 'failed') missing.set(peer.name, response.message)
      else if (round > 0) times.get(peer.name)?.push(response.milliseconds)
      else if (response.rows) answers.push({ name: peer.name, rows: response.rows })
    }
  }
  const figures = new Map<string, Figures>()
  for (const peer of peers) {
    const reason = missing.get(peer.name)
    figures.set(peer.name, reason === undefined ? summary(times.get(peer.name) ?? []) : { missing: reason })
  }
  return { item: item.name, figures, mismatch: firstMismatch(answers) }
}

export function summary(times: readonly number[]): Figures {
  const sorted = [...times].sort((a, b) => a - b)
  return { median: sorted[sorted.length >> 1], low: sorted[0], high: sorted[sorted.length - 1] }
}

function firstMismatch(answers: readonly { name: string; rows: readonly (readonly Cell[])[] }[]): string | undefined {
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
function sortedRows(rows: readonly (readonly Cell[])[]): readonly (readonly Cell[])[] {
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

/** A Markdown table: medians in ms with their spread, and our median over each peer's. */
export function table(title: string, measurements: readonly Measurement[], names: readonly string[]): string {
  const [us, ...others] = names
  const lines = [
    `## ${title}`,
    '',
    `| | ${names.map((name) => `${name} ms`).join(' | ')} | ${others.map((name) => `÷ ${name}`).join(' | ')} |`,
    `|---|${names.map(() => '--:|').join('')}${others.map(() => '--:|').join('')}`,
  ]
  for (const { item, figures, mismatch } of measurements) {
    const ratios = others.map((name) => ratioText(ratio(figures, us, name)))
    lines.push(
      `| ${item}${mismatch ? ' ✗' : ''} | ${names.map((name) => figureText(figures.get(name))).join(' | ')} | ${ratios.join(' | ')} |`,
    )
  }
  const means = others.map((name) =>
    ratioText(geometricMean(measurements.map(({ figures }) => ratio(figures, us, name)))),
  )
  lines.push(`| geometric mean | ${names.map(() => '').join(' | ')} | ${means.join(' | ')} |`)
  for (const { item, mismatch } of measurements) if (mismatch) lines.push('', `✗ ${item}: ${mismatch}`)
  return lines.join('\n')
}

function ratio(figures: ReadonlyMap<string, Figures>, us: string, other: string): number | undefined {
  const ours = figures.get(us)
  const theirs = figures.get(other)
  return ours && theirs && 'median' in ours && 'median' in theirs ? ours.median / theirs.median : undefined
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
  if ('missing' in figures) return `– (${figures.missing.split('\n')[0].slice(0, 40)})`
  return `${figures.median.toFixed(1)} (${figures.low.toFixed(1)}–${figures.high.toFixed(1)})`
}
