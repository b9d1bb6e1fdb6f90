/** Tables of pg_catalog that show what the session itself keeps: its cursors and prepared statements. */
import type { Session } from '../session.ts'
import { sqlArray } from '../types/array.ts'
import { arrayOf, BOOLEAN, TEXT, TIMESTAMPTZ } from '../types/data-type.ts'
import { typeName } from '../types/traits.ts'
import type { SystemTable } from './system-table.ts'

const microseconds = (time: Date): bigint => BigInt(time.getTime()) * 1000n

export const sessionTables: readonly SystemTable[] = [
  {
    schema: 'pg_catalog',
    name: 'pg_cursors',
    columns: [
      ['name', TEXT],
      ['statement', TEXT],
      ['is_holdable', BOOLEAN],
      ['is_binary', BOOLEAN],
      ['is_scrollable', BOOLEAN],
      ['creation_time', TIMESTAMPTZ],
    ],
    *rows({ session }) {
      for (const [name, { statement, text, time }] of (session as Session).cursors) {
        yield {
          name,
          statement: text,
          is_holdable: statement.hold,
          is_binary: statement.binary,
          is_scrollable: statement.scroll !== false,
          creation_time: microseconds(time),
        }
      }
    },
  },
  {
    schema: 'pg_catalog',
    name: 'pg_prepared_statements',
    columns: [
      ['name', TEXT],
      ['statement', TEXT],
      ['prepare_time', TIMESTAMPTZ],
      ['parameter_types', arrayOf(TEXT)],
      ['from_sql', BOOLEAN],
    ],
    *rows({ session }) {
      for (const [name, { text, types, time }] of (session as Session).prepared) {
        yield {
          name,
          statement: text,
          prepare_time: microseconds(time),
          parameter_types: sqlArray(types.map((type) => typeName(type))),
          from_sql: true,
        }
      }
    },
  },
]
