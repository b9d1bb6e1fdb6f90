/** Libraries that few programs need, loaded when they are first asked for. Calls are synchronous, so they are required. */
import { createRequire } from 'node:module'
import { SqlError } from '../error.ts'
import type { ParquetLibrary } from '../io/parquet/library.ts'

const require = createRequire(import.meta.url)
let parquet: ParquetLibrary | undefined

const zlib = (): typeof import('node:zlib') => require('node:zlib')

export function loadParquet(): ParquetLibrary {
  parquet ??= {
    ...require('hyparquet/src/metadata.js'),
    ...require('hyparquet/src/column.js'),
    ...require('hyparquet/src/datapage.js'),
    ...require('hyparquet/src/assemble.js'),
    ...require('hyparquet/src/convert.js'),
    ...require('hyparquet-compressors'),
  } as ParquetLibrary
  return parquet
}

export function pack(bytes: Uint8Array): Uint8Array {
  return zlib().gzipSync(bytes)
}

export function unpack(bytes: Uint8Array, compression: 'gzip' | 'zstd'): Uint8Array {
  try {
    if (compression === 'gzip') return zlib().gunzipSync(bytes)
    return loadParquet().compressors.ZSTD(bytes, 0)
  } catch (error) {
    throw new SqlError('bad_copy_file_format', `could not unpack ${compression} data: ${(error as Error).message}`)
  }
}
