/**
 * The differential tester: makes schemas and queries from a seed, runs them here and in PostgreSQL, and reports every
 * difference that `explained.ts` does not explain, made small. Without PostgreSQL our own modes are compared with each other,
 * and filters with their partitions.
 */
import { SqlError } from '../../src/index.node.ts'
import { runChanges, shrinkChanges } from './change-round.ts'
import { ChangeMaker, type Step } from './changes.ts'
import { modes, Ours, Theirs } from './engines.ts'
import { differInFloatsAlone, type Explanation, explain, furtherExplanations } from './explained.ts'
import { type Differing, difference, type Outcome } from './outcome.ts'
import type { Postgres } from './postgres.ts'
import { type QueryCase, QueryMaker } from './query.ts'
import { Random } from './random.ts'
import { creation, insertions, randomSchema, type Schema, type Size, tablesOf, typeDefinitions } from './schema.ts'
import { selfChecks, withParameters } from './self-checks.ts'
import { shrinkSchema, shrinkStatement } from './shrink.ts'
import { leaveOutUnknown } from './signatures.ts'
import { print, queriesWithin, type Sql, smaller, typedParts } from './tree.ts'

export interface OracleOptions {
  readonly queries: number
  readonly seed: number
  /** Queries on one schema. */
  readonly perSchema?: number
  readonly size?: Size
  readonly shrink?: boolean
  /** Stop after so many differences. */
  readonly maximum?: number
  /** Starts no further round after so long. */
  readonly seconds?: number
  /** The seed of one round, to repeat it. */
  readonly round?: number
  /** Only such queries. */
  readonly kind?: string
  readonly log?: (text: string) => void
}

export interface Report {
  readonly seed: number
  compared: number
  selfChecked: number
  readonly kinds: Map<string, number>
  withRows: number
  errors: number
  readonly explained: Map<string, number>
  readonly slow: string[]
  /** What we have no function for. */
  readonly absent: string[]
  readonly differences: string[]
}

function absentSignatures(): string[] {
  const ours = new Ours(typeDefinitions)
  const absent = leaveOutUnknown((query) => !/^(42883|0A000)$/.test(ours.run(query).error?.code ?? ''))
  ours.close()
  return absent
}

const sizes: readonly (readonly [number, Size])[] = [
  [12, 'small'],
  [4, 'medium'],
  [0.4, 'large'],
]

export async function runOracle(options: OracleOptions, client: Postgres | undefined): Promise<Report> {
  const { seed, queries, perSchema = 300, maximum = 50 } = options
  const report: Report = {
    seed,
    compared: 0,
    selfChecked: 0,
    kinds: new Map(),
    withRows: 0,
    errors: 0,
    explained: new Map(),
    slow: [],
    absent: [],
    differences: [],
  }
  const random = new Random(seed)
  report.absent.push(...absentSignatures())
  let done = 0
  const end = performance.now() + 1000 * (options.seconds ?? Number.POSITIVE_INFINITY)
  while (done < queries && report.differences.length < maximum && performance.now() < end) {
    const before = report.differences.length
    const round = new Round(options.round ?? random.seed(), options, report, client)
    done += await round.run(Math.min(perSchema, queries - done), maximum)
    for (const text of report.differences.slice(before)) options.log?.(`${text}\n`)
    options.log?.(`${done} queries, ${report.differences.length} differences`)
  }
  return report
}

class Round {
  private readonly random: Random
  private readonly seed: number
  private readonly options: OracleOptions
  private readonly report: Report
  private readonly client: Postgres | undefined
  private readonly schema: Schema
  private readonly size: Size

  constructor(seed: number, options: OracleOptions, report: Report, client: Postgres | undefined) {
    this.seed = seed
    this.random = new Random(seed)
    this.options = options
    this.report = report
    this.client = client
    this.size = options.size ?? this.random.weighted(sizes)
    this.schema = randomSchema(this.random, this.size)
  }

  async run(queries: number, maximum: number): Promise<number> {
    const { client, report } = this
    const ours = new Ours(creation(this.schema))
    const theirs = client && (await Theirs.create(client, 'oracle_tester', creation(this.schema)))
    const count = this.size === 'large' ? Math.min(queries, 60) : queries
    let done = 0
    for (; done < count && report.differences.length < maximum; ) {
      const mode = this.random.pick(this.modes())
      ours.mode(mode)
      const cases = this.random.times(Math.min(25, count - done), () => this.makeCase())
      const answers = theirs ? cases.map((made) => theirs.run(print(made.sql))) : []
      const outcomes = cases.map((made) => ours.run(print(made.sql)))
      for (let at = 0; at < cases.length; at++) {
        const made = cases[at]
        report.kinds.set(made.kind, (report.kinds.get(made.kind) ?? 0) + 1)
        if (theirs) await this.compare(made, mode, outcomes[at], await answers[at], ours, theirs)
        if (!theirs || this.random.chance(0.1)) await this.check(made, mode, outcomes[at], ours)
      }
      done += cases.length
      if (theirs && !this.options.kind && this.size !== 'large' && this.random.chance(0.4))
        done += await this.change(ours, theirs)
    }
    ours.close()
    await theirs?.close()
    return done
  }

