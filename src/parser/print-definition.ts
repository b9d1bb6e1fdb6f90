/** CREATE, ALTER, DROP and COMMENT as SQL. */
import { unreachable } from '../error.ts'
import type {
  AlterObject,
  AlterTableAction,
  AttributeChange,
  ColumnConstraint,
  ColumnDefinition,
  ConstraintChange,
  CreateFunction,
  CreateIndex,
  CreateTable,
  CreateTrigger,
  CreateType,
  CreateView,
  Deferral,
  Drop,
  Identifier,
  IndexColumn,
  References,
  SequenceOption,
  Statement,
  TableConstraint,
  TriggerState,
} from './ast.ts'
import { printDirection, printExpression, printQuery, printRestricted } from './print.ts'
import { printIndexed } from './print-change.ts'
import {
  printFields,
  printIdentifier,
  printName,
  printNames,
  printTypeName,
  printWord,
  quoteString,
} from './print-name.ts'
import { printObject } from './print-object.ts'
import { printOptions, printStatement } from './print-statement.ts'
import { printSetting } from './setting-value.ts'

type Definition = Extract<
  Statement,
  {
    kind:
      | 'create-table'
      | 'create-index'
      | 'create-view'
      | 'create-schema'
      | 'create-sequence'
      | 'alter-sequence'
      | 'create-type'
      | 'create-domain'
      | 'create-function'
      | 'create-aggregate'
      | 'create-operator'
      | 'alter-operator'
      | 'drop-operator'
      | 'create-cast'
      | 'drop-cast'
      | 'create-trigger'
      | 'alter-table'
      | 'alter-object'
      | 'drop'
      | 'refresh'
      | 'comment'
  }
>

export function printDefinition(statement: Definition): string {
  switch (statement.kind) {
    case 'create-table':
      return printCreateTable(statement)
    case 'create-index':
      return printCreateIndex(statement)
    case 'create-view':
      return printCreateView(statement)
    case 'create-schema': {
      const elements = statement.elements.map((element) => ` ${printStatement(element)}`).join('')
      return `CREATE SCHEMA ${when(statement.ifNotExists, 'IF NOT EXISTS ')}${printIdentifier(statement.name)}${elements}`
    }
    case 'create-sequence': {
      const head = `CREATE ${when(statement.temporary, 'TEMPORARY ')}SEQUENCE ${when(statement.ifNotExists, 'IF NOT EXISTS ')}`
      return `${head}${printName(statement.name)}${printSequenceOptions(statement.options)}`
    }
    case 'alter-sequence':
      return `ALTER SEQUENCE ${when(statement.ifExists, 'IF EXISTS ')}${printName(statement.name)}${printSequenceOptions(statement.options)}`
    case 'create-type':
      return `CREATE TYPE ${printName(statement.name)} AS ${printTypeDefinition(statement.definition)}`
    case 'create-domain': {
      const collation = statement.collation === undefined ? '' : ` COLLATE ${printName(statement.collation)}`
      const constraints = statement.constraints.map(printColumnConstraint).join('')
      return `CREATE DOMAIN ${printName(statement.name)} AS ${printTypeName(statement.type)}${collation}${constraints}`
    }
    case 'create-function':
      return printCreateFunction(statement)
    case 'create-aggregate':
    case 'create-operator':
    case 'alter-operator':
    case 'drop-operator':
    case 'create-cast':
    case 'drop-cast':
      return printObject(statement)
    case 'create-trigger':
      return printCreateTrigger(statement)
    case 'alter-table': {
      const head = `ALTER ${statement.target.toUpperCase()} ${when(statement.ifExists, 'IF EXISTS ')}${when(statement.only, 'ONLY ')}`
      return `${head}${printName(statement.name)} ${statement.actions.map(printAction).join(', ')}`
    }
    case 'alter-object': {
      const types =
        statement.argumentTypes === undefined ? '' : `(${statement.argumentTypes.map(printTypeName).join(', ')})`
      const on = statement.on === undefined ? '' : ` ON ${printName(statement.on)}`
      const head = `ALTER ${statement.object.toUpperCase()} ${when(statement.ifExists, 'IF EXISTS ')}`
      return `${head}${printName(statement.name)}${types}${on} ${printObjectAction(statement.action)}`
    }
    case 'drop':
      return printDrop(statement)
    case 'refresh': {
      const concurrently = when(statement.concurrently, 'CONCURRENTLY ')
      return `REFRESH MATERIALIZED VIEW ${concurrently}${printName(statement.name)}${when(!statement.withData, ' WITH NO DATA')}`
    }
    case 'comment': {
      const ofDomain = statement.object === 'domain constraint'
      const on = statement.on === undefined ? '' : ` ON ${when(ofDomain, 'DOMAIN ')}${printName(statement.on)}`
      const types = statement.argumentTypes ? ` (${statement.argumentTypes.map(printTypeName).join(', ')})` : ''
      const object = ofDomain ? 'CONSTRAINT' : statement.object.toUpperCase()
      const text = statement.text === null ? 'NULL' : quoteString(statement.text)
      return `COMMENT ON ${object} ${printName(statement.name)}${types}${on} IS ${text}`
    }
    default:
      return unreachable(statement)
  }
}

