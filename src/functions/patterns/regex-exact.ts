/**
 * Matching as PostgreSQL defines it, for patterns in which JavaScript's first match may be another one: of the matches that
 * begin first the longest (or shortest, where the pattern's first quantifier is lazy), then each part from the left the
 * longest (or shortest) with which the rest still matches. Sets of positions tell how far a part can reach, so the time
 * is never exponential but for references to groups, and what the groups are is found from the outside in.
 */
import { heedInterrupt } from '../../interrupt.ts'
import type { Alternatives, Atom, Piece } from './regex-parser.ts'

interface Part {
  /** Groups or references within; where there are none, nobody asks how the part matches. */
  readonly hasGroups: boolean
  readonly hasBack: boolean
  /** Whether the part takes the shortest text rather than the longest. */
  readonly lazy: boolean | undefined
}

type Step = Part &
  (
    | { readonly kind: 'char'; readonly accepts: (char: string) => boolean }
    | { readonly kind: 'test'; readonly regexp: RegExp }
    | { readonly kind: 'ahead'; readonly body: Step; readonly negated: boolean }
    | { readonly kind: 'behind'; readonly body: Step; readonly negated: boolean }
    | { readonly kind: 'both'; readonly left: Step; readonly right: Step }
    | { readonly kind: 'choice'; readonly branches: readonly Step[] }
    | { readonly kind: 'repeat'; readonly body: Step; readonly min: number; readonly max: number }
    | { readonly kind: 'group'; readonly index: number; readonly body: Step }
    /** `like` is what the group itself matches. */
    | { readonly kind: 'back'; readonly index: number; readonly like: Step }
    | { readonly kind: 'empty' }
  )

type Place = readonly [start: number, end: number]

const EMPTY: Step = { kind: 'empty', hasGroups: false, hasBack: false, lazy: undefined }

export class ExactRegex {
  private readonly root: Step
  private readonly ignoreCase: boolean
  private readonly groupCount: number

  constructor(body: Alternatives, groupCount: number, ignoreCase: boolean, sourceOf: (atom: Atom) => string) {
    this.root = new Compiler(ignoreCase, sourceOf).alternatives(body)
    this.ignoreCase = ignoreCase
    this.groupCount = groupCount
  }

  /** The match that begins at a position, with the places of its groups. */
  matchAt(text: string, start: number): RegExpExecArray | undefined {
    return this.divided(this.run(text), start)
  }

  /** The first match from a position on. */
  search(text: string, from: number): RegExpExecArray | undefined {
    const run = this.run(text)
    let isSure = this.root.hasBack
    for (let start = from; start <= text.length; start = next(text, start)) {
      if (!isSure && run.steps > 4 * text.length) {
        if (!this.test(text, start)) return undefined
        isSure = true
      }
      const match = this.divided(run, start)
      if (match) return match
    }
    return undefined
  }

  /** Whether there is a match from a position on: all beginnings at once. */
  test(text: string, from = 0): boolean {
    if (this.root.hasBack) return this.search(text, from) !== undefined
    const starts = new Set<number>()
    for (let start = from; start <= text.length; start = next(text, start)) starts.add(start)
    return this.run(text).reach(this.root, starts).size > 0
  }

  private run(text: string): Run {
    return new Run(text, this.groupCount, this.ignoreCase)
  }

  private divided(run: Run, start: number): RegExpExecArray | undefined {
    const ends = inOrder(run.ends(this.root, start), this.root.lazy)
    for (const end of ends) {
      run.places.fill(undefined)
      if (run.divide(this.root, start, end)) return matchOf(run.text, [[start, end], ...run.places.slice(1)])
    }
    return undefined
  }
}

function matchOf(text: string, places: readonly (Place | undefined)[]): RegExpExecArray {
  const texts = places.map((place) => place && text.slice(...place))
  return Object.assign(texts, { index: places[0]![0], input: text, indices: places }) as unknown as RegExpExecArray
}

function next(text: string, at: number): number {
  return at + (text.codePointAt(at)! > 0xffff ? 2 : 1)
}

function inOrder(ends: readonly number[], lazy: boolean | undefined): readonly number[] {
  return lazy ? ends : [...ends].reverse()
}

/** One text. */
class Run {
  readonly places: (Place | undefined)[]
  readonly text: string
  private readonly ignoreCase: boolean
  /** How many positions were looked at. */
  steps = 0
  private readonly known = new Map<Step, Map<number, readonly number[]>>()
  private readonly behind = new Map<Step, ReadonlySet<number>>()

  constructor(text: string, groupCount: number, ignoreCase: boolean) {
    this.text = text
    this.ignoreCase = ignoreCase
    this.places = new Array(groupCount + 1).fill(undefined)
  }

