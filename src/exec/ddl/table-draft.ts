/** A table definition in the making: what CREATE TABLE and ALTER TABLE put together, step by step. */
import { assert, SqlError } from '../../error.ts'
import { canCoerce } from '../../functions/coercion.ts'
import type * as ast from '../../parser/ast.ts'
import { findOperator } from '../../planner/binder/overload.ts'
import { systemColumns } from '../../planner/binder/system-column.ts'
import type {
  CheckConstraint,
  ColumnDefinition,
  ConstraintDefinition,
  ForeignKeyConstraint,
  IndexDefinition,
  KeyConstraint,
  TableDefinition,
} from '../../storage/interface.ts'
import type { DataType } from '../../types/data-type.ts'
import { typeEquals, typeName } from '../../types/traits.ts'
import type { DefinitionContext } from './definition.ts'
import { addExclusion } from './exclusion.ts'
import { findRelation, isTaken, joinedNames, undefinedRelation, unusedName } from './names.ts'
import { columnNames } from './syntax.ts'
import { bindCheck } from './table-expressions.ts'

type Constraint = ast.TableConstraint

export class TableDraft {
  readonly schema: string
  readonly name: string
  readonly temporary: boolean
  private readonly start: TableDefinition
  columns: ColumnDefinition[]
  constraints: ConstraintDefinition[]
  indexes: IndexDefinition[]
  private readonly context: DefinitionContext

  constructor(start: TableDefinition, context: DefinitionContext) {
    this.schema = start.schema
    this.name = start.name
    this.temporary = start.temporary
    this.start = start
    this.columns = [...start.columns]
    this.constraints = [...start.constraints]
    this.indexes = [...start.indexes]
    this.context = context
  }

  definition(): TableDefinition {
    const { start, columns, constraints, indexes } = this
    return { ...start, columns, constraints, indexes }
  }

  columnNumber(name: string): number {
    return this.columns.findIndex((column) => column.name === name)
  }

  /** The number of a column that must exist. */
  needColumn(name: ast.Identifier): number {
    const number = this.columnNumber(name.name)
    if (number !== -1) return number
    throw new SqlError('undefined_column', `column "${name.name}" of relation "${this.name}" does not exist`, {
      position: name.span.start,
    })
  }

  addColumn(column: ColumnDefinition, position: number | undefined): void {
    if (this.columnNumber(column.name) !== -1) {
      throw new SqlError('duplicate_column', `column "${column.name}" specified more than once`, { position })
    }
    refuseSystemName(column.name, position)
    this.columns.push(column)
  }

  setColumn(number: number, changes: Partial<ColumnDefinition>): void {
    this.columns[number] = { ...this.columns[number], ...changes }
  }

  /** Adds a constraint as it was written; returns it. */
  addConstraint(constraint: Constraint): ConstraintDefinition {
    switch (constraint.kind) {
      case 'primary-key':
      case 'unique':
        return this.addKey(constraint)
      case 'check':
        return this.addCheck(constraint)
      case 'foreign-key':
        return this.addForeignKey(constraint)
      case 'exclude':
        return addExclusion(constraint, this, this.context)
    }
  }

  private isKnownName(name: string): boolean {
    return (
      this.constraints.some((it) => it.name === name) ||
      this.indexes.some((it) => it.name === name) ||
      name === this.name
    )
  }

  constraintName(written: ast.Identifier | undefined, columns: readonly string[], label: string): string {
    if (!written) {
      return unusedName(
        this.schema,
        this.name,
        joinedNames(columns),
        label,
        (name) => this.isKnownName(name),
        this.context,
      )
    }
    if (this.constraints.some((constraint) => constraint.name === written.name)) {
      throw new SqlError(
        'duplicate_object',
        `constraint "${written.name}" for relation "${this.name}" already exists`,
        {
          position: written.span.start,
        },
      )
    }
    return written.name
  }

