/** What PostgreSQL sends for a value in its binary protocol: int4send, float8send, textsend … */

import { encodeText } from '../../types/byte-codec.ts'
import {
  BIGINT,
  BOOLEAN,
  BPCHAR,
  BYTEA,
  DATE,
  type DataType,
  DOUBLE,
  INTEGER,
  JSON_TYPE,
  JSONB,
  NAME,
  OID,
  REAL,
  SMALLINT,
  TEXT,
  UUID,
  VARCHAR,
} from '../../types/data-type.ts'
import { formatJson, type JsonValue } from '../../types/json.ts'
import type { Value } from '../../types/value.ts'
import { overload, type ScalarFunction, scalar } from '../function.ts'

function bytes(length: number, write: (view: DataView) => void): Uint8Array {
  const view = new DataView(new ArrayBuffer(length))
  write(view)
  return new Uint8Array(view.buffer)
}

/** Days from 1970 to 2000, where PostgreSQL starts to count. */
const EPOCH = 10957

const senders: readonly (readonly [name: string, type: DataType, send: (value: Value) => Uint8Array])[] = [
  ['boolsend', BOOLEAN, (value) => Uint8Array.of(value ? 1 : 0)],
  ['int2send', SMALLINT, (value) => bytes(2, (view) => view.setInt16(0, value))],
  ['int4send', INTEGER, (value) => bytes(4, (view) => view.setInt32(0, value))],
  ['int8send', BIGINT, (value) => bytes(8, (view) => view.setBigInt64(0, value))],
  ['oidsend', OID, (value) => bytes(4, (view) => view.setUint32(0, value))],
  ['float4send', REAL, (value) => bytes(4, (view) => view.setFloat32(0, value))],
  ['float8send', DOUBLE, (value) => bytes(8, (view) => view.setFloat64(0, value))],
  ['date_send', DATE, (value) => bytes(4, (view) => view.setInt32(0, value - EPOCH))],
  ['textsend', TEXT, encodeText],
  ['varcharsend', VARCHAR, encodeText],
  ['bpcharsend', BPCHAR, encodeText],
  ['namesend', NAME, encodeText],
  ['byteasend', BYTEA, (value) => value],
  [
    'uuid_send',
    UUID,
    (value: string) => Uint8Array.from(value.replaceAll('-', '').match(/../g)!, (pair) => parseInt(pair, 16)),
  ],
  ['json_send', JSON_TYPE, encodeText],
  ['jsonb_send', JSONB, (value: JsonValue) => Uint8Array.of(1, ...encodeText(formatJson(value)))],
]

export const sendFunctions: readonly ScalarFunction[] = senders.map(([name, type, send]) =>
  scalar({
    name,
    category: 'system',
    doc: `The bytes of a value in PostgreSQL's binary protocol.`,
    examples: name === 'int4send' ? [['int4send(258)', '\\x00000102']] : [],
    overloads: [overload([type], BYTEA, send)],
  }),
)
