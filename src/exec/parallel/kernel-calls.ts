/**
 * Kernels that several threads run at once, each a part of the work that touches nothing of the others': which part a row
 * belongs to is for the kernel to say, by its key, so what comes out does not depend on how many parts there are.
 */
import type { LinearMemory } from '../../types/linear-memory.ts'
import { joinLibrary } from '../compiled/join-library.ts'
import { joinRanks } from '../compiled/join-ranks.ts'
import { type LibraryPart, library } from '../compiled/library.ts'
import type { QueryMemory } from '../compiled/memory.ts'
import type { Threads } from '../operator.ts'
import { takeTicket } from './control.ts'

export interface KernelCall {
  readonly library: keyof typeof libraries
  readonly kernel: string
  readonly values: readonly number[]
}

/** Calls for several threads, as a job. */
export interface CallsJob {
  readonly calls: readonly KernelCall[]
  /** Address of the number of the next call, and of what they return (i32). */
  readonly counter: number
  readonly results: number
}

const libraries: { readonly join: LibraryPart; readonly joinRanks: LibraryPart } = { join: joinLibrary, joinRanks }

/** What a kernel returns that cannot do its part apart from the others. */
const impossible = -1

export function call({ library: name, kernel, values }: KernelCall, memory: LinearMemory): number {
  return library(libraries[name], memory)[kernel](...values)
}

/** Calls whatever no other thread has taken. */
export function runCalls({ calls, counter, results }: CallsJob, memory: LinearMemory, beat: () => void): void {
  for (let at = takeTicket(memory.memory, counter); at < calls.length; at = takeTicket(memory.memory, counter)) {
    beat()
    memory.i32[(results >>> 2) + at] = call(calls[at], memory)
  }
}

export interface PartedRun {
  /** The cleared blocks that were asked for, with what the kernel has written. */
  readonly blocks: readonly number[]
  /** Two to this power is the number of parts. */
  readonly partBits: number
  readonly results: readonly number[]
}

/**
 * Runs a kernel over rows: by all threads, a part each, or as one part where there are few rows or no threads, or where
 * something fails. It is told its part, from 0, and how many parts there are.
 */
export function runInParts(
  threads: Threads | undefined,
  rows: number,
  bytes: readonly number[],
  memory: QueryMemory,
  callOf: (blocks: readonly number[], part: number, partBits: number) => KernelCall,
): PartedRun {
  if (threads !== undefined && rows >= threads.fewestRows) {
    const partBits = Math.ceil(Math.log2(threads.count))
    const blocks = bytes.map((size) => memory.allocateCleared(size))
    const calls = Array.from({ length: 2 ** partBits }, (_, part) => callOf(blocks, part, partBits))
    const results = threads.call(calls, blocks, memory)
    if (results !== undefined) {
      if (!results.includes(impossible)) return { blocks, partBits, results }
      for (const block of blocks) memory.free(block)
    }
  }
  const blocks = bytes.map((size) => memory.allocateCleared(size))
  return { blocks, partBits: 0, results: [call(callOf(blocks, 0, 0), memory.memory)] }
}
