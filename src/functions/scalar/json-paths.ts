/** Paths into json as DuckDB writes them, which may lead to several places: `$.a[0]`, `$.a[*].b`, `$.*`, `$..c`. */
import { SqlError } from '../../error.ts'
import { sqlArray } from '../../types/array.ts'
import { arrayOf, BIGINT, INTEGER, JSON_TYPE, TEXT } from '../../types/data-type.ts'
import type { Value } from '../../types/value.ts'
import { overload, type ScalarFunction, scalar, type TableFunction, tableFunction } from '../function.ts'
import { pathSteps } from './json.ts'
import { jsonTypeName } from './json-more.ts'
import { jsonAsText, jsonAtPath, jsonElement, jsonElements, jsonKind, jsonMembers } from './json-text.ts'

type Step =
  | { readonly kind: 'member' | 'place'; readonly name: string }
  | { readonly kind: 'members' | 'elements' | 'anywhere' }

const stepPattern = /\.\.|\.(?:(\*)|"((?:[^"\\]|\\.)*)"|([^.[\]"]+))|\[(?:(\*)|#?(-?\d+))\]|([^.[\]"]+)/y

function parsePath(path: string): Step[] {
  const steps: Step[] = []
  stepPattern.lastIndex = 1
  while (stepPattern.lastIndex < path.length) {
    const start = stepPattern.lastIndex
    const match = stepPattern.exec(path)
    const isName = match?.[6] !== undefined
    if (!match || (isName && steps.at(-1)?.kind !== 'anywhere')) {
      throw new SqlError('invalid_parameter_value', `wrong path in json, at "${path.slice(start)}"`)
    }
    if (match[0] === '..') steps.push({ kind: 'anywhere' })
    else if (match[1] || match[6] === '*') steps.push({ kind: 'members' })
    else if (match[4]) steps.push({ kind: 'elements' })
    else if (match[5] !== undefined) steps.push({ kind: 'place', name: match[5] })
    else steps.push({ kind: 'member', name: match[2] ?? match[3] ?? match[6] })
  }
  return steps
}

/** Everything that a path leads to: at each place itself first, then what is below it. */
function* matches(json: string, steps: readonly Step[], from = 0): Iterable<string> {
  const step = steps[from]
  if (!step) {
    yield json
    return
  }
  const kind = jsonKind(json)
  switch (step.kind) {
    case 'member':
      if (kind !== 'object') return
      for (const [key, value] of jsonMembers(json)) if (key === step.name) yield* matches(value, steps, from + 1)
      return
    case 'place': {
      const element = jsonElement(json, Number(step.name))
      if (element !== null) yield* matches(element, steps, from + 1)
      return
    }
    case 'members':
    case 'elements':
      if ((kind === 'object') !== (step.kind === 'members')) return
      for (const child of childrenOf(json)) yield* matches(child, steps, from + 1)
      return
    case 'anywhere':
      yield* matches(json, steps, from + 1)
      for (const child of childrenOf(json)) yield* matches(child, steps, from)
  }
}

function childrenOf(json: string): string[] {
  const kind = jsonKind(json)
  if (kind === 'object') return jsonMembers(json).map(([, value]) => value)
  return kind === 'array' ? jsonElements(json) : []
}

/** A function on what a path with wildcards leads to; calls with such a path are bound to it. */
function onMatches(name: string, doc: string, result: string, make: (json: string) => Value): ScalarFunction {
  const element = name === 'json_extract_matches' ? JSON_TYPE : TEXT
  return scalar({
    name,
    category: 'json',
    doc,
    examples: [[`${name}('{"a": [{"b": "x"}, {"b": "y"}]}', '$.a[*].b')`, result]],
    overloads: [
      overload([JSON_TYPE, TEXT], arrayOf(element), (json, path) =>
        sqlArray(Array.from(matches(json, parsePath(path)), make)),
      ),
    ],
  })
}

const columns = [
  { name: 'key', type: TEXT },
  { name: 'value', type: JSON_TYPE },
  { name: 'type', type: TEXT },
  { name: 'atom', type: JSON_TYPE },
  { name: 'id', type: BIGINT },
  { name: 'parent', type: BIGINT },
  { name: 'fullkey', type: TEXT },
  { name: 'path', type: TEXT },
]

interface Node {
  readonly key: string | null
  readonly json: string
  readonly id: number
  readonly parent: number | null
  readonly path: string
  readonly name: string
}

/** A value and all below it. Numbers count values and keys in the order of the text. */
function* nodesOf(
  json: string,
  key: string | null,
  id: number,
  parent: number | null,
  path: string,
  name: string,
): Iterable<Node> {
  yield { key, json, id, parent, path, name }
  const kind = jsonKind(json)
  let next = id + 1
  if (kind === 'object') {
    for (const [member, value] of jsonMembers(json)) {
      yield* nodesOf(value, member, next + 1, id, name, `${name}.${member}`)
      next += 1 + size(value)
    }
  } else if (kind === 'array') {
    for (const [index, value] of jsonElements(json).entries()) {
      yield* nodesOf(value, String(index), next, id, name, `${name}[${index}]`)
      next += size(value)
    }
  }
}

/** How many numbers a value takes. */
function size(json: string): number {
  const own = jsonKind(json) === 'object' ? 1 : 0
  return childrenOf(json).reduce((sum, child) => sum + own + size(child), 1)
}

function rowOf({ key, json, id, parent, path, name }: Node, isTree: boolean): Value[] {
  const kind = jsonKind(json)
  const atom = kind === 'object' || kind === 'array' || kind === 'null' ? null : json.trim()
  return [
    key,
    json.trim(),
    jsonTypeName(json),
    atom,
    BigInt(id),
    isTree && parent !== null ? BigInt(parent) : null,
    name,
    path,
  ]
}

function* treeRows(json: string, path: string): Iterable<Value[]> {
  const steps = pathSteps(path)
  for (const root of startsAt(json, steps)) {
    for (const node of nodesOf(root.json, null, root.id, null, root.name, root.name)) yield rowOf(node, true)
  }
}

function* eachRows(json: string, path: string): Iterable<Value[]> {
  const steps = pathSteps(path)
  for (const root of startsAt(json, steps)) {
    const kind = jsonKind(root.json)
    if (kind !== 'object' && kind !== 'array') yield rowOf({ ...root, key: null, parent: null, path: root.name }, false)
    for (const node of nodesOf(root.json, null, root.id, null, root.name, root.name)) {
      if (node.parent === root.id) yield rowOf(node, false)
    }
  }
}

/** The node that the path leads to, if there is one. */
function startsAt(json: string, steps: readonly string[]): Node[] {
  if (jsonAtPath(json, steps) === null) return []
  let current: Node = { key: null, json, id: 0, parent: null, path: '$', name: '$' }
  for (const step of steps) {
    const { id } = current
    const target = jsonAtPath(current.json, [step])
    const isArray = jsonKind(current.json) === 'array'
    const key = isArray && step.startsWith('-') ? String(jsonElements(current.json).length + Number(step)) : step
    current = [...nodesOf(current.json, null, id, null, current.name, current.name)].find(
      (node) => node.parent === id && node.key === key && node.json.trim() === target?.trim(),
    )!
  }
  return [current]
}

function jsonRows(
  name: string,
  doc: string,
  count: string,
  rows: (json: string, path: string) => Iterable<Value[]>,
): TableFunction {
  const evaluate = (_: unknown, json: string, path: string): Iterable<Value[]> => rows(json, path)
  return tableFunction({
    name,
    category: 'json',
    doc,
    examples: [[`SELECT count(*) FROM ${name}('{"a": [1, 2]}', '$.a')`, count]],
    overloads: [
      { parameters: [JSON_TYPE, TEXT], columns: () => columns, evaluate },
      ...(name === 'json_tree'
        ? [{ parameters: [JSON_TYPE], columns: () => columns, evaluate: (_: unknown, json: string) => rows(json, '$') }]
        : []),
    ],
  })
}

export const jsonPlaceFunctions: readonly (ScalarFunction | TableFunction)[] = [
  onMatches(
    'json_extract_matches',
    'All that a path with wildcards leads to in a json.',
    '{"\\"x\\"","\\"y\\""}',
    (json) => json,
  ),
  onMatches('json_extract_string_matches', 'The same, as text.', '{x,y}', jsonAsText),
  scalar({
    name: 'json_extract',
    category: 'json',
    doc: 'The n-th element of a json array from 0, or from its end.',
    examples: [["json_extract('[1, 2]', -1)", '2']],
    overloads: [overload([JSON_TYPE, INTEGER], JSON_TYPE, (json, n) => jsonElement(json, n))],
  }),
  scalar({
    name: 'json_type',
    category: 'json',
    doc: 'The type of a json, or of what a path leads to in it, as DuckDB calls it.',
    examples: [[`json_type('{"a": [1]}', '$.a')`, 'ARRAY']],
    overloads: [
      overload([JSON_TYPE], TEXT, jsonTypeName),
      overload([JSON_TYPE, TEXT], TEXT, (json, path) => {
        const found = jsonAtPath(json, pathSteps(path))
        return found === null ? null : jsonTypeName(found)
      }),
    ],
  }),
  jsonRows(
    'json_each',
    'The members or elements of what a path leads to, with types, numbers and paths.',
    '2',
    eachRows,
  ),
  jsonRows(
    'json_tree',
    'All values of a json, or of what a path leads to, with types, numbers and paths.',
    '3',
    treeRows,
  ),
]