const when = (condition: boolean, text: string): string => (condition ? text : '')

// ───────────────────────────────────────────────────────── tables

function printCreateTable(table: CreateTable): string {
  let text = `CREATE ${when(table.orReplace, 'OR REPLACE ')}${when(table.temporary, 'TEMPORARY ')}${when(table.unlogged, 'UNLOGGED ')}`
  text += `TABLE ${when(table.ifNotExists, 'IF NOT EXISTS ')}${printName(table.name)}`
  const elements = [
    ...table.columns.map(printColumnDefinition),
    ...table.constraints.map(printTableConstraint),
    ...table.like.map((like) => ['LIKE', printName(like.table), ...like.options].join(' ')),
  ]
  if (table.ofType !== undefined) text += ` OF ${printName(table.ofType)}`
  if (table.columnNames !== undefined) text += ` ${printNames(table.columnNames)}`
  else if (table.ofType !== undefined && elements.length === 0) text += ''
  else if ((table.query === undefined && table.execute === undefined) || elements.length > 0)
    text += ` (${elements.join(', ')})`
  if (table.inherits.length > 0) text += ` INHERITS (${table.inherits.map(printName).join(', ')})`
  if (table.partitionBy !== undefined) text += ` PARTITION BY ${table.partitionBy}`
  if (table.accessMethod) text += ` USING ${printIdentifier(table.accessMethod)}`
  if (table.options.length > 0) text += ` WITH ${printOptions(table.options)}`
  if (table.onCommit !== undefined)
    text += ` ON COMMIT ${table.onCommit.toUpperCase()}${when(table.onCommit !== 'drop', ' ROWS')}`
  if (table.execute !== undefined) {
    const { name, args } = table.execute
    const given = args.length > 0 ? ` (${args.map(printExpression).join(', ')})` : ''
    text += ` AS EXECUTE ${printIdentifier(name)}${given}${when(!table.withData, ' WITH NO DATA')}`
  }
  if (table.query !== undefined) text += ` AS ${printQuery(table.query)}${when(!table.withData, ' WITH NO DATA')}`
  return text
}

function printColumnDefinition(column: ColumnDefinition): string {
  const type = column.type === undefined ? '' : ` ${printTypeName(column.type)}`
  const collation = column.collation === undefined ? '' : ` COLLATE ${printName(column.collation)}`
  return `${printIdentifier(column.name)}${type}${collation}${column.constraints.map(printColumnConstraint).join('')}`
}

const printConstraintName = (name: Identifier | undefined): string =>
  name === undefined ? '' : `CONSTRAINT ${printIdentifier(name)} `

function printDeferral(deferral: Deferral): string {
  return `${when(deferral.deferrable, ' DEFERRABLE')}${when(deferral.initiallyDeferred, ' INITIALLY DEFERRED')}`
}

function printColumnConstraint(constraint: ColumnConstraint): string {
  return ` ${printConstraintName(constraint.name)}${printColumnConstraintBody(constraint)}`
}

