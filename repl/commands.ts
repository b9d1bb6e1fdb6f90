/** The commands of the terminal, `.like this` and `\like` psql: one record each; `.help` prints them. */
import { appendFileSync, writeFileSync } from 'node:fs'
import { SqlError } from '../src/index.node.ts'
import { describeRelation, listRelations } from './describe.ts'
import { outputModes } from './output/modes.ts'
import { Quit, type Shell } from './shell.ts'

export interface Command {
  /** The first is the one that `.help` shows. */
  readonly names: readonly string[]
  readonly arguments: string
  readonly doc: string
  /** `rest` is the text behind the command's name, as written. */
  readonly run: (shell: Shell, words: readonly string[], rest: string) => void
}

export const commands: readonly Command[] = [
  {
    names: ['.help', '\\?', '\\h', '.h'],
    arguments: '',
    doc: 'Shows this list.',
    run: (shell) => shell.write(help()),
  },
  {
    names: ['.tables', '\\dt', '\\dt+'],
    arguments: '[PATTERN]',
    doc: 'Lists tables and views.',
    run: (shell, [pattern]) => listRelations(shell, ['table', 'view', 'materialized view'], pattern),
  },
  {
    names: ['\\d', '\\d+'],
    arguments: '[NAME]',
    doc: 'Lists all relations, or describes one: columns, indexes, constraints.',
    run: (shell, [name]) =>
      name === undefined
        ? listRelations(shell, ['table', 'view', 'materialized view', 'sequence'])
        : describeRelation(shell, name),
  },
  {
    names: ['\\dv'],
    arguments: '[PATTERN]',
    doc: 'Lists views.',
    run: (shell, [pattern]) => listRelations(shell, ['view', 'materialized view'], pattern),
  },
  {
    names: ['\\ds'],
    arguments: '[PATTERN]',
    doc: 'Lists sequences.',
    run: (shell, [pattern]) => listRelations(shell, ['sequence'], pattern),
  },
  {
    names: ['.indexes', '\\di'],
    arguments: '[TABLE]',
    doc: 'Lists indexes.',
    run: (shell, [table]) => {
      for (const relation of shell.database.relations()) {
        if (table !== undefined && relation.name !== table) continue
        for (const index of relation.indexes)
          shell.write(`${index.name}: ${relation.name} using ${index.method} ${index.definition}`)
      }
    },
  },
  {
    names: ['.schema'],
    arguments: '[PATTERN]',
    doc: 'Shows the CREATE statements.',
    run: (shell, [pattern]) => {
      for (const relation of shell.database.relations()) {
        if (pattern === undefined || matches(relation.name, pattern)) shell.write(relation.definition)
      }
    },
  },
  {
    names: ['.mode'],
    arguments: '[MODE]',
    doc: `How results are printed: ${outputModes.join(', ')}.`,
    run: (shell, [mode]) => {
      if (mode === undefined) return shell.write(`current output mode: ${shell.mode}`)
      const found = outputModes.find((candidate) => candidate === mode)
      if (!found)
        throw new SqlError('invalid_parameter_value', `there is no mode "${mode}"`, {
          hint: `Modes are ${outputModes.join(', ')}.`,
        })
      shell.mode = found
      shell.headers = found !== 'list'
      shell.nullText = found === 'box' ? 'NULL' : ''
      shell.expanded = false
    },
  },
  {
    names: ['.headers', '.header'],
    arguments: 'on|off',
    doc: 'Whether column names are printed.',
    run: (shell, [word]) => {
      shell.headers = onOff(word, shell.headers)
    },
  },
  {
    names: ['.nullvalue'],
    arguments: 'TEXT',
    doc: 'What is printed for NULL.',
    run: (shell, [text]) => {
      shell.nullText = text ?? ''
    },
  },
  {
    names: ['.separator'],
    arguments: 'TEXT',
    doc: 'What stands between columns in list mode.',
    run: (shell, [text]) => {
      shell.separator = (text ?? '|').replaceAll('\\t', '\t').replaceAll('\\n', '\n')
    },
  },
  {
    names: ['.maxrows'],
    arguments: 'N',
    doc: 'Rows of a box before it leaves out the middle; 0 shows all.',
    run: (shell, [count]) => {
      shell.maximumRows = Number(count) > 0 ? Number(count) : undefined
    },
  },
  {
    names: ['\\x'],
    arguments: '[on|off]',
    doc: 'A value a line.',
    run: (shell, [word]) => {
      shell.expanded = onOff(word, shell.expanded)
      if (shell.interactive) shell.write(`Expanded display is ${shell.expanded ? 'on' : 'off'}.`)
    },
  },
  {
    names: ['.timer', '\\timing'],
    arguments: '[on|off]',
    doc: 'Prints how long each statement took.',
    run: (shell, [word]) => {
      shell.timer = onOff(word, shell.timer)
      if (shell.interactive) shell.write(`Timing is ${shell.timer ? 'on' : 'off'}.`)
    },
  },
  {
    names: ['.read', '\\i', '\\ir'],
    arguments: 'FILE',
    doc: 'Runs a script.',
    run: (shell, [path]) => {
      if (path === undefined) throw new SqlError('syntax_error', '.read needs a file')
      try {
        shell.runFile(path)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT')
          throw new SqlError('undefined_file', `could not open file "${path}": No such file or directory`)
        throw error
      }
    },
  },
  {
    names: ['.output', '\\o'],
    arguments: '[FILE]',
    doc: 'Sends results to a file; without one, back to the screen.',
    run: (shell, [path]) => {
      shell.output = path === undefined ? undefined : fileWriter(path)
    },
  },
  {
    names: ['.echo'],
    arguments: 'on|off',
    doc: 'Prints statements before they run.',
    run: (shell, [word]) => {
      shell.echo = onOff(word, shell.echo)
    },
  },
  {
    names: ['.print', '\\echo', '\\qecho'],
    arguments: 'TEXT',
    doc: 'Prints a text.',
    run: (shell, words) => shell.write(words.join(' ')),
  },
  {
    names: ['.memory'],
    arguments: '',
    doc: 'What the database holds, by owner.',
    run: (shell) => {
      const { used, reserved, owners } = shell.database.memory()
      shell.write(`used ${bytes(used)}, reserved ${bytes(reserved)}`)
      for (const owner of [...owners].sort((a, b) => b.bytes - a.bytes))
        shell.write(`  ${bytes(owner.bytes).padStart(10)}  ${owner.kind} ${owner.name}`)
    },
  },
  {
    names: ['.open'],
    arguments: '',
    doc: 'Closes the database and opens a new, empty one.',
    run: (shell) => shell.reset(),
  },
  {
    names: ['.quit', '.exit', '.q', '\\q'],
    arguments: '',
    doc: 'Leaves.',
    run: (_, [status]) => {
      throw new Quit(Number(status ?? 0))
    },
  },
]

