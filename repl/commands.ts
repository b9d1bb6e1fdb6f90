/** The commands of the terminal, `.like this` and `\like` psql: one record each; `.help` prints them. */
import type { Command } from './command.ts'
import { displayCommands } from './commands/display.ts'
import { queryCommands } from './commands/query.ts'
import { relationCommands } from './commands/relations.ts'
import { sessionCommands } from './commands/session.ts'

const help: Command = {
  names: ['.help', '\\?', '\\h', '\\help', '.h'],
  arguments: '[STATEMENT]',
  doc: 'Shows this list; \\h the forms of statements.',
  run: (shell) => shell.write(helpText()),
}

export const commands: readonly Command[] = [
  help,
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