function printColumnConstraintBody(constraint: ColumnConstraint): string {
  switch (constraint.kind) {
    case 'not-null':
      return 'NOT NULL'
    case 'null':
      return 'NULL'
    case 'default':
      return `DEFAULT ${printRestricted(constraint.expression)}`
    case 'primary-key':
      return `PRIMARY KEY${printDeferral(constraint)}`
    case 'unique':
      return `UNIQUE${when(constraint.nullsNotDistinct, ' NULLS NOT DISTINCT')}${printDeferral(constraint)}`
    case 'check':
      return `CHECK (${printExpression(constraint.expression)})${when(constraint.noInherit, ' NO INHERIT')}`
    case 'references':
      return `${printReferences(constraint)}${printDeferral(constraint)}`
    case 'generated':
      return `GENERATED ALWAYS AS (${printExpression(constraint.expression)})${constraint.stored ? ' STORED' : ' VIRTUAL'}`
    case 'identity': {
      const options = constraint.options.length > 0 ? ` (${printSequenceOptions(constraint.options).trim()})` : ''
      return `GENERATED ${constraint.always ? 'ALWAYS' : 'BY DEFAULT'} AS IDENTITY${options}`
    }
    default:
      return unreachable(constraint)
  }
}

function printReferences(references: References): string {
  let text = `REFERENCES ${printName(references.table)}`
  if (references.columns.length > 0) text += ` ${printNames(references.columns)}`
  if (references.match !== 'simple') text += ` MATCH ${references.match.toUpperCase()}`
  for (const event of ['delete', 'update'] as const) {
    const { action, columns } = event === 'delete' ? references.onDelete : references.onUpdate
    if (action === 'no action') continue
    text += ` ON ${event.toUpperCase()} ${action.toUpperCase()}${columns.length > 0 ? ` ${printNames(columns)}` : ''}`
  }
  return text
}

function printTableConstraint(constraint: TableConstraint): string {
  return `${printConstraintName(constraint.name)}${printConstraintBody(constraint)}${when(constraint.notValid, ' NOT VALID')}`
}

function printConstraintBody(constraint: TableConstraint): string {
  switch (constraint.kind) {
    case 'primary-key':
      return `PRIMARY KEY ${printKey(constraint)}${printDeferral(constraint)}`
    case 'unique':
      return `UNIQUE ${when(constraint.nullsNotDistinct, 'NULLS NOT DISTINCT ')}${printKey(constraint)}${printDeferral(constraint)}`
    case 'check':
      return `CHECK (${printExpression(constraint.expression)})${when(constraint.noInherit, ' NO INHERIT')}`
    case 'foreign-key':
      return `FOREIGN KEY ${printNames(constraint.columns)} ${printReferences(constraint.references)}${printDeferral(constraint)}`
    case 'exclude':
      return printExclusion(constraint)
    default:
      return unreachable(constraint)
  }
}

function printExclusion(constraint: Extract<TableConstraint, { kind: 'exclude' }>): string {
  const elements = constraint.elements.map(({ column, operator }) => `${printIndexColumn(column)} WITH ${operator}`)
  const method = constraint.method ? `USING ${printIdentifier(constraint.method)} ` : ''
  const where = constraint.where ? ` WHERE (${printExpression(constraint.where)})` : ''
  return `EXCLUDE ${method}(${elements.join(', ')})${where}${printDeferral(constraint)}`
}

function printKey(key: { readonly columns: readonly Identifier[]; readonly usingIndex?: Identifier }): string {
  return key.usingIndex === undefined ? printNames(key.columns) : `USING INDEX ${printIdentifier(key.usingIndex)}`
}

/** With a space before each. */
function printSequenceOptions(options: readonly SequenceOption[]): string {
  return options.map((option) => ` ${printSequenceOption(option)}`).join('')
}

function printSequenceOption(option: SequenceOption): string {
  switch (option.kind) {
    case 'as':
      return `AS ${printTypeName(option.type!)}`
    case 'minvalue':
    case 'maxvalue':
      return option.value === null ? `NO ${option.kind.toUpperCase()}` : `${option.kind.toUpperCase()} ${option.value}`
    case 'cycle':
      return option.value === false ? 'NO CYCLE' : 'CYCLE'
    case 'owned-by':
      return `OWNED BY ${option.name === undefined ? 'NONE' : printName(option.name)}`
    case 'sequence-name':
      return `SEQUENCE NAME ${printName(option.name!)}`
    case 'restart':
      return option.value === undefined ? 'RESTART' : `RESTART ${option.value}`
    default:
      return option.value === null ? `NO ${option.kind.toUpperCase()}` : `${option.kind.toUpperCase()} ${option.value}`
  }
}

// ───────────────────────────────────────────────────────── indexes, views, types

