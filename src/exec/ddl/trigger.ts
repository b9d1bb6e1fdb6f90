/** CREATE and DROP TRIGGER, and switching triggers off and on. A trigger belongs to its table's definition. */
import { notSupported, SqlError } from '../../error.ts'
import type * as ast from '../../parser/ast.ts'
import { bindTriggerCondition } from '../../planner/binder/trigger.ts'
import type { RoutineDefinition, TableDefinition, TriggerDefinition } from '../../storage/interface.ts'
import type { DefinitionContext } from './definition.ts'
import { findRelation, needTable, undefinedRelation, writtenName } from './names.ts'
import { replaceDefinition } from './replace.ts'
import { hasSubquery, walkSyntax } from './syntax.ts'

export function createTrigger(statement: ast.CreateTrigger, context: DefinitionContext): void {
  const position = statement.span.start
  if (statement.timing === 'instead of') throw notSupported('CREATE TRIGGER … INSTEAD OF', position)
  if (statement.constraint) throw notSupported('CREATE CONSTRAINT TRIGGER', position)
  if (statement.events.some(({ event }) => event === 'truncate'))
    throw notSupported('CREATE TRIGGER … TRUNCATE', position)
  if (statement.referencing.length > 0) {
    throw notSupported(
      'CREATE TRIGGER … REFERENCING',
      position,
      'Functions in JavaScript have the rows in oldRows and newRows.',
    )
  }
  const relation = findRelation(statement.table, context)
  if (!relation) throw undefinedRelation(statement.table)
  if (relation.kind !== 'table') {
    throw new SqlError('wrong_object_type', `"${relation.name}" is a ${relation.kind}`, {
      position: statement.table.span.start,
      detail: relation.kind === 'view' ? 'Views cannot have row-level BEFORE or AFTER triggers.' : undefined,
    })
  }
  const routine = triggerFunction(statement, context)
  const trigger: TriggerDefinition = {
    name: statement.name.name,
    timing: statement.timing,
    events: statement.events.map(({ event, columns }) => ({
      event: event as TriggerDefinition['events'][number]['event'],
      columns: columns.map((column) => needColumn(relation, column)),
    })),
    forEach: statement.forEach,
    when: statement.when,
    function: { schema: routine.schema, name: routine.name },
    args: statement.args,
    enabled: true,
  }
  if (statement.when) checkCondition(statement.when, statement, relation, context)
  const others = relation.triggers ?? []
  if (!statement.orReplace && others.some(({ name }) => name === trigger.name)) {
    throw new SqlError('duplicate_object', `trigger "${trigger.name}" for relation "${relation.name}" already exists`, {
      position,
    })
  }
  setTriggers(relation, [...others.filter(({ name }) => name !== trigger.name), trigger], context)
}

function needColumn(table: TableDefinition, { name, span }: ast.Identifier): string {
  if (table.columns.some((column) => column.name === name)) return name
  throw new SqlError('undefined_column', `column "${name}" of relation "${table.name}" does not exist`, {
    position: span.start,
  })
}

function triggerFunction(statement: ast.CreateTrigger, { catalog }: DefinitionContext): RoutineDefinition {
  const parts = statement.function.parts.map((part) => part.name)
  const found = catalog
    .findRoutines(parts[parts.length - 1], parts[parts.length - 2])
    .filter(({ parameters }) => parameters.length === 0)
  const position = statement.function.span.start
  if (found.length === 0) {
    throw new SqlError('undefined_function', `function ${writtenName(statement.function)}() does not exist`, {
      position,
    })
  }
  const routine = found.find(({ kind }) => kind === 'trigger')
  if (routine) return routine
  throw new SqlError('invalid_object_definition', `function ${found[0].name} must return type trigger`, { position })
}

