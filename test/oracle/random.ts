/** Random choices that make schemas and queries. */
import { Random as Numbers } from '../random.ts'

export class Random extends Numbers {
  /** One of several, in proportion to their weights. */
  weighted<T>(list: readonly (readonly [number, T])[]): T {
    let rest = this.next() * list.reduce((sum, [weight]) => sum + weight, 0)
    for (const [weight, value] of list) {
      rest -= weight
      if (rest < 0) return value
    }
    return list[list.length - 1][1]
  }

  times<T>(count: number, make: (index: number) => T): T[] {
    return Array.from({ length: count }, (_, index) => make(index))
  }

  /** A seed for another sequence. */
  seed(): number {
    return Math.floor(this.next() * 4294967296)
  }
}
