/**
 * Starts the built engine from V8's code cache, which spares it the parsing and compiling of its 1.3 MB: from import to first
 * result 20 ms instead of 45, on one machine in one run. `scripts/code-cache.ts` writes the call of `loadEngine` into the build.
 *
 * The cache lies beside the engine, one file per build of the engine and per version and flags of V8. It is written by the first
 * process that finds none, when that one is idle or ends, so it also has the functions that were compiled by then. Where the
 * folder cannot be written, or V8 does not take the file, the engine is compiled as ever.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { cachedDataVersionTag } from 'node:v8'
import { Script } from 'node:vm'

/** A module without imports, as the build left it. */
export interface BuiltModule {
  readonly path: string
  /** Tells one content from another. */
  readonly hash: string
  /** How many characters stand before its export clause. */
  readonly bodyLength: number
  /** The export clause as the fields of an object: `name: local, …`. */
  readonly fields: string
}

const IDLE_MILLISECONDS = 2000

/** What the module exports. It runs as a script in this realm, under its own path. */
export function loadEngine(module: BuiltModule): Record<string, unknown> {
  const source = readFileSync(module.path, 'latin1').slice(0, module.bodyLength)
  const cachePath = `${module.path}.${module.hash}.${cachedDataVersionTag().toString(36)}.cache`
  const cachedData = readIfPresent(cachePath)
  const script = new Script(`(function(){"use strict";${source}\nreturn{${module.fields}}})`, {
    filename: module.path,
    cachedData,
  })
  const exports = script.runInThisContext()()
  const isCompiledAnew = !cachedData || script.cachedDataRejected
  if (isCompiledAnew && !process.env.NODE_DISABLE_COMPILE_CACHE) writeLater(script, cachePath)
  return exports
}

function readIfPresent(path: string): Buffer | undefined {
  if (process.env.NODE_DISABLE_COMPILE_CACHE) return undefined
  try {
    return readFileSync(path)
  } catch {
    return undefined
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