  /** Without rules every join is a nested loop, which long tables make slow. */
  private modes(): string[] {
    return Object.keys(modes).filter((name) => this.size === 'small' || name !== 'without rules')
  }

  /** A transaction of changes; a difference is made small on the schema as it was at first. */
  private async change(ours: Ours, theirs: Theirs): Promise<number> {
    const { random, report, schema } = this
    const maker = new ChangeMaker(new Random(random.seed()), schema.tables)
    const steps = maker.sequence()
    const commit = random.chance(0.25)
    const mode = random.pick(Object.keys(modes))
    ours.mode(mode)
    const result = await runChanges(steps, commit, schema, maker.traits, ours, theirs)
    report.compared += result.compared
    report.withRows += result.withRows
    report.errors += result.errors
    report.kinds.set('change', (report.kinds.get('change') ?? 0) + result.compared)
    for (const name of result.explained) this.explained(name)
    const { found } = result
    if (found) {
      let [smallest, detail] = [steps as readonly Step[], found]
      const fails = async (candidate: readonly Step[]): Promise<boolean> => {
        const here = new Ours(creation(schema))
        here.mode(mode)
        const there = await Theirs.create(this.client!, 'oracle_shrinking', creation(schema))
        const again = await runChanges(candidate, commit, schema, maker.traits, here, there)
        here.close()
        if (again.found?.what !== found.what) return false
        detail = again.found
        return true
      }
      if (this.options.shrink !== false && (await fails(steps))) smallest = await shrinkChanges(steps, fails)
      await this.leaveShrinking()
      const text = smallest.map((step) => print(step.sql)).join(';\n')
      report.differences.push(this.describe('change', mode, detail, text, schema))
    }
    return result.compared
  }

  private async leaveShrinking(): Promise<void> {
    await this.client?.query('DROP SCHEMA IF EXISTS oracle_shrinking CASCADE')
    await this.client?.query('SET search_path = oracle_tester')
  }

  private makeCase(): QueryCase {
    for (;;) {
      const made = new QueryMaker(new Random(this.random.seed()), this.schema).top()
      if (print(made.sql).length < 4000 && (!this.options.kind || made.kind === this.options.kind)) return made
    }
  }

  private async compare(
    made: QueryCase,
    mode: string,
    ours: Outcome,
    theirs: Outcome,
    here: Ours,
    there: Theirs,
  ): Promise<void> {
    const { report } = this
    report.compared++
    if (theirs.error) report.errors++
    else if (theirs.rows.length > 0) report.withRows++
    const isStopped = ours.error?.code === '57014' || theirs.error?.code === '57014'
    if (ours.milliseconds > 100 && !isStopped && (await isSlow(print(made.sql), here, there))) {
      report.slow.push(
        `${Math.round(ours.milliseconds)} ms (${mode}), PostgreSQL ${theirs.milliseconds.toFixed(1)} ms: ${print(made.sql)}`,
      )
    }
    const judge = (first: Outcome, second: Outcome): Differing | Explanation | undefined => judged(made, first, second)
    const found = judge(ours, theirs)
    if (!found) return
    if ('reason' in found) {
      this.explained(found.name)
      return
    }
    const further =
      (await this.explainError(made.sql, mode, ours, theirs, here, there)) ??
      (await explainFloats(made, ours, theirs, there))
    if (further) {
      this.explained(further.name)
      return
    }
    const fails = async (text: string): Promise<boolean> => {
      const [first, second] = [here.run(text), await there.run(text)]
      const again = judge(first, second)
      if (again === undefined || 'reason' in again || again.what !== found.what || !sameError(again, found))
        return false
      return (await this.explainError(text, mode, first, second, here, there)) === undefined
    }
    const explains = async (statement: Sql): Promise<{ readonly name: string } | undefined> => {
      const text = print(statement)
      return this.explainError(statement, mode, here.run(text), await there.run(text), here, there)
    }
    await this.reportDifference(made, mode, found, fails, { there, explains })
  }

  private explained(name: string): void {
    const { explained } = this.report
    explained.set(name, (explained.get(name) ?? 0) + 1)
  }

