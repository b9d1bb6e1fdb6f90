/** Tables of pg_catalog that show what sessions keep: cursors, prepared statements, advisory locks. */
import type { Session } from '../session.ts'
import { sqlArray } from '../types/array.ts'
import { arrayOf, BOOLEAN, INTEGER, OID, SMALLINT, TEXT, TIMESTAMPTZ } from '../types/data-type.ts'
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
  {
    schema: 'pg_catalog',
    name: 'pg_locks',
    columns: [
      ['locktype', TEXT],
      ['database', OID],
      ['relation', OID],
      ['page', INTEGER],
      ['tuple', SMALLINT],
      ['virtualxid', TEXT],
      ['transactionid', { kind: 'xid' }],
      ['classid', OID],
      ['objid', OID],
      ['objsubid', SMALLINT],
      ['virtualtransaction', TEXT],
      ['pid', INTEGER],
      ['mode', TEXT],
      ['granted', BOOLEAN],
      ['fastpath', BOOLEAN],
      ['waitstart', TIMESTAMPTZ],
    ],
    // Nothing waits for a lock here, so those that programs agree on are all there are to see.
    *rows({ session }) {
      const own = session as Session
      for (const { key, shared, session: holder } of own.database.advisoryLocks.held()) {
        yield {
          locktype: 'advisory',
          database: 5,
          ...partsOf(key),
          pid: holder === own ? 1 : null,
          mode: shared ? 'ShareLock' : 'ExclusiveLock',
          granted: true,
          fastpath: false,
        }
      }
    },
  },
]

/** One key of 64 bits, or two of 32, as unsigned halves. */
function partsOf(key: string): { readonly classid: number; readonly objid: number; readonly objsubid: number } {
  const keys = key.split(',')
  if (keys.length === 2) return { classid: Number(keys[0]) >>> 0, objid: Number(keys[1]) >>> 0, objsubid: 2 }
  const whole = BigInt.asUintN(64, BigInt(key))
  return { classid: Number(whole >> 32n), objid: Number(whole & 0xffffffffn), objsubid: 1 }
}
