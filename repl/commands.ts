/** The commands of the terminal, `.like this` and `\like` psql: one record each; `.help` prints them. */
import type { Command } from './command.ts'
import { displayCommands } from './commands/display.ts'
import { queryCommands } from './commands/query.ts'
import { relationCommands } from './commands/relations.ts'
import { sessionCommands } from './commands/session.ts'
import { statementNames, synopses, synopsesOf } from './synopses.ts'

const help: Command = {
  names: ['.help', '\\?', '.h'],
  arguments: '',
  doc: 'Shows this list.',
  run: (shell) => shell.write(helpText()),
}

const statementHelp: Command = {
  names: ['\\h', '\\help'],
  arguments: '[STATEMENT]',
  doc: 'Shows how a statement is written, or which statements there are.',
  run: (shell, _words, rest) => {
    const words = rest.split(/\s+/).filter((word) => word !== '' && word !== '*')
    if (words.length === 0 && rest !== '*') return shell.write(columns(statementNames()))
    const found = rest === '*' ? synopses : synopsesOf(words)
    shell.write(
      found.length > 0
        ? found.join('\n')
        : `No help available for "${rest}".\nTry \\h with no arguments to see available help.`,
    )
  },
}

/** Names side by side. */
function columns(names: readonly string[]): string {
  const width = Math.max(...names.map((name) => name.length)) + 2
  const height = Math.ceil(names.length / 3)
  return Array.from({ length: height }, (_, i) =>
    [names[i], names[i + height] ?? '', names[i + 2 * height] ?? '']
      .map((name) => name.padEnd(width))
      .join('')
      .trimEnd(),
  ).join('\n')
}

export const commands: readonly Command[] = [
  help,
  statementHelp,
  ...relationCommands,
  ...displayCommands,
  ...queryCommands,
  ...sessionCommands,
]

const byName = new Map(commands.flatMap((command) => command.names.map((name) => [name, command] as const)))

export function findCommand(name: string): Command | undefined {
  return byName.get(name) ?? byName.get(name.toLowerCase())
}

function helpText(): string {
  const heads = commands.map((command) => `${command.names.slice(0, 2).join(', ')} ${command.arguments}`.trim())
  const width = Math.max(...heads.map((head) => head.length))
  const lines = commands.map((command, i) => `${heads[i].padEnd(width)}  ${command.doc}`)
  return ['Statements end with a semicolon. Commands:', '', ...lines].join('\n')
}