  /**
   * Whether a data error that only one side raised is a matter of what is evaluated and when, or two different errors one of what
   * is looked at first.
   */
  private async explainError(
    made: Sql,
    mode: string,
    ours: Outcome,
    theirs: Outcome,
    here: Ours,
    there: Theirs,
  ): Promise<{ readonly name: string } | undefined> {
    const text = print(made)
    const codes = [ours.error?.code, theirs.error?.code].filter((code) => code !== undefined)
    const isFree = ours.error && theirs.error ? /^(22|0A|21000|42)/ : /^(22|0A|21000)/
    if (codes.length === 0 || codes.some((code) => !isFree.test(code))) return undefined
    if (theirs.error) {
      const planned = await there.run(`EXPLAIN ${text}`)
      if (planned.error?.code === theirs.error.code) return furtherExplanations.planning
    }
    if (ours.error && theirs.error) {
      const [mine, yours] = [ours.error.code, theirs.error.code]
      const raises = async (code: string): Promise<boolean> =>
        (await this.partRaises(made, code, here, there)) || (await this.smallerRaises(made, code, here, there))
      return (await raises(mine)) && (await raises(yours)) ? furtherExplanations.first : undefined
    }
    for (const other of Object.keys(modes)) {
      if (other === mode) continue
      here.mode(other)
      const again = here.run(text)
      here.mode(mode)
      if (again.error?.code === theirs.error?.code) return furtherExplanations.order
    }
    return (await this.partRaises(made, codes[0], here, there)) ? furtherExplanations.order : undefined
  }

  /**
   * Whether an expression of the statement, alone over the tables that it reads, or a query within it raises the error, in both
   * engines if there are two.
   */
  private async partRaises(made: Sql, code: string, here: Ours, there?: Theirs): Promise<boolean> {
    const sources = new Map(
      [...print(made).matchAll(/\b([tv]\d) AS (x\d+)\b/g)].map(([text, , alias]) => [alias, text]),
    )
    const raises = async (text: string): Promise<boolean> =>
      here.run(text).error?.code === code && (!there || (await there.run(text)).error?.code === code)
    let tries = 0
    for (const part of typedParts(made)) {
      const aliases = [...new Set(part.match(/\bx\d+(?=\.)/g))]
      const from = aliases.map((alias) => sources.get(alias))
      if (from.includes(undefined) || aliases.length > 2) continue
      if (++tries > 300) break
      if (await raises(`SELECT ${part}${from.length === 0 ? '' : ` FROM ${from.join(', ')}`}`)) return true
    }
    const whole = print(made)
    for (const text of queriesWithin(made)) if (text !== whole && (await raises(text))) return true
    return false
  }

  /**
   * Whether a data error that one mode alone raised is a matter of what is evaluated: the optimiser's rules decide that, and
   * so does the way joins are run, of which some stop reading when the other side is empty.
   */
  private async isFreeOrder(
    made: Sql,
    found: Differing,
    mode: string,
    other: string,
    first: Outcome,
    second: Outcome,
    ours: Ours,
  ): Promise<boolean> {
    if (!isDataErrors(found)) return false
    if ([mode, other].includes('without rules')) return true
    const code = first.error?.code ?? second.error?.code
    if (code === undefined || (first.error && second.error)) return false
    return this.partRaises(made, code, ours)
  }

  /** Whether the statement with less in it raises the error in both engines. */
  private async smallerRaises(statement: Sql, code: string, here: Ours, there: Theirs): Promise<boolean> {
    let tries = 0
    for (const part of smaller(statement)) {
      if (++tries > 200) break
      const text = print(part)
      if (here.run(text).error?.code === code && (await there.run(text)).error?.code === code) return true
    }
    return false
  }

  /** Our own modes, and what must hold between queries. */
  private async check(made: QueryCase, mode: string, outcome: Outcome, ours: Ours): Promise<void> {
    const { report } = this
    report.selfChecked++
    const other = this.random.pick(this.modes().filter((name) => name !== mode))
    ours.mode(other)
    const again = ours.run(print(made.sql))
    const found = judged(made, again, outcome)
    ours.mode(mode)
    if (found && !('reason' in found) && (await this.isFreeOrder(made.sql, found, mode, other, outcome, again, ours))) {
      this.explained(furtherExplanations.order.name)
    } else if (found && !('reason' in found) && isDataErrors(found) && outcome.error && again.error) {
      this.explained(furtherExplanations.first.name)
    } else if (found && !('reason' in found)) {
      const fails = async (text: string): Promise<boolean> => {
        ours.mode(other)
        const second = ours.run(text)
        ours.mode(mode)
        const still = judged(made, second, ours.run(text))
        return still !== undefined && !('reason' in still) && still.what === found.what
      }
      await this.reportDifference(made, `${other} against ${mode}`, found, fails)
    }
    const prepared = withParameters(print(made.sql))
    const wrong = prepared && judged(made, ours.run(prepared.text, prepared.values), outcome)
    if (wrong && !('reason' in wrong) && !isDataErrors(wrong)) {
      report.differences.push(this.describe(made.kind, `${mode}, parameters`, wrong, print(made.sql), this.schema))
    }
    if (made.filtered && !outcome.error) {
      const parted = selfChecks(made.filtered, (text) => ours.run(text))
      if (parted) report.differences.push(this.describe(made.kind, mode, parted, print(made.sql)))
    }
  }

