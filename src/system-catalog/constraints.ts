/** pg_constraint, and what constraints read and point at. */
import type {
  CatalogView,
  ConstraintDefinition,
  DomainDefinition,
  IndexDefinition,
  TableDefinition,
} from '../storage/interface.ts'
import { type SqlArray, sqlArray } from '../types/array.ts'
import { constraintText, domainCheckText } from './definitions.ts'
import {
  catalogTable,
  constraintNumber,
  indexNumber,
  objectNumber,
  type Row,
  relationNumber,
  type SystemContext,
  type SystemTable,
  schemaNumber,
  tablesOf,
} from './system-table.ts'
import { triggersIn } from './triggers.ts'
import { domains, typeNumber } from './types.ts'

const constraintTypes: Readonly<Record<ConstraintDefinition['kind'], string>> = {
  'primary-key': 'p',
  unique: 'u',
  check: 'c',
  'foreign-key': 'f',
}
const actionLetters = { 'no action': 'a', restrict: 'r', cascade: 'c', 'set null': 'n', 'set default': 'd' } as const

/** Constraint triggers are constraints too, of which little can be said. */
function* triggerConstraints(catalog: CatalogView): Iterable<Row> {
  for (const { owner: own, trigger } of triggersIn(catalog)) {
    const { name, constraint } = trigger
    if (!constraint || own.kind !== 'table') continue
    yield {
      oid: constraintNumber(own, name),
      conname: name,
      connamespace: schemaNumber(own.schema),
      contype: 't',
      condeferrable: constraint.deferrable,
      condeferred: constraint.initiallyDeferred,
      convalidated: true,
      conrelid: relationNumber(own),
      contypid: 0,
      conindid: 0,
      conparentid: 0,
      confrelid: 0,
      conislocal: true,
      coninhcount: 0,
      connoinherit: true,
    }
  }
}

export const constraints: SystemTable = catalogTable(
  'pg_constraint',
  'oid:oid conname:name connamespace:oid contype:char condeferrable:bool condeferred:bool convalidated:bool conrelid:oid contypid:oid conindid:oid ' +
    'conparentid:oid confrelid:oid confupdtype:char confdeltype:char confmatchtype:char conislocal:bool coninhcount:int4 connoinherit:bool ' +
    'conkey:int2[] confkey:int2[] conpfeqop:oid[] conppeqop:oid[] conffeqop:oid[] confdelsetcols:int2[] conexclop:oid[] conbin:text tableoid:oid',
  function* (context) {
    yield* triggerConstraints(context.catalog)
    for (const own of tablesOf(context.catalog))
      for (const constraint of own.constraints) yield constraintRow(own, constraint, context)
    for (const domain of domains(context.catalog))
      for (const check of domain.checks) yield domainRow(domain, check, context)
  },
)

const commonConstraint: Row = {
  condeferrable: false,
  condeferred: false,
  convalidated: true,
  conrelid: 0,
  contypid: 0,
  conindid: 0,
  conparentid: 0,
  confrelid: 0,
  confupdtype: ' ',
  confdeltype: ' ',
  confmatchtype: ' ',
  conislocal: true,
  coninhcount: 0,
  connoinherit: false,
}

function constraintRow(own: TableDefinition, constraint: ConstraintDefinition, context: SystemContext): Row {
  const base: Row = {
    ...commonConstraint,
    oid: constraintNumber(own, constraint.name),
    conname: constraint.name,
    connamespace: schemaNumber(own.schema),
    contype: constraint.kind === 'unique' && constraint.exclusion ? 'x' : constraintTypes[constraint.kind],
    conrelid: relationNumber(own),
    connoinherit: constraint.kind !== 'check',
    condeferrable: 'deferrable' in constraint && constraint.deferrable,
    condeferred: 'deferrable' in constraint && constraint.initiallyDeferred,
    convalidated: !('validated' in constraint) || constraint.validated !== false,
  }
  const numbers = (list: readonly number[]): SqlArray => sqlArray(list.map((column) => column + 1))
  switch (constraint.kind) {
    case 'check':
      return {
        ...base,
        conkey: numbers(columnsRead(constraint.expression, own)),
        conbin: constraintText(own, constraint, context).slice('CHECK ('.length, -1),
      }
    case 'foreign-key': {
      const target = context.catalog.findRelation(constraint.referencedTable, constraint.referencedSchema)
      const index = target?.kind === 'table' ? keyIndex(target, constraint.referencedColumns) : undefined
      return {
        ...base,
        conindid: index && target?.kind === 'table' ? indexNumber(target, index) : 0,
        confrelid: target ? relationNumber(target) : 0,
        confupdtype: actionLetters[constraint.onUpdate],
        confdeltype: actionLetters[constraint.onDelete],
        confmatchtype: constraint.match === 'full' ? 'f' : 's',
        conkey: numbers(constraint.columns),
        confkey: numbers(constraint.referencedColumns),
        confdelsetcols: constraint.onDeleteColumns ? numbers(constraint.onDeleteColumns) : null,
      }
    }
    default: {
      const index = own.indexes.find((each) => each.constraint === constraint.name)
      return { ...base, conindid: index ? indexNumber(own, index) : 0, conkey: numbers(constraint.columns) }
    }
  }
}

function domainRow(domain: DomainDefinition, check: DomainDefinition['checks'][number], context: SystemContext): Row {
  return {
    ...commonConstraint,
    oid: objectNumber('constraint', domain.schema, domain.name, check.name),
    conname: check.name,
    connamespace: schemaNumber(domain.schema),
    contype: 'c',
    contypid: typeNumber(domain.type),
    convalidated: !('validated' in check) || check.validated !== false,
    conbin: domainCheckText(domain, check, context).slice('CHECK ('.length, -1),
  }
}

/** The key of the table that the columns are. */
export function keyIndex(own: TableDefinition, keys: readonly number[]): IndexDefinition | undefined {
  const wanted = [...keys].sort().join()
  return own.indexes.find(
    (index) => index.unique && !index.where && !index.expressions && [...index.columns].sort().join() === wanted,
  )
}

/** The columns of a table that an expression names, in order. */
export function columnsRead(expression: unknown, own: TableDefinition): number[] {
  const found = new Set<number>()
  const stack: unknown[] = [expression]
  while (stack.length > 0) {
    const node = stack.pop()
    if (typeof node !== 'object' || node === null) continue
    const { kind, parts } = node as { kind?: string; parts?: readonly { name: string }[] }
    if (kind === 'column' && parts) {
      const number = own.columns.findIndex(({ name }) => name === parts.at(-1)?.name)
      if (number >= 0) found.add(number)
    } else stack.push(...Object.values(node))
  }
  return [...found].sort((a, b) => a - b)
}
