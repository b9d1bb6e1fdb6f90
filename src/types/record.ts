/** Rows as text: `(1,"a b",)`; an empty place is NULL. */
import { SqlError } from '../error.ts'

function malformed(text: string, detail: string): SqlError {
  return new SqlError('invalid_text_representation', `malformed record literal: "${text}"`, { detail })
}

const blank = /\s/

/** Takes a row's text apart into the texts of its `count` fields. */
export function parseRecord(text: string, count: number): (string | null)[] {
  let at = 0
  while (at < text.length && blank.test(text[at])) at++
  if (text[at] !== '(') throw malformed(text, 'Missing left parenthesis.')
  at++
  const fields: (string | null)[] = []
  for (let field = 0; field < count; field++) {
    if (field > 0) {
      if (text[at] !== ',') throw malformed(text, 'Too few columns.')
      at++
    }
    if (text[at] === ',' || text[at] === ')') {
      fields.push(null)
      continue
    }
    let value = ''
    let quoted = false
    for (; quoted || (text[at] !== ',' && text[at] !== ')'); at++) {
      if (at >= text.length) throw malformed(text, 'Unexpected end of input.')
      const character = text[at]
      if (character === '\\') {
        if (++at >= text.length) throw malformed(text, 'Unexpected end of input.')
        value += text[at]
      } else if (character !== '"') value += character
      else if (!quoted) quoted = true
      else if (text[at + 1] === '"') value += text[++at]
      else quoted = false
    }
    fields.push(value)
  }
  if (text[at] !== ')') throw malformed(text, text[at] === ',' ? 'Too many columns.' : 'Unexpected end of input.')
  at++
  while (at < text.length && blank.test(text[at])) at++
  if (at < text.length) throw malformed(text, 'Junk after right parenthesis.')
  return fields
}

const needsQuotes = /^$|["\\(),\s]/

/** The text of a row whose fields are printed already. */
export function formatRecord(fields: readonly (string | null)[]): string {
  const texts = fields.map((field) => {
    if (field === null) return ''
    return needsQuotes.test(field) ? `"${field.replace(/["\\]/g, '$&$&')}"` : field
  })
  return `(${texts.join(',')})`
}
