/** Completion: keywords, relations, columns and commands that begin as the word before the cursor does. */
import type { RelationInfo } from '../src/index.node.ts'
import { commands } from './commands.ts'

const keywords =
  'ALTER AND ANALYZE AS ASC BEGIN BETWEEN BY CASE CAST CHECK COLUMN COMMIT CONSTRAINT COPY CREATE CROSS DEFAULT DELETE DESC DESCRIBE DISTINCT DROP ELSE END EXCEPT EXISTS EXPLAIN FALSE FILTER FROM FULL GROUP BY HAVING ILIKE IN INDEX INNER INSERT INTERSECT INTO IS JOIN KEY LATERAL LEFT LIKE LIMIT NOT NULL OFFSET ON OR ORDER OUTER OVER PARTITION PRIMARY REFERENCES RETURNING RIGHT ROLLBACK ROW ROWS SAVEPOINT SELECT SET SHOW SUMMARIZE TABLE THEN TRUE TRUNCATE UNION UNIQUE UPDATE USING VALUES VIEW WHEN WHERE WINDOW WITH'.split(
    ' ',
  )

export interface Completion {
  /** What the candidates replace. */
  readonly start: number
  readonly candidates: readonly string[]
}

export function complete(text: string, cursor: number, relations: readonly RelationInfo[]): Completion {
  const line = text.slice(text.lastIndexOf('\n', cursor - 1) + 1, cursor)
  if (/^\s*[.\\]\S*$/.test(line)) {
    const word = line.trim()
    const names = commands.flatMap((command) => command.names).filter((name) => name.startsWith(word))
    return { start: cursor - word.length, candidates: names.sort() }
  }
  const word = /[\w$]*$/.exec(text.slice(0, cursor))?.[0] ?? ''
  const start = cursor - word.length
  const qualifier = /([\w$]+)\.$/.exec(text.slice(0, start))?.[1]
  return { start, candidates: candidatesFor(word, qualifier, text, relations) }
}

function candidatesFor(
  word: string,
  qualifier: string | undefined,
  text: string,
  relations: readonly RelationInfo[],
): string[] {
  const begins = (name: string): boolean => name.toLowerCase().startsWith(word.toLowerCase())
  if (qualifier !== undefined) {
    const aliased = new RegExp(`\\b([\\w$]+)\\s+(?:as\\s+)?${qualifier}\\b`, 'i').exec(text)?.[1]
    const relation =
      relations.find(({ name }) => name === qualifier) ?? relations.find(({ name }) => name === aliased?.toLowerCase())
    return unique(relation?.columns.map((column) => column.name).filter(begins) ?? [])
  }
  if (word === '') return []
  const isLower = word === word.toLowerCase()
  const words = keywords.filter(begins).map((keyword) => (isLower ? keyword.toLowerCase() : keyword))
  const names = relations
    .flatMap((relation) => [relation.name, ...relation.columns.map((column) => column.name)])
    .filter(begins)
  return unique([...names, ...words])
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)].sort()
}

/** The longest text that all candidates begin with. */
export function commonPrefix(candidates: readonly string[]): string {
  let prefix = candidates[0] ?? ''
  for (const candidate of candidates) {
    while (!candidate.toLowerCase().startsWith(prefix.toLowerCase())) prefix = prefix.slice(0, -1)
  }
  return prefix
}
