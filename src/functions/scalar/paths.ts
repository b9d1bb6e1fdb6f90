/** Paths of files taken apart. Both slashes separate, unless an argument names one of them. */
import { type SqlArray, sqlArray } from '../../types/array.ts'
import { arrayOf, BOOLEAN, type DataType, TEXT } from '../../types/data-type.ts'
import type { Value } from '../../types/value.ts'
import { overload, type ScalarFunction, scalar } from '../function.ts'

function isSeparator(character: string, separator: string): boolean {
  switch (separator) {
    case 'system':
    case 'forward_slash':
      return character === '/'
    case 'backslash':
      return character === '\\'
    default:
      return character === '/' || character === '\\'
  }
}

/** Where the last separator stands, or -1. */
function lastSeparator(path: string, separator: string): number {
  let at = path.length - 1
  while (at >= 0 && !isSeparator(path[at], separator)) at--
  return at
}

function components(path: string, separator: string): SqlArray {
  const parts: string[] = path !== '' && isSeparator(path[0], separator) ? [path[0]] : []
  let part = ''
  for (const character of path) {
    if (!isSeparator(character, separator)) part += character
    else if (part !== '') {
      parts.push(part)
      part = ''
    }
  }
  if (part !== '') parts.push(part)
  return sqlArray(parts)
}

function fileName(path: string, trimExtension: boolean, separator: string): string {
  const name = path.slice(lastSeparator(path, separator) + 1)
  const dot = trimExtension ? name.lastIndexOf('.') : -1
  return dot < 0 ? name : name.slice(0, dot)
}

function pathFunction(
  name: string,
  doc: string,
  example: readonly [call: string, result: string],
  returns: DataType,
  body: (path: string, separator: string) => Value,
): ScalarFunction {
  return scalar({
    name,
    category: 'text',
    doc: `${doc} Separators are both slashes, or the second argument’s: system, forward_slash or backslash.`,
    examples: [example],
    overloads: [overload([TEXT, TEXT], returns, body, { defaults: ['both_slash'] })],
  })
}

export const pathFunctions: readonly ScalarFunction[] = [
  pathFunction(
    'parse_path',
    'The components of a path.',
    ["parse_path('/path/to/file.csv')", '{/,path,to,file.csv}'],
    arrayOf(TEXT),
    components,
  ),
  pathFunction(
    'parse_dirname',
    'The topmost directory of a path.',
    ["parse_dirname('path/to/file.csv')", 'path'],
    TEXT,
    (path, separator) => {
      const at = [...path].findIndex((character) => isSeparator(character, separator))
      return at < 0 ? '' : [...path].slice(0, Math.max(at, 1)).join('')
    },
  ),
  pathFunction(
    'parse_dirpath',
    'A path up to its last separator.',
    ["parse_dirpath('path/to/file.csv')", 'path/to'],
    TEXT,
    (path, separator) => {
      const at = lastSeparator(path, separator)
      return at === 0 && path.length === 1 ? path : path.slice(0, Math.max(at, 0))
    },
  ),
  scalar({
    name: 'parse_filename',
    category: 'text',
    doc: 'The last component of a path, without its extension where an argument is true; the last argument says what separates, as for parse_path.',
    examples: [
      ["parse_filename('path/to/file.csv')", 'file.csv'],
      ["parse_filename('path/to/file.csv', true)", 'file'],
    ],
    overloads: [
      overload([TEXT, BOOLEAN, TEXT], TEXT, fileName, { defaults: [false, 'both_slash'] }),
      overload([TEXT, TEXT], TEXT, (path, separator) => fileName(path, false, separator)),
    ],
  }),
]
