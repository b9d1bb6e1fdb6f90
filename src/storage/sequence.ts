/** Counting with sequences. What was drawn stays drawn, whatever becomes of the transaction. */
import { SqlError } from '../error.ts'
import { BIGINT, BOOLEAN } from '../types/data-type.ts'
import type { ColumnDefinition, SequenceDefinition, SequenceState } from './interface.ts'

/** What a sequence is as a table of one row. */
export const sequenceColumns: readonly ColumnDefinition[] = [
  { name: 'last_value', type: BIGINT, notNull: true },
  { name: 'log_cnt', type: BIGINT, notNull: true },
  { name: 'is_called', type: BOOLEAN, notNull: true },
]

export function newSequence(definition: SequenceDefinition): SequenceState {
  return { last: definition.start, isCalled: false, logged: 0 }
}

export function nextValue(definition: SequenceDefinition, state: SequenceState): bigint {
  const { name, increment, minimum, maximum, cycle } = definition
  let next = state.isCalled ? state.last + increment : state.last
  if (next > maximum) {
    if (!cycle) throw exhausted('maximum', name, maximum)
    next = minimum
  } else if (next < minimum) {
    if (!cycle) throw exhausted('minimum', name, minimum)
    next = maximum
  }
  state.last = next
  if (!state.isCalled || state.logged === 0) {
    const ahead = increment > 0n ? (maximum - next) / increment : (next - minimum) / -increment
    state.logged = ahead < 32n ? Number(ahead) : 32
  } else state.logged--
  state.isCalled = true
  return next
}

function exhausted(end: 'maximum' | 'minimum', name: string, limit: bigint): SqlError {
  return new SqlError(
    'sequence_generator_limit_exceeded',
    `nextval: reached ${end} value of sequence "${name}" (${limit})`,
  )
}
