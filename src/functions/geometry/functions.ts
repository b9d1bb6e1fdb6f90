/** Functions on geometric values, and those that make one of another. */
import { SqlError } from '../../error.ts'
import { BOOLEAN, type DataType, DOUBLE, INTEGER } from '../../types/data-type.ts'
import {
  type Box,
  boxOf,
  type Circle,
  type Line,
  lineThrough,
  type Path,
  type Point,
  type Polygon,
  type Segment,
  slope,
} from '../../types/geometry.ts'
import type { Value } from '../../types/value.ts'
import { invalidParameter } from '../errors.ts'
import { type Overload, overload, type ScalarFunction, scalar } from '../function.ts'
import {
  boundingBox,
  boxArea,
  boxCenter,
  distance,
  edges,
  length,
  minus,
  over,
  plus,
  polygonCircle,
  times,
} from './measure.ts'
import { geometricTypes, geometryOperators } from './operators.ts'

const { point: POINT, lseg: LSEG, line: LINE, box: BOX, path: PATH, polygon: POLYGON, circle: CIRCLE } = geometricTypes

export function circleBox({ center: { x, y }, radius }: Circle): Box {
  const half = over(radius, Math.sqrt(2))
  return [
    { x: plus(x, half), y: plus(y, half) },
    { x: minus(x, half), y: minus(y, half) },
  ]
}

export function boxCircle(box: Box): Circle {
  const center = boxCenter(box)
  return { center, radius: distance(center, box[0]) }
}

export function boxPolygon([high, low]: Box): Polygon {
  return [low, { x: low.x, y: high.y }, high, { x: high.x, y: low.y }]
}

export function circlePolygon(count: number, { center, radius }: Circle): Polygon {
  if (Math.abs(radius) <= 1e-6) {
    throw new SqlError('feature_not_supported', 'cannot convert circle with radius zero to polygon')
  }
  if (count < 2) throw invalidParameter('must request at least 2 points')
  const step = over(2 * Math.PI, count)
  return Array.from({ length: count }, (_, i) => {
    const angle = times(step, i)
    return {
      x: minus(center.x, times(radius, Math.cos(angle))),
      y: plus(center.y, times(radius, Math.sin(angle))),
    }
  })
}

export function pathPolygon({ closed, points }: Path): Polygon {
  if (closed) return points
  throw invalidParameter('open path cannot be converted to polygon')
}

/** The conversions between figures, as functions and as casts. */
const figureCasts: {
  readonly [from: string]: {
    readonly [to: string]: readonly [cast: 'assignment' | 'explicit', convert: (value: Value) => Value]
  }
} = {
  point: { box: ['assignment', (point: Point): Box => [point, point]] },
  lseg: { point: ['explicit', ([from, to]: Segment): Point => boxCenter([from, to])] },
  path: { polygon: ['assignment', pathPolygon] },
  box: {
    point: ['explicit', boxCenter],
    lseg: ['explicit', ([high, low]: Box): Segment => [high, low]],
    polygon: ['assignment', boxPolygon],
    circle: ['explicit', boxCircle],
  },
  polygon: {
    point: ['explicit', (polygon: Polygon): Point => polygonCircle(polygon).center],
    path: ['assignment', (points: Polygon): Path => ({ closed: true, points })],
    box: ['explicit', boundingBox],
    circle: ['explicit', polygonCircle],
  },
  circle: {
    point: ['explicit', ({ center }: Circle): Point => center],
    box: ['explicit', circleBox],
    polygon: ['explicit', (circle: Circle): Polygon => circlePolygon(12, circle)],
  },
}

/** The conversion of one figure to another, and when it is made without being asked for. */
export function figureCast(
  from: string,
  to: string,
): readonly [cast: 'assignment' | 'explicit', convert: (value: Value) => Value] | undefined {
  return figureCasts[from]?.[to]
}

/** The overloads of a conversion function: one for each figure that can become the wanted one. */
function conversions(to: keyof typeof geometricTypes): Overload[] {
  return Object.entries(figureCasts).flatMap(([from, targets]) => {
    const target = targets[to]
    if (!target) return []
    return [overload([geometricTypes[from as keyof typeof geometricTypes]], geometricTypes[to], target[1])]
  })
}

