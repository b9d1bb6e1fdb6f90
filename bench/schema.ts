/** What peers without DDL of their own read off a suite's schema: tables and their columns. */

export interface SchemaColumn {
  readonly name: string
  /** The first word of its type, upper case. */
  readonly type: string
}

export function schemaTables(text: string): ReadonlyMap<string, readonly SchemaColumn[]> {
  const tables = new Map<string, SchemaColumn[]>()
  for (const [, table, body] of text.matchAll(/CREATE TABLE (\w+)\s*\(([\s\S]*?)\);/g)) {
    const columns = body.split(/,(?![^(]*\))/).map((part) => part.trim().split(/\s+/))
    tables.set(
      table,
      columns
        .filter(([name]) => name !== 'PRIMARY')
        .map(([name, type]) => ({ name, type: type.toUpperCase().replace(/\(.*/, '') })),
    )
  }
  return tables
}

export function isNumeric(type: string): boolean {
  return /^(SMALLINT|INTEGER|BIGINT|DECIMAL|DOUBLE|REAL)$/.test(type)
}