  private async reportDifference(
    made: QueryCase,
    mode: string,
    found: Differing,
    fails: (text: string) => Promise<boolean>,
    against?: {
      readonly there: Theirs
      /** Made small, a statement may show what explains its errors. */
      readonly explains: (statement: Sql) => Promise<{ readonly name: string } | undefined>
    },
  ): Promise<void> {
    if (this.options.shrink === false || !(await fails(print(made.sql)))) {
      this.report.differences.push(this.describe(made.kind, mode, found, print(made.sql)))
      return
    }
    const smallest = await shrinkStatement(made.sql, fails)
    const small = print(smallest)
    const explanation = await against?.explains(smallest)
    if (explanation) {
      this.explained(explanation.name)
      return
    }
    let schema = this.schema
    let detail = found
    if (against && this.client) {
      const { client } = this
      const refails = async (candidate: Schema): Promise<boolean> => {
        const ours = tryCreation(candidate)
        if (!ours) return false
        ours.mode(mode)
        try {
          const theirs = await Theirs.create(client, 'oracle_shrinking', creation(candidate))
          const again = judged(made, ours.run(small), await theirs.run(small))
          if (again === undefined || 'reason' in again || again.what !== found.what) return false
          detail = again
          return true
        } finally {
          ours.close()
        }
      }
      if (this.size !== 'large') schema = await shrinkSchema(this.schema, refails, small)
      await this.leaveShrinking()
    }
    this.report.differences.push(this.describe(made.kind, mode, detail, small, schema))
  }

  private describe(kind: string, mode: string, found: Differing, statement: string, schema?: Schema): string {
    const lines = (schema ? tablesOf(schema, statement) : [])
      .flatMap((table) => [...table.definition, ...insertions(table), ...table.filling])
      .map((text) => (text.length > 1500 ? `${text.slice(0, 1500)}…` : text))
    return `[${found.what}] ${kind}, ${mode}, round ${this.seed}\n${lines.map((text) => `${text};\n`).join('')}${statement};\n${found.detail}`
  }
}

function isDataErrors(found: Differing): boolean {
  const codes = found.detail.match(/^\s*(?:instead of )?[0-9A-Z]{5} /gm) ?? []
  const areData = codes.length > 0 && codes.every((code) => /(22|0A)...\s$/.test(code))
  return found.what === 'error' && areData
}

function judged(made: QueryCase, ours: Outcome, theirs: Outcome): Differing | Explanation | undefined {
  const found = difference(ours, theirs, made.order)
  if (!found) return undefined
  return (
    explain({ difference: found, ours, theirs, traits: made.traits, order: made.order, statement: print(made.sql) }) ??
    found
  )
}

/** Fewer rows may lack the keys that others refer to. */
function tryCreation(schema: Schema): Ours | undefined {
  try {
    return new Ours(creation(schema))
  } catch (error) {
    if (error instanceof SqlError) return undefined
    throw error
  }
}

/** Whether PostgreSQL's own floating-point numbers depend on its plan as ours differ from them. */
async function explainFloats(
  made: QueryCase,
  ours: Outcome,
  theirs: Outcome,
  there: Theirs,
): Promise<{ readonly name: string } | undefined> {
  const text = print(made.sql)
  if (!made.traits.isInexact || !differInFloatsAlone(ours, theirs, text)) return undefined
  for (const way of ['hashjoin', 'mergejoin', 'nestloop', 'hashagg', 'sort', 'seqscan', 'material']) {
    await there.run(`SET enable_${way} = off`)
    const again = await there.run(text)
    await there.run(`RESET enable_${way}`)
    if (difference(again, theirs) && differInFloatsAlone(again, theirs, text)) return furtherExplanations.residues
  }
  return undefined
}

/** Whether a statement takes over fifty times as long here, measured anew and alone. */
async function isSlow(text: string, here: Ours, there: Theirs): Promise<boolean> {
  const theirs = await there.run(text)
  const ours = here.run(text)
  return ours.milliseconds > 50 * Math.max(theirs.milliseconds, 2)
}

/** Whether two differences are of the same error: shrinking must not wander off to another. */
function sameError(first: Differing, second: Differing): boolean {
  if (first.what !== 'error') return true
  const codes = (text: string): string => (text.match(/^\s*(instead of )?[0-9A-Z]{5} /gm) ?? []).join()
  return codes(first.detail) === codes(second.detail)
}
