/**
 * The shell: what the prompt and the script runner share. It takes text, tells commands (`.tables`, `\d`) from SQL, runs both,
 * and prints. It sees the database through the public API alone.
 */
import { spawnSync } from 'node:child_process'
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { Database, formatError, type Result, SqlError } from '../src/index.node.ts'
import { truthOf } from './command.ts'
import { findCommand } from './commands.ts'
import { type OutputMode, type OutputOptions, printResult } from './output/modes.ts'
import { Quit } from './quit.ts'
import { Excerpt, partsOf, substitute } from './script.ts'
import { splitWords } from './words.ts'

export interface ShellOptions {
  readonly mode?: OutputMode
  readonly headers?: boolean
  readonly nullText?: string
  readonly separator?: string
  /** Whether the first error ends a script. */
  readonly bail?: boolean
  readonly expanded?: boolean
  readonly variables?: Readonly<Record<string, string>>
  /** Results are for a person at a terminal. */
  readonly interactive: boolean
  readonly width?: number
  readonly write: (text: string) => void
  readonly writeError: (text: string) => void
}

/** A branch of `\\if`: what runs, what may run yet, and what may not any more. */
interface Condition {
  readonly state: 'runs' | 'waits' | 'over'
  readonly sawElse: boolean
}

/** A stretch of the statement that is being written. */
interface Piece {
  readonly text: string
  readonly start: number
}

export class Shell {
  database: Database = new Database()
  mode: OutputMode
  headers: boolean
  /** The lines that say how many rows there are. */
  footer: boolean
  /** Rows and nothing else: no names, no title, no number of rows. */
  tuplesOnly = false
  title: string | undefined
  border: OutputOptions['border'] = 1
  lineStyle: OutputOptions['lineStyle'] = 'ascii'
  /** Whether results that are longer than the terminal go through a pager: never, then, or always. */
  pager: 'off' | 'on' | 'always' = 'off'
  nullText: string
  separator: string
  timer = false
  /** `\\x`: a value a line. */
  expanded: boolean
  /** Echo statements before they run. */
  echo = false
  maximumRows: number | undefined
  readonly interactive: boolean
  width: number | undefined
  /** Lines of the terminal. */
  height: number | undefined
  /** Where a person reads; the prompt puts its own in place. */
  screen: (text: string) => void
  errorScreen: (text: string) => void
  /** Where results go instead, after `.output FILE`. */
  output: ((text: string) => void) | undefined
  /** What `\\set` sets. */
  readonly variables: Map<string, string>
  /** Asked while a statement runs: whether the person has had enough. */
  isCancelled: () => boolean = () => false
  lastError: unknown
  /** Hands what was kept for a command over to it. */
  private piped: (() => void) | undefined
  private lastQuery: Excerpt | undefined
  private pending: Piece[] = []
  private conditions: Condition[] = []
  private script = ''
  private file: string | undefined

