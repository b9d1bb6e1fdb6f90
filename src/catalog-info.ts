/** The catalog as users see it: plain data on relations, for the terminal's `\d` and for programs. */
import { printExpression } from './parser/print.ts'
import type {
  ConstraintDefinition,
  IndexDefinition,
  Relation,
  TableDefinition,
  Transaction,
} from './storage/interface.ts'
import { typeName } from './types/type-names.ts'

export interface RelationInfo {
  readonly schema: string
  readonly name: string
  readonly kind: 'table' | 'view' | 'materialized view' | 'sequence'
  readonly temporary: boolean
  readonly columns: readonly ColumnInfo[]
  readonly indexes: readonly IndexInfo[]
  readonly constraints: readonly ConstraintInfo[]
  /** Rows that a new transaction would see; tables only. */
  readonly rowCount?: number
  /** The CREATE statement. */
  readonly definition: string
  readonly comment?: string
}

export interface ColumnInfo {
  readonly name: string
  readonly type: string
  readonly nullable: boolean
  /** SQL of the default, or of how the value is generated. */
  readonly default?: string
  readonly inPrimaryKey: boolean
}

export interface IndexInfo {
  readonly name: string
  readonly unique: boolean
  readonly primary: boolean
  readonly method: string
  /** `(a, b)` and what else the definition says. */
  readonly definition: string
}

export interface ConstraintInfo {
  readonly name: string
  readonly kind: ConstraintDefinition['kind']
  readonly definition: string
}

/** All relations, by schema and name. */
export function relationInfos(transaction: Transaction): RelationInfo[] {
  const infos = [...transaction.catalog.relations()].map((relation) => relationInfo(relation, transaction))
  return infos.sort((a, b) => compare(a.schema, b.schema) || compare(a.name, b.name))
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function relationInfo(relation: Relation, transaction: Transaction): RelationInfo {
  const { schema, name, temporary } = relation
  const base = {
    schema,
    name,
    temporary,
    indexes: [],
    constraints: [],
    comment: 'comment' in relation ? relation.comment : undefined,
  }
  switch (relation.kind) {
    case 'table':
      return {
        ...base,
        kind: relation.materialized ? 'materialized view' : 'table',
        columns: tableColumns(relation),
        indexes: relation.indexes.map((index) => indexInfo(relation, index)),
        constraints: relation.constraints.map((constraint) => constraintInfo(relation, constraint)),
        rowCount: transaction.table(relation).countRows(transaction),
        definition: relation.materialized
          ? `CREATE MATERIALIZED VIEW ${quoted(name)} AS ${relation.materialized.queryText.trim()};`
          : tableDefinition(relation),
      }
    case 'view':
      return {
        ...base,
        kind: 'view',
        columns: relation.columns.map((column) => ({
          name: column.name,
          type: typeName(column.type),
          nullable: true,
          inPrimaryKey: false,
        })),
        definition: `CREATE VIEW ${quoted(name)} AS ${relation.queryText.trim()};`,
      }
    case 'sequence':
      return {
        ...base,
        kind: 'sequence',
        columns: [],
        definition:
          `CREATE SEQUENCE ${quoted(name)} AS ${typeName(relation.type)} INCREMENT ${relation.increment}` +
          ` MINVALUE ${relation.minimum} MAXVALUE ${relation.maximum} START ${relation.start}${relation.cycle ? ' CYCLE' : ''};`,
      }
  }
}

function tableColumns(table: TableDefinition): ColumnInfo[] {
  const key = table.constraints.find((constraint) => constraint.kind === 'primary-key')
  const inKey = key && 'columns' in key ? key.columns : []
  return table.columns.map((column, i) => ({
    name: column.name,
    type: typeName(column.type),
    nullable: !column.notNull,
    default: defaultText(column),
    inPrimaryKey: inKey.includes(i),
  }))
}

function defaultText(column: TableDefinition['columns'][number]): string | undefined {
  if (column.identity) return `generated ${column.identity.always ? 'always' : 'by default'} as identity`
  if (column.generated) {
    return `generated always as (${printExpression(column.generated.expression)})${column.generated.stored ? ' stored' : ''}`
  }
  return column.default && printExpression(column.default)
}

function columnList(table: TableDefinition, columns: readonly number[]): string {
  return `(${columns.map((column) => quoted(table.columns[column].name)).join(', ')})`
}

function indexInfo(table: TableDefinition, index: IndexDefinition): IndexInfo {
  const keys = index.expressions
    ? `(${index.expressions.map((each) => printExpression(each)).join(', ')})`
    : columnList(table, index.columns)
  const where = index.where ? ` WHERE ${printExpression(index.where)}` : ''
  const { name, unique, primary, method } = index
  return { name, unique, primary, method, definition: keys + where }
}

function constraintInfo(table: TableDefinition, constraint: ConstraintDefinition): ConstraintInfo {
  const { name, kind } = constraint
  switch (constraint.kind) {
    case 'primary-key':
      return { name, kind, definition: `PRIMARY KEY ${columnList(table, constraint.columns)}` }
    case 'unique':
      return { name, kind, definition: `UNIQUE ${columnList(table, constraint.columns)}` }
    case 'check':
      return { name, kind, definition: `CHECK (${printExpression(constraint.expression)})` }
    case 'foreign-key': {
      const actions = [
        constraint.onUpdate === 'no action' ? '' : ` ON UPDATE ${constraint.onUpdate.toUpperCase()}`,
        constraint.onDelete === 'no action' ? '' : ` ON DELETE ${constraint.onDelete.toUpperCase()}`,
      ]
      const columns = columnList(table, constraint.columns)
      return {
        name,
        kind,
        definition: `FOREIGN KEY ${columns} REFERENCES ${quoted(constraint.referencedTable)}${actions.join('')}`,
      }
    }
  }
}

function tableDefinition(table: TableDefinition): string {
  const columns = table.columns.map((column) => {
    const initial = defaultText(column)
    const isOwnText = column.identity || column.generated
    const clause =
      initial === undefined
        ? ''
        : isOwnText
          ? ` ${initial.toUpperCase().startsWith('GENERATED') ? initial : ''}`
          : ` DEFAULT ${initial}`
    return `${quoted(column.name)} ${typeName(column.type)}${column.notNull ? ' NOT NULL' : ''}${clause}`
  })
  const constraints = table.constraints.map(
    (constraint) => `CONSTRAINT ${quoted(constraint.name)} ${constraintInfo(table, constraint).definition}`,
  )
  const create = `CREATE ${table.temporary ? 'TEMPORARY ' : ''}TABLE ${quoted(table.name)} (\n  ${[...columns, ...constraints].join(',\n  ')}\n);`
  const indexes = table.indexes
    .filter((index) => index.constraint === undefined && !index.primary)
    .map((index) => {
      const { unique, method, definition } = indexInfo(table, index)
      return `CREATE ${unique ? 'UNIQUE ' : ''}INDEX ${quoted(index.name)} ON ${quoted(table.name)} USING ${method} ${definition};`
    })
  return [create, ...indexes].join('\n')
}

/** A name as SQL writes it. */
function quoted(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`
}
