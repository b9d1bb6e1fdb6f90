/**
 * The shell: what the prompt and the script runner share. It takes text, tells commands (`.tables`, `\d`) from SQL, runs both,
 * and prints. It sees the database through the public API alone.
 */
import { readFileSync } from 'node:fs'
import { Database, errorPlace, formatError, isComplete, type Result, SqlError } from '../src/index.node.ts'
import { findCommand } from './commands.ts'
import { type OutputMode, type OutputOptions, printResult } from './output/modes.ts'

/** Thrown by `.quit`. */
export class Quit extends Error {
  readonly status: number

  constructor(status = 0) {
    super('quit')
    this.status = status
  }
}

export interface ShellOptions {
  readonly mode?: OutputMode
  readonly headers?: boolean
  readonly nullText?: string
  readonly separator?: string
  /** Results are for a person at a terminal. */
  readonly interactive: boolean
  readonly width?: number
  readonly write: (text: string) => void
  readonly writeError: (text: string) => void
}

export class Shell {
  database: Database = new Database()
  mode: OutputMode
  headers: boolean
  nullText: string
  separator: string
  timer = false
  /** `\x`: a value a line. */
  expanded = false
  /** Echo statements before they run. */
  echo = false
  maximumRows: number | undefined
  readonly interactive: boolean
  width: number | undefined
  /** Where a person reads; the prompt puts its own in place. */
  screen: (text: string) => void
  errorScreen: (text: string) => void
  /** Where results go instead, after `.output FILE`. */
  output: ((text: string) => void) | undefined

  constructor(options: ShellOptions) {
    this.interactive = options.interactive
    this.mode = options.mode ?? (options.interactive ? 'box' : 'list')
    this.headers = options.headers ?? (options.mode === undefined ? options.interactive : options.mode !== 'list')
    this.nullText = options.nullText ?? (this.mode === 'box' ? 'NULL' : '')
    this.separator = options.separator ?? '|'
    this.width = options.width
    this.maximumRows = options.interactive ? 60 : undefined
    this.screen = options.write
    this.errorScreen = options.writeError
    this.listen()
  }

  write(text: string): void {
    const target = this.output ?? this.screen
    target(text)
  }

  writeError(text: string): void {
    this.errorScreen(text)
  }

  /** Replaces the database by a new, empty one. */
  reset(): void {
    this.database.close()
    this.database = new Database()
    this.listen()
  }

  private listen(): void {
    this.database.onNotice = (message) => this.writeError(message)
  }

  /**
   * Runs a script. Lines that begin with `.` or `\` where a statement could begin are commands.
   *
   * @throws the first error, printed by the caller with `report`; with `goOn`, errors are printed here and counted
   * @returns the number of errors
   */
  run(script: string, file: string | undefined, goOn = false): number {
    let errors = 0
    for (const part of partsOf(script)) {
      try {
        if (part.kind === 'command') this.command(part.text)
        else this.statements(part.text)
      } catch (error) {
        if (error instanceof Quit) throw error
        locate(error, script, part.start)
        if (!goOn) throw error
        this.report(error, file)
        errors++
      }
    }
    return errors
  }

  /** Runs a script file. */
  runFile(path: string, goOn = false): number {
    const script = path === '-' ? readFileSync(0, 'utf8') : readFileSync(path, 'utf8')
    const name = path === '-' ? 'standard input' : path
    if (goOn) return this.run(script, name, true)
    try {
      return this.run(script, name)
    } catch (error) {
      if (error instanceof SqlError && !(error as { file?: string }).file) Object.assign(error, { file: name })
      throw error
    }
  }

  /** Prints an error as `file:line:column: message`, the line, a caret and a hint. */
  report(error: unknown, file?: string): void {
    this.writeError(formatError(error, (error as { file?: string }).file ?? file))
  }

  private statements(sql: string): void {
    const results = this.database.execEach(sql)[Symbol.iterator]()
    for (;;) {
      const start = performance.now()
      const next = results.next()
      if (next.done) return
      this.print(next.value)
      if (this.timer) this.write(`Time: ${(performance.now() - start).toFixed(3)} ms`)
    }
  }

  private command(line: string): void {
    const [name, ...words] = splitWords(line)
    const command = findCommand(name)
    if (!command) {
      throw new SqlError('syntax_error', `unknown command ${name}`, { hint: 'Enter .help for the list.' })
    }
    command.run(this, words, line.slice(name.length).trim())
  }

  /** Prints a result in the chosen mode; a person also learns how many rows it has. */
  print(result: Result): void {
    if (result.columns.length === 0) {
      if (this.interactive && result.command !== '') this.write(tag(result))
      return
    }
    if (result.command === 'EXPLAIN' || result.command === 'COPY') {
      this.write(result.text.map(([line]) => line).join('\n'))
      return
    }
    const text = printResult(result, this.expanded ? 'line' : this.mode, this.outputOptions())
    if (text !== '') this.write(text)
    if (this.interactive) {
      const count = result.values.length
      this.write(`${count} ${count === 1 ? 'row' : 'rows'}`)
    }
  }

  private outputOptions(): OutputOptions {
    return {
      headers: this.headers,
      nullText: this.nullText,
      separator: this.separator,
      width: this.interactive ? this.width : undefined,
      maximumRows: this.maximumRows,
    }
  }
}

/** `INSERT 3`, `CREATE TABLE`. */
function tag(result: Result): string {
  const counts = ['INSERT', 'UPDATE', 'DELETE', 'MERGE', 'COPY'].includes(result.command)
  return counts ? `${result.command} ${result.rowCount}` : result.command
}

interface Part {
  readonly kind: 'sql' | 'command'
  readonly text: string
  /** Offset in the script. */
  readonly start: number
}

/** Cuts a script into commands and the SQL between them. */
export function partsOf(script: string): Part[] {
  const parts: Part[] = []
  let sqlStart = 0
  let at = 0
  const pushSql = (end: number): void => {
    const text = script.slice(sqlStart, end)
    if (text.trim() !== '') parts.push({ kind: 'sql', text, start: sqlStart })
  }
  while (at < script.length) {
    const newline = script.indexOf('\n', at)
    const end = newline === -1 ? script.length : newline
    const line = script.slice(at, end).trim()
    if (/^(\.[a-z?]|\\[a-z?!])/i.test(line) && isBoundary(script.slice(sqlStart, at))) {
      pushSql(at)
      parts.push({ kind: 'command', text: line.replace(/;\s*$/, ''), start: at })
      sqlStart = end + 1
    }
    at = end + 1
  }
  pushSql(script.length)
  return parts
}

/** Whether a command may follow: nothing, or statements that are all closed. */
function isBoundary(sql: string): boolean {
  return sql.trim() === '' || isComplete(sql)
}

/** Words of a command, quotes taken off. */
export function splitWords(line: string): string[] {
  return [...line.matchAll(/'((?:[^']|'')*)'|"([^"]*)"|(\S+)/g)].map(
    (match) => match[1]?.replaceAll("''", "'") ?? match[2] ?? match[3],
  )
}

/** Makes an error's position count from the beginning of the whole script. */
function locate(error: unknown, script: string, offset: number): void {
  if (!(error instanceof SqlError) || errorPlace(error) === undefined) return
  error.position = error.position! + offset
  error.sql = script
}