  private addKey(constraint: Extract<Constraint, { kind: 'primary-key' | 'unique' }>): KeyConstraint {
    const isPrimary = constraint.kind === 'primary-key'
    if (isPrimary && this.constraints.some((it) => it.kind === 'primary-key')) {
      throw new SqlError('invalid_table_definition', `multiple primary keys for table "${this.name}" are not allowed`, {
        position: constraint.span.start,
      })
    }
    if (constraint.usingIndex) return this.adoptIndex(constraint, constraint.usingIndex)
    const columns = this.keyColumns(constraint, isPrimary)
    const names = columns.map((column) => this.columns[column].name)
    const name =
      constraint.name?.name ?? this.constraintName(undefined, isPrimary ? [] : names, isPrimary ? 'pkey' : 'key')
    if (this.indexes.some((index) => index.name === name) || isTaken({ schema: this.schema, name }, this.context)) {
      throw new SqlError('duplicate_table', `relation "${name}" already exists`, { position: constraint.span.start })
    }
    if (constraint.name) this.constraintName(constraint.name, [], '')
    const definition: KeyConstraint = {
      kind: constraint.kind,
      name,
      columns,
      nullsNotDistinct: constraint.kind === 'unique' && constraint.nullsNotDistinct,
      deferrable: constraint.deferrable,
      initiallyDeferred: constraint.initiallyDeferred,
    }
    this.constraints.push(definition)
    this.indexes.push({
      name,
      table: this.name,
      unique: true,
      primary: isPrimary,
      method: 'hash',
      columns,
      include: [],
      nullsNotDistinct: definition.nullsNotDistinct,
      constraint: name,
    })
    if (isPrimary) for (const column of columns) this.setColumn(column, { notNull: true })
    return definition
  }

  private keyColumns(
    constraint: Extract<Constraint, { kind: 'primary-key' | 'unique' }>,
    isPrimary: boolean,
  ): number[] {
    const columns: number[] = []
    for (const column of constraint.columns) {
      const number = this.columnNumber(column.name)
      if (number === -1) {
        throw new SqlError('undefined_column', `column "${column.name}" named in key does not exist`, {
          position: column.span.start,
        })
      }
      if (columns.includes(number)) {
        const kind = isPrimary ? 'primary key' : 'unique'
        throw new SqlError('duplicate_column', `column "${column.name}" appears twice in ${kind} constraint`, {
          position: column.span.start,
        })
      }
      needEquality(this.columns[number], column.span.start)
      columns.push(number)
    }
    return columns
  }

  /** ADD CONSTRAINT … USING INDEX */
  private adoptIndex(
    constraint: Extract<Constraint, { kind: 'primary-key' | 'unique' }>,
    index: ast.Identifier,
  ): KeyConstraint {
    const found = this.indexes.find((candidate) => candidate.name === index.name)
    if (!found) {
      throw new SqlError('undefined_object', `index "${index.name}" does not exist`, { position: index.span.start })
    }
    if (!found.unique || found.expressions || found.where) {
      throw new SqlError('wrong_object_type', `"${index.name}" is not a unique index`, {
        detail: 'Cannot create a primary key or unique constraint using such an index.',
        position: index.span.start,
      })
    }
    const name = constraint.name?.name ?? found.name
    const definition: KeyConstraint = {
      kind: constraint.kind,
      name,
      columns: found.columns,
      nullsNotDistinct: found.nullsNotDistinct,
      deferrable: constraint.deferrable,
      initiallyDeferred: constraint.initiallyDeferred,
    }
    const isPrimary = constraint.kind === 'primary-key'
    this.constraints.push(definition)
    this.indexes = this.indexes.map((it) => (it === found ? { ...it, name, primary: isPrimary, constraint: name } : it))
    if (isPrimary) for (const column of found.columns) this.setColumn(column, { notNull: true })
    return definition
  }

  private addCheck(constraint: Extract<Constraint, { kind: 'check' }>): CheckConstraint {
    const { expression } = constraint
    bindCheck(expression, this.definition(), this.context)
    const used = [...columnNames(expression)]
    const name = this.constraintName(constraint.name, used.length === 1 ? used : [], 'check')
    const definition: CheckConstraint = {
      kind: 'check',
      name,
      expression,
      text: this.context.text.slice(expression.span.start, expression.span.end),
    }
    this.constraints.push(definition)
    return definition
  }

