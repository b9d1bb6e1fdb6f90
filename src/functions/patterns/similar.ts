/**
 * SIMILAR TO: SQL's regular expressions, rewritten to ours. `%` and `_` are LIKE's; `|`, `*`, `+`, `?`, `{m,n}`, brackets
 * and parentheses mean what they do in a regular expression; all else is plain. In SUBSTRING … SIMILAR, the escape
 * character and a double quote mark the part that is returned.
 */
import { SqlError } from '../../error.ts'
import { checkEscape } from './like.ts'

/** The regular expression of a SIMILAR TO pattern. An empty escape means none. */
export function similarToRegex(pattern: string, escapeCharacter = '\\'): string {
  if (escapeCharacter !== '') checkEscape(escapeCharacter)
  let result = '^(?:'
  let inBrackets = false
  let bracketStart = 0
  let quotes = 0
  const chars = [...pattern]
  for (let at = 0; at < chars.length; at++) {
    const char = chars[at]
    if (inBrackets) {
      if (char === escapeCharacter && escapeCharacter !== '' && at + 1 < chars.length) {
        result += `\\${chars[++at]}`
      } else {
        if (char === ']' && at > bracketStart) inBrackets = false
        result += char === '\\' ? '\\\\' : char
      }
    } else if (char === escapeCharacter && escapeCharacter !== '') {
      if (++at === chars.length) break
      if (chars[at] === '"') {
        quotes++
        if (quotes > 2) {
          throw new SqlError(
            'invalid_use_of_escape_character',
            'SQL regular expression may not contain more than two escape-double-quote separators',
          )
        }
        result += quotes === 1 ? '){1,1}?(' : '){1,1}(?:'
      } else {
        result += /[\w\s]/.test(chars[at]) ? chars[at] : `\\${chars[at]}`
      }
    } else if (char === '[') {
      inBrackets = true
      result += char
      if (chars[at + 1] === '^') result += chars[++at]
      bracketStart = at + 1
    } else if (char === '%') {
      result += '.*'
    } else if (char === '_') {
      result += '.'
    } else if (char === '(') {
      result += '(?:'
    } else if (char === '\\' || char === '.' || char === '^' || char === '$') {
      result += `\\${char}`
    } else {
      result += char
    }
  }
  return `${result})$`
}
