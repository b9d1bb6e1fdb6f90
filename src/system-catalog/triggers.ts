/** The triggers that the catalogs tell of. */
import type { CatalogView, TriggerDefinition } from '../storage/interface.ts'
import type { TriggerOwner } from './definitions.ts'
import { sortedRelations } from './system-table.ts'

/** Each trigger with its table or view, in the order in which triggers of a relation fire. */
export function* triggersIn(
  catalog: CatalogView,
): Iterable<{ readonly owner: TriggerOwner; readonly trigger: TriggerDefinition }> {
  for (const owner of sortedRelations(catalog)) {
    if (owner.kind === 'sequence' || !owner.triggers) continue
    for (const trigger of owner.triggers.toSorted((a, b) => (a.name < b.name ? -1 : 1))) yield { owner, trigger }
  }
}