function checkCondition(
  when: ast.Expression,
  statement: ast.CreateTrigger,
  table: TableDefinition,
  context: DefinitionContext,
): void {
  const position = when.span.start
  if (hasSubquery(when))
    throw new SqlError('feature_not_supported', 'cannot use subquery in trigger WHEN condition', { position })
  const refuse = (message: string): never => {
    throw new SqlError('invalid_object_definition', message, { position })
  }
  walkSyntax(when, (node) => {
    if (node.kind !== 'column') return
    const [{ name }] = (node as ast.ColumnReference).parts
    if (name !== 'old' && name !== 'new') return
    if (statement.forEach === 'statement') refuse("statement trigger's WHEN condition cannot reference column values")
    const missing = name === 'old' ? 'insert' : 'delete'
    if (statement.events.some(({ event }) => event === missing)) {
      refuse(`${missing.toUpperCase()} trigger's WHEN condition cannot reference ${name.toUpperCase()} values`)
    }
  })
  bindTriggerCondition(when, table, ['old', 'new'], context)
}

function setTriggers(table: TableDefinition, triggers: readonly TriggerDefinition[], context: DefinitionContext): void {
  replaceDefinition(table, { ...table, triggers: triggers.length === 0 ? undefined : triggers }, context)
}

export function dropTrigger(statement: ast.Drop, context: DefinitionContext): void {
  const [{ parts, span }] = statement.names
  const name = parts[parts.length - 1].name
  const on = statement.on!
  const relation = findRelation(on, context)
  const trigger =
    relation?.kind === 'table' ? relation.triggers?.find((candidate) => candidate.name === name) : undefined
  if (relation?.kind === 'table' && trigger) {
    setTriggers(
      relation,
      relation.triggers!.filter((other) => other !== trigger),
      context,
    )
    return
  }
  const message = relation
    ? `trigger "${name}" for relation "${relation.name}" does not exist`
    : `relation "${writtenName(on)}" does not exist`
  if (statement.ifExists) {
    context.notice(`NOTICE:  ${message}, skipping`)
    return
  }
  if (!relation) throw undefinedRelation(on)
  throw new SqlError('undefined_object', `trigger "${name}" for table "${relation.name}" does not exist`, {
    position: span.start,
  })
}

/** ALTER TABLE … ENABLE and DISABLE TRIGGER. */
export function setTriggerState(
  table: TableDefinition,
  { name, enabled }: Extract<ast.AlterTableAction, { kind: 'trigger-state' }>,
  context: DefinitionContext,
): void {
  const triggers = table.triggers ?? []
  if (name && !triggers.some((trigger) => trigger.name === name.name)) {
    throw new SqlError('undefined_object', `trigger "${name.name}" for table "${table.name}" does not exist`, {
      position: name.span.start,
    })
  }
  const concerned = (trigger: TriggerDefinition): boolean => !name || trigger.name === name.name
  setTriggers(
    table,
    triggers.map((trigger) => (concerned(trigger) ? { ...trigger, enabled } : trigger)),
    context,
  )
}

/** ALTER TRIGGER … RENAME. */
export function alterTrigger(statement: ast.AlterObject, context: DefinitionContext): void {
  const { action, on } = statement
  if (action.kind !== 'rename' || !on) throw notSupported('this form of ALTER TRIGGER', statement.span.start)
  const table = needTable(on, context)
  const name = statement.name.parts[statement.name.parts.length - 1].name
  const triggers = table.triggers ?? []
  if (!triggers.some((trigger) => trigger.name === name)) {
    throw new SqlError('undefined_object', `trigger "${name}" for table "${table.name}" does not exist`, {
      position: statement.name.span.start,
    })
  }
  if (triggers.some((trigger) => trigger.name === action.to.name)) {
    throw new SqlError('duplicate_object', `trigger "${action.to.name}" for relation "${table.name}" already exists`)
  }
  setTriggers(
    table,
    triggers.map((trigger) => (trigger.name === name ? { ...trigger, name: action.to.name } : trigger)),
    context,
  )
}
