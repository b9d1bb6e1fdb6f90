import type { ExecutionContext } from '../../src/exec/operator.ts'
import type { FunctionContext } from '../../src/functions/function.ts'
import { Settings } from '../../src/settings.ts'
import { Pool } from '../../src/storage/allocator.ts'
import type { Value } from '../../src/types/value.ts'

export const functionContextForTests: FunctionContext = {
  settings: new Settings(),
  transactionTime: 0n,
  statementTime: 0n,
  clock: () => 0n,
  random: () => 0.5,
  seedRandom: () => {},
  user: 'test',
  database: 'test',
  schemas: ['public'],
}

/** A context without tables. */
export function contextForTests(parameters: readonly Value[] = [], pool: Pool = new Pool()): ExecutionContext {
  return {
    transaction: undefined as never,
    pool,
    settings: functionContextForTests.settings,
    functions: functionContextForTests,
    parameters,
    mode: 'compiled',
    batchSize: 4096,
    outer: new Map(),
    ctes: new Map(),
    changedRows: 0,
    checkInterrupt: () => {},
  }
}
