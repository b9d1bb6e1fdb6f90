/** Operators on geometric values: one record per symbol, its overloads by the types of the operands. */
import { BOOLEAN, type DataType, DOUBLE, INTEGER } from '../../types/data-type.ts'
import {
  type Box,
  boxOf,
  type Circle,
  type Line,
  type Path,
  type Point,
  type Polygon,
  type Segment,
  sameNumber,
  samePoint,
  slope,
} from '../../types/geometry.ts'
import type { Value } from '../../types/value.ts'
import { type Overload, overload, type ScalarFunction, scalar } from '../function.ts'
import {
  addPoints,
  arePerpendicular,
  boundingBox,
  boxArea,
  boxCenter,
  boxesOverlap,
  boxHasBox,
  boxHasPoint,
  boxMeetsSegment,
  boxSegmentDistance,
  boxSides,
  closestInBox,
  closestOfSegments,
  closestOnLine,
  closestOnSegment,
  closestToLine,
  closestToSegment,
  crossing,
  distance,
  dividePoints,
  edges,
  eq,
  ge,
  gt,
  hypotenuse,
  intersectBoxes,
  isOnLine,
  isOnSegment,
  le,
  least,
  length as lengthOf,
  lineDistance,
  lt,
  midpoint,
  minus,
  multiplyPoints,
  over,
  placeInPolygon,
  plus,
  polygonCircle,
  polygonHas,
  polygonPointDistance,
  polygonsOverlap,
  sameLine,
  samePolygon,
  segmentCrossing,
  segmentDistance,
  segmentLineCrossing,
  subtractPoints,
  times,
} from './measure.ts'

type Kind = 'point' | 'lseg' | 'line' | 'box' | 'path' | 'polygon' | 'circle'

export const geometricTypes: { readonly [kind in Kind]: DataType } = {
  point: { kind: 'point' },
  lseg: { kind: 'lseg' },
  line: { kind: 'line' },
  box: { kind: 'box' },
  path: { kind: 'path' },
  polygon: { kind: 'polygon' },
  circle: { kind: 'circle' },
}

type Body = (...values: Value[]) => Value

function on(kinds: string, returns: DataType, body: Body): Overload {
  return overload(
    kinds.split(' ').map((kind) => geometricTypes[kind as Kind]),
    returns,
    body,
  )
}

/** The same for a pair of types either way around. */
function both(first: string, second: string, returns: DataType, body: (a: Value, b: Value) => Value): Overload[] {
  return [on(`${first} ${second}`, returns, body), on(`${second} ${first}`, returns, (b, a) => body(a, b))]
}

function operator(
  name: string,
  doc: string,
  example: readonly [string, string],
  ...overloads: (Overload | readonly Overload[])[]
): ScalarFunction {
  return scalar({ name, category: 'geometry', doc, examples: [example], overloads: overloads.flat() })
}

const { point: POINT, box: BOX, path: PATH, circle: CIRCLE } = geometricTypes

const segmentOf = lengthOf
const circleArea = ({ radius }: Circle): number => times(times(radius, radius), Math.PI)

/** How figures with an extent are compared: by the box around them. */
interface Extent {
  readonly left: number
  readonly right: number
  readonly bottom: number
  readonly top: number
}

const extents: { readonly [kind in 'box' | 'polygon' | 'circle']: (value: Value) => Extent } = {
  box: ([high, low]: Box) => ({ left: low.x, right: high.x, bottom: low.y, top: high.y }),
  polygon: (polygon: Polygon) => {
    const [high, low] = boundingBox(polygon)
    return { left: low.x, right: high.x, bottom: low.y, top: high.y }
  },
  circle: ({ center, radius }: Circle) => ({
    left: minus(center.x, radius),
    right: plus(center.x, radius),
    bottom: minus(center.y, radius),
    top: plus(center.y, radius),
  }),
}

type Test = (a: number, b: number) => boolean

