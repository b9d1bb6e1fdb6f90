/** What messages call a routine. */
import { patternName, signatureOf } from '../../planner/binder/routine-call.ts'
import type { RoutineDefinition } from '../../storage/interface.ts'

/** `function f(integer)`, `operator +(text,text)`, `cast from text to integer` */
export function routineText(routine: RoutineDefinition): string {
  switch (routine.kind) {
    case 'operator':
      return `operator ${operatorText(routine)}`
    case 'cast':
      return `cast from ${patternName(routine.parameters[0].type)} to ${patternName(routine.returns)}`
    default: {
      const kind = routine.kind === 'procedure' || routine.kind === 'macro' ? routine.kind : 'function'
      return `${kind} ${signatureOf(routine.name, routine.parameters).replaceAll(', ', ',')}`
    }
  }
}

/** `===(integer,integer)`, as PostgreSQL names operators. */
export function operatorText({ name, parameters }: RoutineDefinition): string {
  const types = parameters.map(({ type }) => patternName(type))
  return `${name}(${types.length === 1 ? 'NONE,' : ''}${types.join(',')})`
}
