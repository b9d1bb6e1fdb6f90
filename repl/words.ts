/** The arguments of a command: words, with quotes taken off, variables in their places and `commands` run. */
import { execSync } from 'node:child_process'

const piece =
  /'((?:[^'\\]|\\[\s\S]|'')*)'|("(?:[^"]|"")*")|`([^`]*)`|:\{\?(\w+)\}|:'(\w+)'|:"(\w+)"|:(\w+)|([^\s'"`:]+|['"`:])/y

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' }

/** Splits a line into words. Double quotes stay where `keepQuotes` says so: names need them. */
export function splitWords(line: string, variables: ReadonlyMap<string, string>, keepQuotes = false): string[] {
  const words: string[] = []
  let word: string | undefined
  let at = 0
  while (at < line.length) {
    if (/\s/.test(line[at])) {
      if (word !== undefined) words.push(word)
      word = undefined
      at++
      continue
    }
    piece.lastIndex = at
    const found = piece.exec(line)!
    at = piece.lastIndex
    word = (word ?? '') + textOf(found, variables, keepQuotes)
  }
  if (word !== undefined) words.push(word)
  return words
}

function textOf(found: RegExpExecArray, variables: ReadonlyMap<string, string>, keepQuotes: boolean): string {
  const [all, quoted, name, command, asked, literal, identifier, plain] = found
  if (quoted !== undefined) {
    return quoted.replace(/''|\\([0-7]{1,3}|x[0-9a-f]{1,2}|[\s\S])/gi, (_, escaped?: string) => {
      if (escaped === undefined) return "'"
      if (/^[0-7]/.test(escaped)) return String.fromCharCode(Number.parseInt(escaped, 8))
      if (/^x[0-9a-f]/i.test(escaped)) return String.fromCharCode(Number.parseInt(escaped.slice(1), 16))
      return escapes[escaped] ?? escaped
    })
  }
  if (name !== undefined) return keepQuotes ? name : name.slice(1, -1).replaceAll('""', '"')
  if (command !== undefined) return execSync(command, { encoding: 'utf8' }).replace(/\n$/, '')
  if (asked !== undefined) return variables.has(asked) ? 'TRUE' : 'FALSE'
  const value = variables.get(literal ?? identifier ?? plain)
  if (value === undefined) return all
  if (literal !== undefined) return `'${value.replaceAll("'", "''")}'`
  return identifier === undefined ? value : `"${value.replaceAll('"', '""')}"`
}
