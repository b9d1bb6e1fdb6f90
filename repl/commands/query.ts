/** Commands on the statement that is being written, or the last one: how it is run, and where its rows go. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Result, SqlError } from '../../src/index.node.ts'
import type { Command } from '../command.ts'
import type { Shell } from '../shell.ts'
import { crosstab } from './crosstab.ts'

export const queryCommands: readonly Command[] = [
  {
    names: ['\\g', '\\gx'],
    arguments: '[FILE | |COMMAND]',
    doc: 'Sends the statement, as a semicolon does; \\gx prints a value a line.',
    run: (shell, _words, rest, name) => {
      const target = rest.replace(/^\([^)]*\)\s*/, '')
      withOutput(shell, target, () => shell.send((result) => shell.print(result, name === '\\gx' || shell.expanded)))
    },
  },
  {
    names: ['\\gset'],
    arguments: '[PREFIX]',
    doc: 'Sends the statement and keeps the values of its only row as variables.',
    run: (shell, [prefix = '']) => shell.send((result) => keep(shell, result, prefix)),
  },
  {
    names: ['\\crosstabview'],
    arguments: '[ROWS [COLUMNS [VALUES [ORDER]]]]',
    doc: 'Sends the statement and prints its values in a table with a row and a column for each value of two of its columns.',
    run: (shell, words) => shell.send((result) => shell.print(crosstab(shell.database, result, words), false)),
  },
  {
    names: ['\\gexec'],
    arguments: '',
    doc: 'Sends the statement, and then each of its values as a statement.',
    run: (shell) =>
      shell.send((result) => {
        for (const text of result.text.flat()) if (text !== null) shell.perform(text, (each) => shell.print(each))
      }),
  },
  {
    names: ['\\gdesc'],
    arguments: '',
    doc: 'Describes the columns of the statement without running it.',
    run: (shell) => {
      const columns = shell.database.prepare(shell.query).columns()
      shell.clearPending()
      if (columns.length === 0) return shell.write('The command has no result, or the result has no columns.')
      const rows = columns.map(({ name, type }) => [name, type])
      const list = rows.map((_, i) => `($${2 * i + 1}, $${2 * i + 2})`).join(', ')
      shell.print(shell.database.query(`SELECT * FROM (VALUES ${list}) AS t("Column", "Type")`, rows.flat()))
    },
  },
  {
    names: ['\\watch'],
    arguments: '[SECONDS]',
    doc: 'Sends the statement again and again, until Ctrl-C.',
    run: (shell, [seconds = '2']) => {
      const wait = Number(seconds.replace(/^i(nterval)?=/, ''))
      if (!(wait >= 0)) throw new SqlError('invalid_parameter_value', `\\watch: incorrect interval value "${seconds}"`)
      const word = new Int32Array(new SharedArrayBuffer(4))
      while (!shell.isCancelled()) {
        shell.screen(`${new Date().toString().replace(/ GMT.*/, '')} (every ${wait}s)\n`)
        shell.send((result) => shell.print(result))
        shell.flush()
        const end = performance.now() + wait * 1000
        while (performance.now() < end && !shell.isCancelled()) Atomics.wait(word, 0, 0, Math.min(100, wait * 1000))
      }
    },
  },
  {
    names: ['\\p', '\\print'],
    arguments: '',
    doc: 'Shows the statement that is being written, or the last one.',
    run: (shell) => shell.write(shell.query.trim() || 'Query buffer is empty.'),
  },
  {
    names: ['\\r', '\\reset'],
    arguments: '',
    doc: 'Forgets the statement that is being written.',
    run: (shell) => {
      shell.clearPending()
      if (shell.interactive) shell.write('Query buffer reset (cleared).')
    },
  },
  {
    names: ['\\w', '\\write'],
    arguments: 'FILE',
    doc: 'Writes the statement to a file.',
    run: (shell, [path]) => {
      if (path === undefined) throw new SqlError('syntax_error', '\\w: missing required argument')
      writeFileSync(path, `${shell.query.trim()}\n`)
    },
  },
  {
    names: ['\\e', '\\edit'],
    arguments: '[FILE]',
    doc: 'Opens the statement, or a file, in an editor, and runs what it has become.',
    run: (shell, [path]) => {
      const text = path === undefined ? edited(shell.query) : edited(undefined, path)
      shell.clearPending()
      if (text.trim() !== '') shell.run(text, undefined)
    },
  },
  {
    names: ['\\copy'],
    arguments: '… FROM | TO FILE',
    doc: 'COPY, with a file named without quotes; FROM STDIN takes the lines that follow.',
    run: (shell, _words, rest) => {
      const [, head, direction, target, options] =
        /^([\s\S]*?)\s+(from|to)\s+(program\s+\S+|'(?:[^']|'')*'|\S+)([\s\S]*)$/i.exec(rest) ?? []
      if (target === undefined) throw new SqlError('syntax_error', '\\copy: parse error at end of line')
      const isStream = /^p?std(in|out)$/i.test(target)
      const name = isStream ? target.replace(/^p/i, '') : target.startsWith("'") ? target : `'${target}'`
      const [own, ...data] = options.split('\n')
      const copy = `COPY ${head} ${direction} ${name}${own.replace(/;\s*$/, '')};`
      shell.perform(data.length > 0 ? `${copy}\n${data.join('\n')}\n` : copy, (result) => {
        if (/std(out)$/i.test(name)) shell.print(result)
        else if (shell.interactive) shell.write(`COPY ${result.rowCount}`)
      })
    },
  },
  {
    names: ['.read', '\\i', '\\ir', '\\include'],
    arguments: 'FILE',
    doc: 'Runs a script; \\ir looks beside the script that names it.',
    run: (shell, [path], _rest, name) => {
      if (path === undefined) throw new SqlError('syntax_error', `${name} needs a file`)
      try {
        shell.runFile(path, name === '\\ir')
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT')
          throw new SqlError('undefined_file', `could not open file "${path}": No such file or directory`)
        throw error
      }
    },
  },
  {
    names: ['.output', '\\o', '\\out'],
    arguments: '[FILE | |COMMAND]',
    doc: 'Sends results to a file, or into a command when it is over; without one, back to the screen.',
    run: (shell, _words, rest) => {
      shell.flush()
      shell.sendTo(rest === '' ? undefined : unquoted(rest))
    },
  },
]

