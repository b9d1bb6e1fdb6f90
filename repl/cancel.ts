/**
 * Ctrl-C while a statement runs. The statement has the thread to itself, so no event tells of the key: the terminal is asked
 * now and then, through a descriptor of its own that never waits. What else was typed is given back to the prompt.
 */
import { closeSync, constants, openSync, readSync } from 'node:fs'

const interval = 50
const endOfText = 3

export interface CancelKey {
  readonly isCancelled: () => boolean
  readonly close: () => void
}

export function listenForCancel(): CancelKey {
  let terminal: number | undefined
  try {
    terminal = openSync('/dev/tty', constants.O_RDONLY | constants.O_NONBLOCK)
  } catch {
    return { isCancelled: () => false, close: () => {} }
  }
  const bytes = Buffer.alloc(256)
  const typed: Buffer[] = []
  let asked = performance.now()
  let cancelled = false
  const isCancelled = (): boolean => {
    const now = performance.now()
    if (cancelled || now - asked < interval) return cancelled
    asked = now
    try {
      const count = readSync(terminal, bytes)
      if (bytes.subarray(0, count).includes(endOfText)) cancelled = true
      else if (count > 0) typed.push(Buffer.from(bytes.subarray(0, count)))
    } catch {
      // Nothing was typed.
    }
    return cancelled
  }
  const close = (): void => {
    closeSync(terminal)
    if (typed.length > 0 && !cancelled) process.stdin.unshift(Buffer.concat(typed))
  }
  return { isCancelled, close }
}