  private addForeignKey(constraint: Extract<Constraint, { kind: 'foreign-key' }>): ForeignKeyConstraint {
    const { references } = constraint
    const position = constraint.span.start
    if (references.match === 'partial') {
      throw new SqlError('feature_not_supported', 'MATCH PARTIAL not yet implemented', { position })
    }
    const columns = constraint.columns.map((column) => this.referencingColumn(column))
    this.refuseChangingGenerated(references, columns, position)
    const parent = this.parentTable(references.table)
    this.needSamePersistence(parent)
    const referencedColumns = this.referencedColumns(parent, references, position)
    if (columns.length !== referencedColumns.length) {
      throw new SqlError(
        'invalid_foreign_key',
        'number of referencing and referenced columns for foreign key disagree',
        {
          position,
        },
      )
    }
    const name = this.constraintName(
      constraint.name,
      columns.map((column) => this.columns[column].name),
      'fkey',
    )
    columns.forEach((column, n) => {
      this.needComparable(name, this.columns[column], parent.columns[referencedColumns[n]], position)
    })
    const definition: ForeignKeyConstraint = {
      kind: 'foreign-key',
      name,
      columns,
      referencedSchema: parent.schema,
      referencedTable: parent.name,
      referencedColumns,
      match: references.match,
      onDelete: references.onDelete.action,
      ...this.onDeleteColumns(references, columns, position),
      onUpdate: references.onUpdate.action,
      deferrable: constraint.deferrable,
      initiallyDeferred: constraint.initiallyDeferred,
    }
    this.constraints.push(definition)
    return definition
  }

  /** No action can give a generated column another value than its own. */
  private refuseChangingGenerated(references: ast.References, columns: readonly number[], position: number): void {
    if (!columns.some((column) => this.columns[column].generated)) return
    const refuse = (event: string): never => {
      const message = `invalid ON ${event} action for foreign key constraint containing generated column`
      throw new SqlError('syntax_error', message, { position })
    }
    const { onUpdate, onDelete } = references
    if (onUpdate.action !== 'no action' && onUpdate.action !== 'restrict') refuse('UPDATE')
    if (onDelete.action === 'set null' || onDelete.action === 'set default') refuse('DELETE')
  }

  /** SET NULL (a, b): columns of the key, of rows whose parents are deleted. */
  private onDeleteColumns(
    references: ast.References,
    columns: readonly number[],
    position: number,
  ): Pick<ForeignKeyConstraint, 'onDeleteColumns'> {
    if (references.onUpdate.columns.length > 0) {
      const action = references.onUpdate.action.toUpperCase()
      throw new SqlError(
        'feature_not_supported',
        `a column list with ${action} is only supported for ON DELETE actions`,
        { position },
      )
    }
    if (references.onDelete.columns.length === 0) return {}
    const numbers = references.onDelete.columns.map((column) => {
      const number = this.referencingColumn(column)
      if (columns.includes(number)) return number
      throw new SqlError(
        'invalid_column_reference',
        `column "${column.name}" referenced in ON DELETE SET action must be part of foreign key`,
        { position: column.span.start },
      )
    })
    return { onDeleteColumns: numbers }
  }

  /** What is kept can only refer to what is kept. */
  private needSamePersistence(parent: TableDefinition): void {
    if (parent.temporary === this.temporary) return
    throw new SqlError(
      'invalid_table_definition',
      this.temporary
        ? 'constraints on temporary tables may reference only temporary tables'
        : 'constraints on permanent tables may reference only permanent tables',
    )
  }

  private referencingColumn(column: ast.Identifier): number {
    const number = this.columnNumber(column.name)
    if (number !== -1) return number
    const message = `column "${column.name}" referenced in foreign key constraint does not exist`
    throw new SqlError('undefined_column', message, { position: column.span.start })
  }

  /** The table that is referred to, which may be this one. */
  private parentTable(name: ast.QualifiedName): TableDefinition {
    const parts = name.parts.map((part) => part.name)
    const schema = parts[parts.length - 2]
    const found = findRelation(name, this.context)
    const isSelf = parts[parts.length - 1] === this.name && (schema === undefined || schema === this.schema)
    if (isSelf && (!found || (found.schema === this.schema && found.name === this.name))) return this.definition()
    if (!found) throw undefinedRelation(name)
    if (found.kind === 'table' && !found.materialized) return found
    throw new SqlError('wrong_object_type', `referenced relation "${found.name}" is not a table`, {
      position: name.span.start,
    })
  }

