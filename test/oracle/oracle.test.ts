/**
 * A short run of the differential tester without a second engine: our modes against each other, and filters against their
 * partitions. `npm run oracle -- --queries 10000` compares with PostgreSQL, where there is one.
 */
import { expect, test } from 'vitest'
import { runOracle } from './oracle.ts'

const fresh = Number(process.env.ORACLE_SEED ?? Date.now() % 1_000_000)

test.each([1, fresh])('the modes agree on random queries, seed %i', { timeout: 300_000 }, async (seed) => {
  const report = await runOracle({ seed, queries: 450, perSchema: 75, size: 'small', maximum: 3 }, undefined)
  expect(report.selfChecked).toBe(450)
  expect(report.differences, `ORACLE_SEED=${seed} repeats it`).toEqual([])
})
