/** Runs a sequence of changes on both sides, statement by statement, and compares what they return and leave behind. */
import type { ChangeMaker, Step } from './changes.ts'
import type { Ours, Theirs } from './engines.ts'
import { explain, furtherExplanations } from './explained.ts'
import { type Differing, difference, type Outcome } from './outcome.ts'
import type { Schema } from './schema.ts'
import { print, smaller } from './tree.ts'

export interface ChangeResult {
  /** The statements that ran, the failing one last. */
  readonly statements: string[]
  /** How many statements were compared, how many returned or changed rows, how many failed on both sides. */
  compared: number
  withRows: number
  errors: number
  explained: string[]
  found?: Differing
}

/** Violations and data errors of one statement: which of several is met first is free. */
const isDataError = (outcome: Outcome): boolean => /^(2[123]|44)/.test(outcome.error?.code ?? '')

/** The fewest of the steps after which the difference is still there; `fails` starts anew each time. */
export async function shrinkChanges(
  steps: readonly Step[],
  fails: (steps: readonly Step[]) => Promise<boolean>,
): Promise<readonly Step[]> {
  let best = steps
  for (let at = best.length - 1; at >= 0; at--) {
    const fewer = best.filter((_, index) => index !== at)
    if (await fails(fewer)) best = fewer
  }
  for (let at = 0; at < best.length; at++) {
    let tries = 0
    for (let progressed = true; progressed && tries < 60; ) {
      progressed = false
      for (const part of smaller(best[at].sql)) {
        if (++tries > 60) break
        const candidate = best.with(at, { ...best[at], sql: part })
        if (await fails(candidate)) {
          best = candidate
          progressed = true
          break
        }
      }
    }
  }
  return best
}

/** BEGIN, the steps, and ROLLBACK or COMMIT; stops at the first difference. */
export async function runChanges(
  steps: readonly Step[],
  commit: boolean,
  schema: Schema,
  traits: ChangeMaker['traits'],
  ours: Ours,
  theirs: Theirs,
): Promise<ChangeResult> {
  const result: ChangeResult = { statements: [], compared: 0, withRows: 0, errors: 0, explained: [] }
  const questions: { readonly text: string; readonly found: Differing; readonly code: string }[] = []
  const both = async (text: string): Promise<readonly [Outcome, Outcome]> => {
    const there = theirs.run(text)
    return [ours.run(text), await there]
  }
  const compare = async (text: string): Promise<boolean> => {
    const [here, there] = await both(text)
    result.compared++
    if (there.error) result.errors++
    else if (there.rows.length > 0 || (there.changed ?? 0) > 0) result.withRows++
    const found = difference(here, there)
    if (!found) return here.error === undefined
    const explanation =
      found.what === 'error' && isDataError(here) && isDataError(there)
        ? { name: 'which error first' }
        : explain({ difference: found, ours: here, theirs: there, traits, statement: text })
    if (explanation) result.explained.push(explanation.name)
    else if (found.what === 'error' && isDataError(there) && !here.error)
      questions.push({ text, found, code: there.error!.code })
    else result.found = found
    return here.error === undefined && there.error === undefined
  }
  await both('BEGIN')
  for (const step of steps) {
    const text = print(step.sql)
    result.statements.push(text)
    if (step.isControl) await compare(text)
    else {
      await both('SAVEPOINT around')
      const succeeded = await compare(text)
      await both(succeeded ? 'RELEASE SAVEPOINT around' : 'ROLLBACK TO SAVEPOINT around')
      for (const question of questions.splice(0)) {
        // An error of a constant, raised when the statement is planned, or one of rows.
        const planned = await theirs.run(`EXPLAIN ${question.text}`)
        if (planned.error?.code !== question.code) result.found = question.found
        else {
          result.explained.push(furtherExplanations.planning.name)
          await theirs.run('ROLLBACK TO SAVEPOINT around')
        }
      }
    }
    if (result.found) break
  }
  if (!result.found) await compareTables(compare, schema, result)
  await both(commit && !result.found ? 'COMMIT' : 'ROLLBACK')
  if (!result.found && !commit) await compareTables(compare, schema, result, 500)
  return result
}

async function compareTables(
  compare: (text: string) => Promise<boolean>,
  schema: Schema,
  result: ChangeResult,
  most = 3000,
): Promise<void> {
  for (const { name, rowCount } of schema.tables) {
    if (rowCount < most && !result.found) await compare(`SELECT * FROM ${name}`)
  }
}
