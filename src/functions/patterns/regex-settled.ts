/**
 * Whether JavaScript's match of a pattern is PostgreSQL's: JavaScript takes the first alternative and round that lead to a
 * match, PostgreSQL the longest match. Where what comes next tells which way to go, or the match has to end where the text
 * does, they agree; for other patterns the answer is no, though they may agree on most texts.
 */
import type { Alternatives, Atom, Piece } from './regex-parser.ts'

/** What can begin a part of a pattern. */
interface Beginning {
  readonly atoms: readonly Atom[]
  readonly canBeEmpty: boolean
}

/** Fewer rounds than these make a search no slower than all others. */
const manyRounds = 16

const NOTHING: Beginning = { atoms: [], canBeEmpty: true }

export interface SettledOptions {
  readonly ignoreCase: boolean
  readonly sourceOf: (atom: Atom) => string
  /** How many characters a branch matches, if always as many and nothing is captured; else -1. */
  readonly fixedLength: (branch: readonly Piece[]) => number
}

export function isSettled(body: Alternatives, options: SettledOptions): boolean {
  if (hasBack(body)) return false
  return isPlain(body) || new Judge(options, endsWithText(body)).alternatives(body, NOTHING, false)
}

/** Whether JavaScript may find no match where there is one, or try ever more ways to go round a loop. */
export function isUnfitForSearch(body: Alternatives, options: SettledOptions): boolean {
  return hasBack(body) || new Judge(options, false).hasUnsettledLoop(body)
}

/**
 * To which power of a text's length JavaScript's search may take, at the worst: each loop that may end in several places
 * counts, since all its ends are tried with all those of the next.
 */
export function searchDegree(body: Alternatives, options: SettledOptions): number {
  return 1 + new Judge(options, false).openLoops(body, NOTHING)
}

/** Only characters are repeated: to take one where it can be taken never shortens a match. */
function isPlain({ branches }: Alternatives): boolean {
  return (
    branches.length === 1 &&
    branches[0].every(({ atom, quantified }) => atom.kind !== 'group' || (!quantified && isPlain(atom.body)))
  )
}

function hasBack({ branches }: Alternatives): boolean {
  return branches.some((branch) =>
    branch.some(({ atom }) => atom.kind === 'back' || (atom.kind === 'group' && hasBack(atom.body))),
  )
}

/** Whether every match ends with the text: `$` or `.*` stands last. */
function endsWithText({ branches }: Alternatives): boolean {
  const last = branches[0][branches[0].length - 1]
  if (branches.length > 1 || last?.atom.kind !== 'source') return false
  return last.quantified ? last.atom.source === '[^]' && last.max > 255 && !last.lazy : last.atom.source === '$'
}

class Judge {
  private readonly options: SettledOptions
  private readonly endsWithText: boolean

  constructor(options: SettledOptions, atEnd: boolean) {
    this.options = options
    this.endsWithText = atEnd
  }

  alternatives({ branches }: Alternatives, follow: Beginning, isRepeated: boolean): boolean {
    const { fixedLength } = this.options
    if (branches.length > 1) {
      const lengths = branches.map(fixedLength)
      const isFixed = lengths.every((length) => length >= 0)
      const isLast = follow.atoms.length === 0 || (this.endsWithText && !isRepeated)
      const isOrdered = isFixed && (isLast || lengths.every((length) => length === lengths[0]))
      if (!isOrdered && !this.areApart(branches.map((branch) => this.beginning(branch)))) return false
    }
    return branches.every((branch) => branch.every((_, at) => this.piece(branch, at, follow, isRepeated)))
  }

  hasUnsettledLoop({ branches }: Alternatives): boolean {
    return branches.some((branch) =>
      branch.some(({ atom, max }) => {
        if (atom.kind === 'look') return this.hasUnsettledLoop(atom.body)
        if (atom.kind !== 'group') return false
        const own = this.alternativesBeginning(atom.body)
        const isLoop = max > 1 && (own.canBeEmpty || !this.alternatives(atom.body, own, true))
        return isLoop || this.hasUnsettledLoop(atom.body)
      }),
    )
  }

