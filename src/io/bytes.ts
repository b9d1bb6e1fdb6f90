/** What a text file's bytes are before anyone reads them: in UTF-8, without a byte order mark. */
import { SqlError } from '../error.ts'

/** A file, or what else is too long to have at once. */
export interface ByteSource {
  readonly size: number
  /** Fills `target` with the bytes from `position` on; returns how many, 0 at the end. */
  read(target: Uint8Array, position: number): number
}

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

/** Where text begins in a source of UTF-8, behind a mark; undefined when its bytes are in another encoding or packed. */
export function utf8Start(source: ByteSource, encoding?: string): number | undefined {
  const head = new Uint8Array(Math.min(4, source.size))
  source.read(head, 0)
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return 3
  const isPlain = encoding === undefined || /^utf-?8$/i.test(encoding)
  return isPlain && compressionOf(head) === undefined && markedEncoding(head) === undefined ? 0 : undefined
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
