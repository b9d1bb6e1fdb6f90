/** Files in FROM: `FROM 'file.csv'`, read_csv(…) and its like. The host opens them, and so names their columns. */
import { notSupported, SqlError } from '../../error.ts'
import type * as ast from '../../parser/ast.ts'
import { TEXT } from '../../types/data-type.ts'
import type { Value } from '../../types/value.ts'
import { evaluateConstant } from '../evaluate.ts'
import type { ExternalScan, ExternalSource } from '../plan.ts'
import { settle } from './coercion.ts'
import { bindExpression } from './expression.ts'
import { type BoundFrom, derived } from './from.ts'
import { type BindState, newColumn, Scope } from './scope.ts'

export function bindFile(node: ast.FileReference, scope: Scope): BoundFrom {
  const source = openFile(node.path, undefined, new Map(), node.span, scope.state)
  return scanSource(source, node.alias, fileName(node.path), scope.state)
}

/** Functions that read files, and the format that they say; undefined: the name of the file decides. */
const readers: ReadonlyMap<string, string> = new Map([
  ['read_csv', 'csv'],
  ['read_csv_auto', 'csv'],
  ['read_parquet', 'parquet'],
  ['parquet_scan', 'parquet'],
  ['read_json', 'json'],
  ['read_json_auto', 'json'],
  ['read_json_objects', 'json-objects'],
  ['read_json_objects_auto', 'json-objects'],
  ['read_ndjson_objects', 'json-objects'],
  ['read_ndjson', 'ndjson'],
  ['read_ndjson_auto', 'ndjson'],
  ['read_arrow', 'arrow'],
  ['read_text', 'text'],
  ['read_blob', 'blob'],
  ['glob', 'glob'],
])

export function isFileReader(name: string): boolean {
  return readers.has(name)
}

/** `read_csv('file', header => true)`: the arguments are constants. */
export function bindFileReader(
  node: ast.FunctionCall,
  name: string,
  alias: ast.TableAlias | undefined,
  scope: Scope,
): BoundFrom {
  const options = new Map<string, Value>()
  let path: Value
  for (const argument of node.args) {
    if (argument.kind === 'named-argument') options.set(argument.name.name, constantValue(argument.value, scope))
    else if (argument.kind === 'binary' && argument.operator === '=' && argument.left.kind === 'column') {
      options.set(argument.left.parts[0].name, constantValue(argument.right, scope))
    } else if (path === undefined) path = constantValue(argument, scope)
    else
      throw new SqlError('undefined_function', `${name} takes one path; options are named`, {
        position: argument.span.start,
      })
  }
  const isPath = typeof path === 'string' || (Array.isArray(path) && path.every((each) => typeof each === 'string'))
  if (!isPath || path.length === 0) {
    throw new SqlError('undefined_function', `${name} needs the path of a file`, { position: node.span.start })
  }
  return scanSource(openFile(path, readers.get(name), options, node.span, scope.state), alias, name, scope.state)
}

/** Texts, numbers and booleans as they are; structs as Maps of them; types by their names. */
function constantValue(node: ast.Expression, scope: Scope): Value {
  switch (node.kind) {
    case 'string':
      return node.value
    case 'struct':
      return new Map(node.fields.map((field) => [field.name.name, constantValue(field.value, scope)]))
    case 'array':
      return node.items.map((item) => constantValue(item, scope))
    case 'column':
      return node.parts[node.parts.length - 1].name
    default: {
      const bound = settle(bindExpression(node, new Scope(scope.state)), scope.state)
      const value = evaluateConstant(bound, scope.state.context.functions, scope.state.context.parameters ?? [])
      return bound.type.kind === TEXT.kind || bound.type.kind === 'boolean' || value === null
        ? value
        : Number(String(value))
    }
  }
}

function openFile(
  path: string | readonly string[],
  format: string | undefined,
  options: ReadonlyMap<string, Value>,
  span: ast.Span,
  state: BindState,
): ExternalSource {
  const { context } = state
  if (!context.openFile)
    throw notSupported('reading files here', span.start, 'Files need an entry of the library that has them.')
  try {
    return context.openFile(path, format, options)
  } catch (error) {
    if (error instanceof SqlError) error.position ??= span.start
    throw error
  }
}

/** The name without folders and extension. */
function fileName(path: string): string {
  const base = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)
  const dot = base.indexOf('.')
  return dot > 0 ? base.slice(0, dot) : base
}

/** Rows from outside the database under a name. */
export function scanSource(
  source: ExternalSource,
  alias: ast.TableAlias | undefined,
  defaultName: string,
  state: BindState,
): BoundFrom {
  const name = alias?.name.name ?? defaultName
  const columns = source.columns.map((column) => newColumn(state, column.name, column.type, name))
  const plan: ExternalScan = {
    kind: 'external-scan',
    source,
    sourceColumns: columns.map((_, index) => index),
    filter: [],
    columns,
  }
  return derived({ plan, columns }, name, alias)
}
