/** Commands on variables, the machine and the database. */
import { spawnSync } from 'node:child_process'
import { closeSync, openSync, readSync } from 'node:fs'
import { homedir } from 'node:os'
import { chdir } from 'node:process'
import { SqlError } from '../../src/index.node.ts'
import { type Command, onOff } from '../command.ts'
import { Quit } from '../quit.ts'

export const sessionCommands: readonly Command[] = [
  {
    names: ['\\set', '\\unset'],
    arguments: '[NAME [VALUE …]]',
    doc: 'Sets a variable, which :name, :\'name\' and :"name" stand for; without a name, shows them all.',
    run: (shell, [name, ...values], _rest, command) => {
      if (command === '\\unset') {
        if (name === undefined) throw new SqlError('syntax_error', '\\unset: missing required argument')
        shell.variables.delete(name)
      } else if (name === undefined) {
        for (const [each, value] of [...shell.variables].sort()) shell.write(`${each} = '${value}'`)
      } else if (!/^\w+$/.test(name)) {
        throw new SqlError('invalid_name', `invalid variable name: "${name}"`)
      } else shell.variables.set(name, values.join(''))
    },
  },
  {
    names: ['\\prompt'],
    arguments: '[TEXT] NAME',
    doc: 'Asks for the value of a variable.',
    run: (shell, words) => {
      const name = words.at(-1)
      if (name === undefined) throw new SqlError('syntax_error', '\\prompt: missing required argument')
      if (!/^\w+$/.test(name)) throw new SqlError('invalid_name', `invalid variable name: "${name}"`)
      shell.flush()
      shell.variables.set(name, askLine(words.length > 1 ? words[0] : ''))
    },
  },
  {
    names: ['\\if', '\\elif', '\\else', '\\endif'],
    arguments: 'EXPRESSION',
    doc: 'Runs what follows where a Boolean says so; \\elif, \\else, \\endif.',
    run: () => {},
  },
  {
    names: ['.print', '\\echo', '\\qecho', '\\warn'],
    arguments: 'TEXT',
    doc: 'Prints a text; \\qecho among the results, \\warn as an error.',
    run: (shell, words, _rest, name) => {
      const text = words.join(' ')
      if (name === '\\warn') shell.writeError(text)
      else if (name === '\\echo') shell.screen(text)
      else shell.write(text)
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
    names: ['\\conninfo'],
    arguments: '',
    doc: 'Says which database this is.',
    run: (shell) => {
      const [database, user] = shell.database.query('SELECT current_database(), current_user').text[0]
      shell.write(`You are connected to database "${database}" as user "${user}", in memory.`)
    },
  },
  {
    names: ['\\encoding'],
    arguments: '',
    doc: 'Shows the encoding.',
    run: (shell) => shell.write('UTF8'),
  },
  {
    names: ['\\errverbose'],
    arguments: '',
    doc: 'Shows the last error again, with all that is known of it.',
    run: (shell) => {
      const { lastError } = shell
      if (!(lastError instanceof SqlError)) return shell.write('There is no previous error.')
      shell.report(lastError)
      for (const field of ['schema', 'table', 'column', 'constraint'] as const)
        if (lastError[field] !== undefined) shell.writeError(`${field.toUpperCase()} NAME:  ${lastError[field]}`)
    },
  },
  {
    names: ['\\!', '.shell'],
    arguments: 'COMMAND',
    doc: 'Runs a command of the system.',
    run: (shell, _words, rest) => {
      const { stdout, stderr } = spawnSync(rest, { shell: true, encoding: 'utf8', stdio: ['inherit', 'pipe', 'pipe'] })
      if (stdout !== '') shell.screen(stdout.replace(/\n$/, ''))
      if (stderr !== '') shell.writeError(stderr.replace(/\n$/, ''))
    },
  },
  {
    names: ['\\cd', '.cd'],
    arguments: '[FOLDER]',
    doc: 'Changes the folder in which files are looked for.',
    run: (_shell, [path]) => {
      try {
        chdir(path ?? homedir())
      } catch {
        throw new SqlError('undefined_file', `could not change directory to "${path}"`)
      }
    },
  },
  {
    names: ['\\getenv', '\\setenv'],
    arguments: 'NAME VARIABLE',
    doc: 'Reads a variable of the environment into one of ours; \\setenv sets one.',
    run: (shell, [name, value], _rest, command) => {
      if (name === undefined) throw new SqlError('syntax_error', `${command}: missing required argument`)
      if (command === '\\getenv') {
        const found = process.env[value]
        if (found !== undefined) shell.variables.set(name, found)
      } else if (value === undefined) delete process.env[name]
      else process.env[name] = value
    },
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
    names: ['.quit', '.exit', '.q', '\\q', '\\quit'],
    arguments: '',
    doc: 'Leaves.',
    run: (_, [status]) => {
      throw new Quit(Number(status ?? 0))
    },
  },
]

/** A line from the terminal, or else from standard input; typed characters are shown. */
function askLine(question: string): string {
  const { stdin, stdout } = process
  const isRaw = stdin.isTTY && stdin.isRaw
  const input = stdin.isTTY ? openSync('/dev/tty', 'r') : 0
  if (isRaw) stdin.setRawMode(false)
  stdout.write(question)
  const typed: number[] = []
  const byte = new Uint8Array(1)
  try {
    while (readByte(input, byte) && byte[0] !== 10) typed.push(byte[0])
  } finally {
    if (input !== 0) closeSync(input)
    if (isRaw) stdin.setRawMode(true)
  }
  return Buffer.from(typed).toString('utf8').replace(/\r$/, '')
}

/** false at the end of the input. */
function readByte(input: number, byte: Uint8Array): boolean {
  try {
    return readSync(input, byte) > 0
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EOF') return false
    throw error
  }
}

function bytes(count: number): string {
  if (count < 1024) return `${count} B`
  if (count < 1024 ** 2) return `${(count / 1024).toFixed(1)} KB`
  return count < 1024 ** 3 ? `${(count / 1024 ** 2).toFixed(1)} MB` : `${(count / 1024 ** 3).toFixed(2)} GB`
}
