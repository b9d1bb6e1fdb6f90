/** A sequence read as a table: one row that says how far it has counted. */
import { SqlError } from '../../error.ts'
import type { CatalogView, SequenceDefinition } from '../../storage/interface.ts'
import { sequenceColumns } from '../../storage/sequence.ts'
import type { ExternalSource, LogicalPlan } from '../plan.ts'
import { walkPlan } from '../tree.ts'

interface SequenceSource extends ExternalSource {
  readonly isSequence: true
}

export function sequenceSource(sequence: SequenceDefinition, catalog: CatalogView): SequenceSource {
  return {
    name: sequence.name,
    columns: sequenceColumns,
    estimatedRows: 1,
    isSequence: true,
    *read(wanted) {
      const { last, logged, isCalled } = catalog.sequenceState(sequence)
      const row = [last, BigInt(logged), isCalled]
      yield {
        rowCount: 1,
        selection: null,
        columns: wanted.map((column) => ({
          layout: 'values' as const,
          type: sequenceColumns[column].type,
          values: [row[column]],
        })),
      }
    },
  }
}

/** 42809 where rows are locked that come from a sequence, or changed by what they are joined with. */
export function refuseLocking(plan: LogicalPlan): void {
  walkPlan(plan, (node) => {
    if (node.kind !== 'external-scan' || !('isSequence' in node.source)) return
    throw new SqlError('wrong_object_type', `cannot lock rows in sequence "${node.source.name}"`)
  })
}
