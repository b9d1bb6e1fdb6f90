/** to_char and to_number. The digits of a number fill the places of a template from left to right. */
import { SqlError } from '../../error.ts'
import { Decimal } from '../../types/decimal.ts'
import { ordinalSuffix } from './date-to-char.ts'
import { type NumberItem, type NumberTemplate, numberTemplate } from './number-template.ts'

/** A number as a template takes it: written out with so many digits after the point, or in scientific notation. */
export interface Printable {
  /**
   * The text with `digits` after the point, times 10^shift; may begin with a minus. A floating-point number has fewer
   * where its precision ends.
   */
  fixed(digits: number, shift: number): { readonly text: string; readonly digits: number }
  /** The mantissa with `digits` after its point and the exponent; undefined for NaN and infinity. */
  scientific(digits: number): string | undefined
  /** The nearest integer for Roman numerals. */
  whole(): number
}

const ROMAN_WIDTH = 15
const romanDigits: readonly (readonly [number, string])[] = [
  [1000, 'M'],
  [900, 'CM'],
  [500, 'D'],
  [400, 'CD'],
  [100, 'C'],
  [90, 'XC'],
  [50, 'L'],
  [40, 'XL'],
  [10, 'X'],
  [9, 'IX'],
  [5, 'V'],
  [4, 'IV'],
  [1, 'I'],
]

function roman(value: number): string {
  if (!(value >= 1 && value <= 3999)) return '#'.repeat(ROMAN_WIDTH)
  let text = ''
  let rest = value
  for (const [size, letters] of romanDigits) {
    while (rest >= size) {
      text += letters
      rest -= size
    }
  }
  return text
}

/** Digits are not shown beside Roman numerals, and signs leave their places blank. */
function besideRoman(item: NumberItem, numeral: string, fill: boolean): string {
  switch (item.kind) {
    case 'roman': {
      const cased = item.upper ? numeral : numeral.toLowerCase()
      return fill ? cased : cased.padStart(ROMAN_WIDTH)
    }
    case 'text':
      return item.text
    case 'currency':
      return ' '
    case 'group':
    case 'minus':
    case 'plus':
      return fill ? '' : ' '
    default:
      return ''
  }
}

export function formatNumber(value: Printable, text: string): string {
  const template = numberTemplate(text)
  if (template.roman) {
    const numeral = roman(value.whole())
    return template.items.map((item) => besideRoman(item, numeral, template.fill)).join('')
  }
  if (template.scientific) {
    const written = value.scientific(template.after)
    if (written === undefined) return ` ${'#'.repeat(template.before)}.${'#'.repeat(template.after + 4)}`
    return written.startsWith('-') ? written : ` ${written}`
  }
  const before = template.before + template.shift
  const { text: written, digits: shown } = value.fixed(template.after, template.shift)
  const negative = written.startsWith('-')
  let digits = negative ? written.slice(1) : written
  const point = digits.indexOf('.')
  const whole = point < 0 ? digits.length : point
  if (whole > before) digits = `${'#'.repeat(before)}.${'#'.repeat(shown)}`
  return new PlaceWriter(template, digits, negative, Math.max(0, before - whole)).write()
}

/** Fills the places of a template with digits. */
class PlaceWriter {
  private readonly template: NumberTemplate
  private readonly digits: string
  private readonly negative: boolean
  /** Places before the first digit of the number. */
  private readonly leading: number
  private readonly showsBrackets: boolean
  private readonly lastRelevant: number
  private readonly lastPlace: number
  private signWritten: boolean
  private output = ''
  private place = 0
  private next = 0
  private inNumber = false

  constructor(template: NumberTemplate, digits: string, negative: boolean, leading: number) {
    const { fill, brackets, anchored, minus, plus, hasPoint } = template
    this.template = template
    this.digits = digits
    this.negative = negative
    this.leading = leading
    this.showsBrackets = brackets && !(fill && !negative)
    this.signWritten = minus || plus ? !(plus && !minus) : !negative && fill && anchored === undefined
    this.lastRelevant = fill && hasPoint ? this.findLastRelevant() : -1
    const count = template.after + template.before + template.shift - 1 + (!this.signWritten && leading === 0 ? 1 : 0)
    this.lastPlace = count + (leading > 0 ? 1 : 0) + (hasPoint ? 1 : 0)
  }

  /** With FM: the last digit after the point that is not a dispensable zero, or the point itself. */
  private findLastRelevant(): number {
    const { digits, template } = this
    const point = digits.indexOf('.')
    if (point < 0) return -1
    let last = digits.length - 1
    while (last > point && digits[last] === '0') last--
    if (template.zeroEnd > this.leading)
      last = Math.max(last, Math.min(digits.length - 1, template.zeroEnd - this.leading))
    return last
  }

  write(): string {
    for (const item of this.template.items) {
      switch (item.kind) {
        case 'digit':
          this.writePlace(item.zero)
          break
        case 'point':
          // Nothing comes after NaN, which has no point.
          if (this.digits === 'NaN') return this.output
          this.writePlace(false)
          break
        case 'group':
          if (this.inNumber) this.output += ','
          else this.blank()
          break
        case 'currency':
          this.output += ' '
          break
        case 'minus':
          if (this.negative) this.output += '-'
          else this.blank()
          break
        case 'plus':
          if (!this.negative) this.output += '+'
          else this.blank()
          break
        case 'sign':
          this.output += this.negative ? '-' : '+'
          break
        case 'ordinal':
          if (!this.negative && !this.template.hasPoint && this.digits[0] !== '#')
            this.output += ordinalSuffix(this.digits, item.upper)
          break
        case 'text':
          this.output += item.text
          break
      }
    }
    return this.output
  }

