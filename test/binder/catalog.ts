/** A catalog made of CREATE TABLE and CREATE VIEW texts, for binding without a database. */

import type * as ast from '../../src/parser/ast.ts'
import { parseScript } from '../../src/parser/parse.ts'
import { type BoundStatement, bindStatement, bindTypeName } from '../../src/planner/binder/bind.ts'
import type { PlannerContext } from '../../src/planner/context.ts'
import { Settings } from '../../src/settings.ts'
import type {
  CatalogView,
  ColumnDefinition,
  ConstraintDefinition,
  IndexDefinition,
  Relation,
  TableDefinition,
} from '../../src/storage/interface.ts'
import { INTEGER } from '../../src/types/data-type.ts'

export function makeContext(schema: string, relations: Map<string, Relation> = new Map()): PlannerContext {
  const catalog: CatalogView = {
    version: 1,
    findRelation: (name, schemaName) =>
      schemaName === undefined || schemaName === 'public' ? relations.get(name) : undefined,
    relations: () => relations.values(),
    searchPath: ['public'],
    hasSchema: (name) => name === 'public',
    schemas: () => ['public'],
    findType: () => undefined,
    findDomain: () => undefined,
    typeNames: () => [],
    findRoutines: () => [],
    routines: () => [],
    sequenceState: () => ({ last: 1n, isCalled: false, logged: 0 }),
    statistics: () => ({
      rowCount: 0,
      column: () => ({ nullFraction: 0, distinct: 0, averageWidth: 0, unique: false }),
    }),
  }
  const settings = new Settings()
  const context: PlannerContext = {
    catalog,
    settings,
    functions: {
      settings,
      transactionTime: 0n,
      statementTime: 0n,
      clock: () => 0n,
      random: () => 0.5,
      seedRandom: () => {},
      user: 'tester',
      database: 'test',
      schemas: ['public'],
    },
    parameterTypes: [],
    parameterNames: [],
  }
  for (const { statement } of parseScript(schema)) define(statement, relations, context)
  return context
}

function define(statement: ast.Statement, relations: Map<string, Relation>, context: PlannerContext): void {
  if (statement.kind === 'create-table') {
    const table = tableOf(statement, context)
    relations.set(table.name, table)
  } else if (statement.kind === 'create-view') {
    const name = lastPart(statement.name)
    const { columns } = bindStatement(statement.query, context)
    relations.set(name, {
      kind: 'view',
      schema: 'public',
      name,
      temporary: false,
      columns: columns.map((column, index) => ({
        name: statement.columns[index]?.name ?? column.name,
        type: column.type,
      })),
      query: statement.query,
      queryText: statement.queryText,
      checkOption: statement.checkOption,
    })
  }
}

function lastPart(name: ast.QualifiedName): string {
  return name.parts[name.parts.length - 1].name
}

function tableOf(statement: ast.CreateTable, context: PlannerContext): TableDefinition {
  const name = lastPart(statement.name)
  const constraints: ConstraintDefinition[] = []
  const indexes: IndexDefinition[] = []
  const key = (columns: number[], primary: boolean): void => {
    const label = primary ? `${name}_pkey` : `${name}_${columns.join('_')}_key`
    const shared = { nullsNotDistinct: false, deferrable: false, initiallyDeferred: false }
    constraints.push({ kind: primary ? 'primary-key' : 'unique', name: label, columns, ...shared })
    const index = { name: label, table: name, unique: true, primary, method: 'hash' as const, columns, include: [] }
    indexes.push({ ...index, nullsNotDistinct: false, constraint: label })
  }
  const columns = statement.columns.map((column, number): ColumnDefinition => {
    let definition: ColumnDefinition = {
      name: column.name.name,
      type: column.type!.parts[0] === 'serial' ? INTEGER : bindTypeName(column.type!, context),
      notNull: false,
    }
    for (const constraint of column.constraints) {
      if (constraint.kind === 'default') definition = { ...definition, default: constraint.expression }
      else if (constraint.kind === 'generated')
        definition = { ...definition, generated: { expression: constraint.expression, stored: true } }
      else if (constraint.kind === 'identity')
        definition = { ...definition, identity: { always: constraint.always, sequence: `${name}_seq` } }
      else if (constraint.kind === 'primary-key') key([number], true)
      else if (constraint.kind === 'unique') key([number], false)
      else if (constraint.kind === 'check') {
        constraints.push({
          kind: 'check',
          name: `${name}_${definition.name}_check`,
          expression: constraint.expression,
          text: '',
        })
      }
    }
    return definition
  })
  for (const constraint of statement.constraints) {
    const numbers = (names: readonly ast.Identifier[]): number[] =>
      names.map((it) => columns.findIndex((column) => column.name === it.name))
    if (constraint.kind === 'primary-key' || constraint.kind === 'unique')
      key(numbers(constraint.columns), constraint.kind === 'primary-key')
    else if (constraint.kind === 'check') {
      constraints.push({
        kind: 'check',
        name: constraint.name?.name ?? `${name}_check`,
        expression: constraint.expression,
        text: '',
      })
    }
  }
  return { kind: 'table', schema: 'public', name, temporary: false, columns, constraints, indexes }
}

/** Binds one statement over a schema. */
export function bindText(sql: string, context: PlannerContext): BoundStatement {
  const [parsed] = parseScript(sql)
  return bindStatement(parsed.statement, { ...context, parameterTypes: [], parameterNames: parsed.parameterNames })
}
