/** What the generators of data share: numbers that depend on a seed alone, skew, and files written by the chunk. */
import { closeSync, existsSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

/** Uniform numbers in [0, 1), the same for the same seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Which of `count` things, the first ones most often: the larger the power, the more skew. */
export function skewed(random: () => number, count: number, power: number): number {
  return Math.floor(count * random() ** power)
}

const syllables = 'ba ce di fo gu ha je ki lo mu na pe ri so tu va we xi yo zu tor lin mar ken sol dan'.split(' ')

/** The nth made-up word; different for different n. */
export function word(n: number): string {
  let text = ''
  for (let rest = n + 27; rest > 0; rest = Math.floor(rest / syllables.length))
    text += syllables[rest % syllables.length]
  return text
}

/** Writes a file of `count` lines, unless it is there. */
export function writeLines(path: string, count: number, line: (n: number) => string): void {
  if (existsSync(path)) return
  mkdirSync(dirname(path), { recursive: true })
  const unfinished = `${path}.part`
  const file = openSync(unfinished, 'w')
  let chunk = ''
  for (let n = 0; n < count; n++) {
    chunk += `${line(n)}\n`
    if (chunk.length > 1 << 20) {
      writeSync(file, chunk)
      chunk = ''
    }
  }
  writeSync(file, chunk)
  closeSync(file)
  renameSync(unfinished, path)
}
