/** Random choices that make data: uneven ones, words and texts. */
import { Random } from '../../random.ts'

export class DataRandom extends Random {
  /** An index below `count`; small ones come more often, the more so the higher the power. */
  skewed(count: number, power = 2): number {
    return Math.min(count - 1, Math.floor(this.next() ** power * count))
  }

  /** Early members of the list come more often. */
  pickSkewed<T>(list: readonly T[], power = 2): T {
    return list[this.skewed(list.length, power)]
  }

  word(): string {
    let text = ''
    for (let count = this.between(1, 3); count > 0; count--) text += this.pick(syllables)
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
