/** What a text file's bytes are before anyone reads them: unpacked, in UTF-8, without a byte order mark. */
import { gunzipSync } from 'fflate'
import { SqlError } from '../error.ts'

/** @param compression 'gzip', 'zstd', 'none' or 'auto', which looks at the first bytes */
export function unpack(bytes: Uint8Array, compression = 'auto'): Uint8Array {
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b
  const isZstd = bytes[0] === 0x28 && bytes[1] === 0xb5 && bytes[2] === 0x2f && bytes[3] === 0xfd
  if (compression === 'none') return bytes
  if (compression === 'gzip' || (compression.startsWith('auto') && isGzip)) {
    try {
      return gunzipSync(bytes)
    } catch (error) {
      throw new SqlError('bad_copy_file_format', `could not unpack gzip data: ${(error as Error).message}`)
    }
  }
  if (compression === 'zstd' || isZstd) throw new SqlError('feature_not_supported', 'zstd-compressed text files are not supported')
  if (compression.startsWith('auto')) return bytes
  throw new SqlError('invalid_parameter_value', `compression "${compression}" is not known`, { hint: 'There are none, gzip and auto.' })
}

/** Bytes in UTF-8 without a mark. UTF-16 is known by its mark; every other encoding by its name. */
export function toUtf8(bytes: Uint8Array, encoding?: string): Uint8Array {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return bytes.subarray(3)
  const marked = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : undefined
  const name = marked ?? encoding?.toLowerCase().replace(/^(utf8|utf-8)$/, 'utf-8').replace(/^latin-?1$/, 'latin1').replace(/^utf-?16$/, 'utf-16le')
  if (name === undefined || name === 'utf-8') return bytes
  try {
    return new TextEncoder().encode(new TextDecoder(name).decode(bytes))
  } catch {
    throw new SqlError('invalid_parameter_value', `argument to option "encoding" must be a valid encoding name: "${encoding}"`)
  }
}
