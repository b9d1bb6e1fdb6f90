/** TPC-H's 22 queries, first and hot runs: data and texts come from DuckDB's extension. */
import { tpchData, tpchTables } from '../data.ts'
import type { QuerySuite } from '../suite.ts'

export async function tpchSuite(scale: number): Promise<QuerySuite> {
  const { directory, schema, queries } = await tpchData(scale)
  return {
    title: `TPC-H-like queries, scale ${scale}`,
    data: { directory, schema, tables: tpchTables },
    make() {},
    firstRuns: true,
    queries: queries.map((sql, i) => [`Q${i + 1}`, sql]),
  }
}
