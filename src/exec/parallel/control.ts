/**
 * The words by which threads talk: one line of 16 per thread, in shared memory, read and written atomically. A thread
 * sleeps on its own state; the calling thread sleeps on the bell, which every thread rings when something has changed.
 *
 *   starting ─▶ idle ─ offered ─▶ running ─▶ done or failed ─▶ idle …       closed, when the database is
 *
 * While it runs, a thread asks for memory by writing how much it wants to `wanted` and waits until that is 0 again.
 */
export const State = { starting: 0, idle: 1, offered: 2, running: 3, done: 4, failed: 5, closed: 6 } as const

export const Word = {
  state: 0,
  /** Where the text of the job lies, or that of the result. */
  text: 1,
  textLength: 2,
  wanted: 3,
  chunk: 4,
  chunkBytes: 5,
  /** Counts batches, so that a thread that has died can be told from one that works. */
  beats: 6,
  /** 1: the job is called off. */
  stop: 7,
  /** 1: the thread has ended, as who watches it says. */
  ended: 8,
} as const

export const lineBytes = 64

/** The words of one thread (from 0), or the bell's line (-1). */
export class ControlLine {
  private readonly words: Int32Array
  private readonly base: number

  constructor(memory: WebAssembly.Memory, control: number, thread: number) {
    this.words = new Int32Array(memory.buffer)
    this.base = (control + (thread + 1) * lineBytes) >>> 2
  }

  get(word: number): number {
    return Atomics.load(this.words, this.base + word) >>> 0
  }

  set(word: number, value: number): void {
    Atomics.store(this.words, this.base + word, value | 0)
  }

  /** Changes a word from one value to another; false when it had neither. */
  swap(word: number, from: number, to: number): boolean {
    return Atomics.compareExchange(this.words, this.base + word, from, to) === from
  }

  /** Adds 1 and returns what there was. */
  next(word: number): number {
    return Atomics.add(this.words, this.base + word, 1) >>> 0
  }

  addressOf(word: number): number {
    return (this.base + word) * 4
  }

  wake(word: number): void {
    Atomics.notify(this.words, this.base + word)
  }

  /** Sleeps while the word has the value, at most so long. */
  sleep(word: number, value: number, milliseconds: number): void {
    Atomics.wait(this.words, this.base + word, value | 0, milliseconds)
  }
}

/** Adds 1 to a word of shared memory and returns what there was. */
export function takeTicket(memory: WebAssembly.Memory, address: number): number {
  return Atomics.add(new Int32Array(memory.buffer), address >>> 2, 1) >>> 0
}

/** Texts between threads are UTF-16, which needs no decoder that accepts shared memory. */
export function readText(u16: Uint16Array, address: number, length: number): string {
  const parts: string[] = []
  for (let at = 0; at < length; at += 8192) {
    const start = (address >>> 1) + at
    parts.push(String.fromCharCode(...u16.slice(start, start + Math.min(8192, length - at))))
  }
  return parts.join('')
}

export function writeText(u16: Uint16Array, address: number, text: string): void {
  const start = address >>> 1
  for (let i = 0; i < text.length; i++) u16[start + i] = text.charCodeAt(i)
}
