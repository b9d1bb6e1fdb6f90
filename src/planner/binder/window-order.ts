/**
 * The order in which windows are computed. It shows in the order of rows that nothing else sorts: they come out as the last
 * window left them. PostgreSQL computes first the windows whose first key is the last to be mentioned (in ORDER BY, GROUP
 * BY, the window definitions), descending before ascending, and longer lists of keys before their beginnings.
 */
import type { Expression } from '../expression.ts'
import { sameExpression } from './same-expression.ts'
import type { BoundWindow, Scope } from './scope.ts'

interface Key {
  readonly mention: number
  readonly descending: boolean
  readonly nullsFirst: boolean
}

/** Sorts the scope's window calls; `mentioned` are the expressions of ORDER BY and GROUP BY. */
export function orderWindows(scope: Scope, mentioned: readonly Expression[]): void {
  const mentions: Expression[] = []
  const mentionOf = (expression: Expression): number => {
    const known = mentions.findIndex((other) => sameExpression(other, expression))
    return known >= 0 ? known : mentions.push(expression) - 1
  }
  for (const expression of mentioned) mentionOf(expression)
  for (const { orderBy, partitionBy } of scope.windowDefinitions) {
    for (const key of orderBy) mentionOf(key.expression)
    for (const expression of partitionBy) mentionOf(expression)
  }
  const keysOf = ({ partitionBy, orderBy }: BoundWindow): Key[] => {
    const keys = partitionBy.map(
      (expression): Key => ({ mention: mentionOf(expression), descending: false, nullsFirst: false }),
    )
    for (const { expression, descending, nullsFirst } of orderBy) {
      const mention = mentionOf(expression)
      if (!keys.some((key) => key.mention === mention)) keys.push({ mention, descending, nullsFirst })
    }
    return keys
  }
  const sorted = scope.windows.map((window) => ({ window, keys: keysOf(window.specification) }))
  sorted.sort((left, right) => compareKeys(left.keys, right.keys))
  sorted.forEach(({ window }, index) => {
    scope.windows[index] = window
  })
}

function compareKeys(left: readonly Key[], right: readonly Key[]): number {
  for (let index = 0; index < left.length && index < right.length; index++) {
    const a = left[index]
    const b = right[index]
    if (a.mention !== b.mention) return b.mention - a.mention
    if (a.descending !== b.descending) return a.descending ? -1 : 1
    if (a.nullsFirst !== b.nullsFirst) return a.nullsFirst ? -1 : 1
  }
  return right.length - left.length
}