  constructor(options: ShellOptions) {
    this.interactive = options.interactive
    this.mode = options.mode ?? (options.interactive ? 'box' : 'list')
    this.headers = options.headers ?? (options.mode === undefined ? options.interactive : options.mode !== 'list')
    this.footer = options.interactive
    this.nullText = options.nullText ?? (this.mode === 'box' ? 'NULL' : '')
    this.separator = options.separator ?? '|'
    this.expanded = options.expanded ?? false
    this.width = options.width
    this.maximumRows = options.interactive ? 60 : undefined
    this.screen = options.write
    this.errorScreen = options.writeError
    this.variables = new Map(
      Object.entries({ ON_ERROR_STOP: options.bail === false ? 'off' : 'on', ...options.variables }),
    )
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
   * Runs a script: see `script.ts` for what is a command in it.
   *
   * @throws the first error, printed by the caller with `report`; where ON_ERROR_STOP is off, errors are printed here and counted
   * @returns the number of errors
   */
  run(script: string, file: string | undefined): number {
    const { script: outerScript, file: outerFile, conditions } = this
    this.script = script
    this.file = file
    this.conditions = []
    let errors = 0
    let isOpen = false
    const attempt = (start: number, body: () => void): void => {
      try {
        body()
      } catch (error) {
        if (error instanceof Quit) throw error
        this.locate(error, start)
        if (truthOf(this.variables.get('ON_ERROR_STOP') ?? 'off')) throw error
        this.report(error, file)
        errors++
      }
    }
    try {
      for (const { kind, text, start, complete } of partsOf(script)) {
        isOpen = kind === 'sql' && !complete
        attempt(start, () => {
          if (kind === 'command') this.command(text)
          else if (this.isActive) {
            this.pending.push({ text, start })
            if (complete) this.send((result) => this.print(result))
          }
        })
      }
      if (this.pending.length > 0 && (isOpen || !this.interactive)) {
        attempt(this.pending[0].start, () => this.send((result) => this.print(result)))
      }
      if (this.conditions.length > 0) {
        attempt(script.length, () => {
          throw new SqlError('syntax_error', 'the script ends within \\if', { hint: 'Write \\endif.' })
        })
      }
    } finally {
      if (!this.interactive) this.pending = []
      this.script = outerScript
      this.file = outerFile
      this.conditions = conditions
    }
    return errors
  }

  /** Runs a script file; `beside` looks for it in the folder of the script that names it. */
  runFile(path: string, beside = false): number {
    const place = beside && this.file !== undefined ? resolve(dirname(this.file), path) : path
    const script = path === '-' ? readFileSync(0, 'utf8') : readFileSync(place, 'utf8')
    const name = path === '-' ? 'standard input' : place
    try {
      return this.run(script, name)
    } catch (error) {
      if (error instanceof SqlError && !(error as { file?: string }).file) Object.assign(error, { file: name })
      throw error
    }
  }

  /** Prints an error as `file:line:column: message`, the line, a caret and a hint. */
  report(error: unknown, file?: string): void {
    this.lastError = error
    const text = formatError(error, (error as { file?: string }).file ?? file)
    this.writeError(this.variables.get('VERBOSITY') === 'terse' ? text.split('\n')[0] : text)
  }

  /** Whether a statement is being written. */
  get hasPending(): boolean {
    return this.pending.length > 0
  }

  clearPending(): void {
    this.pending = []
  }

  /** The statement that is being written, or the last one that ran. */
  get query(): string {
    return this.taken()?.text ?? ''
  }

  private taken(): Excerpt | undefined {
    if (this.pending.length === 0) return this.lastQuery
    const excerpt = new Excerpt()
    for (const { text, start } of this.pending) substitute(text, start, this.variables, excerpt)
    return excerpt
  }

  /** Runs the statement that is being written, or else the last one again. */
  send(show: (result: Result) => void): void {
    const excerpt = this.taken()
    this.pending = []
    if (!excerpt) return
    this.lastQuery = excerpt
    this.perform(excerpt.text, show, (position) => excerpt.sourceOf(position))
  }

  /** Runs statements and says in variables how it went. */
  perform(sql: string, show: (result: Result) => void, sourceOf?: (position: number) => number): void {
    const { variables } = this
    if (this.echo || variables.get('ECHO') === 'queries') this.write(sql.trim())
    const shell = this
    const signal = {
      get aborted(): boolean {
        return shell.isCancelled()
      },
    } as AbortSignal
    try {
      const results = this.database.execEach(sql, { signal })[Symbol.iterator]()
      for (;;) {
        const start = performance.now()
        const next = results.next()
        if (next.done) return
        variables.set('ERROR', 'false')
        variables.set('SQLSTATE', '00000')
        variables.set('ROW_COUNT', String(next.value.rowCount ?? 0))
        show(next.value)
        if (this.timer) this.write(`Time: ${(performance.now() - start).toFixed(3)} ms`)
      }
    } catch (error) {
      if (error instanceof SqlError) {
        variables.set('ERROR', 'true')
        variables.set('SQLSTATE', error.code)
        variables.set('ROW_COUNT', '0')
        variables.set('LAST_ERROR_MESSAGE', error.message)
        variables.set('LAST_ERROR_SQLSTATE', error.code)
        if (sourceOf && error.sql === sql && error.position !== undefined) {
          error.position = sourceOf(error.position)
          error.sql = this.script
        }
      }
      throw error
    }
  }

  /** Errors of commands, and of statements whose place is not known, belong to where they began. */
  private locate(error: unknown, start: number): void {
    if (!(error instanceof SqlError) || error.sql !== undefined || this.interactive) return
    error.position = start
    error.sql = this.script
  }

  private get isActive(): boolean {
    return this.conditions.every(({ state }) => state === 'runs')
  }

  private command(line: string): void {
    const name = /^\\!|^\S+/.exec(line)![0]
    const rest = line.slice(name.length).trim()
    if (this.branch(name, rest) || !this.isActive) return
    const command = findCommand(name)
    if (!command) {
      throw new SqlError('syntax_error', `unknown command ${name}`, { hint: 'Enter .help for the list.' })
    }
    command.run(this, splitWords(rest, this.variables, command.takesNames), rest, name)
  }

  /** `\if`, `\elif`, `\else` and `\endif`; false for other commands. */
  private branch(name: string, rest: string): boolean {
    const { conditions } = this
    const isTrue = (): boolean => {
      const [word = ''] = splitWords(rest, this.variables)
      const truth = truthOf(word)
      if (truth === undefined)
        this.writeError(`unrecognized value "${word}" for "${name} expression": Boolean expected`)
      return truth ?? false
    }
    if (name === '\\if') {
      const state = !this.isActive ? 'over' : isTrue() ? 'runs' : 'waits'
      conditions.push({ state, sawElse: false })
      return true
    }
    if (name !== '\\elif' && name !== '\\else' && name !== '\\endif') return false
    const last = conditions.pop()
    if (!last) throw new SqlError('syntax_error', `${name}: no matching \\if`)
    if (name === '\\endif') return true
    if (last.sawElse) throw new SqlError('syntax_error', `${name}: cannot occur after \\else`)
    const takes = last.state === 'waits' && (name === '\\else' || isTrue())
    conditions.push({ state: takes ? 'runs' : last.state === 'waits' ? 'waits' : 'over', sawElse: name === '\\else' })
    return true
  }

  /** Prints a result in the chosen mode; a person also learns how many rows it has. */
  print(result: Result, expanded: boolean = this.expanded): void {
    if (result.columns.length === 0) {
      if (this.interactive && result.command !== '') this.write(tag(result))
      return
    }
    if (result.command === 'EXPLAIN' || result.command === 'COPY') {
      this.write(result.text.map(([line]) => line).join('\n'))
      return
    }
    const text = printResult(
      result,
      expanded ? (this.mode === 'table' ? 'expanded' : 'line') : this.mode,
      this.outputOptions(),
    )
    if (text !== '' && !this.paged(text)) this.write(text)
    if (!this.footer || this.tuplesOnly) return
    const count = result.rowCount
    const rows = `${count} ${count === 1 ? 'row' : 'rows'}`
    if (this.mode === 'table') this.write(expanded ? '' : `(${rows})\n`)
    else if (this.interactive) this.write(rows)
    else if (this.mode === 'list') this.write(`(${rows})`)
  }

  /** Prints what a command found as a table, whatever the mode. */
  list(title: string, sql: string): void {
    const count = this.table(title, sql)
    this.write(`(${count} ${count === 1 ? 'row' : 'rows'})\n`)
  }

  /** The same without the number of rows, which it gives back. */
  table(title: string, sql: string): number {
    const result = this.database.query(sql)
    this.write(printResult(result, 'table', { ...this.outputOptions(), headers: true, nullText: '', title }))
    return result.rowCount
  }

  /** Hands lines to a command of the system, and shows what it prints. */
  pipe(command: string, lines: readonly string[]): void {
    const input = lines.map((line) => `${line}\n`).join('')
    const { stdout, stderr } = spawnSync(command, { shell: true, input, encoding: 'utf8' })
    if (stdout !== '') this.screen(stdout.replace(/\n$/, ''))
    if (stderr !== '') this.writeError(stderr.replace(/\n$/, ''))
  }

  /** Shows a text in a pager, where one is wanted. */
  private paged(text: string): boolean {
    if (!this.interactive || this.output || this.pager === 'off') return false
    if (this.pager === 'on' && text.split('\n').length < (this.height ?? Infinity)) return false
    this.flush()
    const command = process.env.PSQL_PAGER ?? process.env.PAGER ?? 'less'
    return spawnSync(command, { shell: true, input: `${text}\n`, stdio: ['pipe', 'inherit', 'inherit'] }).status === 0
  }

  /** Sends results to a file, into a command when it is over, or back to the screen. */
  sendTo(path: string | undefined): void {
    this.output = undefined
    this.piped?.()
    this.piped = undefined
    if (path?.startsWith('|')) {
      const lines: string[] = []
      this.piped = () => this.pipe(path.slice(1), lines)
      this.output = (text) => lines.push(text)
      return
    }
    if (path !== undefined) writeFileSync(path, '')
    this.output = path === undefined ? undefined : (text) => appendFileSync(path, `${text}\n`)
  }

  /** Shows what was kept for the screen until now; the prompt shows it at once. */
  flush: () => void = () => {}

  private outputOptions(): OutputOptions {
    return {
      headers: this.headers && !this.tuplesOnly,
      nullText: this.nullText,
      separator: this.separator,
      title: this.title,
      border: this.border,
      lineStyle: this.lineStyle,
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
