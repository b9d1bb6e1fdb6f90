/**
 * How a script falls apart: statements, up to their semicolons, and commands: `.like this` on a line of its own, or `\like`
 * psql's anywhere outside of quotes, up to the end of the line or to `\\`. And variables: `:name`, `:'name'`, `:"name"`.
 */
import { isComplete } from '../src/index.node.ts'

export interface Part {
  readonly kind: 'sql' | 'command'
  readonly text: string
  /** Offset in the script. */
  readonly start: number
  /** Whether a semicolon closed the statement. */
  readonly complete: boolean
}

/** A comment, a quoted text or name, or a text between dollars: nothing in it is a command or a variable. */
const opaque =
  /--[^\n]*|\/\*|\b[eE]'(?:[^'\\]|\\[\s\S]|'')*(?:'|$)|'(?:[^']|'')*(?:'|$)|"(?:[^"]|"")*(?:"|$)|(?<![\w$])\$([A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$[\s\S]*?(?:\$\1\$|$)/y

/** The offset behind what nothing is read in, if it begins here. */
function skipOpaque(text: string, at: number): number {
  opaque.lastIndex = at
  const found = opaque.exec(text)?.[0]
  if (found === undefined) return at
  return found === '/*' ? skipComment(text, at) : at + found.length
}

function skipComment(text: string, start: number): number {
  const mark = /\/\*|\*\//g
  mark.lastIndex = start
  let depth = 0
  for (let found = mark.exec(text); found; found = mark.exec(text)) {
    depth += found[0] === '/*' ? 1 : -1
    if (depth === 0) return mark.lastIndex
  }
  return text.length
}

const interesting = /[-/'"$;\\\n]|\b[eE]'/g

/** Cuts a script into statements and commands. */
export function* partsOf(script: string): Generator<Part> {
  let begin = 0
  let at = 0
  const sql = (end: number, complete: boolean): Part => ({
    kind: 'sql',
    text: script.slice(begin, end),
    start: begin,
    complete,
  })
  const isBlank = (): boolean => isOnlyComments(script.slice(begin, at))
  while (at < script.length) {
    if (at === 0 || script[at - 1] === '\n') {
      const dot = /[ \t]*(\.[a-z?][^\n]*)/iy
      dot.lastIndex = at
      const line = dot.exec(script)
      if (line && isBlank()) {
        yield {
          kind: 'command',
          text: line[1].replace(/;?\s*$/, ''),
          start: dot.lastIndex - line[1].length,
          complete: true,
        }
        begin = at = dot.lastIndex
        continue
      }
    }
    interesting.lastIndex = at
    const next = interesting.exec(script)
    if (!next) break
    at = next.index
    const skipped = skipOpaque(script, at)
    if (skipped > at) {
      at = skipped
      continue
    }
    const character = script[at++]
    if (character === ';') {
      const text = script.slice(begin, at)
      if (/^[^']*\bcopy\b[\s\S]*\bfrom\s+(p?stdin)\b/i.test(text)) at = afterData(script, at)
      else if (!isComplete(text)) continue
      if (!isBlank()) yield sql(at, true)
      begin = at
    } else if (character === '\\' && /[a-z?!]/i.test(script[at] ?? '')) {
      const start = --at
      if (!isBlank()) yield sql(start, false)
      const line = commandAt(script, start)
      at = /^\\copy\b[\s\S]*\bfrom\s+p?stdin\b/i.test(line) ? afterData(script, start) : start + line.length
      yield { kind: 'command', text: script.slice(start, at).trim(), start, complete: true }
      if (script.startsWith('\\\\', at)) at += 2
      begin = at
    } else if (character === '\\' && script[at] === ';') at++
  }
  at = script.length
  if (!isBlank()) yield sql(at, false)
}

/** A command with its arguments, up to the end of the line or to the next command. */
function commandAt(script: string, start: number): string {
  const line = /\\\S*(?:'(?:[^'\\\n]|\\.|'')*'|"[^"\n]*"|`[^`\n]*`|[^\n\\'"`]|\\(?![\\a-z])|['"`])*/iy
  line.lastIndex = start
  const text = line.exec(script)![0]
  // The whole line belongs to these.
  if (!/^\\(?:!|copy|set|g|gx|o|i|ir|e|w|cd)\b|^\\!/i.test(text)) return text
  const end = script.indexOf('\n', start)
  return script.slice(start, end === -1 ? script.length : end)
}

/** Behind the line `\.` that ends the data of a COPY. */
function afterData(script: string, at: number): number {
  const end = /^\\\.\r?(?:\n|$)/gm
  end.lastIndex = at
  return end.exec(script) ? end.lastIndex : script.length
}

function isOnlyComments(text: string): boolean {
  return text.replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, '').trim() === ''
}

/** A text made of parts of another. */
export class Excerpt {
  text = ''
  private readonly pieces: { readonly at: number; readonly source: number }[] = []

  /** @param source where the text comes from; text put in its place keeps the offset at which it stands */
  add(text: string, source: number): void {
    this.pieces.push({ at: this.text.length, source })
    this.text += text
  }

  sourceOf(position: number): number {
    const piece = this.pieces.findLast(({ at }) => at <= position)
    return piece ? piece.source + position - piece.at : position
  }
}

/** The text with variables in their places; `\;` is a semicolon that does not send. */
export function substitute(
  text: string,
  start: number,
  variables: ReadonlyMap<string, string>,
  result: Excerpt = new Excerpt(),
): Excerpt {
  const mark = /[-/'"$]|\b[eE]'|\\;|::|:\{\?(\w+)\}|:(\w+)|:'(\w+)'|:"(\w+)"/g
  let copied = 0
  const replace = (at: number, length: number, value: string): void => {
    result.add(text.slice(copied, at), start + copied)
    result.add(value, start + at)
    copied = at + length
    mark.lastIndex = copied
  }
  for (let found = mark.exec(text); found; found = mark.exec(text)) {
    const { index } = found
    const [all, asked, plain, literal, identifier] = found
    const name = plain ?? literal ?? identifier
    if (all === '\\;') replace(index, 2, '; ')
    else if (asked !== undefined) replace(index, all.length, variables.has(asked) ? 'TRUE' : 'FALSE')
    else if (name !== undefined) {
      const value = variables.get(name)
      if (value === undefined) continue
      replace(index, all.length, plain ? value : literal ? quoteLiteral(value) : `"${value.replaceAll('"', '""')}"`)
    } else if (all !== '::') mark.lastIndex = Math.max(index + 1, skipOpaque(text, index))
  }
  result.add(text.slice(copied), start + copied)
  return result
}

export function quoteLiteral(text: string): string {
  const quoted = `'${text.replaceAll("'", "''")}'`
  return text.includes('\\') ? ` E${quoted.replaceAll('\\', '\\\\')}` : quoted
}
