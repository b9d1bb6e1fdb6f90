/** What a command of the terminal is, and what many of them need. */
import { SqlError } from '../src/index.node.ts'
import type { Shell } from './shell.ts'

export interface Command {
  /** The first is the one that `.help` shows. */
  readonly names: readonly string[]
  readonly arguments: string
  readonly doc: string
  /** Double quotes stay around the arguments: they are names. */
  readonly takesNames?: true
  /** `rest` is the text behind the command's name, as written; `name` the one by which it was called. */
  readonly run: (shell: Shell, words: readonly string[], rest: string, name: string) => void
}

export function onOff(word: string | undefined, current: boolean): boolean {
  if (word === undefined) return !current
  const truth = truthOf(word)
  if (truth === undefined) {
    throw new SqlError('invalid_parameter_value', `unrecognized value "${word}": Boolean expected`)
  }
  return truth
}

/** As psql reads a Boolean: unique beginnings of the words do. */
export function truthOf(word: string): boolean | undefined {
  const lower = word.toLowerCase()
  if (lower === '') return undefined
  if (['true', 'yes', '1'].some((text) => text.startsWith(lower)) || lower === 'on') return true
  if (['false', 'no', '0'].some((text) => text.startsWith(lower)) || ['of', 'off'].includes(lower)) return false
  return undefined
}
