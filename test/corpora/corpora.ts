/** Where the shared test material lies. Tests over it run when it is there, and say so when it is not. */
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, test } from 'vitest'

const root = resolve(import.meta.dirname, '../../../shared/corpora')

/** A folder of the shared material. */
export function corpus(...path: string[]): string {
  return join(root, ...path)
}

/**
 * A suite over a folder of the shared material. Where that is absent, a skipped test says so, and the body, which may read
 * files, is not run.
 */
export function describeCorpus(name: string, body: () => void): void {
  if (existsSync(corpus(name))) describe(name, body)
  else test.skip(`${name}: skipped, for ../shared/corpora/${name} is not here`, () => {})
}

/** Paths below a folder of the files with an ending, in order; none where the folder is absent. */
export function filesBelow(folder: string, ending: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending) && statSync(join(folder, name)).isFile())
    .map((name) => name.replaceAll('\\', '/'))
    .sort()
}

/** The database's two implementations of operators. */
export const executions = ['interpreted', 'compiled'] as const
