/** What COMMENT ON has said, of all objects that keep it. */
import type { CatalogView, RoutineDefinition } from '../storage/interface.ts'
import { baseTypeName } from '../types/type-names.ts'
import { constraintNumber, indexNumber, objectNumber, relationNumber, sortedRelations } from './system-table.ts'

export interface CommentRow {
  readonly objoid: number
  /** The table of pg_catalog that the object is in, by its number. */
  readonly classoid: number
  /** A column's number; else 0. */
  readonly objsubid: number
  readonly description: string
}

const classes = 1259
const constraints = 2606
const routines = 1255

export function* comments(catalog: CatalogView): Iterable<CommentRow> {
  for (const relation of sortedRelations(catalog)) {
    const objoid = relationNumber(relation)
    if (relation.comment) yield { objoid, classoid: classes, objsubid: 0, description: relation.comment }
    if (relation.kind === 'sequence') continue
    for (const [i, { comment }] of relation.columns.entries()) {
      if (comment) yield { objoid, classoid: classes, objsubid: i + 1, description: comment }
    }
    if (relation.kind === 'view') continue
    for (const index of relation.indexes) {
      if (!index.comment) continue
      yield { objoid: indexNumber(relation, index), classoid: classes, objsubid: 0, description: index.comment }
    }
    for (const { name, comment } of relation.constraints) {
      if (!comment) continue
      const number = constraintNumber(relation, name)
      yield { objoid: number, classoid: constraints, objsubid: 0, description: comment }
    }
  }
  for (const routine of catalog.routines()) {
    if (!routine.comment) continue
    yield { objoid: routineNumber(routine), classoid: routines, objsubid: 0, description: routine.comment }
  }
}

/** A routine's number follows from its name and the types of its inputs. */
export function routineNumber({ schema, name, parameters }: RoutineDefinition): number {
  const inputs = parameters.filter(({ mode }) => mode !== 'out' && mode !== 'table')
  const types = inputs.map(({ type }) => (typeof type === 'string' ? type : baseTypeName(type)))
  return objectNumber('routine', schema, name, ...types)
}

/** Whether pg_proc has it. */
export function isFunction({ kind }: RoutineDefinition): boolean {
  return kind !== 'macro' && kind !== 'operator' && kind !== 'cast'
}
