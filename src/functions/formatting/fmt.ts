/**
 * Values put into a template after the manner of the library {fmt}: `{0:>8.2f}` in braces, or `%8.2f` as printf has it.
 * Numbers are written with C's rules: digits beyond a double's are exact, halves go to the even digit.
 */
import { invalidParameter } from '../errors.ts'
import { characterCount } from '../scalar/characters.ts'

export type FmtArgument =
  | { readonly kind: 'int'; readonly value: bigint }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'boolean'; readonly value: boolean }

interface Spec {
  readonly fill: string
  readonly align: string | undefined
  readonly sign: string
  readonly alternate: boolean
  readonly zero: boolean
  readonly width: number
  readonly thousands: string
  readonly precision: number | undefined
  readonly type: string
  readonly printf: boolean
}

const printfField = /%(?:(%)|(?:(\d+)\$)?([-+ #0,_']*)(\d+|\*)?(?:\.(\d+))?(\.)?([a-zA-Z])?)/g

/** `%d`, `%-8s`, `%.2f`, `%,d`, `%2$s`: the arguments in turn, or by number. */
export function printf(template: string, args: readonly FmtArgument[]): string {
  let next = 0
  const take = (index: number): FmtArgument => {
    if (index < 0 || index >= args.length) throw invalidParameter(`argument index "${index}" out of range`)
    return args[index]
  }
  return template.replace(printfField, (_, percent, place, flags: string, width, precision, dot, type = '') => {
    if (percent) return '%'
    let count = Number(width ?? 0)
    if (width === '*') count = Number(take(next++).value)
    const argument = take(place === undefined ? next++ : Number(place) - 1)
    return write(argument, {
      fill: ' ',
      align: flags.includes('-') || count < 0 ? '<' : '>',
      sign: flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '',
      alternate: flags.includes('#'),
      zero: flags.includes('0'),
      width: Math.abs(count),
      thousands: dot ?? /[,_']/.exec(flags)?.[0] ?? '',
      precision: precision === undefined ? undefined : Number(precision),
      type,
      printf: true,
    })
  })
}

const bracesField = /\{\{|\}\}|\{(\d*)(?::((?:[^{}]|\{\d*\})*))?\}|[{}]/g
const bracesSpec =
  /^(?:([\x20-\x7e])(?=[<>=^]))?([<>=^])?([-+ ])?(#)?(0)?(\d+)?(?:([,_'])|t(.))?(?:\.(\d+))?([a-zA-Z])?$/

/** Whether a template has a field in braces. */
export function hasBraces(template: string): boolean {
  return /\{\d*(?::[^{}]*(?:\{\d*\}[^{}]*)*)?\}/.test(template)
}

/** `{}`, `{0}`, `{:>8.2f}`: the arguments in turn, or by number; doubled braces are braces. */
export function fillBraces(template: string, args: readonly FmtArgument[]): string {
  let next = 0
  const take = (place: string): FmtArgument => {
    const index = place === '' ? next++ : Number(place)
    if (index >= args.length) throw invalidParameter(`argument index "${index}" out of range`)
    return args[index]
  }
  return template.replace(bracesField, (field: string, place: string | undefined, spec: string = '') => {
    if (field === '{{' || field === '}}') return field[0]
    if (place === undefined) throw invalidParameter(`unmatched '${field}' in format string`)
    const argument = take(place)
    const plain = spec.replace(/\{(\d*)\}/g, (_, inner: string) => String(take(inner).value))
    const match = bracesSpec.exec(plain)
    if (!match) throw invalidParameter(`invalid format specifier "${plain}"`)
    const [, fill = ' ', align, sign = '', alternate, zero, width = '0', comma, thousands, precision, type = ''] = match
    return write(argument, {
      fill,
      align,
      sign: sign === '-' ? '' : sign,
      alternate: alternate !== undefined,
      zero: zero !== undefined,
      width: Number(width),
      thousands: comma ?? thousands ?? '',
      precision: precision === undefined ? undefined : Number(precision),
      type,
      printf: false,
    })
  })
}

function invalidType(type: string, kind: string): never {
  throw invalidParameter(`invalid type specifier "${type}" for formatting a value of type ${kind}`)
}

function write(argument: FmtArgument, spec: Spec): string {
  switch (argument.kind) {
    case 'string':
      return writeText(argument.value, spec)
    case 'boolean':
      if (spec.type === '' || (spec.printf && spec.type === 's')) return writeText(String(argument.value), spec)
      return writeInteger(BigInt(argument.value), spec)
    case 'int':
      return writeInteger(argument.value, spec)
    case 'float':
      return writeFloat(argument.value, spec)
  }
}

function writeText(text: string, spec: Spec): string {
  if (spec.type !== '' && spec.type !== 's') invalidType(spec.type, 'string')
  if (spec.sign !== '' && !spec.printf) throw invalidParameter('format specifier requires numeric argument')
  const cut = spec.precision === undefined ? text : [...text].slice(0, spec.precision).join('')
  return pad('', cut, { ...spec, zero: false }, '<')
}

const radixes: Readonly<Record<string, readonly [radix: number, prefix: string]>> = {
  x: [16, '0x'],
  X: [16, '0X'],
  b: [2, '0b'],
  B: [2, '0B'],
  o: [8, '0'],
}

function writeInteger(value: bigint, spec: Spec): string {
  const { type } = spec
  if (spec.printf && type === 'c') return pad('', String.fromCodePoint(Number(value)), { ...spec, zero: false }, '>')
  if (spec.precision !== undefined && !spec.printf) {
    throw invalidParameter('precision not allowed for this argument type')
  }
  const [radix, prefix] = radixes[type] ?? [10, '']
  if (radix === 10 && !['', 'd', 'i', 'u', 'n'].includes(type)) invalidType(type, 'int')
  const unsigned = spec.printf && value < 0n && (radix !== 10 || type === 'u')
  const number = unsigned ? BigInt.asUintN(64, value) : value
  let digits = (number < 0n ? -number : number).toString(radix)
  if (type === 'X') digits = digits.toUpperCase()
  if (spec.precision !== undefined) digits = digits.padStart(spec.precision, '0')
  const sign = number < 0n ? '-' : spec.sign
  return pad(sign + (spec.alternate ? prefix : ''), grouped(digits, spec.thousands), spec, '>')
}

function writeFloat(value: number, spec: Spec): string {
  const { type, precision, alternate } = spec
  if (type !== '' && !'eEfFgGaA'.includes(type)) invalidType(type, 'float')
  const sign = value < 0 || Object.is(value, -0) ? '-' : spec.sign
  const size = Math.abs(value)
  let text: string
  if (!Number.isFinite(size)) text = Number.isNaN(size) ? 'nan' : 'inf'
  else if (type === '' && precision === undefined) text = shortest(size)
  else if (type === 'e' || type === 'E') text = exponential(size, precision ?? 6)
  else if (type === 'f' || type === 'F') text = fixed(size, precision ?? 6)
  else if (type === 'a' || type === 'A') text = hexadecimal(size)
  else text = general(size, precision ?? 6, alternate)
  if (type !== '' && type === type.toUpperCase()) text = text.toUpperCase()
  const [, whole, rest] = /^(\d*)(.*)$/s.exec(text)!
  return pad(sign, grouped(whole, spec.thousands) + rest, spec, '>')
}

function grouped(digits: string, separator: string): string {
  return separator === '' ? digits : digits.replace(/\B(?=(?:\d{3})+$)/g, separator)
}

/** Zeros go between the sign and the digits. */
function pad(sign: string, text: string, spec: Spec, side: '<' | '>'): string {
  const room = spec.width - characterCount(text) - sign.length
  if (room <= 0) return sign + text
  if (spec.zero) return sign + '0'.repeat(room) + text
  const left = { '<': 0, '>': room, '=': room, '^': room >> 1 }[spec.align ?? side]!
  if (spec.align === '=') return sign + spec.fill.repeat(room) + text
  return spec.fill.repeat(left) + sign + text + spec.fill.repeat(room - left)
}

/** The digits of a double, as many as it has up to a hundred, and the power of ten of the first. */
function digitsOf(value: number): readonly [digits: string, exponent: number] {
  const [mantissa, exponent] = value.toExponential(100).split('e')
  return [mantissa.replace('.', ''), Number(exponent)]
}

/** The first `count` digits (it may be none, or fewer) rounded half to even, carrying into one digit more. */
function roundDigits(digits: string, count: number): string {
  if (count < 0) return ''
  const kept = count === 0 ? 0n : BigInt(digits.slice(0, count).padEnd(count, '0'))
  const rest = digits.slice(count)
  const up = rest > '5'.padEnd(rest.length, '0') || (rest[0] === '5' && /^50*$/.test(rest) && kept % 2n === 1n)
  return String(kept + (up ? 1n : 0n))
}

function fixed(value: number, precision: number): string {
  const [digits, exponent] = digitsOf(value)
  const count = exponent + 1 + precision
  const whole =
    count > 101 && value >= 1e21 ? String(BigInt(value)) + '0'.repeat(precision) : roundDigits(digits, count)
  const text = whole.padStart(precision + 1, '0')
  return precision === 0 ? text : `${text.slice(0, -precision)}.${text.slice(-precision)}`
}

function exponential(value: number, precision: number): string {
  const [digits, exponent] = digitsOf(value)
  const rounded = roundDigits(digits, precision + 1)
  const carried = rounded.length > precision + 1 ? 1 : 0
  const mantissa = value === 0 ? '0'.repeat(precision + 1) : rounded.slice(0, precision + 1)
  return withExponent(precision === 0 ? mantissa : `${mantissa[0]}.${mantissa.slice(1)}`, exponent + carried)
}

function withExponent(mantissa: string, exponent: number): string {
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
}

function general(value: number, precision: number, keepZeros: boolean): string {
  const significant = precision || 1
  const scientific = exponential(value, significant - 1)
  const exponent = Number(scientific.slice(scientific.indexOf('e') + 1))
  const isSmall = exponent >= -4 && exponent < significant
  const text = isSmall ? fixed(value, significant - 1 - exponent) : scientific
  return keepZeros
    ? text
    : text.replace(/\.?0+(?=e|$)/, (zeros) => (zeros.startsWith('.') || text.includes('.') ? '' : zeros))
}

/** The fewest digits that read back the same; in powers of ten from 1e16 and below 1e-4. */
function shortest(value: number): string {
  if (value === 0) return '0.0'
  const [mantissa, power] = value.toExponential().split('e')
  const exponent = Number(power)
  if (exponent < -4 || exponent >= 16) return withExponent(mantissa, exponent)
  const text = value.toFixed(Math.max(0, mantissa.replace('.', '').length - 1 - exponent))
  return text.includes('.') ? text : `${text}.0`
}

function hexadecimal(value: number): string {
  if (value === 0) return '0x0p+0'
  const exponent = Math.floor(Math.log2(value))
  const fraction = BigInt((value / 2 ** exponent - 1) * 2 ** 52)
  const digits = fraction === 0n ? '' : `.${fraction.toString(16).padStart(13, '0').replace(/0+$/, '')}`
  return `0x1${digits}p${exponent < 0 ? '-' : '+'}${Math.abs(exponent)}`
}