/** Boxes and circles are compared to within a millionth, polygons exactly. */
function placed(
  test: (a: Extent, b: Extent, tests: { lt: Test; le: Test; gt: Test; ge: Test }) => boolean,
): Overload[] {
  const fuzzy = { lt, le, gt, ge }
  const exact: typeof fuzzy = {
    lt: (a, b) => a < b,
    le: (a, b) => a <= b,
    gt: (a, b) => a > b,
    ge: (a, b) => a >= b,
  }
  return (['box', 'polygon', 'circle'] as const).map((kind) =>
    on(`${kind} ${kind}`, BOOLEAN, (a, b) =>
      test(extents[kind](a), extents[kind](b), kind === 'polygon' ? exact : fuzzy),
    ),
  )
}

/** Comparisons by a measure: the area, the length, the number of points. */
function byMeasure(test: Test): Overload[] {
  return [
    on('box box', BOOLEAN, (a, b) => test(boxArea(a), boxArea(b))),
    on('circle circle', BOOLEAN, (a, b) => test(circleArea(a), circleArea(b))),
  ]
}

function comparison(name: string, test: Test, exact: Test, doc: string): ScalarFunction {
  return operator(
    name,
    doc,
    [`'((0,0),(1,1))'::box ${name} '((0,0),(1,1))'::box`, exact(1, 1) ? 't' : 'f'],
    byMeasure(test),
    on('lseg lseg', BOOLEAN, (a, b) => test(segmentOf(a), segmentOf(b))),
    on('path path', BOOLEAN, (a: Path, b: Path) => exact(a.points.length, b.points.length)),
  )
}

/** A point's shift or turn, done to every point of a figure. */
function moved(
  symbol: string,
  doc: string,
  example: readonly [string, string],
  move: (a: Point, b: Point) => Point,
  turn: boolean,
): ScalarFunction {
  return operator(
    symbol,
    doc,
    example,
    on('point point', POINT, move),
    on('box point', BOX, ([high, low]: Box, point: Point) => boxOf(move(high, point), move(low, point))),
    on('path point', PATH, ({ closed, points }: Path, by: Point) => ({
      closed,
      points: points.map((it) => move(it, by)),
    })),
    on('circle point', CIRCLE, ({ center, radius }: Circle, by: Point) => {
      if (!turn) return { center: move(center, by), radius }
      const scale = hypotenuse(by.x, by.y)
      const size = symbol === '*' ? times(radius, scale) : over(radius, scale)
      return { center: move(center, by), radius: size }
    }),
  )
}

const vertical = (a: Point, b: Point): boolean => eq(a.x, b.x)
const horizontal = (a: Point, b: Point): boolean => eq(a.y, b.y)

function segmentsOfPath({ closed, points }: Path): Segment[] {
  return edges(points, closed)
}

function pathsMeet(a: Path, b: Path): boolean {
  const others = segmentsOfPath(b)
  return segmentsOfPath(a).some((edge) => others.some((other) => segmentCrossing(edge, other) !== undefined))
}

function pathDistance(a: Path, b: Path): number | null {
  const others = segmentsOfPath(b)
  const distances = segmentsOfPath(a).flatMap((edge) => others.map((other) => segmentDistance(edge, other)))
  return distances.length === 0 ? null : least(distances)
}

function pathPointDistance(point: Point, path: Path): number {
  if (path.points.length === 1) return distance(point, path.points[0])
  return least(segmentsOfPath(path).map((edge) => distance(closestOnSegment(point, edge), point)))
}

function isOnPath(point: Point, path: Path): boolean {
  if (path.closed) return placeInPolygon(point, path.points) !== 0
  return path.points.some((from, i) => i > 0 && isOnSegment(point, [path.points[i - 1], from]))
}

function polygonDistance(a: Polygon, b: Polygon): number {
  if (polygonsOverlap(a, b)) return 0
  return least(edges(a, true).flatMap((edge) => edges(b, true).map((other) => segmentDistance(edge, other))))
}

const outside = (gap: number): number => (gap < 0 ? 0 : gap)

const circleHas = (outer: Circle, inner: Circle): boolean =>
  le(distance(outer.center, inner.center), minus(outer.radius, inner.radius))

