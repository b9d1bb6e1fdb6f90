/** The builder of a column, by its type's storage. */
import type { Column } from './column.ts'
import type { SegmentBuilder } from './column-builder.ts'
import { FloatBuilder } from './float-builder.ts'
import { IntegerBuilder } from './integer-builder.ts'
import { TextBuilder } from './text-builder.ts'

export function createBuilder(column: Column): SegmentBuilder {
  switch (column.encoding) {
    case 'heap':
    case 'dictionary':
      return new TextBuilder(column)
    case 'f32':
    case 'f64':
      return new FloatBuilder(column)
    default:
      return new IntegerBuilder(column)
  }
}
