/**
 * A short run of the differential tester without a second engine: our modes against each other, and filters against their
 * partitions. The seeds are fixed, so that a run tells of the change before it; `ORACLE_SEED` adds one of your own, and
 * `npm run oracle -- --queries 10000` draws one and compares with PostgreSQL, where there is one.
 */
import { expect, test } from 'vitest'
import { runOracle } from './oracle.ts'

const chosen = process.env.ORACLE_SEED
const seeds = [1, 2, ...(chosen === undefined ? [] : [Number(chosen)])]

test.each(seeds)('the modes agree on random queries, seed %i', { timeout: 300_000 }, async (seed) => {
  const report = await runOracle({ seed, queries: 450, perSchema: 75, size: 'small', maximum: 3 }, undefined)
  expect(report.selfChecked).toBe(450)
  expect(report.differences, `ORACLE_SEED=${seed} repeats it`).toEqual([])
})
