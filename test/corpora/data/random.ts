/** Random numbers that are the same in every run: what is made from a seed is made again from it. */
export class Random {
  private state: number

  constructor(seed: number) {
    this.state = seed >>> 0
  }

  /** At least 0, below 1. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }

  chance(part: number): boolean {
    return this.next() < part
  }

  /** An integer, both ends included. */
  integer(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1))
  }

  /** An index below `count`; small ones come more often, the more so the higher the power. */
  skewed(count: number, power = 2): number {
    return Math.min(count - 1, Math.floor(this.next() ** power * count))
  }

  pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.next() * list.length)]
  }

  /** Early members of the list come more often. */
  pickSkewed<T>(list: readonly T[], power = 2): T {
    return list[this.skewed(list.length, power)]
  }

  shuffled(count: number): Uint32Array {
    const order = Uint32Array.from({ length: count }, (_, index) => index)
    for (let index = count - 1; index > 0; index--) {
      const other = this.integer(0, index)
      const kept = order[index]
      order[index] = order[other]
      order[other] = kept
    }
    return order
  }

  word(): string {
    let text = ''
    for (let count = this.integer(1, 3); count > 0; count--) text += this.pick(syllables)
    return text
  }

  /** Words with a capital each. */
  title(words: number): string {
    const found: string[] = []
    for (let index = 0; index < words; index++) {
      const word = this.word()
      found.push(word[0].toUpperCase() + word.slice(1))
    }
    return found.join(' ')
  }

  /** A text that the LIKE pattern matches. */
  matching(pattern: string): string {
    return pattern.replace(/%/g, () => (this.chance(0.3) ? '' : ` ${this.word()} `)).replace(/_/g, 'x')
  }
}

const syllables =
  'ba be bo ca co da de di do fa fi ga go ha he ka ki la le li lo ma me mi mo na ne no pa po ra re ri ro sa se si so ta te ti to va ve vi vo za zu'.split(
    ' ',
  )
