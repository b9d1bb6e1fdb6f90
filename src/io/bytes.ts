/** What a text file's bytes are before anyone reads them: in UTF-8, without a byte order mark. */
import { SqlError } from '../error.ts'

/** How a file is packed, by its first bytes. */
export function compressionOf(bytes: Uint8Array): 'gzip' | 'zstd' | undefined {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return 'gzip'
  if (bytes[0] === 0x28 && bytes[1] === 0xb5 && bytes[2] === 0x2f && bytes[3] === 0xfd) return 'zstd'
  return undefined
}

/** Bytes in UTF-8 without a mark. UTF-16 is known by its mark; every other encoding by its name. */
export function toUtf8(bytes: Uint8Array, encoding?: string): Uint8Array {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return bytes.subarray(3)
  const name = markedEncoding(bytes) ?? encodingNames[encoding?.toLowerCase() ?? ''] ?? encoding?.toLowerCase()
  if (name === undefined || name === 'utf-8') return bytes
  try {
    return new TextEncoder().encode(new TextDecoder(name).decode(bytes))
  } catch {
    throw new SqlError(
      'invalid_parameter_value',
      `argument to option "encoding" must be a valid encoding name: "${encoding}"`,
    )
  }
}

function markedEncoding(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : undefined
}

const encodingNames: Readonly<Record<string, string>> = {
  utf8: 'utf-8',
  'latin-1': 'latin1',
  utf16: 'utf-16le',
  'utf-16': 'utf-16le',
}
