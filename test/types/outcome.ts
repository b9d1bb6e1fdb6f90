import { SqlError } from '../../src/error.ts'

/** The text of what comes out: a value, NULL, or SQLSTATE and message of the error. */
export function outcome(compute: () => unknown): string {
  try {
    const result = compute()
    return result === null ? 'NULL' : String(result)
  } catch (error) {
    if (error instanceof SqlError) return `${error.code} ${error.message}`
    throw error
  }
}