function unquoted(word: string): string {
  return word.replace(/^'(.*)'$|^"(.*)"$/, '$1$2')
}

/** Runs a body whose output goes to a file, or into a command. */
function withOutput(shell: Shell, target: string, body: () => void): void {
  if (target === '') return body()
  const lines: string[] = []
  const { output } = shell
  shell.output = (text) => lines.push(text)
  try {
    body()
  } finally {
    shell.output = output
  }
  if (target.startsWith('|')) shell.pipe(target.slice(1), lines)
  else writeFileSync(unquoted(target), lines.map((line) => `${line}\n`).join(''))
}

function keep(shell: Shell, result: Result, prefix: string): void {
  const { text, columns } = result
  if (text.length !== 1) {
    throw new SqlError(
      'cardinality_violation',
      `${text.length === 0 ? 'no rows' : 'more than one row'} returned for \\gset`,
    )
  }
  columns.forEach(({ name }, i) => {
    const value = text[0][i]
    if (value === null) shell.variables.delete(prefix + name)
    else shell.variables.set(prefix + name, value)
  })
}

/** What a text, or a file, is after an editor has been over it. */
function edited(text: string | undefined, path?: string): string {
  const folder = path === undefined ? mkdtempSync(join(tmpdir(), 'colonnade-')) : undefined
  const file = path ?? join(folder!, 'edit.sql')
  try {
    if (text !== undefined) writeFileSync(file, `${text.trim()}\n`)
    const editor = process.env.PSQL_EDITOR ?? process.env.EDITOR ?? process.env.VISUAL ?? 'vi'
    const { status, error } = spawnSync(`${editor} ${JSON.stringify(file)}`, { shell: true, stdio: 'inherit' })
    if (error || status !== 0) throw new SqlError('external_routine_exception', `could not start editor "${editor}"`)
    return readFileSync(file, 'utf8')
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true })
  }
}
