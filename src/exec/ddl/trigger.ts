/** CREATE and DROP TRIGGER, and switching triggers off and on. A trigger belongs to the definition of its table or view. */
import { notSupported, SqlError } from '../../error.ts'
import type * as ast from '../../parser/ast.ts'
import { bindTriggerCondition } from '../../planner/binder/trigger.ts'
import type {
  Relation,
  RoutineDefinition,
  TableDefinition,
  TriggerDefinition,
  TriggerEvent,
} from '../../storage/interface.ts'
import type { TriggerOwner } from '../trigger-call.ts'
import type { DefinitionContext } from './definition.ts'
import { refuseSystemTable } from './drop.ts'
import { findRelation, isMaterialized, needSchema, undefinedRelation, writtenName } from './names.ts'
import { replaceDefinition } from './replace.ts'
import { hasSubquery, walkSyntax } from './syntax.ts'

export function createTrigger(statement: ast.CreateTrigger, context: DefinitionContext): void {
  const position = statement.span.start
  if (statement.constraint && statement.orReplace) {
    throw new SqlError('feature_not_supported', 'CREATE OR REPLACE CONSTRAINT TRIGGER is not supported', { position })
  }
  const relation = findRelation(statement.table, context)
  if (!relation) refuseSystemTable(statement.table, context)
  if (!relation) throw undefinedRelation(statement.table)
  const owner = triggerOwner(relation, statement)
  checkShape(statement)
  const events = statement.events.map(({ event, columns }) => ({ event, columns: needColumns(owner, columns) }))
  const tables = transitionTables(statement, owner)
  if (statement.when) checkCondition(statement.when, statement, owner, context)
  const routine = triggerFunction(statement, context)
  const trigger: TriggerDefinition = {
    name: statement.name.name,
    timing: statement.timing,
    events,
    forEach: statement.forEach,
    when: statement.when,
    ...tables,
    function: { schema: routine.schema, name: routine.name },
    args: statement.args,
    constraint: statement.constraint
      ? (statement.deferral ?? { deferrable: false, initiallyDeferred: false })
      : undefined,
    state: 'origin',
  }
  const others = owner.triggers ?? []
  const existing = others.find(({ name }) => name === trigger.name)
  if (existing && !statement.orReplace) {
    throw new SqlError('duplicate_object', `trigger "${trigger.name}" for relation "${owner.name}" already exists`, {
      position,
    })
  }
  if (existing?.constraint) {
    throw new SqlError(
      'duplicate_object',
      `trigger "${trigger.name}" for relation "${owner.name}" is a constraint trigger`,
      { position },
    )
  }
  setTriggers(owner, [...others.filter((other) => other !== existing), trigger], context)
}

/** What can have such a trigger. */
function triggerOwner(
  relation: Relation,
  { timing, forEach, events, table, referencing }: ast.CreateTrigger,
): TriggerOwner {
  const refuse = (message: string, detail: string): never => {
    throw new SqlError('wrong_object_type', message, { position: table.span.start, detail })
  }
  if (relation.kind === 'sequence' || isMaterialized(relation)) {
    const label = relation.kind === 'sequence' ? 'sequences' : 'materialized views'
    return refuse(`relation "${relation.name}" cannot have triggers`, `This operation is not supported for ${label}.`)
  }
  if (relation.kind === 'table') {
    if (timing === 'instead of') refuse(`"${relation.name}" is a table`, 'Tables cannot have INSTEAD OF triggers.')
    return relation
  }
  const message = `"${relation.name}" is a view`
  if (timing !== 'instead of' && forEach === 'row') {
    refuse(message, 'Views cannot have row-level BEFORE or AFTER triggers.')
  }
  if (events.some(({ event }) => event === 'truncate')) refuse(message, 'Views cannot have TRUNCATE triggers.')
  if (referencing.length > 0) refuse(message, 'Triggers on views cannot have transition tables.')
  return relation
}

