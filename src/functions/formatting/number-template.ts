/** Templates of to_char and to_number for numbers, read into items and a summary of what they ask for. */
import { SqlError } from '../../error.ts'

export type NumberItem =
  | { readonly kind: 'digit'; readonly zero: boolean }
  | { readonly kind: 'point' }
  | { readonly kind: 'group' }
  | { readonly kind: 'currency' }
  | { readonly kind: 'minus' | 'plus' | 'sign' }
  | { readonly kind: 'anchored' }
  | { readonly kind: 'brackets' }
  | { readonly kind: 'ordinal'; readonly upper: boolean }
  | { readonly kind: 'roman'; readonly upper: boolean }
  | { readonly kind: 'text'; readonly text: string }

export interface NumberTemplate {
  readonly items: readonly NumberItem[]
  /** Digit places before the point, after it, and after V. */
  readonly before: number
  readonly after: number
  readonly shift: number
  /** The first digit place that shows zeros, and after how many places they end; -1 and 0 without a 0. */
  readonly zeroStart: number
  readonly zeroEnd: number
  readonly fill: boolean
  readonly hasPoint: boolean
  readonly brackets: boolean
  /** S: anchored to the number, before its first digit or after its last. */
  readonly anchored?: 'before' | 'after'
  readonly minus: boolean
  readonly plus: boolean
  readonly roman: boolean
  readonly scientific: boolean
}

const keywords = [
  'EEEE',
  'FM',
  'MI',
  'PL',
  'PR',
  'RN',
  'SG',
  'SP',
  'TH',
  'B',
  'C',
  'D',
  'G',
  'L',
  'S',
  'V',
  '9',
  '0',
  '.',
  ',',
]

const cache = new Map<string, NumberTemplate>()

export function numberTemplate(text: string): NumberTemplate {
  let template = cache.get(text)
  if (!template) {
    template = parse(text)
    if (cache.size >= 256) cache.clear()
    cache.set(text, template)
  }
  return template
}

function wrong(message: string): SqlError {
  return new SqlError('syntax_error', message)
}

function parse(text: string): NumberTemplate {
  const items: NumberItem[] = []
  let before = 0
  let after = 0
  let shift = 0
  let zeroStart = -1
  let zeroEnd = 0
  let [fill, hasPoint, hasShift, brackets, minus, plus, sign, roman, scientific] = new Array<boolean>(9).fill(false)
  let anchored: 'before' | 'after' | undefined
  let anchoredAt = 0
  for (let at = 0; at < text.length; ) {
    if (text[at] === '"') {
      at++
      while (at < text.length && text[at] !== '"') {
        if (text[at] === '\\' && at + 1 < text.length) at++
        const char = String.fromCodePoint(text.codePointAt(at)!)
        items.push({ kind: 'text', text: char })
        at += char.length
      }
      at++
      continue
    }
    const rest = text.slice(at, at + 4).toUpperCase()
    const keyword = keywords.find((candidate) => rest.startsWith(candidate))
    if (!keyword || !sameCase(text.slice(at, at + keyword.length))) {
      if (text[at] === '\\' && text[at + 1] === '"') at++
      const char = String.fromCodePoint(text.codePointAt(at)!)
      items.push({ kind: 'text', text: char })
      at += char.length
      continue
    }
    const upper = text[at] === text[at].toUpperCase()
    at += keyword.length
    if (scientific && keyword !== 'EEEE') throw wrong('"EEEE" must be the last pattern used')
    switch (keyword) {
      case '9':
      case '0':
        if (brackets) throw wrong(`"${keyword}" must be ahead of "PR"`)
        if (hasShift && keyword === '9') {
          shift++
        } else if (hasPoint) {
          after++
        } else {
          if (keyword === '0' && zeroStart < 0) zeroStart = before + 1
          before++
        }
        if (keyword === '0') zeroEnd = before + after
        items.push({ kind: 'digit', zero: keyword === '0' })
        break
      case '.':
      case 'D':
        if (hasPoint) throw wrong('multiple decimal points')
        if (hasShift) throw wrong('cannot use "V" and decimal point together')
        hasPoint = true
        items.push({ kind: 'point' })
        break
      case ',':
      case 'G':
        items.push({ kind: 'group' })
        break
      case 'FM':
        fill = true
        break
      case 'S':
        if (anchored) throw wrong('cannot use "S" twice')
        if (plus || minus || brackets || sign) throw wrong('cannot use "S" and "PL"/"MI"/"SG"/"PR" together')
        anchored = hasPoint ? 'after' : 'before'
        anchoredAt = before
        items.push({ kind: 'anchored' })
        break
      case 'MI':
        if (anchored) throw wrong('cannot use "S" and "MI" together')
        minus = true
        items.push({ kind: 'minus' })
        break
      case 'PL':
        if (anchored) throw wrong('cannot use "S" and "PL" together')
        plus = true
        items.push({ kind: 'plus' })
        break
      case 'SG':
        if (anchored) throw wrong('cannot use "S" and "SG" together')
        sign = minus = plus = true
        items.push({ kind: 'sign' })
        break
      case 'PR':
        if (anchored || plus || minus) throw wrong('cannot use "PR" and "S"/"PL"/"MI"/"SG" together')
        brackets = true
        items.push({ kind: 'brackets' })
        break
      case 'TH':
        items.push({ kind: 'ordinal', upper })
        break
      case 'RN':
        roman = true
        items.push({ kind: 'roman', upper })
        break
      case 'L':
        items.push({ kind: 'currency' })
        break
      case 'V':
        if (hasPoint) throw wrong('cannot use "V" and decimal point together')
        hasShift = true
        break
      case 'EEEE':
        if (scientific) throw wrong('cannot use "EEEE" twice')
        if (fill || anchored || brackets || minus || plus || roman || hasShift) {
          throw new SqlError('syntax_error', '"EEEE" is incompatible with other formats', {
            detail: '"EEEE" may only be used together with digit and decimal point patterns.',
          })
        }
        scientific = true
        break
    }
  }
  if (anchored === 'before' && anchoredAt === before && before > 0) anchored = 'after'
  return {
    items,
    before,
    after,
    shift,
    zeroStart,
    zeroEnd,
    fill,
    hasPoint,
    brackets,
    anchored,
    minus,
    plus,
    roman,
    scientific,
  }
}

function sameCase(text: string): boolean {
  return text === text.toUpperCase() || text === text.toLowerCase()
}