  private blank(): void {
    if (!this.template.fill) this.output += ' '
  }

  /** 0.1 in 9.9 shows no zero before the point. */
  private hidesZero(): boolean {
    return this.template.zeroStart < 0 && this.next === 0 && this.digits[0] === '0' && this.template.after > 0
  }

  private writePlace(isZero: boolean): void {
    const { template, leading, place } = this
    this.inNumber = false
    const zeros = template.zeroStart >= 0
    const startsZeros = zeros && template.zeroStart - 1 === place
    const keepsPointOnly = this.lastRelevant >= 0 && this.digits[this.lastRelevant] === '.'
    if (!this.signWritten && (place >= leading || startsZeros) && (!this.hidesZero() || keepsPointOnly))
      this.writeSign()
    if (place < leading && (!zeros || template.zeroStart - 1 > place)) {
      this.blank()
    } else if (place < leading) {
      this.output += '0'
      this.inNumber = true
    } else {
      this.writeDigit(isZero, keepsPointOnly)
      if (this.next < this.digits.length) this.next++
    }
    this.writeClosing()
    this.place++
  }

  private writeSign(): void {
    const { anchored, fill } = this.template
    if (anchored !== undefined) {
      if (anchored === 'after') return
      this.output += this.negative ? '-' : '+'
    } else if (this.showsBrackets) {
      this.output += this.negative ? '<' : ' '
    } else if (this.negative) {
      this.output += '-'
    } else if (!fill) {
      this.output += ' '
    }
    this.signWritten = true
  }

  private writeDigit(isZero: boolean, keepsPointOnly: boolean): void {
    const char = this.digits[this.next]
    if (char === '.') {
      this.output += '.'
    } else if (this.lastRelevant >= 0 && this.next > this.lastRelevant && !isZero) {
      return
    } else if (this.hidesZero()) {
      if (!this.template.fill) this.output += ' '
      else if (keepsPointOnly) this.output += '0'
    } else if (char !== undefined) {
      this.output += char
      this.inNumber = true
    }
  }

  /** What stands behind the last digit: a bracket or an anchored sign. */
  private writeClosing(): void {
    const end = this.lastRelevant >= 0 && this.lastRelevant === this.next ? this.place : this.lastPlace
    if (this.place + 1 !== end) return
    if (this.signWritten && this.showsBrackets) this.output += this.negative ? '>' : ' '
    else if (this.template.anchored === 'after') this.output += this.negative ? '-' : '+'
  }
}

/** to_number: the digits that stand where the template has places, with their sign. */
export function parseNumber(text: string, templateText: string): Decimal | null {
  if (templateText === '') return null
  const template = numberTemplate(templateText)
  if (template.scientific) throw new SqlError('feature_not_supported', '"EEEE" not supported for input')
  if (template.roman) throw new SqlError('feature_not_supported', '"RN" not supported for input')
  const hasPoint = template.items.some((item) => item.kind === 'point')
  let at = 0
  let negative = false
  let signRead = false
  let digits = ''
  let fraction = -1
  const readSign = (): void => {
    const char = text[at]
    if (signRead || (char !== '-' && char !== '+' && char !== '<')) return
    negative = char !== '+'
    signRead = true
    at++
  }
  for (const item of template.items) {
    if (at >= text.length) break
    switch (item.kind) {
      case 'digit':
      case 'point': {
        while (text[at] === ' ') at++
        readSign()
        const char = text[at]
        if (char >= '0' && char <= '9') {
          if (fraction >= 0 && digits.length - fraction >= template.after) break
          digits += char
          at++
        } else if (char === '.' && fraction < 0 && hasPoint) {
          fraction = digits.length
          at++
        } else if (char !== undefined) {
          at++
        }
        break
      }
      case 'group':
        if (text[at] === ',') at++
        break
      case 'currency':
        if (!/[\d+-]/.test(text[at])) at++
        break
      case 'minus':
      case 'plus':
      case 'sign':
      case 'anchored':
      case 'brackets':
        if (text[at] === '-' || text[at] === '+') readSign()
        else if (text[at] === '>' || (text[at] === ' ' && item.kind !== 'anchored')) at++
        break
      case 'ordinal':
        at += 2
        break
      case 'text':
        at++
        break
    }
  }
  if (!signRead && text[at] === '-') negative = true
  if (digits === '') throw new SqlError('invalid_text_representation', 'invalid input syntax for type numeric: " "')
  const value = Decimal.fromBigInt(BigInt(digits) * (negative ? -1n : 1n), fraction < 0 ? 0 : digits.length - fraction)
  if (value.integerDigits() > template.before + template.shift)
    throw new SqlError('numeric_value_out_of_range', 'numeric field overflow')
  if (template.shift > 0) {
    const scale = Math.max(16, template.shift)
    return value.multiply(Decimal.fromBigInt(10n ** BigInt(scale - template.shift), scale))
  }
  return value
}