function printCreateIndex(index: CreateIndex): string {
  let text = `CREATE ${when(index.unique, 'UNIQUE ')}INDEX ${when(index.concurrently, 'CONCURRENTLY ')}`
  text += when(index.ifNotExists, 'IF NOT EXISTS ')
  if (index.name !== undefined) text += `${printIdentifier(index.name)} `
  text += `ON ${printName(index.table)}`
  if (index.method !== undefined) text += ` USING ${printIdentifier(index.method)}`
  text += ` (${index.columns.map(printIndexColumn).join(', ')})`
  if (index.include.length > 0) text += ` INCLUDE ${printNames(index.include)}`
  text += when(index.nullsNotDistinct, ' NULLS NOT DISTINCT')
  if (index.options.length > 0) text += ` WITH ${printOptions(index.options)}`
  return index.where === undefined ? text : `${text} WHERE ${printExpression(index.where)}`
}

function printIndexColumn(column: IndexColumn): string {
  const collation = column.collation === undefined ? '' : ` COLLATE ${printName(column.collation)}`
  const operatorClass = column.operatorClass === undefined ? '' : ` ${printName(column.operatorClass)}`
  return `${printIndexed(column.expression)}${collation}${operatorClass}${printDirection(column)}`
}

function printCreateView(view: CreateView): string {
  let text = `CREATE ${when(view.orReplace, 'OR REPLACE ')}${when(view.temporary, 'TEMPORARY ')}${when(view.recursive, 'RECURSIVE ')}`
  text += `${when(view.materialized, 'MATERIALIZED ')}VIEW ${when(view.ifNotExists, 'IF NOT EXISTS ')}${printName(view.name)}`
  if (view.columns.length > 0) text += ` ${printNames(view.columns)}`
  if (view.options.length > 0) text += ` WITH ${printOptions(view.options)}`
  text += ` AS ${printQuery(view.query)}${when(!view.withData, ' WITH NO DATA')}`
  return view.checkOption === undefined ? text : `${text} WITH ${view.checkOption.toUpperCase()} CHECK OPTION`
}

function printTypeDefinition(definition: CreateType['definition']): string {
  switch (definition.kind) {
    case 'enum':
      return `ENUM (${definition.labels.map(quoteString).join(', ')})`
    case 'composite':
      return `(${printFields(definition.fields)})`
    case 'range':
      return `RANGE (${definition.options.map(({ name, value }) => `${name} = ${printTypeName(value)}`).join(', ')})`
    case 'alias':
      return printTypeName(definition.type)
    default:
      return unreachable(definition)
  }
}

// ───────────────────────────────────────────────────────── functions, triggers

export function printParameters(parameters: CreateFunction['parameters'], macro = false): string[] {
  return parameters.map((parameter) => {
    const parts: string[] = []
    if (parameter.mode !== 'in') parts.push(parameter.mode.toUpperCase())
    if (parameter.name !== undefined) parts.push(printIdentifier(parameter.name))
    if (parameter.type !== undefined) parts.push(printTypeName(parameter.type))
    if (parameter.default !== undefined) parts.push(macro ? ':=' : 'DEFAULT', printExpression(parameter.default))
    return parts.join(' ')
  })
}

function printCreateFunction(definition: CreateFunction): string {
  const { macro } = definition
  const parameters = printParameters(definition.parameters, macro)
  const what = macro ? 'MACRO' : definition.procedure ? 'PROCEDURE' : 'FUNCTION'
  let text = `CREATE ${when(definition.orReplace, 'OR REPLACE ')}${when(definition.temporary, 'TEMPORARY ')}${what} `
  text += `${when(definition.ifNotExists, 'IF NOT EXISTS ')}${printName(definition.name)}(${parameters.join(', ')})`
  if (macro) {
    if (definition.bodyQuery !== undefined) return `${text} AS TABLE ${printQuery(definition.bodyQuery)}`
    return `${text} AS ${printExpression(definition.bodyExpression!)}`
  }
  if (definition.returns !== undefined) text += ` RETURNS ${printTypeName(definition.returns)}`
  if (definition.returnsTable !== undefined) text += ` RETURNS TABLE (${printFields(definition.returnsTable)})`
  if (definition.language !== undefined) text += ` LANGUAGE ${printWord(definition.language)}`
  if (definition.volatility !== undefined) text += ` ${definition.volatility.toUpperCase()}`
  text += when(definition.strict, ' STRICT')
  let link = ''
  for (const { name, value } of definition.options) {
    if (name === 'set') text += ` ${printSetting(...(value as readonly [string, string]))}`
    else if (name === 'link') link = `, ${quoteString(String(value))}`
    else if (value === true || value === false) text += ` ${when(!value, 'NOT ')}${name.toUpperCase()}`
    else text += ` ${name.toUpperCase()} ${value}`
  }
  if (definition.body !== undefined) text += ` AS ${quoteString(definition.body)}${link}`
  if (definition.bodyExpression !== undefined) text += ` RETURN ${printExpression(definition.bodyExpression)}`
  if (definition.bodyStatements !== undefined) {
    text += ` BEGIN ATOMIC ${definition.bodyStatements.map((statement) => `${printStatement(statement)}; `).join('')}END`
  }
  return text
}