/** Combinations of clauses that nothing can have. */
function checkShape({ timing, forEach, events, when, span }: ast.CreateTrigger): void {
  const refuse = (message: string): never => {
    throw new SqlError('feature_not_supported', message, { position: span.start })
  }
  if (forEach === 'row' && events.some(({ event }) => event === 'truncate')) {
    refuse('TRUNCATE FOR EACH ROW triggers are not supported')
  }
  if (timing !== 'instead of') return
  if (forEach !== 'row') refuse('INSTEAD OF triggers must be FOR EACH ROW')
  if (when) refuse('INSTEAD OF triggers cannot have WHEN conditions')
  if (events.some(({ columns }) => columns.length > 0)) refuse('INSTEAD OF triggers cannot have column lists')
}

/** The names that REFERENCING gives to the rows before and after the statement. */
function transitionTables(
  { timing, events, referencing, span }: ast.CreateTrigger,
  owner: TriggerOwner,
): Pick<TriggerDefinition, 'oldTable' | 'newTable'> {
  const tables: { oldTable?: string; newTable?: string } = {}
  const notSupportedAt = (message: string, position: number): never => {
    throw new SqlError('feature_not_supported', message, { position })
  }
  for (const { kind, name } of referencing) {
    const position = name.span.start
    const invalid = (message: string): never => {
      throw new SqlError('invalid_object_definition', message, { position })
    }
    if (kind === 'old row' || kind === 'new row') {
      throw new SqlError('feature_not_supported', 'ROW variable naming in the REFERENCING clause is not supported', {
        position,
        hint: 'Use OLD TABLE or NEW TABLE for naming transition tables.',
      })
    }
    if (timing !== 'after') invalid('transition table name can only be specified for an AFTER trigger')
    const has = (event: TriggerEvent): boolean => events.some((own) => own.event === event)
    if (has('truncate')) notSupportedAt('TRUNCATE triggers with transition tables are not supported', position)
    if (events.length > 1) {
      notSupportedAt('transition tables cannot be specified for triggers with more than one event', position)
    }
    if (events.some(({ columns }) => columns.length > 0)) {
      notSupportedAt('transition tables cannot be specified for triggers with column lists', position)
    }
    const key = kind === 'new table' ? 'newTable' : 'oldTable'
    const label = kind.toUpperCase()
    if (has(kind === 'new table' ? 'delete' : 'insert')) {
      invalid(
        `${label} can only be specified for ${kind === 'new table' ? 'an INSERT or UPDATE' : 'a DELETE or UPDATE'} trigger`,
      )
    }
    if (tables[key] !== undefined) invalid(`${label} cannot be specified multiple times`)
    tables[key] = name.name
  }
  if (tables.oldTable !== undefined && tables.oldTable === tables.newTable) {
    throw new SqlError('invalid_object_definition', 'OLD TABLE name and NEW TABLE name cannot be the same', {
      position: span.start,
      table: owner.name,
    })
  }
  return tables
}

function needColumns(owner: TriggerOwner, columns: readonly ast.Identifier[]): string[] {
  return columns.map(({ name, span }, index) => {
    const position = span.start
    if (!owner.columns.some((column) => column.name === name)) {
      throw new SqlError('undefined_column', `column "${name}" of relation "${owner.name}" does not exist`, {
        position,
      })
    }
    if (columns.findIndex((other) => other.name === name) < index) {
      throw new SqlError('duplicate_column', `column "${name}" specified more than once`, { position })
    }
    return name
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
  owner: TriggerOwner,
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
    const [{ name }, column] = (node as ast.ColumnReference).parts
    if (name !== 'old' && name !== 'new') return
    if (statement.forEach === 'statement') refuse("statement trigger's WHEN condition cannot reference column values")
    const missing = name === 'old' ? 'insert' : 'delete'
    if (statement.events.some(({ event }) => event === missing)) {
      refuse(`${missing.toUpperCase()} trigger's WHEN condition cannot reference ${name.toUpperCase()} values`)
    }
    if (name === 'new' && statement.timing === 'before' && isGenerated(owner, column?.name)) {
      refuse("BEFORE trigger's WHEN condition cannot reference NEW generated columns")
    }
  })
  bindTriggerCondition(when, owner, ['old', 'new'], context)
}