const byName = new Map(commands.flatMap((command) => command.names.map((name) => [name, command] as const)))

export function findCommand(name: string): Command | undefined {
  return byName.get(name.toLowerCase())
}

function help(): string {
  const heads = commands.map((command) => `${command.names.slice(0, 2).join(', ')} ${command.arguments}`.trim())
  const width = Math.max(...heads.map((head) => head.length))
  const lines = commands.map((command, i) => `${heads[i].padEnd(width)}  ${command.doc}`)
  return ['Statements end with a semicolon. Commands:', '', ...lines].join('\n')
}

function onOff(word: string | undefined, current: boolean): boolean {
  if (word === undefined) return !current
  return ['on', 'yes', 'true', '1'].includes(word.toLowerCase())
}

/** `%` and `*` stand for anything. */
export function matches(name: string, pattern: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/[%*]/g, '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`, 'i').test(name)
}

function fileWriter(path: string): (text: string) => void {
  writeFileSync(path, '')
  return (text) => appendFileSync(path, `${text}\n`)
}

function bytes(count: number): string {
  if (count < 1024) return `${count} B`
  if (count < 1024 ** 2) return `${(count / 1024).toFixed(1)} KB`
  return count < 1024 ** 3 ? `${(count / 1024 ** 2).toFixed(1)} MB` : `${(count / 1024 ** 3).toFixed(2)} GB`
}
