/** CREATE and ALTER SEQUENCE, and the sequences behind serial and identity columns. */
import { SqlError } from '../../error.ts'
import type * as ast from '../../parser/ast.ts'
import { bindTypeName } from '../../planner/binder/type-name.ts'
import type { ColumnDefinition, SequenceDefinition, TableDefinition } from '../../storage/interface.ts'
import { BIGINT, type DataType } from '../../types/data-type.ts'
import type { DefinitionContext } from './definition.ts'
import { alreadyExists, findRelation, isTaken, needTable, targetName, undefinedRelation } from './names.ts'

const limits: { readonly [kind: string]: readonly [minimum: bigint, maximum: bigint] } = {
  smallint: [-32768n, 32767n],
  integer: [-2147483648n, 2147483647n],
  bigint: [-9223372036854775808n, 9223372036854775807n],
}

export function createSequence(statement: ast.CreateSequence, context: DefinitionContext): void {
  const target = targetName(statement.name, statement.temporary, context)
  if (isTaken(target, context)) {
    if (!statement.ifNotExists) throw alreadyExists(target.name)
    context.notice(`NOTICE:  relation "${target.name}" already exists, skipping`)
    return
  }
  makeSequence({ ...target, temporary: statement.temporary, type: BIGINT }, statement.options, context)
}

/** Creates a sequence from its options. */
export function makeSequence(
  base: Pick<SequenceDefinition, 'schema' | 'name' | 'temporary' | 'type' | 'ownedBy'>,
  options: readonly ast.SequenceOption[],
  context: DefinitionContext,
): void {
  const start: Partial<SequenceDefinition> = {}
  context.transaction.createSequence(completed(base, start, options, context))
}

/** The definition with options applied to what it was, and defaults for what was never said. */
function completed(
  base: Pick<SequenceDefinition, 'schema' | 'name' | 'temporary' | 'type' | 'ownedBy'>,
  before: Partial<SequenceDefinition>,
  options: readonly ast.SequenceOption[],
  context: DefinitionContext,
): SequenceDefinition {
  let { type, ownedBy } = base
  let { increment, minimum, maximum, start, cycle, cache } = before
  for (const option of options.toSorted((a, b) => Number(b.kind === 'as') - Number(a.kind === 'as'))) {
    switch (option.kind) {
      case 'as': {
        const [lowest, highest] = limits[type.kind]
        type = sequenceType(option, context)
        if (minimum === lowest) minimum = limits[type.kind][0]
        if (maximum === highest) maximum = limits[type.kind][1]
        break
      }
      case 'increment':
        increment = wholeNumber(option)
        if (increment === 0n) throw invalid('INCREMENT must not be zero')
        break
      case 'minvalue':
        minimum = option.value === null || option.value === undefined ? undefined : wholeNumber(option)
        break
      case 'maxvalue':
        maximum = option.value === null || option.value === undefined ? undefined : wholeNumber(option)
        break
      case 'start':
        start = wholeNumber(option)
        break
      case 'cycle':
        cycle = option.value !== false
        break
      case 'owned-by':
        ownedBy = namedOwner(option, base.schema, context)
        break
      case 'cache':
        cache = wholeNumber(option)
        if (cache < 1n) throw invalid(`CACHE (${option.value}) must be greater than zero`)
        break
      default:
    }
  }
  increment ??= 1n
  const [lowest, highest] = limits[type.kind]
  minimum ??= increment > 0n ? 1n : lowest
  maximum ??= increment > 0n ? highest : -1n
  start ??= increment > 0n ? minimum : maximum
  if (minimum < lowest) throw invalid(`MINVALUE (${minimum}) is out of range for sequence data type ${type.kind}`)
  if (maximum > highest) throw invalid(`MAXVALUE (${maximum}) is out of range for sequence data type ${type.kind}`)
  if (minimum >= maximum) throw invalid(`MINVALUE (${minimum}) must be less than MAXVALUE (${maximum})`)
  if (start < minimum) throw invalid(`START value (${start}) cannot be less than MINVALUE (${minimum})`)
  if (start > maximum) throw invalid(`START value (${start}) cannot be greater than MAXVALUE (${maximum})`)
  return {
    kind: 'sequence',
    ...base,
    type,
    ownedBy,
    start,
    increment,
    minimum,
    maximum,
    cycle: cycle ?? false,
    cache: cache ?? 1n,
  }
}

