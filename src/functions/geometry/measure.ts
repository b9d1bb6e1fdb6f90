/**
 * What geometric values are to each other, by PostgreSQL's algorithms: equal to within a millionth, and with its errors
 * for what a double cannot hold.
 */
import {
  type Box,
  boxOf,
  type Circle,
  isZero,
  type Line,
  lineOf,
  type Point,
  type Polygon,
  type Segment,
  sameNumber,
  samePoint,
  slope,
} from '../../types/geometry.ts'
import { divisionByZero, floatOverflow, floatUnderflow } from '../errors.ts'

const EPSILON = 1e-6

export const eq: (a: number, b: number) => boolean = sameNumber
export const lt = (a: number, b: number): boolean => b - a > EPSILON
export const le = (a: number, b: number): boolean => a === b || a - b <= EPSILON
export const gt = (a: number, b: number): boolean => a - b > EPSILON
export const ge = (a: number, b: number): boolean => a === b || b - a <= EPSILON

function isInfinite(value: number): boolean {
  return value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY
}

function checked(result: number, a: number, b: number): number {
  if (isInfinite(result) && !isInfinite(a) && !isInfinite(b)) throw floatOverflow()
  return result
}

export function plus(a: number, b: number): number {
  return checked(a + b, a, b)
}

export function minus(a: number, b: number): number {
  return checked(a - b, a, b)
}

export function times(a: number, b: number): number {
  const result = checked(a * b, a, b)
  if (result === 0 && a !== 0 && b !== 0) throw floatUnderflow()
  return result
}

export function over(a: number, b: number): number {
  if (b === 0 && !Number.isNaN(a)) throw divisionByZero()
  const result = a / b
  if (isInfinite(result) && !isInfinite(a)) throw floatOverflow()
  if (result === 0 && a !== 0 && !isInfinite(b)) throw floatUnderflow()
  return result
}

export function hypotenuse(dx: number, dy: number): number {
  if (isInfinite(dx) || isInfinite(dy)) return Number.POSITIVE_INFINITY
  if (Number.isNaN(dx) || Number.isNaN(dy)) return Number.NaN
  let [long, short] = [Math.abs(dx), Math.abs(dy)]
  if (long < short) [long, short] = [short, long]
  if (short === 0) return long
  const ratio = short / long
  const result = long * Math.sqrt(1 + ratio * ratio)
  if (isInfinite(result)) throw floatOverflow()
  if (result === 0) throw floatUnderflow()
  return result
}

export function distance(a: Point, b: Point): number {
  return hypotenuse(minus(a.x, b.x), minus(a.y, b.y))
}

export function midpoint(a: Point, b: Point): Point {
  return { x: over(plus(a.x, b.x), 2), y: over(plus(a.y, b.y), 2) }
}

export function addPoints(a: Point, b: Point): Point {
  return { x: plus(a.x, b.x), y: plus(a.y, b.y) }
}

export function subtractPoints(a: Point, b: Point): Point {
  return { x: minus(a.x, b.x), y: minus(a.y, b.y) }
}

/** Points are multiplied as complex numbers. */
export function multiplyPoints(a: Point, b: Point): Point {
  return {
    x: minus(times(a.x, b.x), times(a.y, b.y)),
    y: plus(times(a.x, b.y), times(a.y, b.x)),
  }
}

export function dividePoints(a: Point, b: Point): Point {
  const divisor = plus(times(b.x, b.x), times(b.y, b.y))
  return {
    x: over(plus(times(a.x, b.x), times(a.y, b.y)), divisor),
    y: over(minus(times(a.y, b.x), times(a.x, b.y)), divisor),
  }
}

// ── lines ──

function inverseSlope(a: Point, b: Point): number {
  if (sameNumber(a.x, b.x)) return 0
  if (sameNumber(a.y, b.y)) return Number.POSITIVE_INFINITY
  return over(minus(a.x, b.x), minus(b.y, a.y))
}

/** The slope of the lines that stand upright on a line. */
function upright({ a, b }: Line): number {
  if (isZero(a)) return Number.POSITIVE_INFINITY
  return isZero(b) ? 0 : over(b, a)
}

