/** The scripts of this folder, in every way in which a statement can run. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { runFile } from '../sqllogictest/run.ts'

const directory = join(import.meta.dirname, 'scripts')
const configurations: Readonly<Record<string, readonly string[]>> = {
  interpreted: ["SET execution = 'interpreted'"],
  'batches of one row': ["SET execution = 'interpreted'", 'SET batch_size = 1'],
  'batches of three rows': ["SET execution = 'interpreted'", 'SET batch_size = 3'],
  compiled: ["SET execution = 'compiled'"],
}

for (const [name, setup] of Object.entries(configurations)) {
  describe(name, () => {
    for (const file of readdirSync(directory)) {
      test(file, () => {
        const report = runFile(join(directory, file), { setup })
        expect(report.failures).toEqual([])
        expect(report.passed).toBeGreaterThan(0)
      })
    }
  })
}
