/** Trigonometric functions, in radians and, with a d at the end, in degrees. */
import { DOUBLE } from '../../types/data-type.ts'
import { floatOverflow } from '../errors.ts'
import { overload, type ScalarFunction, scalar } from '../function.ts'
import { checkDomain } from './math.ts'

const RADIANS = Math.PI / 180

function record(
  name: string,
  doc: string,
  example: readonly [string, string],
  body: (value: number) => number,
): ScalarFunction {
  return scalar({
    name,
    category: 'mathematics',
    doc,
    examples: [example],
    overloads: [overload([DOUBLE], DOUBLE, body)],
  })
}

/** For functions that have no value at infinity. */
function finite(body: (value: number) => number): (value: number) => number {
  return (value) => {
    checkDomain(value !== Infinity && value !== -Infinity)
    return body(value)
  }
}

/** For the inverse functions, defined from -1 to 1. */
function unit(body: (value: number) => number): (value: number) => number {
  return (value) => {
    checkDomain(!(value < -1 || value > 1))
    return body(value)
  }
}

function growing(body: (value: number) => number): (value: number) => number {
  return (value) => {
    const result = body(value)
    if (Number.isFinite(value) && !Number.isFinite(result)) throw floatOverflow()
    return result
  }
}

const sin30 = Math.sin(30 * RADIANS)
const oneMinusCos60 = 1 - Math.cos(60 * RADIANS)
const asinHalf = Math.asin(0.5)
const acosHalf = Math.acos(0.5)
const atanOne = Math.atan(1)

const sineTo30 = (degrees: number): number => Math.sin(degrees * RADIANS) / sin30 / 2
const cosineTo60 = (degrees: number): number => 1 - (1 - Math.cos(degrees * RADIANS)) / oneMinusCos60 / 2
const sineTo90 = (degrees: number): number => (degrees <= 30 ? sineTo30(degrees) : cosineTo60(90 - degrees))
const cosineTo90 = (degrees: number): number => (degrees <= 60 ? cosineTo60(degrees) : sineTo30(90 - degrees))
const tangent45 = sineTo90(45) / cosineTo90(45)
const cotangent45 = cosineTo90(45) / sineTo90(45)

/** The sine of an angle in degrees, exact at the multiples of 30. */
function sineOfDegrees(value: number): number {
  let angle = value % 360
  let sign = 1
  if (angle < 0) {
    angle = -angle
    sign = -1
  }
  if (angle > 180) {
    angle = 360 - angle
    sign = -sign
  }
  if (angle > 90) angle = 180 - angle
  return sign * sineTo90(angle)
}

function cosineOfDegrees(value: number): number {
  let angle = Math.abs(value % 360)
  if (angle > 180) angle = 360 - angle
  return angle > 90 ? -cosineTo90(180 - angle) : cosineTo90(angle)
}

function tangentOfDegrees(value: number): number {
  const { angle, sign } = foldTangent(value)
  return (sign * (sineTo90(angle) / cosineTo90(angle))) / tangent45 + 0
}

function cotangentOfDegrees(value: number): number {
  const { angle, sign } = foldTangent(value)
  return (sign * (cosineTo90(angle) / sineTo90(angle))) / cotangent45 + 0
}

function foldTangent(value: number): { readonly angle: number; readonly sign: number } {
  let angle = value % 360
  let sign = 1
  if (angle < 0) {
    angle = -angle
    sign = -1
  }
  if (angle > 180) {
    angle = 360 - angle
    sign = -sign
  }
  if (angle > 90) {
    angle = 180 - angle
    sign = -sign
  }
  return { angle, sign }
}

const asinTo1 = (x: number): number => (x <= 0.5 ? (Math.asin(x) / asinHalf) * 30 : 90 - (Math.acos(x) / acosHalf) * 60)
const acosTo1 = (x: number): number => (x <= 0.5 ? 90 - (Math.asin(x) / asinHalf) * 30 : (Math.acos(x) / acosHalf) * 60)

export const trigonometricFunctions: readonly ScalarFunction[] = [
  record('sin', 'The sine.', ['sin(0)', '0'], finite(Math.sin)),
  record('cos', 'The cosine.', ['cos(0)', '1'], finite(Math.cos)),
  record('tan', 'The tangent.', ['tan(0)', '0'], finite(Math.tan)),
  record(
    'cot',
    'The cotangent.',
    ['round(cot(0.5)::numeric, 4)', '1.8305'],
    finite((value) => 1 / Math.tan(value)),
  ),
  record('asin', 'The inverse sine.', ['asin(1)', '1.5707963267948966'], unit(Math.asin)),
  record('acos', 'The inverse cosine.', ['acos(1)', '0'], unit(Math.acos)),
  record('atan', 'The inverse tangent.', ['atan(1)', '0.7853981633974483'], Math.atan),
  scalar({
    name: 'atan2',
    category: 'mathematics',
    doc: 'The inverse tangent of a quotient, in the right quadrant.',
    examples: [['atan2(1, 0)', '1.5707963267948966']],
    overloads: [overload([DOUBLE, DOUBLE], DOUBLE, Math.atan2)],
  }),
  record('sind', 'The sine of degrees.', ['sind(30)', '0.5'], finite(sineOfDegrees)),
  record('cosd', 'The cosine of degrees.', ['cosd(60)', '0.5'], finite(cosineOfDegrees)),
  record('tand', 'The tangent of degrees.', ['tand(45)', '1'], finite(tangentOfDegrees)),
  record('cotd', 'The cotangent of degrees.', ['cotd(45)', '1'], finite(cotangentOfDegrees)),
  record(
    'asind',
    'The inverse sine, in degrees.',
    ['asind(0.5)', '30'],
    unit((x) => (x >= 0 ? asinTo1(x) : -asinTo1(-x))),
  ),
  record(
    'acosd',
    'The inverse cosine, in degrees.',
    ['acosd(0.5)', '60'],
    unit((x) => (x >= 0 ? acosTo1(x) : 90 + asinTo1(-x))),
  ),
  record('atand', 'The inverse tangent, in degrees.', ['atand(1)', '45'], (x) => (Math.atan(x) / atanOne) * 45),
  scalar({
    name: 'atan2d',
    category: 'mathematics',
    doc: 'The inverse tangent of a quotient, in degrees.',
    examples: [['atan2d(1, 0)', '90']],
    overloads: [overload([DOUBLE, DOUBLE], DOUBLE, (y, x) => (Math.atan2(y, x) / atanOne) * 45)],
  }),
  record('sinh', 'The hyperbolic sine.', ['sinh(0)', '0'], growing(Math.sinh)),
  record('cosh', 'The hyperbolic cosine.', ['cosh(0)', '1'], growing(Math.cosh)),
  record('tanh', 'The hyperbolic tangent.', ['tanh(0)', '0'], Math.tanh),
  record('asinh', 'The inverse hyperbolic sine.', ['asinh(0)', '0'], Math.asinh),
  record('acosh', 'The inverse hyperbolic cosine.', ['acosh(1)', '0'], (value) => {
    checkDomain(!(value < 1))
    return Math.acosh(value)
  }),
  record('atanh', 'The inverse hyperbolic tangent.', ['atanh(0)', '0'], unit(Math.atanh)),
  record(
    'degrees',
    'Radians in degrees.',
    ['degrees(pi())', '180'],
    growing((value) => value / RADIANS),
  ),
  record('radians', 'Degrees in radians.', ['radians(180)', '3.141592653589793'], (value) => value * RADIANS),
]
