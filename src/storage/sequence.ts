/** Counting with sequences. What was drawn stays drawn, whatever becomes of the transaction. */
import { SqlError } from '../error.ts'
import type { SequenceState } from './catalog.ts'
import type { SequenceDefinition } from './interface.ts'

export function newSequence(definition: SequenceDefinition): SequenceState {
  return { last: definition.start, isCalled: false }
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
  state.isCalled = true
  return next
}

function exhausted(end: 'maximum' | 'minimum', name: string, limit: bigint): SqlError {
  return new SqlError(
    'sequence_generator_limit_exceeded',
    `nextval: reached ${end} value of sequence "${name}" (${limit})`,
  )
}