const triggerStates: { readonly [state in TriggerState]: string } = {
  origin: 'ENABLE',
  disabled: 'DISABLE',
  replica: 'ENABLE REPLICA',
  always: 'ENABLE ALWAYS',
}

function printCreateTrigger(trigger: CreateTrigger): string {
  let text = `CREATE ${when(trigger.orReplace, 'OR REPLACE ')}${when(trigger.constraint, 'CONSTRAINT ')}TRIGGER ${printIdentifier(trigger.name)}`
  const events = trigger.events.map(
    ({ event, columns }) =>
      `${event.toUpperCase()}${columns.length > 0 ? ` OF ${columns.map(printIdentifier).join(', ')}` : ''}`,
  )
  text += ` ${trigger.timing.toUpperCase()} ${events.join(' OR ')} ON ${printName(trigger.table)}`
  if (trigger.deferral !== undefined) {
    text += trigger.deferral.deferrable ? printDeferral(trigger.deferral) : ' NOT DEFERRABLE'
  }
  if (trigger.referencing.length > 0) {
    text += ` REFERENCING ${trigger.referencing.map((r) => `${r.kind.toUpperCase()} AS ${printIdentifier(r.name)}`).join(' ')}`
  }
  text += ` FOR EACH ${trigger.forEach.toUpperCase()}`
  if (trigger.when !== undefined) text += ` WHEN (${printExpression(trigger.when)})`
  return `${text} EXECUTE FUNCTION ${printName(trigger.function)}(${trigger.args.map(quoteString).join(', ')})`
}

// ───────────────────────────────────────────────────────── ALTER, DROP

function printAction(action: AlterTableAction): string {
  switch (action.kind) {
    case 'add-column':
      return `ADD COLUMN ${when(action.ifNotExists, 'IF NOT EXISTS ')}${printColumnDefinition(action.column)}`
    case 'drop-column':
      return `DROP COLUMN ${when(action.ifExists, 'IF EXISTS ')}${printIdentifier(action.name)}${when(action.cascade, ' CASCADE')}`
    case 'rename-column':
      return `RENAME COLUMN ${printIdentifier(action.from)} TO ${printIdentifier(action.to)}`
    case 'rename-table':
      return `RENAME TO ${printIdentifier(action.to)}`
    case 'set-schema':
      return `SET SCHEMA ${printIdentifier(action.schema)}`
    case 'set-type': {
      const collation = action.collation === undefined ? '' : ` COLLATE ${printName(action.collation)}`
      const using = action.using === undefined ? '' : ` USING ${printExpression(action.using)}`
      return `ALTER COLUMN ${printIdentifier(action.column)} TYPE ${printTypeName(action.type)}${collation}${using}`
    }
    case 'set-default':
      return `ALTER COLUMN ${printIdentifier(action.column)} SET DEFAULT ${printExpression(action.expression)}`
    case 'drop-default':
    case 'set-not-null':
    case 'drop-not-null':
      return `ALTER COLUMN ${printIdentifier(action.column)} ${action.kind.replaceAll('-', ' ').toUpperCase()}`
    case 'drop-expression':
    case 'drop-identity': {
      const what = action.kind.replaceAll('-', ' ').toUpperCase()
      return `ALTER COLUMN ${printIdentifier(action.column)} ${what}${when(action.ifExists, ' IF EXISTS')}`
    }
    case 'add-identity': {
      const options = action.options.length > 0 ? ` (${printSequenceOptions(action.options).trim()})` : ''
      return `ALTER COLUMN ${printIdentifier(action.column)} ADD GENERATED ${action.always ? 'ALWAYS' : 'BY DEFAULT'} AS IDENTITY${options}`
    }
    case 'set-identity': {
      const always = action.always === undefined ? '' : ` SET GENERATED ${action.always ? 'ALWAYS' : 'BY DEFAULT'}`
      const options = action.options.map(
        (option) => ` ${when(option.kind !== 'restart', 'SET ')}${printSequenceOption(option)}`,
      )
      return `ALTER COLUMN ${printIdentifier(action.column)}${always}${options.join('')}`
    }
    case 'add-constraint':
    case 'rename-constraint':
    case 'validate-constraint':
    case 'drop-constraint':
      return printConstraintChange(action)
    case 'alter-constraint':
      return `ALTER CONSTRAINT ${printIdentifier(action.name)}${printDeferral(action.deferral) || ' NOT DEFERRABLE'}`
    case 'of':
      return `OF ${printName(action.type)}`
    case 'not-of':
      return 'NOT OF'
    case 'trigger-state':
      return `${triggerStates[action.state]} TRIGGER ${action.name === undefined ? 'ALL' : printIdentifier(action.name)}`
    case 'owner-to':
      return `OWNER TO ${printWord(action.owner)}`
    case 'other':
      return action.text
    default:
      return unreachable(action)
  }
}

