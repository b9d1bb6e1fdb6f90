/** What calls a function, an aggregate or an operator: views, defaults, constraints, indexes, triggers, and what is made of functions. */
import type * as ast from '../../parser/ast.ts'
import { inputParameters } from '../../planner/binder/routine-call.ts'
import type { RoutineDefinition, RoutineName, TableDefinition } from '../../storage/interface.ts'
import type { DefinitionContext } from './definition.ts'
import { type Dependent, isView, viewQuery } from './dependents.ts'
import { samePattern } from './function-name.ts'
import { routineText } from './routine-text.ts'
import { walkSyntax } from './syntax.ts'

export function dependentsOfRoutine(routine: RoutineDefinition, context: DefinitionContext): Dependent[] {
  const { catalog } = context
  const on = routineText(routine)
  const calls = (syntax: unknown): boolean => callsRoutine(syntax, routine, context)
  const found: Dependent[] = []
  for (const owner of catalog.relations()) {
    if (owner.kind === 'sequence') continue
    if (isView(owner) && calls(viewQuery(owner))) found.push({ kind: 'view', view: owner, on })
    for (const { name, function: called } of owner.triggers ?? []) {
      if (routine.kind === 'trigger' && isCalled(called, routine))
        found.push({ kind: 'trigger', owner, trigger: name, on })
    }
    if (owner.kind === 'table') found.push(...usersWithin(owner, calls, on))
  }
  for (const other of catalog.routines()) {
    if (other !== routine && isMadeOf(other, routine, calls)) found.push({ kind: 'routine', routine: other, on })
  }
  return found
}

function usersWithin(table: TableDefinition, calls: (syntax: unknown) => boolean, on: string): Dependent[] {
  const found: Dependent[] = []
  for (const column of table.columns) {
    if (column.generated && calls(column.generated.expression))
      found.push({ kind: 'column', table, column: column.name, on })
    if (column.default && calls(column.default)) found.push({ kind: 'default', table, column: column.name, on })
  }
  for (const constraint of table.constraints) {
    if (constraint.kind === 'check' && calls(constraint.expression))
      found.push({ kind: 'constraint', table, constraint: constraint.name, on })
  }
  for (const index of table.indexes) {
    if (calls([index.expressions, index.where])) found.push({ kind: 'index', table, index: index.name, on })
  }
  return found
}

function isCalled({ schema, name }: RoutineName, routine: RoutineDefinition): boolean {
  return name === routine.name && schema === routine.schema
}

/** Whether an aggregate, operator or cast is made of the function, or a body that is kept as syntax calls it. */
function isMadeOf(
  { body, parameters }: RoutineDefinition,
  routine: RoutineDefinition,
  calls: (syntax: unknown) => boolean,
): boolean {
  const inputs = inputParameters(routine)
  const isIt = (name: RoutineName | undefined): boolean => name !== undefined && isCalled(name, routine)
  const takesAll = (): boolean =>
    inputs.length === parameters.length && inputs.every(({ type }, n) => samePattern(type, parameters[n].type))
  switch (body.kind) {
    case 'aggregate': {
      const { transition, final, combine, moving } = body
      return [transition, final, combine, moving?.transition, moving?.inverse, moving?.final].some(isIt)
    }
    case 'operator':
      return isIt(body.function) && takesAll()
    case 'cast':
      return isIt(body.function) && inputs.length === parameters.length
    case 'sql':
      return body.written !== undefined && calls(body.statements)
    default:
      return false
  }
}

/** Whether syntax calls the routine by its name, or uses the operator. */
function callsRoutine(syntax: unknown, routine: RoutineDefinition, { catalog }: DefinitionContext): boolean {
  let found = false
  const inputs = inputParameters(routine)
  const least = inputs.filter((parameter) => !parameter.default && parameter.mode !== 'variadic').length
  walkSyntax(syntax, (node) => {
    if (routine.kind === 'operator') {
      const { operator, schema } = node as ast.Binary
      const isUse = node.kind === 'quantified' || node.kind === (inputs.length === 2 ? 'binary' : 'unary')
      if (isUse && operator === routine.name && catalog.findRoutines(operator, schema).includes(routine)) found = true
    } else if (node.kind === 'call') {
      const { name, args, withinGroup } = node as ast.FunctionCall
      const parts = name.parts.map((part) => part.name)
      const named = catalog.findRoutines(parts[parts.length - 1], parts[parts.length - 2])
      if (named.includes(routine) && args.length + (withinGroup?.length ?? 0) >= least) found = true
    }
    return !found
  })
  return found
}

/** What is made of functions goes on with them under other names. */
export function renameCalled(
  rename: (called: RoutineName) => RoutineName,
  { catalog, transaction }: Pick<DefinitionContext, 'catalog' | 'transaction'>,
): void {
  const renamed = (called: RoutineName | undefined): RoutineName | undefined => called && rename(called)
  const changed = (routine: RoutineDefinition): RoutineDefinition => {
    const { body } = routine
    switch (body.kind) {
      case 'aggregate': {
        const { transition, final, combine, moving } = body
        const own = { transition: rename(transition), final: renamed(final), combine: renamed(combine) }
        const other = moving && {
          ...moving,
          transition: rename(moving.transition),
          inverse: rename(moving.inverse),
          final: renamed(moving.final),
        }
        return { ...routine, body: { ...body, ...own, moving: other } }
      }
      case 'operator':
        return { ...routine, body: { ...body, function: rename(body.function) } }
      case 'cast':
        return { ...routine, body: { ...body, function: renamed(body.function) } }
      default:
        return routine
    }
  }
  for (const { schema, name, body } of [...catalog.routines()]) {
    if (body.kind !== 'aggregate' && body.kind !== 'operator' && body.kind !== 'cast') continue
    transaction.setRoutines(schema, name, catalog.findRoutines(name, schema).map(changed))
  }
}