export function crossing(l: Line, m: Line): Point | undefined {
  let x: number
  let y: number
  if (!isZero(l.b)) {
    if (eq(m.a, times(l.a, over(m.b, l.b)))) return undefined
    x = over(minus(times(l.b, m.c), times(m.b, l.c)), minus(times(l.a, m.b), times(m.a, l.b)))
    y = over(-plus(times(l.a, x), l.c), l.b)
  } else if (!isZero(m.b)) {
    if (eq(l.a, times(m.a, over(l.b, m.b)))) return undefined
    x = over(minus(times(m.b, l.c), times(l.b, m.c)), minus(times(m.a, l.b), times(l.a, m.b)))
    y = over(-plus(times(m.a, x), m.c), m.b)
  } else return undefined
  return { x: x === 0 ? 0 : x, y: y === 0 ? 0 : y }
}

export function arePerpendicular(l: Line, m: Line): boolean {
  if (isZero(l.a)) return isZero(m.b)
  if (isZero(m.a)) return isZero(l.b)
  if (isZero(l.b)) return isZero(m.a)
  if (isZero(m.b)) return isZero(l.a)
  return eq(over(times(l.a, m.a), times(l.b, m.b)), -1)
}

export function sameLine(l: Line, m: Line): boolean {
  const parts = ['a', 'b', 'c'] as const
  if (parts.some((part) => Number.isNaN(l[part]) || Number.isNaN(m[part]))) {
    return parts.every((part) => Object.is(l[part], m[part]) || l[part] === m[part])
  }
  const divisor = parts.find((part) => !isZero(m[part]))
  const ratio = divisor ? over(l[divisor], m[divisor]) : 1
  return parts.every((part) => eq(l[part], times(ratio, m[part])))
}

export function isOnLine(point: Point, { a, b, c }: Line): boolean {
  return isZero(plus(plus(times(a, point.x), times(b, point.y)), c))
}

export function lineDistance(l: Line, m: Line): number {
  if (crossing(l, m)) return 0
  const usable = (part: 'a' | 'b'): boolean =>
    !isZero(l[part]) && !isZero(m[part]) && l[part] === l[part] && m[part] === m[part]
  const ratio = usable('a') ? over(l.a, m.a) : usable('b') ? over(l.b, m.b) : 1
  return over(Math.abs(minus(l.c, times(ratio, m.c))), hypotenuse(l.a, l.b))
}

/** The point of a line that is nearest to another point. */
export function closestOnLine(point: Point, line: Line): Point {
  return crossing(lineOf(point, upright(line)), line) ?? { x: Number.NaN, y: Number.NaN }
}

// ── segments ──

export function length([from, to]: Segment): number {
  return distance(from, to)
}

export function isOnSegment(point: Point, [from, to]: Segment): boolean {
  return eq(plus(distance(point, from), distance(point, to)), distance(from, to))
}

export function lineOfSegment([from, to]: Segment): Line {
  return lineOf(from, slope(from, to))
}

export function segmentLineCrossing(segment: Segment, line: Line): Point | undefined {
  const point = crossing(lineOfSegment(segment), line)
  if (!point || !isOnSegment(point, segment)) return undefined
  if (samePoint(segment[0], point)) return segment[0]
  return samePoint(segment[1], point) ? segment[1] : point
}

export function segmentCrossing(a: Segment, b: Segment): Point | undefined {
  const point = segmentLineCrossing(a, lineOfSegment(b))
  return point && isOnSegment(point, b) ? point : undefined
}

export function closestOnSegment(point: Point, segment: Segment): Point {
  return closestToLine(segment, lineOf(point, inverseSlope(segment[0], segment[1])))
}

/** The point of a segment that is nearest to a line. */
export function closestToLine(segment: Segment, line: Line): Point {
  const point = segmentLineCrossing(segment, line)
  if (point) return point
  const [from, to] = segment
  const fromDistance = distance(closestOnLine(from, line), from)
  const toDistance = distance(closestOnLine(to, line), to)
  return fromDistance < toDistance ? from : to
}

function before(a: number, b: number): boolean {
  return a < b || (Number.isNaN(b) && !Number.isNaN(a))
}

/** Of several points the one that is nearest by its distance, the first where several are. */
function nearest(candidates: readonly (readonly [at: Point, distance: number])[]): Point {
  return candidates.reduce((best, candidate) => (before(candidate[1], best[1]) ? candidate : best))[0]
}

/** The point of the first segment that is nearest to the second. */
export function closestOfSegments(on: Segment, to: Segment): Point {
  const point = segmentCrossing(on, to)
  if (point) return point
  const toEnds = to.map((end) => {
    const at = closestOnSegment(end, on)
    return [at, distance(at, end)] as const
  })
  const ownEnds = on.map((end) => [end, distance(closestOnSegment(end, to), end)] as const)
  return nearest([...toEnds, ...ownEnds])
}