  private referencedColumns(parent: TableDefinition, references: ast.References, position: number): readonly number[] {
    if (references.columns.length === 0) {
      const primary = parent.indexes.find((index) => index.primary)
      if (primary) {
        this.needImmediate(parent, primary, position)
        return primary.columns
      }
      throw new SqlError('undefined_object', `there is no primary key for referenced table "${parent.name}"`, {
        position,
      })
    }
    const columns = references.columns.map((column) => {
      const number = parent.columns.findIndex((candidate) => candidate.name === column.name)
      if (number !== -1) return number
      const message = `column "${column.name}" referenced in foreign key constraint does not exist`
      throw new SqlError('undefined_column', message, { position: column.span.start })
    })
    const key = parent.indexes.find(
      (index) =>
        index.unique &&
        !index.exclusion &&
        !index.expressions &&
        !index.where &&
        index.columns.length === columns.length &&
        index.columns.every((column) => columns.includes(column)),
    )
    if (key) {
      this.needImmediate(parent, key, position)
      return columns
    }
    throw new SqlError(
      'invalid_foreign_key',
      `there is no unique constraint matching given keys for referenced table "${parent.name}"`,
      { position },
    )
  }

  private needImmediate(parent: TableDefinition, index: IndexDefinition, position: number): void {
    const constraint = parent.constraints.find((candidate) => candidate.name === index.constraint)
    if (!constraint || !('deferrable' in constraint) || !constraint.deferrable) return
    throw new SqlError(
      'object_not_in_prerequisite_state',
      `cannot use a deferrable ${index.primary ? 'primary key' : 'unique constraint'} for referenced table "${parent.name}"`,
      { position },
    )
  }

  /** A key can be looked up when its type is, or becomes by itself, that of the column it refers to. */
  private needComparable(name: string, own: ColumnDefinition, other: ColumnDefinition, position?: number): void {
    if (typeEquals(own.type, other.type) || canCoerce(own.type, other.type)) return
    if (isInteger(own.type) && isInteger(other.type)) return
    throw new SqlError('datatype_mismatch', `foreign key constraint "${name}" cannot be implemented`, {
      detail: `Key columns "${own.name}" and "${other.name}" are of incompatible types: ${typeName(own.type)} and ${typeName(other.type)}.`,
      position,
    })
  }

  /** 42804 when a column's new type no longer suits the key that it refers to. */
  recheckForeignKey(key: ForeignKeyConstraint): void {
    const parent = this.context.catalog.findRelation(key.referencedTable, key.referencedSchema)
    if (parent?.kind !== 'table') return
    key.columns.forEach((column, n) => {
      this.needComparable(key.name, this.columns[column], parent.columns[key.referencedColumns[n]])
    })
  }
}

function isInteger(type: DataType): boolean {
  return type.kind === 'smallint' || type.kind === 'integer' || type.kind === 'bigint'
}

export function refuseSystemName(name: string, position: number | undefined): void {
  if (!systemColumns.has(name)) return
  throw new SqlError('duplicate_column', `column name "${name}" conflicts with a system column name`, { position })
}

/** 42704 for a type whose values cannot be told apart, like json. */
function needEquality(column: ColumnDefinition, position: number): void {
  try {
    findOperator('=', [column.type, column.type], position)
  } catch (error) {
    if (!(error instanceof SqlError)) throw error
    throw new SqlError(
      'undefined_object',
      `data type ${typeName(column.type)} has no default operator class for access method "btree"`,
      {
        position,
        hint: 'You must specify an operator class for the index or define a default operator class for the data type.',
      },
    )
  }
}

/** The definition of a table with nothing in it yet. */
export function emptyTable(schema: string, name: string, temporary: boolean): TableDefinition {
  assert(name !== '', 'a table has a name')
  return { kind: 'table', schema, name, temporary, columns: [], constraints: [], indexes: [] }
}