function printConstraintChange(action: ConstraintChange): string {
  switch (action.kind) {
    case 'add-constraint':
      return `ADD ${printTableConstraint(action.constraint)}`
    case 'rename-constraint':
      return `RENAME CONSTRAINT ${printIdentifier(action.from)} TO ${printIdentifier(action.to)}`
    case 'validate-constraint':
      return `VALIDATE CONSTRAINT ${printIdentifier(action.name)}`
    case 'drop-constraint':
      return `DROP CONSTRAINT ${when(action.ifExists, 'IF EXISTS ')}${printIdentifier(action.name)}${when(action.cascade, ' CASCADE')}`
  }
}

function printObjectAction(action: AlterObject['action']): string {
  switch (action.kind) {
    case 'rename':
      return `RENAME TO ${printIdentifier(action.to)}`
    case 'set-schema':
      return `SET SCHEMA ${printIdentifier(action.schema)}`
    case 'owner-to':
      return `OWNER TO ${printWord(action.owner)}`
    case 'add-value': {
      const place =
        action.before !== undefined
          ? ` BEFORE ${quoteString(action.before)}`
          : action.after !== undefined
            ? ` AFTER ${quoteString(action.after)}`
            : ''
      return `ADD VALUE ${when(action.ifNotExists, 'IF NOT EXISTS ')}${quoteString(action.label)}${place}`
    }
    case 'rename-value':
      return `RENAME VALUE ${quoteString(action.from)} TO ${quoteString(action.to)}`
    case 'rename-attribute':
      return `RENAME ATTRIBUTE ${printIdentifier(action.from)} TO ${printIdentifier(action.to)}${when(action.cascade, ' CASCADE')}`
    case 'attributes':
      return `${action.changes.map(printAttributeChange).join(', ')}${when(action.cascade, ' CASCADE')}`
    case 'add-constraint':
    case 'rename-constraint':
    case 'validate-constraint':
    case 'drop-constraint':
      return printConstraintChange(action)
    case 'set-default':
      return `SET DEFAULT ${printExpression(action.expression)}`
    case 'drop-default':
    case 'set-not-null':
    case 'drop-not-null':
      return action.kind.replaceAll('-', ' ').toUpperCase()
    case 'other':
      return action.text
    default:
      return unreachable(action)
  }
}

function printAttributeChange(change: AttributeChange): string {
  const name = printIdentifier(change.name)
  switch (change.kind) {
    case 'add':
      return `ADD ATTRIBUTE ${name} ${printTypeName(change.type)}`
    case 'drop':
      return `DROP ATTRIBUTE ${when(change.ifExists, 'IF EXISTS ')}${name}`
    case 'alter':
      return `ALTER ATTRIBUTE ${name} TYPE ${printTypeName(change.type)}`
  }
}

function printDrop(drop: Drop): string {
  const names = drop.names.map((name, i) => {
    const types = drop.argumentTypes?.[i]
    return `${printName(name)}${types === undefined ? '' : `(${types.map(printTypeName).join(', ')})`}`
  })
  const on = drop.on === undefined ? '' : ` ON ${printName(drop.on)}`
  return `DROP ${drop.object.toUpperCase()} ${when(drop.ifExists, 'IF EXISTS ')}${names.join(', ')}${on}${when(drop.cascade, ' CASCADE')}`
}
