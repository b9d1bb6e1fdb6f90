/** The functions and operators that run a jsonpath over a jsonb value. */
import { SqlError } from '../../error.ts'
import { BOOLEAN, type DataType, JSONB } from '../../types/data-type.ts'
import { isJsonNull, isJsonObject, type JsonObject, type JsonValue } from '../../types/json.ts'
import type { JsonPath } from '../../types/jsonpath.ts'
import {
  type FunctionContext,
  type Overload,
  overload,
  type ScalarFunction,
  scalar,
  type TableFunction,
  tableFunction,
} from '../function.ts'
import { runPath } from '../jsonpath/execute.ts'
import { PathError } from '../jsonpath/path-error.ts'

const JSONPATH: DataType = { kind: 'jsonpath' }
const NO_VARIABLES: JsonObject = new Map()

function checkVariables(variables: JsonValue): JsonObject {
  if (isJsonObject(variables)) return variables
  throw new SqlError('invalid_parameter_value', '"vars" argument is not an object', {
    detail: 'Jsonpath parameters should be encoded as key-value pairs of "vars" object.',
  })
}

interface Call {
  readonly value: JsonValue
  readonly path: JsonPath
  readonly variables: JsonValue | undefined
  readonly silent: boolean
  readonly context: FunctionContext
  readonly usesZone: boolean
}

function* items({ value, path, variables, silent, context, usesZone }: Call): Generator<JsonValue> {
  try {
    yield* runPath(path, value, {
      variables: variables === undefined ? undefined : checkVariables(variables),
      settings: context.settings,
      usesZone,
    })
  } catch (error) {
    if (!silent || !(error instanceof PathError)) throw error
  }
}

/** Whether there is any item; strict mode looks at all of them, so that no error is overlooked. */
function exists(call: Call): boolean | null {
  try {
    const found = items({ ...call, silent: false })
    return call.path.lax ? !found.next().done : [...found].length > 0
  } catch (error) {
    if (call.silent && error instanceof PathError) return null
    throw error
  }
}

function match(call: Call): boolean | null {
  const found = [...items(call)]
  const [item] = found
  if (found.length === 1) {
    if (typeof item === 'boolean') return item
    if (isJsonNull(item)) return null
  }
  if (call.silent) return null
  throw new SqlError('singleton_sql_json_item_required', 'single boolean result is expected')
}

type Answer = (call: Call) => JsonValue | boolean | null

function pathOverload(returns: DataType, usesZone: boolean, answer: Answer): Overload {
  return overload(
    [JSONB, JSONPATH, JSONB, BOOLEAN],
    returns,
    (context: FunctionContext, value, path, variables, silent) =>
      answer({ value, path, variables, silent, context, usesZone }),
    {
      defaults: [NO_VARIABLES, false],
      context: true,
      parameterNames: ['target', 'path', 'vars', 'silent'],
      volatility: usesZone ? 'stable' : 'immutable',
    },
  )
}

/** A function, and its like that may compare times across time zones. */
function pathFunction(
  name: string,
  doc: string,
  example: readonly [string, string],
  returns: DataType,
  answer: Answer,
): ScalarFunction[] {
  return [
    scalar({ name, category: 'json', doc, examples: [example], overloads: [pathOverload(returns, false, answer)] }),
    scalar({
      name: `${name}_tz`,
      category: 'json',
      doc: `As ${name}, and times of different time zones can be compared.`,
      examples: [],
      overloads: [pathOverload(returns, true, answer)],
    }),
  ]
}

export const jsonPathFunctions: readonly ScalarFunction[] = [
  ...pathFunction(
    'jsonb_path_exists',
    'Whether a path yields any item for a value.',
    [`jsonb_path_exists('{"a": [1, 2]}', '$.a[*] ? (@ > 1)')`, 't'],
    BOOLEAN,
    exists,
  ),
  ...pathFunction(
    'jsonb_path_match',
    'The result of a predicate in a path.',
    [`jsonb_path_match('{"a": [1, 2]}', 'exists($.a[*] ? (@ > 2))')`, 'f'],
    BOOLEAN,
    match,
  ),
  ...pathFunction(
    'jsonb_path_query_array',
    'The items that a path yields, as an array.',
    [`jsonb_path_query_array('{"a": [1, 2, 3]}', '$.a[*] ? (@ > 1)')`, '[2, 3]'],
    JSONB,
    (call) => [...items(call)],
  ),
  ...pathFunction(
    'jsonb_path_query_first',
    'The first item that a path yields; NULL when there is none.',
    [`jsonb_path_query_first('{"a": [1, 2]}', '$.a[*]')`, '1'],
    JSONB,
    (call) => [...items(call)][0] ?? null,
  ),
]

function operator(name: string, doc: string, example: readonly [string, string], answer: Answer): ScalarFunction {
  return scalar({
    name,
    category: 'json',
    doc,
    examples: [example],
    overloads: [
      overload(
        [JSONB, JSONPATH],
        BOOLEAN,
        (context: FunctionContext, value, path) =>
          answer({ value, path, variables: undefined, silent: true, context, usesZone: false }),
        { context: true },
      ),
    ],
  })
}

export const jsonPathOperators: readonly ScalarFunction[] = [
  operator(
    '@?',
    'Whether a path yields any item for a value; NULL when it fails.',
    [`'{"a": [1, 2]}'::jsonb @? '$.a[*] ? (@ > 2)'`, 'f'],
    exists,
  ),
  operator(
    '@@',
    'The result of a predicate in a path; NULL when it fails or is none.',
    [`'{"a": [1, 2]}'::jsonb @@ '$.a[*] > 1'`, 't'],
    match,
  ),
]

function pathRows(name: string, usesZone: boolean): TableFunction {
  return tableFunction({
    name,
    category: 'json',
    doc: usesZone
      ? 'As jsonb_path_query, and times of different time zones can be compared.'
      : 'The items that a path yields for a value, as rows.',
    examples: [[`SELECT count(*) FROM ${name}('{"a": [1, 2, 3]}', '$.a[*] ? (@ > 1)')`, '2']],
    overloads: [
      {
        parameters: [JSONB, JSONPATH, JSONB, BOOLEAN],
        defaults: [NO_VARIABLES, false],
        parameterNames: ['target', 'path', 'vars', 'silent'],
        columns: () => [{ name, type: JSONB }],
        *evaluate(context, value, path, variables, silent) {
          for (const item of items({ value, path, variables, silent, context, usesZone })) yield [item]
        },
        volatility: usesZone ? 'stable' : 'immutable',
      },
    ],
  })
}

export const jsonPathRows: readonly TableFunction[] = [
  pathRows('jsonb_path_query', false),
  pathRows('jsonb_path_query_tz', true),
]