  /** Where a part that begins at `start` can end, from the shortest to the longest. */
  ends(step: Step, start: number): readonly number[] {
    let ofStep = this.known.get(step)
    if (!ofStep) this.known.set(step, (ofStep = new Map()))
    let ends = ofStep.get(start)
    if (!ends) ofStep.set(start, (ends = [...this.reach(step, new Set([start]))].sort((a, b) => a - b)))
    return ends
  }

  reach(step: Step, starts: ReadonlySet<number>): ReadonlySet<number> {
    const { text } = this
    this.steps += starts.size
    heedInterrupt(8 * starts.size)
    switch (step.kind) {
      case 'empty':
        return starts
      case 'char': {
        const found = new Set<number>()
        for (const at of starts) {
          if (at >= text.length) continue
          const after = next(text, at)
          if (step.accepts(text.slice(at, after))) found.add(after)
        }
        return found
      }
      case 'test':
        return this.those(starts, (at) => {
          step.regexp.lastIndex = at
          return step.regexp.test(text)
        })
      case 'ahead':
        return this.those(starts, (at) => this.ends(step.body, at).length > 0 !== step.negated)
      case 'behind': {
        const ends = this.allEnds(step.body)
        return this.those(starts, (at) => ends.has(at) !== step.negated)
      }
      case 'both': {
        const middle = this.reach(step.left, starts)
        return middle.size === 0 ? middle : this.reach(step.right, middle)
      }
      case 'choice':
        return new Set(step.branches.flatMap((branch) => [...this.reach(branch, starts)]))
      case 'group':
        return this.reach(step.body, starts)
      case 'back':
        return new Set([...starts, ...this.reach(step.like, starts)])
      case 'repeat': {
        let latest = starts
        for (let count = 0; count < step.min && latest.size > 0; count++) latest = this.reach(step.body, latest)
        const found = new Set(latest)
        for (let count = step.min; count < step.max && latest.size > 0; count++) {
          const fresh = new Set<number>()
          for (const at of this.reach(step.body, latest)) if (!found.has(at)) fresh.add(at)
          for (const at of fresh) found.add(at)
          latest = fresh
        }
        return found
      }
    }
  }

  private those(starts: ReadonlySet<number>, isFit: (at: number) => boolean): ReadonlySet<number> {
    const found = new Set<number>()
    for (const at of starts) if (isFit(at)) found.add(at)
    return found
  }

  private allEnds(step: Step): ReadonlySet<number> {
    let ends = this.behind.get(step)
    if (!ends) this.behind.set(step, (ends = this.reach(step, new Set(Array(this.text.length + 1).keys()))))
    return ends
  }

  private reaches(step: Step, start: number, end: number): boolean {
    return this.ends(step, start).includes(end)
  }

  /** Finds the groups within a part that can match from `start` to `end`; false when a reference forbids it. */
  divide(step: Step, start: number, end: number): boolean {
    if (!step.hasGroups) return true
    switch (step.kind) {
      case 'both':
        for (const middle of inOrder(this.ends(step.left, start), step.left.lazy)) {
          heedInterrupt(8)
          if (middle > end || !this.reaches(step.right, middle, end)) continue
          const before = [...this.places]
          if (this.divide(step.left, start, middle) && this.divide(step.right, middle, end)) return true
          this.restore(before)
        }
        return false
      case 'choice':
        return step.branches.some((branch) => this.reaches(branch, start, end) && this.divide(branch, start, end))
      case 'group':
        if (!this.divide(step.body, start, end)) return false
        this.places[step.index] = [start, end]
        return true
      case 'back': {
        const place = this.places[step.index]
        return place !== undefined && this.isSame(this.text.slice(...place), start, end)
      }
      case 'repeat':
        return this.divideRepeat(step, start, end)
      default:
        return true
    }
  }

  private restore(places: readonly (Place | undefined)[]): void {
    places.forEach((place, index) => {
      this.places[index] = place
    })
  }

  /** Rounds one after another, each as long (or short) as the rest allows, without empty ones that nobody needs. */
  private divideRepeat(step: Step & { readonly kind: 'repeat' }, start: number, end: number): boolean {
    const { body } = step
    const { lazy } = body
    if (body.kind === 'back') return this.isRepeated(step, this.places[body.index], start, end)
    if (lazy && start === end && step.min === 0) return true
    const least = Math.max(step.min, 1)
    const most = Math.min(step.max, Math.max(end - start, least))
    const points = [start]
    const dead = new Set<number>()
    const candidates = (at: number, round: number): number[] => {
      const able = this.ends(body, at).filter((to) => {
        if (to > end || (round === most && to !== end) || dead.has(to)) return false
        return to !== at || to === end || (round < least && least - round >= end - at)
      })
      // The best one is last.
      return lazy ? able.reverse() : able
    }
    const options = [candidates(start, 1)]
    while (options.length > 0) {
      heedInterrupt(8)
      const to = options[options.length - 1].pop()
      if (to === undefined) {
        const at = points.pop()!
        if (step.max === Number.POSITIVE_INFINITY && options.length > least && !body.hasBack) dead.add(at)
        options.pop()
        continue
      }
      if (dead.has(to)) continue
      if (to === end) {
        if (options.length >= least && this.divideRounds(body, [...points, to])) return true
      } else if (options.length < most) {
        points.push(to)
        options.push(candidates(to, options.length + 1))
      }
    }
    return start === end && step.min === 0
  }

