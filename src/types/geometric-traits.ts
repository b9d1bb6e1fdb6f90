/** The entries of the geometric types. In columns they stand as their text, which has all digits. */
import { SqlError } from '../error.ts'
import { decodeText, encodeText } from './byte-codec.ts'
import { formatOptions } from './format-options.ts'
import {
  formatBox,
  formatCircle,
  formatLine,
  formatPath,
  formatPoint,
  formatPolygon,
  formatSegment,
  type GeometricKind,
  parseBox,
  parseCircle,
  parseLine,
  parsePath,
  parsePoint,
  parsePolygon,
  parseSegment,
} from './geometry.ts'
import { entry, type Of } from './trait-entry.ts'
import type { TypeTraits } from './type-traits.ts'
import type { Value } from './value.ts'

function geometric<K extends GeometricKind>(
  kind: K,
  oid: number,
  arrayOid: number,
  parse: (text: string) => Value,
  format: (value: Value, digits?: number) => string,
): TypeTraits<Of<K>> {
  return entry<Of<K>>({
    names: [kind],
    internalName: kind,
    oid,
    arrayOid,
    category: 'G',
    storage: 'bytes',
    parse,
    format: (value, _type, settings) => format(value, formatOptions(settings).extraFloatDigits),
    compare: () => {
      throw new SqlError('undefined_function', `could not identify an ordering operator for type ${kind}`)
    },
    hashKey: (value) => format(value),
    encode: (value) => encodeText(format(value)),
    decode: (bytes) => parse(decodeText(bytes)),
  })
}

export const geometricTraits: { readonly [K in GeometricKind]: TypeTraits<Of<K>> } = {
  point: geometric('point', 600, 1017, parsePoint, formatPoint),
  lseg: geometric('lseg', 601, 1018, parseSegment, formatSegment),
  path: geometric('path', 602, 1019, parsePath, formatPath),
  box: geometric('box', 603, 1020, parseBox, formatBox),
  polygon: geometric('polygon', 604, 1027, parsePolygon, formatPolygon),
  line: geometric('line', 628, 629, parseLine, formatLine),
  circle: geometric('circle', 718, 719, parseCircle, formatCircle),
}