export function segmentDistance(a: Segment, b: Segment): number {
  if (segmentCrossing(a, b)) return 0
  const distances = [
    ...b.map((end) => distance(closestOnSegment(end, a), end)),
    ...a.map((end) => distance(closestOnSegment(end, b), end)),
  ]
  return distances.reduce((least, own) => (before(own, least) ? own : least))
}

// ── boxes ──

export function boxCenter([high, low]: Box): Point {
  return midpoint(high, low)
}

export function boxArea([high, low]: Box): number {
  return times(minus(high.x, low.x), minus(high.y, low.y))
}

export function boxHasPoint([high, low]: Box, { x, y }: Point): boolean {
  return high.x >= x && low.x <= x && high.y >= y && low.y <= y
}

export function boxHasBox([high, low]: Box, [innerHigh, innerLow]: Box): boolean {
  return ge(high.x, innerHigh.x) && le(low.x, innerLow.x) && ge(high.y, innerHigh.y) && le(low.y, innerLow.y)
}

export function boxesOverlap([high, low]: Box, [otherHigh, otherLow]: Box): boolean {
  return le(low.x, otherHigh.x) && le(otherLow.x, high.x) && le(low.y, otherHigh.y) && le(otherLow.y, high.y)
}

export function boxSides([high, low]: Box): Segment[] {
  const upperLeft = { x: low.x, y: high.y }
  const lowerRight = { x: high.x, y: low.y }
  return [
    [low, upperLeft],
    [high, upperLeft],
    [low, lowerRight],
    [high, lowerRight],
  ]
}

export function closestInBox(point: Point, box: Box): Point {
  if (boxHasPoint(box, point)) return point
  return nearest(
    boxSides(box).map((side) => {
      const at = closestOnSegment(point, side)
      return [at, distance(at, point)] as const
    }),
  )
}

export function boxMeetsSegment(box: Box, segment: Segment): boolean {
  if (!boxesOverlap(box, boxOf(segment[0], segment[1]))) return false
  if (boxHasPoint(box, segment[0]) || boxHasPoint(box, segment[1])) return true
  return boxSides(box).some((side) => segmentCrossing(side, segment) !== undefined)
}

/** The point of a box that is nearest to a segment. */
export function closestToSegment(box: Box, segment: Segment): Point {
  if (boxMeetsSegment(box, segment)) return closestOnSegment(boxCenter(box), segment)
  return nearest(
    boxSides(box).map((side) => [closestOfSegments(side, segment), segmentDistance(side, segment)] as const),
  )
}

export function boxSegmentDistance(box: Box, segment: Segment): number {
  if (boxMeetsSegment(box, segment)) return 0
  return boxSides(box)
    .map((side) => segmentDistance(side, segment))
    .reduce((least, own) => (before(own, least) ? own : least))
}

export function intersectBoxes(a: Box, b: Box): Box | null {
  if (!boxesOverlap(a, b)) return null
  const [[high, low], [otherHigh, otherLow]] = [a, b]
  return [
    { x: Math.min(high.x, otherHigh.x), y: Math.min(high.y, otherHigh.y) },
    { x: Math.max(low.x, otherLow.x), y: Math.max(low.y, otherLow.y) },
  ]
}

// ── polygons ──

/** Pairs of neighbouring points; the last and the first too where the figure is closed. */
export function edges(points: readonly Point[], closed: boolean): Segment[] {
  const found: Segment[] = []
  for (let i = closed ? 0 : 1; i < points.length; i++) {
    found.push([points[i === 0 ? points.length - 1 : i - 1], points[i]])
  }
  return found
}

const boundingBoxes = new WeakMap<Polygon, Box>()

export function boundingBox(polygon: Polygon): Box {
  let box = boundingBoxes.get(polygon)
  if (!box) {
    const xs = polygon.map(({ x }) => x)
    const ys = polygon.map(({ y }) => y)
    box = [
      { x: Math.max(...xs), y: Math.max(...ys) },
      { x: Math.min(...xs), y: Math.min(...ys) },
    ]
    boundingBoxes.set(polygon, box)
  }
  return box
}

const ON_EDGE = Number.POSITIVE_INFINITY

/** 0 outside, 1 inside, 2 on the edge: by how often the edges wind around the point. */
export function placeInPolygon(point: Point, polygon: Polygon): 0 | 1 | 2 {
  const relative = polygon.map((corner) => subtractPoints(corner, point))
  let total = 0
  for (let i = 1; i <= relative.length; i++) {
    const crossed = winding(relative[i % relative.length], relative[i - 1])
    if (crossed === ON_EDGE) return 2
    total += crossed
  }
  return total === 0 ? 0 : 1
}

