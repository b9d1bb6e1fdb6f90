/** EXPLAIN: the plan as a tree; with ANALYZE, run, with rows and times; with RULES, the tree after each rule that changed it. */
import { notSupported, SqlError } from '../error.ts'
import { withoutInto } from '../exec/ddl/syntax.ts'
import type { Operator, OperatorStatistics } from '../exec/operator.ts'
import { Executable, evaluateArguments, planStatement } from '../executable.ts'
import type { GivenParameters } from '../parameters.ts'
import type * as ast from '../parser/ast.ts'
import { explainLogical, explainObject, explainPlan } from '../planner/explain.ts'
import type { PhysicalPlan } from '../planner/physical-plan.ts'
import type { Result } from '../result.ts'
import { isPlanned, type Session } from '../session.ts'
import type { Transaction } from '../storage/interface.ts'
import { JSON_TYPE } from '../types/data-type.ts'
import type { Value } from '../types/value.ts'
import { findPrepared } from './prepared.ts'
import { textResult } from './text-result.ts'

export function runExplain(
  session: Session,
  explain: ast.Explain,
  given: GivenParameters | undefined,
  transaction: Transaction,
): Result {
  const analyze = explain.analyze || option(explain, 'analyze')
  if (explain.statement.kind === 'execute') {
    const prepared = findPrepared(session, explain.statement.name)
    const { executable, parameters } = evaluateArguments(
      session,
      prepared,
      explain.statement,
      given,
      transaction,
      analyze,
    )
    if (!analyze) return shown(session, explain, executable.plan)
    return runAnalyzed(session, explain, executable, parameters, transaction)
  }
  const statement = explained(explain.statement)
  // A plan can be shown without values.
  const values = given?.values ?? (analyze ? undefined : [])
  const rules: string[] = []
  const planned = planStatement(session, statement, given?.names ?? [], values, transaction, {
    trace: (rule, plan) => rules.push(rule, ...explainLogical(plan).map((line) => `  ${line}`)),
  })
  if (option(explain, 'rules')) return lines(session, rules)
  if (!analyze) return shown(session, explain, planned.plan)
  const executable = new Executable(session, transaction, planned, 'SELECT', false, true)
  return runAnalyzed(session, explain, executable, executable.parameters(values ?? []), transaction)
}

/** Runs a plan; tells what each of its operators did. */
function runAnalyzed(
  session: Session,
  explain: ast.Explain,
  executable: Executable,
  parameters: readonly Value[],
  transaction: Transaction,
): Result {
  const statistics = new Map<Operator, OperatorStatistics>()
  const context = { ...session.executionContext(transaction, parameters), statistics }
  const { pool } = context
  pool.measureQueries()
  const before = pool.queryPeak
  const start = performance.now()
  let rows = 0
  for (const batch of executable.operator.open(context)) rows += batch.selection?.count ?? batch.rowCount
  const milliseconds = performance.now() - start
  const byPlan = new Map<PhysicalPlan, OperatorStatistics>()
  for (const [operator, figures] of statistics) byPlan.set(operator.plan, figures)
  if (isJson(explain))
    return object(session, { Plan: explainObject(executable.plan, byPlan), 'Execution Time': milliseconds })
  return lines(session, [
    ...explainPlan(executable.plan, byPlan),
    `${rows} ${rows === 1 ? 'row' : 'rows'} in ${milliseconds.toFixed(3)} ms, ${kilobytes(pool.queryPeak - before)} at most`,
  ])
}

function kilobytes(bytes: number): string {
  return bytes < 10_240_000 ? `${Math.ceil(bytes / 1024)} KB` : `${Math.ceil(bytes / 1048576)} MB`
}

/** CREATE TABLE AS and its like explain their query. */
function explained(statement: ast.Statement): ast.Statement {
  if (isPlanned(statement)) return statement
  if (statement.kind === 'select' || statement.kind === 'set-operation') return withoutInto(statement)
  if ((statement.kind === 'create-table' || statement.kind === 'create-view') && statement.query) return statement.query
  throw notSupported(`EXPLAIN of ${statement.kind.replaceAll('-', ' ').toUpperCase()}`, statement.span.start)
}

const optionNames = [
  'analyze',
  'rules',
  'verbose',
  'costs',
  'timing',
  'summary',
  'buffers',
  'format',
  'settings',
  'wal',
]

function option(explain: ast.Explain, name: string): boolean {
  for (const entry of explain.options) {
    if (!optionNames.includes(entry.name)) {
      throw new SqlError('syntax_error', `unrecognized EXPLAIN option "${entry.name}"`, { position: entry.span.start })
    }
    if (entry.name === 'format') checkFormat(entry)
  }
  const found = explain.options.find((entry) => entry.name === name)
  return found !== undefined && !['false', 'off', '0'].includes(String(found.value).toLowerCase())
}

function checkFormat({ value, span }: ast.Option): void {
  const format = String(value).toLowerCase()
  if (format === 'text' || format === 'json') return
  if (format === 'xml' || format === 'yaml') throw notSupported(`EXPLAIN (FORMAT ${format.toUpperCase()})`, span.start)
  throw new SqlError('invalid_parameter_value', `unrecognized value for EXPLAIN option "format": "${format}"`, {
    position: span.start,
  })
}

function isJson({ options }: ast.Explain): boolean {
  return options.some(({ name, value }) => name === 'format' && String(value).toLowerCase() === 'json')
}

function shown(session: Session, explain: ast.Explain, plan: PhysicalPlan): Result {
  return isJson(explain) ? object(session, { Plan: explainObject(plan) }) : lines(session, explainPlan(plan))
}

function object(session: Session, plan: object): Result {
  return textResult(session, ['QUERY PLAN'], [[JSON.stringify([plan], null, 2)]], 'EXPLAIN', JSON_TYPE)
}

function lines(session: Session, text: readonly string[]): Result {
  return textResult(
    session,
    ['QUERY PLAN'],
    text.map((line) => [line]),
    'EXPLAIN',
  )
}
