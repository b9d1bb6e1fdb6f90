/** The constants with which queries compare columns: data made of them is data that the queries find. */
import type { DataRandom } from './random.ts'
import type { SchemaColumn } from './tables.ts'

export interface Literals {
  /** Texts that `table.column` is compared with by = and IN. */
  texts(table: string, column: string): readonly string[]
  /** Patterns of LIKE. */
  patterns(table: string, column: string): readonly string[]
}

export function literalsOf(queries: readonly string[], schema: ReadonlyMap<string, readonly SchemaColumn[]>): Literals {
  const texts = new Map<string, Set<string>>()
  const patterns = new Map<string, Set<string>>()
  const tablesOf = new Map<string, string>()
  for (const [table, columns] of schema) for (const { name } of columns) tablesOf.set(name, table)
  for (const query of queries) {
    const aliases = new Map<string, string>()
    for (const [, table, alias] of query.matchAll(/(\w+)\s+(?:as\s+)?(\w+)/gi)) {
      if (schema.has(table.toLowerCase())) aliases.set(alias.toLowerCase(), table.toLowerCase())
    }
    const comparison =
      /(?:(\w+)\.)?(\w+)(?:\s*,\s*\d+\s*,\s*\d+\s*\))?\s*(=|!=|<>|like|not like|in)\s*(\(\s*'(?:[^']|'')*'(?:\s*,\s*'(?:[^']|'')*')*\s*\)|'(?:[^']|'')*')/gi
    for (const [, alias, column, operator, list] of query.matchAll(comparison)) {
      const table = (alias && aliases.get(alias.toLowerCase())) || tablesOf.get(column.toLowerCase())
      if (!table) continue
      const into = /like/i.test(operator) ? patterns : texts
      const key = `${table}.${column.toLowerCase()}`
      const known = into.get(key) ?? new Set()
      for (const [, text] of list.matchAll(/'((?:[^']|'')*)'/g)) known.add(text.replaceAll("''", "'"))
      into.set(key, known)
    }
  }
  const list = (from: ReadonlyMap<string, ReadonlySet<string>>, table: string, column: string): readonly string[] => [
    ...(from.get(`${table}.${column}`) ?? []),
  ]
  return {
    texts: (table, column) => list(texts, table, column),
    patterns: (table, column) => list(patterns, table, column),
  }
}

/** A maker of texts, a part of which the queries ask for. */
export function asked(
  literals: Literals,
  table: string,
  column: string,
  part: number,
  other: () => string | null,
  random: DataRandom,
): () => string | null {
  const texts = literals.texts(table, column)
  const patterns = literals.patterns(table, column)
  return () => {
    if (texts.length + patterns.length === 0 || !random.chance(part)) return other()
    const index = random.skewed(texts.length + patterns.length, 1.5)
    return index < texts.length ? texts[index] : random.matching(patterns[index - texts.length]).trim()
  }
}
