/**
 * The part of the build that writes the kernels which depend on no query, so that the engine has their bytes instead of
 * the code that writes them: 14 KB gzipped instead of 15, and nothing to run before a first join, sort or aggregation.
 */
import ts from 'typescript'
import { aggregateLibrary } from '../src/exec/compiled/aggregate-library.ts'
import { csvNumberLibrary } from '../src/exec/compiled/csv/number-library.ts'
import { csvScanLibrary } from '../src/exec/compiled/csv/scan-library.ts'
import { csvTextLibrary } from '../src/exec/compiled/csv/text-library.ts'
import { filterLibrary } from '../src/exec/compiled/filter-library.ts'
import { joinGroups } from '../src/exec/compiled/join-groups.ts'
import { joinLibrary } from '../src/exec/compiled/join-library.ts'
import { joinRanks } from '../src/exec/compiled/join-ranks.ts'
import { keyLibrary } from '../src/exec/compiled/key-library.ts'
import { type LibraryPart, libraryBytes } from '../src/exec/compiled/library.ts'
import { mergeLibrary } from '../src/exec/compiled/merge-library.ts'
import { moveLibrary } from '../src/exec/compiled/move-library.ts'
import { sortLibrary } from '../src/exec/compiled/sort-library.ts'
import { windowLibrary } from '../src/exec/compiled/window-library.ts'

interface Plugin {
  readonly name: string
  transform(code: string, id: string): string | undefined
}

/** By the name of the constant. */
export const libraries: Readonly<Record<string, LibraryPart>> = {
  aggregateLibrary,
  csvNumberLibrary,
  csvScanLibrary,
  csvTextLibrary,
  filterLibrary,
  joinGroups,
  joinRanks,
  joinLibrary,
  keyLibrary,
  mergeLibrary,
  moveLibrary,
  sortLibrary,
  windowLibrary,
}

/** A plug-in for Rolldown. */
export function readyLibraries(): Plugin {
  return {
    name: 'ready-libraries',
    transform: (code, id) => (/\/exec\/compiled\/.*\.ts$/.test(id) ? withReadyLibrary(code) : undefined),
  }
}

/** The source with the bytes of the part that it defines, if any; what only wrote them is left to the removal of dead code. */
export function withReadyLibrary(code: string): string | undefined {
  if (!code.includes(': LibraryPart = {')) return undefined
  const file = ts.createSourceFile('library.ts', code, ts.ScriptTarget.Latest, true)
  for (const statement of file.statements) {
    if (!ts.isVariableStatement(statement)) continue
    const [{ name, initializer, type }] = statement.declarationList.declarations
    if (!initializer || type?.getText() !== 'LibraryPart') continue
    return code.slice(0, initializer.getStart()) + ready(name.getText()) + code.slice(initializer.end)
  }
  return undefined
}

function ready(name: string): string {
  const part = libraries[name]
  if (!part) throw new Error(`${name} is not among the libraries that the build makes ready`)
  const digits = Buffer.from(libraryBytes(part, false)).toString('hex')
  return `{ name: ${JSON.stringify(part.name)}, ready: () => '${digits}' }`
}
