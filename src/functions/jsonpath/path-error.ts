/** The errors that a jsonpath may keep to itself. */
import { SqlError } from '../../error.ts'

/** An error of a path that a predicate turns into unknown, and silent functions into no answer. */
export class PathError extends SqlError {
  /** The same error, as one that may be silenced. */
  static of(error: unknown): unknown {
    if (!(error instanceof SqlError) || error instanceof PathError) return error
    return new PathError(error.condition, error.message, { detail: error.detail, hint: error.hint })
  }
}