function winding({ x, y }: Point, previous: Point): number {
  if (isZero(y)) {
    if (isZero(x)) return ON_EDGE
    if (gt(x, 0)) {
      if (isZero(previous.y)) return gt(previous.x, 0) ? 0 : ON_EDGE
      return lt(previous.y, 0) ? 1 : -1
    }
    return isZero(previous.y) && !lt(previous.x, 0) ? ON_EDGE : 0
  }
  const sign = gt(y, 0) ? 1 : -1
  if (isZero(previous.y)) return lt(previous.x, 0) ? 0 : sign
  if (sign < 0 ? lt(previous.y, 0) : gt(previous.y, 0)) return 0
  if (ge(x, 0) && gt(previous.x, 0)) return 2 * sign
  if (lt(x, 0) && le(previous.x, 0)) return 0
  const product = minus(times(minus(x, previous.x), y), times(minus(y, previous.y), x))
  if (isZero(product)) return ON_EDGE
  return (sign < 0 ? lt(product, 0) : gt(product, 0)) ? 0 : 2 * sign
}

export function polygonsOverlap(a: Polygon, b: Polygon): boolean {
  if (!boxesOverlap(boundingBox(a), boundingBox(b))) return false
  const others = edges(b, true)
  if (edges(a, true).some((edge) => others.some((other) => segmentCrossing(edge, other)))) return true
  return placeInPolygon(a[0], b) !== 0 || placeInPolygon(b[0], a) !== 0
}

export function polygonHas(outer: Polygon, inner: Polygon): boolean {
  if (!boxHasBox(boundingBox(outer), boundingBox(inner))) return false
  return edges(inner, true).every(([from, to]) => isInside(from, to, outer, 0))
}

/** Whether a segment lies within a polygon, split where it crosses an edge. */
function isInside(a: Point, b: Point, polygon: Polygon, start: number): boolean {
  const segment: Segment = [a, b]
  let from = polygon[start === 0 ? polygon.length - 1 : start - 1]
  for (let i = start; i < polygon.length; i++) {
    const edge: Segment = [from, polygon[i]]
    const [hasA, hasB] = [isOnSegment(a, edge), isOnSegment(b, edge)]
    if (hasA && hasB) return true
    if (hasA || hasB) {
      if (!touchesInside(hasA ? a : b, hasA ? b : a, edge, polygon, i + 1)) return false
    } else {
      const point = segmentCrossing(segment, edge)
      if (point) return isInside(a, point, polygon, i + 1) && isInside(b, point, polygon, i + 1)
    }
    from = polygon[i]
  }
  return placeInPolygon(midpoint(a, b), polygon) !== 0
}

function touchesInside(a: Point, b: Point, [from, to]: Segment, polygon: Polygon, start: number): boolean {
  const segment: Segment = [a, b]
  if (samePoint(a, from)) return !isOnSegment(to, segment) || isInside(b, to, polygon, start)
  if (samePoint(a, to)) return !isOnSegment(from, segment) || isInside(b, from, polygon, start)
  if (isOnSegment(from, segment)) return isInside(b, from, polygon, start)
  return !isOnSegment(to, segment) || isInside(b, to, polygon, start)
}

export function polygonPointDistance(point: Point, polygon: Polygon): number {
  if (placeInPolygon(point, polygon) !== 0) return 0
  return least(edges(polygon, true).map((edge) => distance(closestOnSegment(point, edge), point)))
}

/** The least of distances, NaN after all numbers. */
export function least(distances: readonly number[]): number {
  return distances.reduce((best, own) => (before(own, best) ? own : best))
}

/** The same corners in the same order, from wherever and in either direction. */
export function samePolygon(a: Polygon, b: Polygon): boolean {
  if (a.length !== b.length) return false
  const count = a.length
  const matches = (start: number, step: 1 | -1): boolean =>
    a.every((point, i) => samePoint(point, b[(start + step * i + count * 2) % count]))
  return b.some((point, start) => samePoint(a[0], point) && (matches(start, 1) || matches(start, -1)))
}

/** The circle around the middle of the corners, with their mean distance from it. */
export function polygonCircle(polygon: Polygon): Circle {
  const sum = polygon.reduce(addPoints, { x: 0, y: 0 })
  const center = { x: over(sum.x, polygon.length), y: over(sum.y, polygon.length) }
  const total = polygon.reduce((all, point) => plus(all, distance(point, center)), 0)
  return { center, radius: over(total, polygon.length) }
}
