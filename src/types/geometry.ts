/** Geometric values: what they are, and their text. What they do to each other stands in `functions/geometry`. */
import { SqlError } from '../error.ts'
import { formatDouble, parseDouble } from './float-text.ts'

export interface Point {
  readonly x: number
  readonly y: number
}

export type Segment = readonly [from: Point, to: Point]

/** A·x + B·y + C = 0 */
export interface Line {
  readonly a: number
  readonly b: number
  readonly c: number
}

/** The upper right corner, then the lower left one. */
export type Box = readonly [high: Point, low: Point]

export interface Path {
  readonly closed: boolean
  readonly points: readonly Point[]
}

export type Polygon = readonly Point[]

export interface Circle {
  readonly center: Point
  readonly radius: number
}

export type GeometricKind = 'point' | 'lseg' | 'line' | 'box' | 'path' | 'polygon' | 'circle'

const number = /\s*[-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|nan|inf(?:inity)?)\s*/iy

/** Reads numbers, brackets and commas one after another. */
class Reader {
  private readonly text: string
  private readonly kind: GeometricKind
  at = 0

  constructor(text: string, kind: GeometricKind) {
    this.text = text
    this.kind = kind
    this.skip()
  }

  wrong(): SqlError {
    return new SqlError('invalid_text_representation', `invalid input syntax for type ${this.kind}: "${this.text}"`)
  }

  private skip(): void {
    while (/\s/.test(this.text[this.at] ?? '')) this.at++
  }

  get next(): string | undefined {
    return this.text[this.at]
  }

  accept(symbol: string): boolean {
    if (this.next !== symbol) return false
    this.at++
    this.skip()
    return true
  }

  expect(symbol: string): void {
    if (!this.accept(symbol)) throw this.wrong()
  }

  number(): number {
    number.lastIndex = this.at
    const match = number.exec(this.text)
    if (!match) throw this.wrong()
    this.at = number.lastIndex
    return parseDouble(match[0])
  }

  pair(): Point {
    const inParentheses = this.accept('(')
    const x = this.number()
    this.expect(',')
    const y = this.number()
    if (inParentheses) this.expect(')')
    return { x, y }
  }