/** Of the whole row, whether any column is. */
function isGenerated(owner: TriggerOwner, name: string | undefined): boolean {
  return (
    owner.kind === 'table' && owner.columns.some((own) => own.generated && (name === undefined || own.name === name))
  )
}

export function setTriggers(
  owner: TriggerOwner,
  triggers: readonly TriggerDefinition[],
  context: DefinitionContext,
): void {
  const own = { triggers: triggers.length === 0 ? undefined : triggers }
  if (owner.kind === 'table') replaceDefinition(owner, { ...owner, ...own }, context)
  else context.transaction.replaceRelation(owner, { ...owner, ...own })
}

/** The relation of ON, with its trigger of that name; 42704 where it has none. */
function needTrigger(
  on: ast.QualifiedName,
  name: string,
  position: number,
  context: DefinitionContext,
): { readonly owner: TriggerOwner; readonly trigger: TriggerDefinition } {
  const owner = findRelation(on, context)
  if (!owner) throw undefinedRelation(on)
  const trigger = owner.kind === 'sequence' ? undefined : owner.triggers?.find((candidate) => candidate.name === name)
  if (owner.kind !== 'sequence' && trigger) return { owner, trigger }
  throw new SqlError('undefined_object', `trigger "${name}" for table "${owner.name}" does not exist`, { position })
}

export function dropTrigger(statement: ast.Drop, context: DefinitionContext): void {
  const [{ parts, span }] = statement.names
  const name = parts[parts.length - 1].name
  const on = statement.on!
  if (statement.ifExists) {
    const schema = on.parts.length > 1 ? on.parts[on.parts.length - 2].name : undefined
    const relation = findRelation(on, context)
    const hasIt = relation && relation.kind !== 'sequence' && relation.triggers?.some((each) => each.name === name)
    if (!hasIt) {
      const missing =
        schema !== undefined && !context.catalog.hasSchema(schema)
          ? `schema "${schema}" does not exist`
          : relation
            ? `trigger "${name}" for relation "${relation.name}" does not exist`
            : `relation "${writtenName(on)}" does not exist`
      context.notice(`NOTICE:  ${missing}, skipping`)
      return
    }
  }
  if (on.parts.length > 1) needSchema(on.parts[on.parts.length - 2].name, on.span.start, context)
  const { owner, trigger } = needTrigger(on, name, span.start, context)
  setTriggers(
    owner,
    owner.triggers!.filter((other) => other !== trigger),
    context,
  )
}

/** ALTER TABLE … ENABLE and DISABLE TRIGGER. */
export function setTriggerState(
  table: TableDefinition,
  { name, state }: Extract<ast.AlterTableAction, { kind: 'trigger-state' }>,
  context: DefinitionContext,
): void {
  const triggers = table.triggers ?? []
  if (name && !triggers.some((trigger) => trigger.name === name.name)) {
    throw new SqlError('undefined_object', `trigger "${name.name}" for table "${table.name}" does not exist`, {
      position: name.span.start,
    })
  }
  setTriggers(
    table,
    triggers.map((trigger) => (!name || trigger.name === name.name ? { ...trigger, state } : trigger)),
    context,
  )
}

/** ALTER TRIGGER … RENAME. */
export function alterTrigger(statement: ast.AlterObject, context: DefinitionContext): void {
  const { action, on } = statement
  if (action.kind !== 'rename' || !on) throw notSupported('this form of ALTER TRIGGER', statement.span.start)
  const name = statement.name.parts[statement.name.parts.length - 1].name
  const { owner, trigger } = needTrigger(on, name, statement.name.span.start, context)
  const to = action.to.name
  if (owner.triggers!.some((other) => other.name === to)) {
    throw new SqlError('duplicate_object', `trigger "${to}" for relation "${owner.name}" already exists`)
  }
  setTriggers(
    owner,
    owner.triggers!.map((each) => (each === trigger ? { ...each, name: to } : each)),
    context,
  )
}
