/**
 * Templates of to_char, to_date and to_timestamp, read into nodes: fields such as YYYY and Month, with FM before and TH
 * behind them; separators and blanks; quoted and other literal text.
 */

export interface Field {
  readonly name: string
  /** Reads digits, so that a field before it that reads digits too takes just its own count. */
  readonly isDigits: boolean
}

export type TemplateNode =
  | { readonly kind: 'field'; readonly field: Field; readonly fill: boolean; readonly ordinal?: 'th' | 'TH' }
  | { readonly kind: 'separator' | 'blank' | 'text'; readonly text: string }

export interface DateTemplate {
  readonly nodes: readonly TemplateNode[]
  /** FX: blanks and separators count exactly. */
  readonly exact: boolean
}

const digitFields =
  `D DDD DD HH24 HH12 HH IDDD ID IW IYYY IYY IY I J MI MM MS Q SSSSS SSSS SS US WW W Y,YYY YYYY YYY YY Y CC
  FF1 FF2 FF3 FF4 FF5 FF6`.split(/\s+/)
const wordFields = 'A.D. A.M. AD AM B.C. BC DAY DY MONTH MON OF P.M. PM RM TZ'.split(' ')
const capitalised = ['Day', 'Dy', 'Month', 'Mon']

const fields: readonly Field[] = [
  ...digitFields.flatMap((name) => [name, name.toLowerCase()].map((spelling) => ({ name: spelling, isDigits: true }))),
  ...wordFields.flatMap((name) => [name, name.toLowerCase()].map((spelling) => ({ name: spelling, isDigits: false }))),
  ...capitalised.map((name) => ({ name, isDigits: false })),
  { name: 'TZH', isDigits: false },
  { name: 'TZM', isDigits: true },
].sort((left, right) => right.name.length - left.name.length)

const fieldsByLetter = new Map<string, Field[]>()
for (const field of fields) {
  const list = fieldsByLetter.get(field.name[0])
  if (list) list.push(field)
  else fieldsByLetter.set(field.name[0], [field])
}

const cache = new Map<string, DateTemplate>()

export function dateTemplate(text: string): DateTemplate {
  let template = cache.get(text)
  if (!template) {
    template = parse(text)
    if (cache.size >= 256) cache.clear()
    cache.set(text, template)
  }
  return template
}

function parse(text: string): DateTemplate {
  const nodes: TemplateNode[] = []
  let exact = false
  let at = 0
  while (at < text.length) {
    let fill = false
    for (;;) {
      if (/^fm/i.test(text.slice(at, at + 2)) && isPrefix(text, at)) {
        fill = true
        at += 2
      } else if (/^tm/i.test(text.slice(at, at + 2)) && isPrefix(text, at)) {
        fill = true
        at += 2
      } else if (/^fx/i.test(text.slice(at, at + 2)) && isPrefix(text, at)) {
        exact = true
        at += 2
      } else {
        break
      }
    }
    const field = fieldsByLetter.get(text[at])?.find((candidate) => text.startsWith(candidate.name, at))
    if (field) {
      at += field.name.length
      const suffix = text.slice(at, at + 2)
      const ordinal = suffix === 'TH' || suffix === 'th' ? suffix : undefined
      if (ordinal) at += 2
      if (/^sp$/i.test(text.slice(at, at + 2))) at += 2
      nodes.push({ kind: 'field', field, fill, ordinal })
    } else if (at < text.length) {
      at = literal(text, at, nodes)
    }
  }
  return { nodes, exact }
}

/** The two letters in the same case, as the template language has them. */
function isPrefix(text: string, at: number): boolean {
  const pair = text.slice(at, at + 2)
  return pair === pair.toUpperCase() || pair === pair.toLowerCase()
}

function literal(text: string, start: number, nodes: TemplateNode[]): number {
  if (text[start] === '"') {
    let at = start + 1
    while (at < text.length && text[at] !== '"') {
      if (text[at] === '\\' && at + 1 < text.length) at++
      const char = String.fromCodePoint(text.codePointAt(at)!)
      nodes.push({ kind: 'text', text: char })
      at += char.length
    }
    return at + 1
  }
  let at = start
  if (text[at] === '\\' && text[at + 1] === '"') at++
  const char = String.fromCodePoint(text.codePointAt(at)!)
  if (isSeparator(char)) nodes.push({ kind: 'separator', text: char })
  else nodes.push({ kind: /\s/.test(char) ? 'blank' : 'text', text: char })
  return at + char.length
}

/** Printable ASCII that is neither a letter nor a digit. */
export function isSeparator(char: string | undefined): boolean {
  return char !== undefined && char > ' ' && char < '\x7f' && !/[a-z0-9]/i.test(char)
}
