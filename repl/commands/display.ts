/** Commands on how results are printed. */
import { SqlError } from '../../src/index.node.ts'
import { type Command, onOff } from '../command.ts'
import { type OutputMode, outputModes } from '../output/modes.ts'
import type { Shell } from '../shell.ts'

export function setMode(shell: Shell, mode: OutputMode): void {
  shell.mode = mode
  shell.headers = mode !== 'list'
  shell.nullText = mode === 'box' ? 'NULL' : ''
  shell.expanded = false
}

function setFormat(shell: Shell, mode: OutputMode): void {
  shell.mode = mode
  shell.headers = shell.footer = true
}

/** psql's formats by our modes. */
const formats: Readonly<Record<string, OutputMode>> = {
  aligned: 'table',
  wrapped: 'box',
  unaligned: 'list',
  csv: 'csv',
  html: 'html',
  asciidoc: 'markdown',
}

const lineStyles = ['ascii', 'unicode'] as const

/** The settings of `\pset`: how each is set and what is said of it then. */
const printSettings: Readonly<Record<string, (shell: Shell, value: string | undefined) => string>> = {
  format: (shell, value) => {
    if (value !== undefined) {
      const mode = Object.entries(formats).find(([name]) => name.startsWith(value))?.[1]
      if (!mode) {
        throw new SqlError('invalid_parameter_value', `\\pset: allowed formats are ${Object.keys(formats).join(', ')}`)
      }
      setFormat(shell, mode)
    }
    return `Output format is ${Object.keys(formats).find((name) => formats[name] === shell.mode) ?? shell.mode}.`
  },
  null: (shell, value) => {
    if (value !== undefined) shell.nullText = value
    return `Null display is "${shell.nullText}".`
  },
  fieldsep: (shell, value) => {
    if (value !== undefined) shell.separator = value
    return `Field separator is "${shell.separator}".`
  },
  expanded: (shell, value) => {
    shell.expanded = onOff(value, shell.expanded)
    return `Expanded display is ${shell.expanded ? 'on' : 'off'}.`
  },
  tuples_only: (shell, value) => {
    shell.tuplesOnly = onOff(value, shell.tuplesOnly)
    return `Tuples only is ${shell.tuplesOnly ? 'on' : 'off'}.`
  },
  footer: (shell, value) => {
    shell.footer = onOff(value, shell.footer)
    return `Default footer is ${shell.footer ? 'on' : 'off'}.`
  },
  title: (shell, value) => {
    shell.title = value
    return value === undefined ? 'Title is unset.' : `Title is "${value}".`
  },
  columns: (shell, value) => {
    if (value !== undefined) shell.width = Number(value) || undefined
    return `Target width is ${shell.width ?? 'unset'}.`
  },
  border: (shell, value) => {
    const border = Number(value ?? shell.border)
    if (!Number.isInteger(border) || border < 0)
      throw new SqlError('invalid_parameter_value', `\\pset: invalid border "${value}"`)
    shell.border = Math.min(border, 2) as 0 | 1 | 2
    return `Border style is ${shell.border}.`
  },
  linestyle: (shell, value) => {
    const found = lineStyles.find((style) => value === undefined || style.startsWith(value))
    if (!found)
      throw new SqlError('invalid_parameter_value', `\\pset: allowed line styles are ${lineStyles.join(', ')}`)
    if (value !== undefined) shell.lineStyle = found
    return `Line style is ${shell.lineStyle}.`
  },
  pager: (shell, value) => {
    if (value === 'always') shell.pager = 'always'
    else shell.pager = onOff(value, shell.pager !== 'off') ? 'on' : 'off'
    if (shell.pager === 'always') return 'Pager is always used.'
    return shell.pager === 'on' ? 'Pager is used for long output.' : 'Pager usage is off.'
  },
}

function printSetting(shell: Shell, name: string, value: string | undefined): void {
  const short: Readonly<Record<string, string>> = { x: 'expanded', vertical: 'expanded', t: 'tuples_only' }
  const setting = printSettings[short[name] ?? name]
  if (!setting) throw new SqlError('invalid_parameter_value', `\\pset: unknown option: ${name}`)
  const said = setting(shell, value)
  if (shell.interactive) shell.write(said)
}

/** As the command line and `\pset` set it. */
export function applyPrintSetting(shell: Shell, text: string): void {
  const [name, value] = text.split(/=(.*)/s)
  printSetting(shell, name, value)
}

export const displayCommands: readonly Command[] = [
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
      setMode(shell, found)
    },
  },
  {
    names: ['\\pset'],
    arguments: '[SETTING [VALUE]]',
    doc: `Sets how results are printed: ${Object.keys(printSettings).join(', ')}.`,
    run: (shell, [name, value]) => {
      if (name !== undefined) return printSetting(shell, name, value)
      shell.write(`format ${shell.mode}\nnull '${shell.nullText}'\nfieldsep '${shell.separator}'\nexpanded ${shell.expanded ? 'on' : 'off'}
tuples_only ${shell.tuplesOnly ? 'on' : 'off'}\nfooter ${shell.footer ? 'on' : 'off'}\nborder ${shell.border}\nlinestyle ${shell.lineStyle}\npager ${shell.pager}`)
    },
  },
  {
    names: ['\\x'],
    arguments: '[on|off]',
    doc: 'A value a line.',
    run: (shell, [word]) => printSetting(shell, 'expanded', word),
  },
  {
    names: ['\\a', '\\t', '\\H', '\\f', '\\C'],
    arguments: '[VALUE]',
    doc: 'Aligned or not, \\t rows only, \\H HTML, \\f the separator, \\C the title.',
    run: (shell, [word], _rest, name) => {
      if (name === '\\a') printSetting(shell, 'format', shell.mode === 'list' ? 'aligned' : 'unaligned')
      else if (name === '\\H') printSetting(shell, 'format', shell.mode === 'html' ? 'aligned' : 'html')
      else printSetting(shell, { '\\t': 'tuples_only', '\\f': 'fieldsep', '\\C': 'title' }[name]!, word)
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
    names: ['.timer', '\\timing'],
    arguments: '[on|off]',
    doc: 'Prints how long each statement took.',
    run: (shell, [word]) => {
      shell.timer = onOff(word, shell.timer)
      if (shell.interactive) shell.write(`Timing is ${shell.timer ? 'on' : 'off'}.`)
    },
  },
]
