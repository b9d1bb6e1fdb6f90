/**
 * Starts the built engine from V8's code cache, which spares it the parsing and compiling of more than a megabyte.
 * `scripts/code-cache.ts` writes the calls of `loadScript` into the build.
 *
 * The cache lies beside the engine, one file per chunk of it and per version and flags of V8. It is written by the first
 * process that finds none, when that one is idle or ends, so it also has the functions that were compiled by then. Where the
 * folder cannot be written, or V8 does not take the file, the engine is compiled as ever.
 */
import { closeSync, fstatSync, openSync, readSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { cachedDataVersionTag } from 'node:v8'
import { Script } from 'node:vm'

/** A script that is part of a file, as the build left it. */
export interface BuiltScript {
  readonly path: string
  /** Tells one content from another. */
  readonly hash: string
  /** Where it stands in the file, in bytes; it is ASCII. */
  readonly start: number
  readonly length: number
  /** What stands before and after it, to make an expression of it. */
  readonly head: string
  readonly tail: string
}

const IDLE_MILLISECONDS = 2000

/** What the script's expression is: a function. It runs in this realm, under the file's own path. */
export function loadScript(built: BuiltScript): (argument: unknown) => Record<string, unknown> {
  const { path, hash, start, length, head, tail } = built
  const cachePath = `${path}.${hash}.${cachedDataVersionTag().toString(36)}.cache`
  const isCaching = !process.env.NODE_DISABLE_COMPILE_CACHE
  const cache = isCaching ? openIfPresent(cachePath) : undefined
  const sourceLength = head.length + length + tail.length
  // Pages of memory that were never written cost more than reading files: the cache is read where the source was.
  const bytes = Buffer.allocUnsafeSlow(Math.max(sourceLength, cache?.length ?? 0))
  // Put together in bytes: V8 would copy a string of several parts once more.
  bytes.write(head, 0, 'latin1')
  bytes.write(tail, head.length + length, 'latin1')
  readAndClose(openSync(path, 'r'), bytes.subarray(head.length, head.length + length), start)
  const source = bytes.toString('latin1', 0, sourceLength)
  const cachedData = cache && bytes.subarray(0, cache.length)
  if (cachedData) readAndClose(cache.file, cachedData, 0)
  const script = new Script(source, { filename: path, cachedData })
  if (isCaching && (!cachedData || script.cachedDataRejected)) writeLater(script, cachePath)
  return script.runInThisContext()
}

function openIfPresent(path: string): { readonly file: number; readonly length: number } | undefined {
  try {
    const file = openSync(path, 'r')
    return { file, length: fstatSync(file).size }
  } catch {
    return undefined
  }
}

function readAndClose(file: number, target: Buffer, from: number): void {
  try {
    readSync(file, target, 0, target.length, from)
  } finally {
    closeSync(file)
  }
}

function writeLater(script: Script, path: string): void {
  const write = (): void => {
    clearTimeout(timer)
    process.off('exit', write)
    writeWhole(path, script.createCachedData())
  }
  const timer = setTimeout(write, IDLE_MILLISECONDS).unref()
  process.once('exit', write)
}

/** Under another name first, so that nobody reads half a file. A folder that cannot be written stays as it is. */
function writeWhole(path: string, data: Buffer): void {
  const draft = `${path}.${process.pid}`
  try {
    writeFileSync(draft, data)
    renameSync(draft, path)
  } catch {
    rmSync(draft, { force: true })
  }
}