function record(
  name: string,
  doc: string,
  example: readonly [string, string],
  ...overloads: readonly (Overload | readonly Overload[])[]
): ScalarFunction {
  return scalar({ name, category: 'geometry', doc, examples: [example], overloads: overloads.flat() })
}

function pathArea({ closed, points }: Path): number | null {
  if (!closed) return null
  const sum = edges(points, true).reduce(
    (total, [from, to]) => plus(total, minus(times(from.x, to.y), times(from.y, to.x))),
    0,
  )
  return over(Math.abs(sum), 2)
}

/** An operator under the name of the function behind it. */
function named(name: string, symbol: string): ScalarFunction {
  return scalar({
    name,
    category: 'geometry',
    doc: `The operator ${symbol} as a function.`,
    examples: [],
    get overloads() {
      return geometryOperators.filter((operator) => operator.name === symbol).flatMap((operator) => operator.overloads)
    },
  })
}

const pointOf = (x: number, y: number): Point => ({ x, y })
const one = (type: DataType, returns: DataType, body: (value: Value) => Value): Overload =>
  overload([type], returns, body)

export const geometryFunctions: readonly ScalarFunction[] = [
  record(
    'point',
    'The point of two coordinates, or the middle of a figure.',
    ['point(1, 2)', '(1,2)'],
    overload([DOUBLE, DOUBLE], POINT, pointOf),
    conversions('point'),
  ),
  record(
    'lseg',
    'The segment between two points, or the diagonal of a box.',
    ['lseg(point(0, 0), point(1, 1))', '[(0,0),(1,1)]'],
    overload([POINT, POINT], LSEG, (from, to) => [from, to]),
    conversions('lseg'),
  ),
  record(
    'line',
    'The line through two points.',
    ['line(point(-1, 0), point(1, 0))', '{0,-1,0}'],
    overload([POINT, POINT], LINE, (from, to) => lineThrough(from, to, 'invalid_parameter_value')),
  ),
  record(
    'box',
    'The box of two corners, or within or around a figure.',
    ['box(point(0, 1), point(1, 0))', '(1,1),(0,0)'],
    overload([POINT, POINT], BOX, boxOf),
    conversions('box'),
  ),
  record(
    'path',
    'A polygon as a closed path.',
    ["path(polygon '((0,0),(1,1))')", '((0,0),(1,1))'],
    conversions('path'),
  ),
  record(
    'polygon',
    'A figure as a polygon; a circle with so many corners.',
    ["polygon(box '(1,1),(0,0)')", '((0,0),(0,1),(1,1),(1,0))'],
    conversions('polygon'),
    overload([INTEGER, CIRCLE], POLYGON, circlePolygon),
  ),
  record(
    'circle',
    'The circle of a center and a radius, or around a figure.',
    ['circle(point(0, 0), 2)', '<(0,0),2>'],
    overload([POINT, DOUBLE], CIRCLE, (center, radius) => ({ center, radius })),
    conversions('circle'),
  ),
  record(
    'area',
    'The area of a figure; NULL for an open path.',
    ["area(box '(2,2),(0,0)')", '4'],
    one(BOX, DOUBLE, boxArea),
    one(PATH, DOUBLE, pathArea),
    one(CIRCLE, DOUBLE, ({ radius }: Circle) => times(times(radius, radius), Math.PI)),
  ),
  record(
    'center',
    'The middle of a figure.',
    ["center(box '(2,2),(0,0)')", '(1,1)'],
    one(BOX, POINT, boxCenter),
    one(CIRCLE, POINT, ({ center }: Circle) => center),
  ),
  record(
    'diagonal',
    'The diagonal of a box.',
    ["diagonal(box '(1,1),(0,0)')", '[(1,1),(0,0)]'],
    one(BOX, LSEG, ([high, low]: Box) => [high, low]),
  ),
  record(
    'diameter',
    'The diameter of a circle.',
    ["diameter(circle '<(0,0),2>')", '4'],
    one(CIRCLE, DOUBLE, ({ radius }: Circle) => times(radius, 2)),
  ),
  record(
    'radius',
    'The radius of a circle.',
    ["radius(circle '<(0,0),2>')", '2'],
    one(CIRCLE, DOUBLE, ({ radius }: Circle) => radius),
  ),
  record(
    'height',
    'The height of a box.',
    ["height(box '(1,2),(0,0)')", '2'],
    one(BOX, DOUBLE, ([high, low]: Box) => minus(high.y, low.y)),
  ),
  record(
    'width',
    'The width of a box.',
    ["width(box '(1,2),(0,0)')", '1'],
    one(BOX, DOUBLE, ([high, low]: Box) => minus(high.x, low.x)),
  ),
  record(
    'isclosed',
    'Whether a path is closed.',
    ["isclosed(path '((0,0),(1,1),(2,0))')", 't'],
    one(PATH, BOOLEAN, ({ closed }: Path) => closed),
  ),
  record(
    'isopen',
    'Whether a path is open.',
    ["isopen(path '[(0,0),(1,1),(2,0)]')", 't'],
    one(PATH, BOOLEAN, ({ closed }: Path) => !closed),
  ),
  record(
    'pclose',
    'The path, closed.',
    ["pclose(path '[(0,0),(1,1),(2,0)]')", '((0,0),(1,1),(2,0))'],
    one(PATH, PATH, ({ points }: Path) => ({ closed: true, points })),
  ),
  record(
    'popen',
    'The path, open.',
    ["popen(path '((0,0),(1,1),(2,0))')", '[(0,0),(1,1),(2,0)]'],
    one(PATH, PATH, ({ points }: Path) => ({ closed: false, points })),
  ),
  record(
    'length',
    'The length of a segment or path.',
    ["length(path '((-1,0),(1,0))')", '4'],
    one(LSEG, DOUBLE, length),
    one(PATH, DOUBLE, ({ closed, points }: Path) =>
      edges(points, closed).reduce((sum, edge) => plus(sum, length(edge)), 0),
    ),
  ),
  record(
    'npoints',
    'How many points a figure has.',
    ["npoints(path '[(0,0),(1,1),(2,0)]')", '3'],
    one(PATH, INTEGER, ({ points }: Path) => points.length),
    one(POLYGON, INTEGER, (polygon: Polygon) => polygon.length),
  ),
  record(
    'slope',
    'The slope of the line through two points.',
    ['slope(point(0, 0), point(2, 1))', '0.5'],
    overload([POINT, POINT], DOUBLE, slope),
  ),
  record(
    'bound_box',
    'The smallest box that has two boxes.',
    ["bound_box(box '(1,1),(0,0)', box '(4,4),(3,3)')", '(4,4),(0,0)'],
    overload(
      [BOX, BOX],
      BOX,
      ([high, low]: Box, [otherHigh, otherLow]: Box): Box => [
        { x: Math.max(high.x, otherHigh.x), y: Math.max(high.y, otherHigh.y) },
        { x: Math.min(low.x, otherLow.x), y: Math.min(low.y, otherLow.y) },
      ],
    ),
  ),
  named('ishorizontal', '?-'),
  named('isvertical', '?|'),
  named('isparallel', '?||'),
  named('isperp', '?-|'),
]

/** What a subscript yields of a figure of two parts; it has no name in SQL. */
export function figureSubscript(): ScalarFunction {
  return subscript
}

const subscript = record(
  'figure_part',
  'A coordinate or an end of a figure.',
  ["('(1,2)'::point)[0]", '1'],
  overload([POINT, INTEGER], DOUBLE, ({ x, y }: Point, index) => [x, y][index] ?? null),
  overload([LINE, INTEGER], DOUBLE, ({ a, b, c }: Line, index) => [a, b, c][index] ?? null),
  overload([LSEG, INTEGER], POINT, (segment: Segment, index) => segment[index] ?? null),
  overload([BOX, INTEGER], POINT, (box: Box, index) => box[index] ?? null),
)
