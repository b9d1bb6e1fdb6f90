/** The command line: `colonnade [OPTIONS] [FILE] [SQL]`. */
import { type OutputMode, outputModes } from './output/modes.ts'

export interface Arguments {
  /** What to run, in order. Empty: standard input, or the prompt when that is a terminal. */
  readonly work: readonly Work[]
  /** A data file or script to open first. */
  readonly file?: string
  readonly mode?: OutputMode
  readonly headers?: boolean
  readonly nullText?: string
  readonly separator?: string
  readonly bail: boolean
  readonly expanded?: boolean
  readonly tuplesOnly?: boolean
  readonly variables: Readonly<Record<string, string>>
  /** `name=value` of \pset. */
  readonly printSettings: readonly string[]
  readonly echo: boolean
  readonly quiet: boolean
  readonly singleTransaction: boolean
  /** A file for results. */
  readonly output?: string
  readonly interactive: boolean
  readonly tour: boolean
  readonly help: boolean
  readonly version: boolean
  readonly init?: string
}

export type Work = { readonly kind: 'sql'; readonly text: string } | { readonly kind: 'script'; readonly path: string }

/** Thrown for a command line that cannot be understood. */
export class UsageError extends Error {}

export const usage = `colonnade [OPTIONS] [FILE] [SQL]

Runs SQL over data in memory. Without SQL it reads standard input, or opens a prompt when that is a terminal.

  FILE             a CSV, JSON or Parquet file, opened as a table of its name; or a .sql script, run first;
                   or :memory:, which is what you get without it
  SQL              statements to run, then leave

  -c SQL           run SQL; may be given several times
  -f FILE          run a script; - is standard input
  -init FILE       run a script before anything else
  -i               open the prompt after -c and -f
  -table -box -csv -tsv -json -ndjson -markdown -list -line -html
                   how results are printed; a table at a terminal, else a list
  -header -noheader
  -separator TEXT  between columns of -list
  -nullvalue TEXT  for NULL
  -no-bail         go on after an error in a script
  -v NAME=VALUE    a variable, as \\set makes it
  -A -t -x -H -F TEXT -P NAME[=VALUE]
                   as psql's: unaligned, rows only, expanded, HTML, separator, \\pset
  -a -e            print statements before they run
  -1               all in one transaction
  -o FILE          results go to a file
  --tour           a short tour over example data
  -help, -version

A script stops at its first error with exit status 3.`

/** @throws UsageError */
export function parseArguments(words: readonly string[]): Arguments {
  const argv = words.flatMap((word) =>
    /^-[AtxHqX1ae]{2,}$/.test(word) ? [...word.slice(1)].map((letter) => `-${letter}`) : word,
  )
  const work: Work[] = []
  const positional: string[] = []
  const variables: Record<string, string> = {}
  const printSettings: string[] = []
  const found: { -readonly [K in keyof Arguments]?: Arguments[K] } = {}
  let at = 0
  const value = (option: string, given?: string): string => {
    if (given !== undefined) return given
    at++
    if (at >= argv.length) throw new UsageError(`${option} needs a value`)
    return argv[at]
  }
  for (; at < argv.length; at++) {
    const word = argv[at]
    if (word === '--') {
      positional.push(...argv.slice(at + 1))
      break
    }
    if (!word.startsWith('-') || word === '-') {
      positional.push(word)
      continue
    }
    const [, option, given] = /^--?([^=]*)(?:=([\s\S]*))?$/.exec(word)!
    const mode = outputModes.find((candidate) => candidate === option)
    if (mode) found.mode = mode
    else {
      switch (option) {
        case 'c':
        case 'command':
        case 's':
          work.push({ kind: 'sql', text: value(word, given) })
          break
        case 'f':
        case 'file':
          work.push({ kind: 'script', path: value(word, given) })
          break
        case 'init':
          found.init = value(word, given)
          break
        case 'i':
        case 'interactive':
          found.interactive = true
          break
        case 'header':
        case 'headers':
          found.headers = true
          break
        case 'noheader':
        case 'no-header':
          found.headers = false
          break
        case 'separator':
          found.separator = value(word, given).replaceAll('\\t', '\t').replaceAll('\\n', '\n')
          break
        case 'nullvalue':
          found.nullText = value(word, given)
          break
        case 'bail':
          found.bail = true
          break
        case 'no-bail':
          found.bail = false
          break
        case 'tour':
          found.tour = true
          break
        case 'h':
        case 'help':
        case '?':
          found.help = true
          break
        case 'v':
        case 'set':
        case 'variable': {
          const [name, text] = value(word, given).split(/=([\s\S]*)/)
          if (text !== undefined) variables[name] = text
          break
        }
        case 'A':
        case 'no-align':
          found.mode = 'list'
          found.headers ??= true
          break
        case 't':
        case 'tuples-only':
          found.tuplesOnly = true
          break
        case 'x':
        case 'expanded':
          found.expanded = true
          break
        case 'H':
          found.mode = 'html'
          break
        case 'F':
        case 'field-separator':
          found.separator = value(word, given)
          break
        case 'P':
        case 'pset':
          printSettings.push(value(word, given))
          break
        case 'a':
        case 'e':
        case 'echo-all':
        case 'echo-queries':
          found.echo = true
          break
        case 'q':
        case 'quiet':
          found.quiet = true
          break
        case 'X':
        case 'no-psqlrc':
        case 'w':
        case 'no-password':
          break
        case '1':
        case 'single-transaction':
          found.singleTransaction = true
          break
        case 'o':
        case 'output':
          found.output = value(word, given)
          break
        case 'V':
        case 'version':
          found.version = true
          break
        default:
          throw new UsageError(`unknown option: ${word}`)
      }
    }
  }
  const sql = [...positional]
  const file = sql.length > 0 && !looksLikeSql(sql[0]) ? sql.shift() : undefined
  for (const text of sql) work.push({ kind: 'sql', text })
  const flags = { interactive: false, tour: false, help: false, version: false }
  const defaults = { bail: true, echo: false, quiet: false, singleTransaction: false, ...flags }
  return { ...defaults, ...found, variables, printSettings, work, file }
}

/** A path has no blanks and no semicolon where SQL has at least one of them. */
function looksLikeSql(text: string): boolean {
  return /[\s;]/.test(text.trim()) && /^\s*(\(|--|\/\*|[a-z])/i.test(text)
}