  /** Points in brackets, in parentheses or bare; whether they were in brackets. */
  points(count: number, brackets: boolean): { readonly points: Point[]; readonly open: boolean } {
    let depth = 0
    const open = this.next === '['
    if (open) {
      if (!brackets) throw this.wrong()
      depth++
      this.at++
      this.skip()
    } else if (this.next === '(') {
      const inner = /^\(\s*\(/.test(this.text.slice(this.at))
      if (inner || this.text.lastIndexOf('(') === this.at) {
        depth++
        this.at++
        this.skip()
      }
    }
    const points: Point[] = []
    for (let i = 0; i < count; i++) {
      points.push(this.pair())
      this.accept(',')
    }
    for (; depth > 0; depth--) {
      if (!this.accept(')') && !(open && depth === 1 && this.accept(']'))) throw this.wrong()
    }
    return { points, open }
  }

  end(): void {
    if (this.at < this.text.length) throw this.wrong()
  }

  /** How many points the text must have by its commas. */
  count(): number {
    const commas = this.text.split(',').length - 1
    if (commas % 2 === 0) throw this.wrong()
    return (commas + 1) / 2
  }
}

export function parsePoint(text: string): Point {
  const reader = new Reader(text, 'point')
  const point = reader.pair()
  reader.end()
  return point
}

export function parseSegment(text: string): Segment {
  const reader = new Reader(text, 'lseg')
  const { points } = reader.points(2, true)
  reader.end()
  return [points[0], points[1]]
}

export function parseLine(text: string): Line {
  const reader = new Reader(text, 'line')
  if (!reader.accept('{')) {
    const { points } = reader.points(2, true)
    reader.end()
    return lineThrough(points[0], points[1], 'invalid_text_representation')
  }
  const a = reader.number()
  reader.expect(',')
  const b = reader.number()
  reader.expect(',')
  const c = reader.number()
  reader.expect('}')
  reader.end()
  if (isZero(a) && isZero(b)) {
    throw new SqlError('invalid_text_representation', 'invalid line specification: A and B cannot both be zero')
  }
  return { a, b, c }
}

export function parseBox(text: string): Box {
  const reader = new Reader(text, 'box')
  const { points } = reader.points(2, false)
  reader.end()
  return boxOf(points[0], points[1])
}

export function parsePath(text: string): Path {
  const reader = new Reader(text, 'path')
  const count = reader.count()
  // An outer parenthesis may be left out or doubled: ((1,2),(3,4)), (1,2),(3,4) and 1,2,3,4 are the same path.
  const { points, open } = reader.points(count, true)
  reader.end()
  return { closed: !open, points }
}

export function parsePolygon(text: string): Polygon {
  const reader = new Reader(text, 'polygon')
  const { points } = reader.points(reader.count(), false)
  reader.end()
  return points
}

export function parseCircle(text: string): Circle {
  const reader = new Reader(text, 'circle')
  let depth = 0
  const angle = reader.accept('<')
  if (angle) depth++
  else if (reader.next === '(' && /^\(\s*\(/.test(text.slice(reader.at))) {
    reader.accept('(')
    depth++
  }
  const center = reader.pair()
  reader.accept(',')
  const radius = reader.number()
  if (radius < 0) throw reader.wrong()
  for (; depth > 0; depth--) if (!(angle ? reader.accept('>') : reader.accept(')'))) throw reader.wrong()
  reader.end()
  return { center, radius }
}

const EPSILON = 1e-6

export function isZero(value: number): boolean {
  return Math.abs(value) <= EPSILON
}

/** The box of two opposite corners. */
export function boxOf(a: Point, b: Point): Box {
  const order = (p: number, q: number): boolean => p > q || (Number.isNaN(p) && !Number.isNaN(q))
  const [highX, lowX] = order(a.x, b.x) ? [a.x, b.x] : [b.x, a.x]
  const [highY, lowY] = order(a.y, b.y) ? [a.y, b.y] : [b.y, a.y]
  return [
    { x: highX, y: highY },
    { x: lowX, y: lowY },
  ]
}

export function sameNumber(a: number, b: number): boolean {
  return a === b || Math.abs(a - b) <= EPSILON
}

export function samePoint(a: Point, b: Point): boolean {
  if (Number.isNaN(a.x) || Number.isNaN(a.y) || Number.isNaN(b.x) || Number.isNaN(b.y)) {
    const same = (p: number, q: number): boolean => p === q || (Number.isNaN(p) && Number.isNaN(q))
    return same(a.x, b.x) && same(a.y, b.y)
  }
  return sameNumber(a.x, b.x) && sameNumber(a.y, b.y)
}

/** The line through two points. */
export function lineThrough(
  from: Point,
  to: Point,
  condition: 'invalid_text_representation' | 'invalid_parameter_value',
): Line {
  if (samePoint(from, to)) {
    throw new SqlError(condition, 'invalid line specification: must be two distinct points')
  }
  return lineOf(from, slope(from, to))
}

/** The line through a point with a slope, infinite for a vertical one. */
export function lineOf({ x, y }: Point, m: number): Line {
  if (!Number.isFinite(m) && !Number.isNaN(m)) return { a: -1, b: 0, c: x }
  if (m === 0) return { a: 0, b: -1, c: y }
  const c = y - m * x
  return { a: m, b: -1, c: c === 0 ? 0 : c }
}

export function slope(a: Point, b: Point): number {
  if (sameNumber(a.x, b.x)) return Number.POSITIVE_INFINITY
  if (sameNumber(a.y, b.y)) return 0
  return (a.y - b.y) / (a.x - b.x)
}

type Digits = number | undefined

export function formatPoint({ x, y }: Point, digits?: Digits): string {
  return `(${formatDouble(x, digits)},${formatDouble(y, digits)})`
}

function formatPoints(points: readonly Point[], digits: Digits): string {
  return points.map((point) => formatPoint(point, digits)).join(',')
}

export function formatSegment(segment: Segment, digits?: Digits): string {
  return `[${formatPoints(segment, digits)}]`
}

export function formatLine({ a, b, c }: Line, digits?: Digits): string {
  return `{${[a, b, c].map((value) => formatDouble(value, digits)).join(',')}}`
}

export function formatBox(box: Box, digits?: Digits): string {
  return formatPoints(box, digits)
}

export function formatPath({ closed, points }: Path, digits?: Digits): string {
  return closed ? `(${formatPoints(points, digits)})` : `[${formatPoints(points, digits)}]`
}

export function formatPolygon(polygon: Polygon, digits?: Digits): string {
  return `(${formatPoints(polygon, digits)})`
}

export function formatCircle({ center, radius }: Circle, digits?: Digits): string {
  return `<${formatPoint(center, digits)},${formatDouble(radius, digits)}>`
}