  private isRepeated(
    { min, max }: Step & { readonly kind: 'repeat' },
    place: Place | undefined,
    start: number,
    end: number,
  ): boolean {
    if (!place) return false
    const wanted = this.text.slice(...place)
    if (wanted === '') return start === end
    const count = (end - start) / wanted.length
    return Number.isInteger(count) && count >= min && count <= max && this.isSame(wanted.repeat(count), start, end)
  }

  private isSame(wanted: string, start: number, end: number): boolean {
    const found = this.text.slice(start, end)
    return this.ignoreCase ? wanted.toLowerCase() === found.toLowerCase() : wanted === found
  }

  /** The groups are those of the last round. */
  private divideRounds(body: Step, points: readonly number[]): boolean {
    const before = [...this.places]
    for (let round = body.hasBack ? 1 : points.length - 1; round < points.length; round++) {
      if (this.divide(body, points[round - 1], points[round])) continue
      this.restore(before)
      return false
    }
    return true
  }
}

class Compiler {
  private readonly ignoreCase: boolean
  private readonly sourceOf: (atom: Atom) => string
  private readonly groups: Step[] = []
  private nextGroup = 1

  constructor(ignoreCase: boolean, sourceOf: (atom: Atom) => string) {
    this.ignoreCase = ignoreCase
    this.sourceOf = sourceOf
  }

  alternatives({ branches }: Alternatives): Step {
    const steps = branches.map((branch) => this.branch(branch))
    if (steps.length === 1) return steps[0]
    return { kind: 'choice', branches: steps, ...joined(steps), lazy: false }
  }

  /** From the right, so that what has no groups stays together on the left. */
  private branch(pieces: readonly Piece[]): Step {
    const steps = pieces.map((piece) => this.piece(piece))
    return steps.reduceRight((right: Step, left) => both(left, right), EMPTY)
  }

  private piece({ atom, min, max, lazy, quantified }: Piece): Step {
    const body = this.atom(atom)
    if (!quantified) return body
    const own = min === max && min !== 1 ? body.lazy : lazy
    if (min === 1 && max === 1) return { ...both(EMPTY, body), lazy: own } as Step
    const repeat: Step = { kind: 'repeat', body, min, max, hasGroups: body.hasGroups, hasBack: body.hasBack, lazy: own }
    if (!body.hasGroups || body.hasBack || min === 0) return repeat
    // Only the last round's groups count.
    const before: Step = { ...repeat, min: min - 1, max: max - 1, hasGroups: false }
    return { ...both(before, body), lazy: own } as Step
  }

  private atom(atom: Atom): Step {
    const plain = { hasGroups: false, hasBack: false, lazy: undefined }
    switch (atom.kind) {
      case 'group': {
        if (!atom.capture) return this.alternatives(atom.body)
        const index = this.nextGroup++
        const body = this.alternatives(atom.body)
        this.groups[index] = body
        return { kind: 'group', index, body, hasGroups: true, hasBack: body.hasBack, lazy: body.lazy }
      }
      case 'back':
        return {
          kind: 'back',
          index: atom.index,
          like: this.groups[atom.index],
          ...plain,
          hasGroups: true,
          hasBack: true,
        }
      case 'look':
        return {
          kind: atom.open.includes('<') ? 'behind' : 'ahead',
          negated: atom.open.endsWith('!'),
          body: this.alternatives(atom.body),
          ...plain,
        }
      case 'source':
        if (!atom.consumes) return { kind: 'test', regexp: new RegExp(atom.source, this.flags('y')), ...plain }
        return { kind: 'char', accepts: this.characters(atom), ...plain }
      case 'char':
        return { kind: 'char', accepts: this.characters(atom), ...plain }
    }
  }

  private flags(more = ''): string {
    return `u${this.ignoreCase ? 'i' : ''}${more}`
  }

  private characters(atom: Atom): (char: string) => boolean {
    const regexp = new RegExp(`^(?:${this.sourceOf(atom)})$`, this.flags())
    const known = new Map<string, boolean>()
    return (char) => {
      let accepts = known.get(char)
      if (accepts === undefined) known.set(char, (accepts = regexp.test(char)))
      return accepts
    }
  }
}

function joined(steps: readonly Step[]): { readonly hasGroups: boolean; readonly hasBack: boolean } {
  return { hasGroups: steps.some((step) => step.hasGroups), hasBack: steps.some((step) => step.hasBack) }
}

/** One part and what follows it; the first that has a preference decides for both. */
function both(left: Step, right: Step): Step {
  return { kind: 'both', left, right, ...joined([left, right]), lazy: left.lazy ?? right.lazy }
}