  openLoops({ branches }: Alternatives, follow: Beginning): number {
    const counts = branches.map((branch) => {
      let count = 0
      for (const [at, { atom, min, max }] of branch.entries()) {
        const rest = followed(this.beginning(branch.slice(at + 1)), follow)
        const own = atom.kind === 'group' ? this.alternativesBeginning(atom.body).atoms : [atom]
        if (atom.kind === 'group' || atom.kind === 'look') count += this.openLoops(atom.body, rest)
        if (atom.kind !== 'look' && max - min >= manyRounds && !this.isApart(own, rest.atoms)) count++
      }
      return count
    })
    return Math.max(0, ...counts)
  }

  private piece(branch: readonly Piece[], at: number, follow: Beginning, isRepeated: boolean): boolean {
    const { atom, min, max, quantified } = branch[at]
    if (quantified && min === 1 && max === 1) return false
    if (atom.kind === 'look') return true
    const rest = followed(this.beginning(branch.slice(at + 1)), follow)
    if (atom.kind !== 'group') {
      return min === max || (this.endsWithText && !isRepeated) || this.isApart([atom], rest.atoms)
    }
    const own = this.alternativesBeginning(atom.body)
    if ((max > 1 || min === 0) && own.canBeEmpty) return false
    if (min !== max && !(this.endsWithText && !isRepeated) && !this.isApart(own.atoms, rest.atoms)) return false
    const inner = max > 1 ? { atoms: [...own.atoms, ...rest.atoms], canBeEmpty: true } : rest
    return this.alternatives(atom.body, inner, isRepeated || max > 1)
  }

  private beginning(branch: readonly Piece[]): Beginning {
    let result = NOTHING
    for (const { atom, min } of branch) {
      if (atom.kind === 'look' || (atom.kind === 'source' && !atom.consumes)) continue
      const own = atom.kind === 'group' ? this.alternativesBeginning(atom.body) : { atoms: [atom], canBeEmpty: false }
      result = followed(result, { atoms: own.atoms, canBeEmpty: own.canBeEmpty || min === 0 })
      if (!result.canBeEmpty) break
    }
    return result
  }

  private alternativesBeginning({ branches }: Alternatives): Beginning {
    const all = branches.map((branch) => this.beginning(branch))
    return { atoms: all.flatMap(({ atoms }) => atoms), canBeEmpty: all.some(({ canBeEmpty }) => canBeEmpty) }
  }

  private areApart(all: readonly Beginning[]): boolean {
    return all.every(
      ({ atoms, canBeEmpty }, at) =>
        !canBeEmpty && all.slice(at + 1).every((other) => this.isApart(atoms, other.atoms)),
    )
  }

  private isApart(some: readonly Atom[], others: readonly Atom[]): boolean {
    return some.every((one) => others.every((other) => this.excludes(one, other)))
  }

  /** Whether no character is one of both. */
  private excludes(one: Atom, other: Atom): boolean {
    const [first, second] = [this.regexp(one), this.regexp(other)]
    if (one.kind === 'char') return !second.test(one.char)
    if (other.kind === 'char') return !first.test(other.char)
    // Most that overlap do so among the first.
    for (let code = 0; code <= 0xffff; code++) {
      const char = String.fromCharCode(code)
      if (first.test(char) && second.test(char)) return false
    }
    return true
  }

  private regexp(atom: Atom): RegExp {
    return new RegExp(`^(?:${this.options.sourceOf(atom)})$`, this.options.ignoreCase ? 'iu' : 'u')
  }
}

function followed(first: Beginning, second: Beginning): Beginning {
  if (!first.canBeEmpty) return first
  return { atoms: [...first.atoms, ...second.atoms], canBeEmpty: second.canBeEmpty }
}