/** The option's number. @throws SqlError 22P02, 22003 */
function wholeNumber({ value, span }: ast.SequenceOption): bigint {
  const text = String(value)
  if (!/^[+-]?\d+$/.test(text)) {
    throw new SqlError('invalid_text_representation', `invalid input syntax for type bigint: "${text}"`, {
      position: span.start,
    })
  }
  const number = BigInt(text)
  if (BigInt.asIntN(64, number) === number) return number
  throw new SqlError('numeric_value_out_of_range', `value "${text}" is out of range for type bigint`, {
    position: span.start,
  })
}

function invalid(message: string): SqlError {
  return new SqlError('invalid_parameter_value', message)
}

function sequenceType(option: ast.SequenceOption, context: DefinitionContext): DataType {
  const type = option.type && bindTypeName(option.type, context)
  if (type && type.kind in limits) return type
  throw new SqlError('invalid_parameter_value', 'sequence type must be smallint, integer, or bigint', {
    position: option.span.start,
  })
}

/** The table and the column that own a sequence. */
export function ownerOf(
  { ownedBy, schema }: SequenceDefinition,
  context: DefinitionContext,
): { readonly table: TableDefinition; readonly column: ColumnDefinition | undefined } | undefined {
  const table = ownedBy && context.catalog.findRelation(ownedBy.table, schema)
  if (table?.kind !== 'table') return undefined
  return { table, column: table.columns.find((column) => column.name === ownedBy?.column) }
}

/** OWNED BY table.column; NONE for nobody. */
function namedOwner(
  option: ast.SequenceOption,
  schema: string,
  context: DefinitionContext,
): SequenceDefinition['ownedBy'] {
  const { name } = option
  if (!name || (name.parts.length === 1 && name.parts[0].name === 'none')) return undefined
  if (name.parts.length === 1) {
    throw new SqlError('syntax_error', 'invalid OWNED BY option', {
      hint: 'Specify OWNED BY table.column or OWNED BY NONE.',
      position: name.span.start,
    })
  }
  const table = needTable({ ...name, parts: name.parts.slice(0, -1) }, context)
  const column = name.parts[name.parts.length - 1].name
  if (!table.columns.some((candidate) => candidate.name === column)) {
    throw new SqlError('undefined_column', `column "${column}" of relation "${table.name}" does not exist`, {
      position: name.span.start,
    })
  }
  if (table.schema !== schema) {
    throw new SqlError('object_not_in_prerequisite_state', 'sequence must be in same schema as table it is linked to')
  }
  return { table: table.name, column }
}

export function alterSequence(statement: ast.AlterSequence, context: DefinitionContext): void {
  const sequence = findRelation(statement.name, context)
  if (!sequence) {
    if (!statement.ifExists) throw undefinedRelation(statement.name)
    context.notice(`NOTICE:  relation "${statement.name.parts.at(-1)?.name}" does not exist, skipping`)
    return
  }
  if (sequence.kind !== 'sequence') {
    throw new SqlError('wrong_object_type', `"${sequence.name}" is not a sequence`, {
      position: statement.name.span.start,
    })
  }
  changeSequence(sequence, statement.options, context)
}

/** 0A000 for what a sequence of a table's column cannot do. */
export function linked(message: string, sequence: string, table: TableDefinition): SqlError {
  return new SqlError('feature_not_supported', message, {
    detail: `Sequence "${sequence}" is linked to table "${table.name}".`,
  })
}

/** Applies options to a sequence; RESTART sets its counter. */
export function changeSequence(
  sequence: SequenceDefinition,
  options: readonly ast.SequenceOption[],
  context: DefinitionContext,
): void {
  const changed = completed(sequence, sequence, options, context)
  const owner = ownerOf(sequence, context)
  if (owner?.column?.identity && options.some((option) => option.kind === 'owned-by')) {
    throw linked('cannot change ownership of identity sequence', sequence.name, owner.table)
  }
  context.transaction.replaceRelation(sequence, changed)
  const restart = options.find((option) => option.kind === 'restart')
  if (!restart) return
  const value = restart.value === undefined || restart.value === null ? changed.start : wholeNumber(restart)
  if (value < changed.minimum)
    throw invalid(`RESTART value (${value}) cannot be less than MINVALUE (${changed.minimum})`)
  if (value > changed.maximum)
    throw invalid(`RESTART value (${value}) cannot be greater than MAXVALUE (${changed.maximum})`)
  context.transaction.setSequenceValue(changed, value, false)
}
