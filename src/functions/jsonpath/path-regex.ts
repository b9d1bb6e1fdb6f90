/** The patterns of like_regex. */
import type { JsonPath, PathItem } from '../../types/jsonpath.ts'
import { compileRegex } from '../patterns/regex.ts'

/** A pattern of XQuery's flags: without `s` a dot stops at line ends, with `m` lines have starts and ends, `q` quotes. */
export function pathRegex(pattern: string, flags: string): ReturnType<typeof compileRegex> {
  const ignore = flags.includes('i') ? 'i' : ''
  if (flags.includes('q')) return compileRegex(pattern, `${ignore}q`)
  const stop = !flags.includes('s')
  const lines = flags.includes('m')
  return compileRegex(pattern, ignore + (stop ? (lines ? 'n' : 'p') : lines ? 'w' : ''))
}

/** The path, once all its patterns have been found to be valid; 2201B when one is not. */
export function checkedPath(path: JsonPath): JsonPath {
  checkItem(path.root)
  return path
}

function checkItem(item: PathItem): void {
  if (item.kind === 'like-regex') pathRegex(item.pattern, item.flags)
  for (const part of Object.values(item)) {
    if (Array.isArray(part)) for (const { from, to } of part) checkParts(from, to)
    else if (typeof part === 'object' && part !== null && 'kind' in part) checkItem(part as PathItem)
  }
}

function checkParts(from: PathItem, to: PathItem | undefined): void {
  checkItem(from)
  if (to) checkItem(to)
}
