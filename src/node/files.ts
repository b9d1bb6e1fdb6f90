/** Node's files, as the engine asks for them. Bun and Deno have the same modules. */
import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { SqlError } from '../error.ts'
import type { FileAccess } from '../host.ts'

export const nodeFiles: FileAccess = {
  read: (path) => attempt(path, 'reading', () => readFileSync(path)),
  open: (path) => attempt(path, 'reading', () => openFile(path)),
  write: (path, data) => attempt(path, 'writing', () => writeFileSync(path, data)),
  makeFolder: (path) => attempt(path, 'writing', () => mkdirSync(path, { recursive: true })),
  size: (path) => attempt(path, 'reading', () => statSync(path).size),
  glob: (pattern) => (/[*?[]/.test(pattern) ? expand(pattern) : [pattern]),
}

function openFile(path: string): ReturnType<NonNullable<FileAccess['open']>> {
  const file = openSync(path, 'r')
  const stat = fstatSync(file)
  let isOpen = true
  if (!stat.isFile()) {
    closeSync(file)
    return undefined
  }
  return {
    size: stat.size,
    read: (target, position) => attempt(path, 'reading', () => readSync(file, target, 0, target.length, position)),
    close() {
      if (isOpen) closeSync(file)
      isOpen = false
    },
  }
}

/** Turns the system's refusal into PostgreSQL's words. */
function attempt<T>(path: string, purpose: string, body: () => T): T {
  try {
    return body()
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const refusal = `could not open file "${path}" for ${purpose}`
    if (code === 'ENOENT') throw new SqlError('undefined_file', `${refusal}: No such file or directory`)
    if (code === 'EISDIR') throw new SqlError('wrong_object_type', `"${path}" is a directory`)
    if (code === 'EACCES') throw new SqlError('insufficient_privilege', `${refusal}: Permission denied`)
    throw new SqlError('io_error', `${refusal}: ${message}`)
  }
}

/** The existing paths that match a pattern, segment by segment, in order. `**` is any number of folders, and at the end all files in them. */
function expand(pattern: string): string[] {
  const absolute = pattern.startsWith('/')
  const segments = pattern.split('/').filter((segment) => segment !== '')
  const found = match(absolute ? '/' : '', segments)
  return [...new Set(found)].sort()
}

function match(directory: string, segments: readonly string[]): string[] {
  const [segment, ...rest] = segments
  if (segment === '**') {
    const below = entries(directory).filter((entry) => entry.isDirectory())
    const here = match(directory, rest.length > 0 ? rest : ['*'])
    return [...here, ...below.flatMap((entry) => match(join(directory, entry.name), segments))]
  }
  const matches = /[*?[]/.test(segment)
    ? entries(directory)
        .filter((entry) => segmentPattern(segment).test(entry.name))
        .map((entry) => join(directory, entry.name))
    : [join(directory, segment)]
  if (rest.length === 0) return matches.filter(exists)
  return matches.flatMap((path) => match(path, rest))
}

function entries(directory: string): import('node:fs').Dirent[] {
  try {
    return readdirSync(directory === '' ? '.' : directory, { withFileTypes: true })
  } catch {
    return []
  }
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
}

/** `*.csv` → a regular expression; a leading dot must be written. */
function segmentPattern(segment: string): RegExp {
  const source = segment
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
    .replaceAll('[!', '[^')
  return new RegExp(`^${segment.startsWith('.') ? '' : '(?!\\.)'}${source}$`)
}