const circleHasPoint = ({ center, radius }: Circle, point: Point): boolean => distance(center, point) <= radius

const segmentInBox = ([from, to]: Segment, box: Box): boolean => boxHasPoint(box, from) && boxHasPoint(box, to)

const parallel = (a: Segment, b: Segment): boolean => eq(slope(a[0], a[1]), slope(b[0], b[1]))

function uprightSegments(a: Segment, b: Segment): boolean {
  const slopeB = sameNumber(b[0].x, b[1].x)
    ? 0
    : sameNumber(b[0].y, b[1].y)
      ? Infinity
      : (b[0].x - b[1].x) / (b[1].y - b[0].y)
  return eq(slope(a[0], a[1]), slopeB)
}

export const geometryOperators: readonly ScalarFunction[] = [
  moved('+', 'The figure moved by a point.', ["point '(1,2)' + point '(3,4)'", '(4,6)'], addPoints, false),
  operator(
    '+',
    'Two open paths as one.',
    ["path '[(0,0),(1,1)]' + path '[(2,2),(3,3)]'", '[(0,0),(1,1),(2,2),(3,3)]'],
    on('path path', PATH, (a: Path, b: Path) =>
      a.closed || b.closed ? null : { closed: false, points: [...a.points, ...b.points] },
    ),
  ),
  moved('-', 'The figure moved back by a point.', ["point '(1,2)' - point '(3,4)'", '(-2,-2)'], subtractPoints, false),
  moved(
    '*',
    'The figure turned and scaled by a point.',
    ["point '(1,2)' * point '(2,0)'", '(2,4)'],
    multiplyPoints,
    true,
  ),
  moved(
    '/',
    'The figure turned and scaled back by a point.',
    ["point '(2,4)' / point '(2,0)'", '(1,2)'],
    dividePoints,
    true,
  ),
  operator(
    '@-@',
    'The length of a segment or path.',
    ["@-@ path '[(0,0),(1,0),(1,1)]'", '2'],
    on('lseg', DOUBLE, segmentOf),
    on('path', DOUBLE, (path: Path) => segmentsOfPath(path).reduce((sum, edge) => plus(sum, segmentOf(edge)), 0)),
  ),
  operator(
    '@@',
    'The middle of a figure.',
    ["@@ box '(2,2),(0,0)'", '(1,1)'],
    on('box', POINT, boxCenter),
    on('lseg', POINT, ([from, to]: Segment) => midpoint(from, to)),
    on('polygon', POINT, (polygon: Polygon) => polygonCircle(polygon).center),
    on('circle', POINT, ({ center }: Circle) => center),
  ),
  operator(
    '#',
    'How many points there are, or where two figures meet.',
    ["# path '((1,0),(0,1),(-1,0))'", '3'],
    on('path', INTEGER, ({ points }: Path) => points.length),
    on('polygon', INTEGER, (polygon: Polygon) => polygon.length),
    on('lseg lseg', POINT, (a, b) => segmentCrossing(a, b) ?? null),
    on('line line', POINT, (a, b) => crossing(a, b) ?? null),
    on('box box', BOX, intersectBoxes),
  ),
  operator(
    '##',
    'The point of the second figure that is nearest to the first.',
    ["point '(0,0)' ## lseg '[(2,0),(0,2)]'", '(1,1)'],
    on('point box', POINT, closest(closestInBox, fromPoint)),
    on('point lseg', POINT, closest(closestOnSegment, fromPoint)),
    on('point line', POINT, closest(closestOnLine, fromPoint)),
    on(
      'lseg box',
      POINT,
      closest(
        (segment: Segment, box: Box) => closestToSegment(box, segment),
        (segment, box) => boxSegmentDistance(box, segment),
      ),
    ),
    on('lseg lseg', POINT, (a: Segment, b: Segment) =>
      parallel(a, b)
        ? null
        : closest((from: Segment, to: Segment) => closestOfSegments(to, from), segmentDistance)(a, b),
    ),
    on('line lseg', POINT, (line: Line, segment: Segment) =>
      segmentLineCrossing(segment, line) === undefined && eq(slope(segment[0], segment[1]), lineSlope(line))
        ? null
        : closest(closestToLine, segmentLineDistance)(segment, line),
    ),
  ),
  operator(
    '<->',
    'The distance between two figures.',
    ["circle '<(0,0),1>' <-> circle '<(5,0),1>'", '3'],
    on('point point', DOUBLE, distance),
    both('point', 'line', DOUBLE, (point, line) => distance(closestOnLine(point, line), point)),
    both('point', 'lseg', DOUBLE, (point, segment) => distance(closestOnSegment(point, segment), point)),
    both('point', 'box', DOUBLE, (point, box) => distance(closestInBox(point, box), point)),
    both('point', 'path', DOUBLE, pathPointDistance),
    both('point', 'polygon', DOUBLE, polygonPointDistance),
    both('point', 'circle', DOUBLE, (point, { center, radius }: Circle) =>
      outside(minus(distance(point, center), radius)),
    ),
    on('line line', DOUBLE, lineDistance),
    both('lseg', 'line', DOUBLE, segmentLineDistance),
    both('lseg', 'box', DOUBLE, (segment, box) => boxSegmentDistance(box, segment)),
    on('lseg lseg', DOUBLE, segmentDistance),
    on('box box', DOUBLE, (a, b) => distance(boxCenter(a), boxCenter(b))),
    on('path path', DOUBLE, pathDistance),
    on('polygon polygon', DOUBLE, polygonDistance),
    on('circle circle', DOUBLE, (a: Circle, b: Circle) =>
      outside(minus(distance(a.center, b.center), plus(a.radius, b.radius))),
    ),
    both('circle', 'polygon', DOUBLE, ({ center, radius }: Circle, polygon) =>
      outside(minus(polygonPointDistance(center, polygon), radius)),
    ),
  ),
  operator(
    '&&',
    'Whether two figures overlap.',
    ["box '(1,1),(0,0)' && box '(2,2),(0,0)'", 't'],
    on('box box', BOOLEAN, boxesOverlap),
    on('polygon polygon', BOOLEAN, polygonsOverlap),
    on('circle circle', BOOLEAN, (a: Circle, b: Circle) => le(distance(a.center, b.center), plus(a.radius, b.radius))),
  ),
  operator(
    '<<',
    'Whether the first lies to the left of the second.',
    ["circle '<(0,0),1>' << circle '<(5,0),1>'", 't'],
    placed((a, b, test) => test.lt(a.right, b.left)),
    on('point point', BOOLEAN, (a, b) => lt(a.x, b.x)),
  ),
  operator(
    '>>',
    'Whether the first lies to the right of the second.',
    ["circle '<(5,0),1>' >> circle '<(0,0),1>'", 't'],
    placed((a, b, test) => test.gt(a.left, b.right)),
    on('point point', BOOLEAN, (a, b) => gt(a.x, b.x)),
  ),
  operator(
    '&<',
    'Whether the first does not extend to the right of the second.',
    ["box '(1,1),(0,0)' &< box '(2,2),(0,0)'", 't'],
    placed((a, b, test) => test.le(a.right, b.right)),
  ),
  operator(
    '&>',
    'Whether the first does not extend to the left of the second.',
    ["box '(3,3),(0,0)' &> box '(2,2),(0,0)'", 't'],
    placed((a, b, test) => test.ge(a.left, b.left)),
  ),
  operator(
    '<<|',
    'Whether the first lies below the second.',
    ["box '(3,3),(0,0)' <<| box '(5,5),(3,4)'", 't'],
    placed((a, b, test) => test.lt(a.top, b.bottom)),
    on('point point', BOOLEAN, (a, b) => lt(a.y, b.y)),
  ),
  operator(
    '|>>',
    'Whether the first lies above the second.',
    ["box '(5,5),(3,4)' |>> box '(3,3),(0,0)'", 't'],
    placed((a, b, test) => test.gt(a.bottom, b.top)),
    on('point point', BOOLEAN, (a, b) => gt(a.y, b.y)),
  ),
  operator(
    '&<|',
    'Whether the first does not extend above the second.',
    ["box '(1,1),(0,0)' &<| box '(2,2),(0,0)'", 't'],
    placed((a, b, test) => test.le(a.top, b.top)),
  ),
  operator(
    '|&>',
    'Whether the first does not extend below the second.',
    ["box '(3,3),(0,0)' |&> box '(2,2),(0,0)'", 't'],
    placed((a, b, test) => test.ge(a.bottom, b.bottom)),
  ),
  operator(
    '<^',
    'Whether the first lies below the second, or just touches it.',
    ["box '((1,1),(0,0))' <^ box '((2,2),(1,1))'", 't'],
    on('box box', BOOLEAN, (a: Box, b: Box) => le(a[0].y, b[1].y)),
    on('point point', BOOLEAN, (a, b) => lt(a.y, b.y)),
  ),
  operator(
    '>^',
    'Whether the first lies above the second, or just touches it.',
    ["box '((2,2),(1,1))' >^ box '((1,1),(0,0))'", 't'],
    on('box box', BOOLEAN, (a: Box, b: Box) => ge(a[1].y, b[0].y)),
    on('point point', BOOLEAN, (a, b) => gt(a.y, b.y)),
  ),
  operator(
    '?#',
    'Whether two figures meet.',
    ["lseg '[(-1,0),(1,0)]' ?# box '(2,2),(-2,-2)'", 't'],
    on('lseg lseg', BOOLEAN, (a, b) => segmentCrossing(a, b) !== undefined),
    on('lseg line', BOOLEAN, (a, b) => segmentLineCrossing(a, b) !== undefined),
    on('lseg box', BOOLEAN, (segment, box) => boxMeetsSegment(box, segment)),
    on('line box', BOOLEAN, (line: Line, box: Box) =>
      boxSides(box).some((side) => segmentLineCrossing(side, line) !== undefined),
    ),
    on('line line', BOOLEAN, (a, b) => crossing(a, b) !== undefined),
    on('box box', BOOLEAN, boxesOverlap),
    on('path path', BOOLEAN, pathsMeet),
  ),
  operator(
    '?-',
    'Whether a line lies level, or two points do.',
    ["?- lseg '[(-1,0),(1,0)]'", 't'],
    on('line', BOOLEAN, ({ a }: Line) => eq(a, 0)),
    on('lseg', BOOLEAN, ([from, to]: Segment) => horizontal(from, to)),
    on('point point', BOOLEAN, horizontal),
  ),
  operator(
    '?|',
    'Whether a line stands upright, or two points do.',
    ["?| lseg '[(-1,0),(1,0)]'", 'f'],
    on('line', BOOLEAN, ({ b }: Line) => eq(b, 0)),
    on('lseg', BOOLEAN, ([from, to]: Segment) => vertical(from, to)),
    on('point point', BOOLEAN, vertical),
  ),
  operator(
    '?-|',
    'Whether two lines meet at a right angle.',
    ["lseg '[(0,0),(0,1)]' ?-| lseg '[(0,0),(1,0)]'", 't'],
    on('lseg lseg', BOOLEAN, uprightSegments),
    on('line line', BOOLEAN, arePerpendicular),
  ),
  operator(
    '?||',
    'Whether two lines are parallel.',
    ["lseg '[(-1,0),(1,0)]' ?|| lseg '[(-1,2),(1,2)]'", 't'],
    on('lseg lseg', BOOLEAN, parallel),
    on('line line', BOOLEAN, (a, b) => crossing(a, b) === undefined),
  ),
  operator(
    '@>',
    'Whether the first contains the second.',
    ["circle '<(0,0),2>' @> point '(1,1)'", 't'],
    on('box box', BOOLEAN, boxHasBox),
    on('box point', BOOLEAN, boxHasPoint),
    on('path point', BOOLEAN, (path, point) => isOnPath(point, path)),
    on('polygon polygon', BOOLEAN, polygonHas),
    on('polygon point', BOOLEAN, (polygon, point) => placeInPolygon(point, polygon) !== 0),
    on('circle circle', BOOLEAN, circleHas),
    on('circle point', BOOLEAN, circleHasPoint),
  ),
  operator(
    '<@',
    'Whether the second contains the first.',
    ["point '(1,1)' <@ circle '<(0,0),2>'", 't'],
    on('box box', BOOLEAN, (a, b) => boxHasBox(b, a)),
    on('point box', BOOLEAN, (point, box) => boxHasPoint(box, point)),
    on('point lseg', BOOLEAN, isOnSegment),
    on('point line', BOOLEAN, isOnLine),
    on('point path', BOOLEAN, isOnPath),
    on('point polygon', BOOLEAN, (point, polygon) => placeInPolygon(point, polygon) !== 0),
    on('point circle', BOOLEAN, (point, circle) => circleHasPoint(circle, point)),
    on('lseg box', BOOLEAN, segmentInBox),
    on('lseg line', BOOLEAN, (segment: Segment, line: Line) => segment.every((end) => isOnLine(end, line))),
    on('polygon polygon', BOOLEAN, (a, b) => polygonHas(b, a)),
    on('circle circle', BOOLEAN, (a, b) => circleHas(b, a)),
  ),
  operator(
    '~=',
    'Whether two figures are the same.',
    ["polygon '((0,0),(1,1))' ~= polygon '((1,1),(0,0))'", 't'],
    on('point point', BOOLEAN, samePoint),
    on('box box', BOOLEAN, (a: Box, b: Box) => samePoint(a[0], b[0]) && samePoint(a[1], b[1])),
    on('polygon polygon', BOOLEAN, samePolygon),
    on(
      'circle circle',
      BOOLEAN,
      (a: Circle, b: Circle) =>
        ((Number.isNaN(a.radius) && Number.isNaN(b.radius)) || eq(a.radius, b.radius)) && samePoint(a.center, b.center),
    ),
  ),
  operator(
    '=',
    'Whether two figures have the same area, length or number of points.',
    ["box '(1,1),(0,0)' = box '(3,1),(2,0)'", 't'],
    byMeasure(eq),
    on('lseg lseg', BOOLEAN, (a: Segment, b: Segment) => samePoint(a[0], b[0]) && samePoint(a[1], b[1])),
    on('path path', BOOLEAN, (a: Path, b: Path) => a.points.length === b.points.length),
    on('line line', BOOLEAN, sameLine),
  ),
  operator(
    '<>',
    'Whether two points or segments differ, or the areas of two circles.',
    ["point '(1,2)' <> point '(1,2)'", 'f'],
    on('point point', BOOLEAN, (a, b) => !samePoint(a, b)),
    on('circle circle', BOOLEAN, (a, b) => !eq(circleArea(a), circleArea(b))),
    on('lseg lseg', BOOLEAN, (a: Segment, b: Segment) => !(samePoint(a[0], b[0]) && samePoint(a[1], b[1]))),
  ),
  comparison('<', lt, (a, b) => a < b, 'Whether the first has less area, length or points.'),
  comparison('<=', le, (a, b) => a <= b, 'Whether the first has no more area, length or points.'),
  comparison('>', gt, (a, b) => a > b, 'Whether the first has more area, length or points.'),
  comparison('>=', ge, (a, b) => a >= b, 'Whether the first has no less area, length or points.'),
]

/** Where the distance is no number, no point is nearest. */
function closest<A, B>(
  find: (a: A, b: B) => Point,
  away: (a: A, b: B, point: Point) => number,
): (a: A, b: B) => Point | null {
  return (a, b) => {
    const point = find(a, b)
    return Number.isNaN(away(a, b, point)) ? null : point
  }
}

function fromPoint(point: Point, _: unknown, found: Point): number {
  return distance(point, found)
}

function segmentLineDistance(segment: Segment, line: Line): number {
  if (segmentLineCrossing(segment, line)) return 0
  return least(segment.map((end) => distance(closestOnLine(end, line), end)))
}

function lineSlope({ a, b }: Line): number {
  if (eq(a, 0)) return 0
  return eq(b, 0) ? Number.POSITIVE_INFINITY : a / -b
}
