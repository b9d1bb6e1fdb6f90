/**
 * Scripts of plans. A block is a directive, a query, a line of dashes and what comes out:
 *
 *   rules filter-pushdown        the plan as bound, then after each of the named rules that changed it
 *   rules                        the same with all rules
 *   final                        the logical plan after all rules
 *   physical                     the physical plan, with the rows expected
 *
 * Lines that begin with # are comments. `UPDATE_PLANS=1 npx vitest run test/planner` writes what comes out into the
 * scripts; the diff is to be read before it is kept.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { parseStatement } from '../../src/parser/parse.ts'
import { bindStatement } from '../../src/planner/binder/bind.ts'
import { explainLogical, explainPlan } from '../../src/planner/explain.ts'
import { optimize } from '../../src/planner/optimizer/optimize.ts'
import { rules } from '../../src/planner/optimizer/rules/index.ts'
import { planPhysical } from '../../src/planner/physical-planner.ts'
import { plannerContext } from './catalog.ts'

export interface Block {
  readonly directive: string
  readonly names: readonly string[]
  readonly sql: string
  readonly expected: readonly string[]
  readonly line: number
}

export interface PlanScript {
  readonly path: string
  /** Everything in order: lines to keep as they are, and blocks. */
  readonly parts: readonly (string | Block)[]
}

export function readScript(path: string): PlanScript {
  const lines = readFileSync(path, 'utf8').split('\n')
  const parts: (string | Block)[] = []
  let index = 0
  while (index < lines.length) {
    const line = lines[index]
    if (!/^(rules|final|physical)\b/.test(line)) {
      parts.push(line)
      index++
      continue
    }
    const start = index
    const [directive, ...rest] = line.split(' ')
    const sql: string[] = []
    for (index++; index < lines.length && lines[index] !== '----'; index++) sql.push(lines[index])
    const expected: string[] = []
    for (index++; index < lines.length && lines[index].trim() !== ''; index++) expected.push(lines[index])
    const names = rest
      .join(' ')
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '')
    parts.push({ directive, names, sql: sql.join('\n'), expected, line: start + 1 })
  }
  return { path, parts }
}

export function isBlock(part: string | Block): part is Block {
  return typeof part !== 'string'
}

/** What comes out of a block. */
export function runBlock(block: Block): string[] {
  const enabled = new Set(block.names)
  const disabled = enabled.size === 0 ? [] : rules.map((rule) => rule.name).filter((name) => !enabled.has(name))
  const context = plannerContext(disabled)
  const bound = bindStatement(parseStatement(block.sql).statement, context)
  const lines: string[] = []
  const plan = optimize(bound.plan, context, (rule, changed) => {
    lines.push(rule, ...explainLogical(changed).map((line) => `  ${line}`))
  })
  if (block.directive === 'rules') return lines
  return block.directive === 'final' ? explainLogical(plan) : explainPlan(planPhysical(plan, context))
}

/** Writes the script with new results. */
export function writeScript(script: PlanScript, results: ReadonlyMap<Block, readonly string[]>): void {
  const lines = script.parts.flatMap((part) => {
    if (!isBlock(part)) return [part]
    const directive = part.names.length > 0 ? `${part.directive} ${part.names.join(', ')}` : part.directive
    return [directive, ...part.sql.split('\n'), '----', ...(results.get(part) ?? part.expected)]
  })
  writeFileSync(script.path, lines.join('\n'))
}
