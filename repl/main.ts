#!/usr/bin/env node
/**
 * The `colonnade` command. With SQL, a script or piped input it runs them and leaves: status 0, 3 after an error in SQL, 1 when
 * the fault is ours or the command line's. At a terminal it opens the prompt, and only then loads what draws it.
 */
import { existsSync, readFileSync } from 'node:fs'
import { basename, extname } from 'node:path'
import { SqlError, version } from '../src/index.node.ts'
import { type Arguments, parseArguments, UsageError, usage } from './arguments.ts'
import { applyPrintSetting } from './commands/display.ts'
import { Quit } from './quit.ts'
import { Shell } from './shell.ts'

const exitStatus = { fine: 0, ours: 1, sql: 3 } as const

process.env.NODE_ENV ??= 'production'
process.exitCode = await main()

async function main(): Promise<number> {
  let given: Arguments
  try {
    given = parseArguments(process.argv.slice(2))
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    process.stderr.write(`colonnade: ${error.message}\n\n${usage}\n`)
    return exitStatus.ours
  }
  if (given.help) {
    process.stdout.write(`${usage}\n`)
    return exitStatus.fine
  }
  if (given.version) {
    process.stdout.write(`colonnade ${version}\n`)
    return exitStatus.fine
  }
  return run(given)
}

async function run(given: Arguments): Promise<number> {
  const isTerminal = Boolean(process.stdin.isTTY && process.stdout.isTTY)
  const wantsPrompt = isTerminal && (given.interactive || given.tour || given.work.length === 0)
  const shell = new Shell({
    ...given,
    mode: given.mode ?? (given.tour ? 'box' : undefined),
    interactive: isTerminal && given.mode === undefined,
    width: process.stdout.columns,
    write: (text) => process.stdout.write(`${text}\n`),
    writeError: (text) => process.stderr.write(`${text}\n`),
  })
  try {
    shell.echo = given.echo
    shell.tuplesOnly = given.tuplesOnly ?? false
    if (given.quiet) shell.footer = false
    for (const setting of given.printSettings) applyPrintSetting(shell, setting)
    if (given.output !== undefined) shell.sendTo(given.output)
    if (given.init !== undefined) shell.runFile(given.init)
    if (given.file !== undefined) openFile(shell, given.file)
    if (given.tour) await runTour(shell)
    let errors = 0
    if (given.singleTransaction) shell.database.exec('BEGIN')
    for (const work of given.work) {
      if (work.kind === 'sql') errors += shell.run(work.text, undefined)
      else errors += shell.runFile(work.path)
    }
    if (given.work.length === 0 && !isTerminal && !given.tour) errors += shell.runFile('-')
    if (given.singleTransaction) shell.database.exec(errors > 0 ? 'ROLLBACK' : 'COMMIT')
    if (wantsPrompt) {
      const { openPrompt } = await import('./prompt.tsx')
      return await openPrompt(shell)
    }
    return errors > 0 ? exitStatus.sql : exitStatus.fine
  } catch (error) {
    if (error instanceof Quit) return error.status
    shell.report(error)
    if (error instanceof SqlError) return exitStatus.sql
    const code = (error as NodeJS.ErrnoException).code
    return code === 'ENOENT' || code === 'EISDIR' ? exitStatus.sql : exitStatus.ours
  } finally {
    shell.sendTo(undefined)
    shell.database.close()
  }
}

/** Opens what the command line names: a script is run, a data file becomes a view of its name. */
function openFile(shell: Shell, path: string): void {
  if (path === ':memory:') return
  if (!existsSync(path)) {
    throw new SqlError('undefined_file', `could not open file "${path}": No such file or directory`, {
      hint: 'Databases live in memory: name a CSV, JSON, Parquet or SQL file, or nothing.',
    })
  }
  const extension = extname(path).toLowerCase()
  if (extension === '.sql') {
    shell.run(readFileSync(path, 'utf8'), path)
    return
  }
  const name = basename(path).split('.')[0].replaceAll('"', '""')
  shell.database.exec(`CREATE TABLE "${name}" AS FROM '${path.replaceAll("'", "''")}'`)
  if (shell.interactive) shell.write(`Opened ${path} as table "${name}".`)
}

async function runTour(shell: Shell): Promise<void> {
  const { tour } = await import('./tour.ts')
  tour(shell)
}
