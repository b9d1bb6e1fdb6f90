/** What can be said of a view beside its query: WITH (…), ALTER VIEW … SET, RESET and ALTER COLUMN … SET DEFAULT. */
import { notSupported, SqlError } from '../../error.ts'
import type * as ast from '../../parser/ast.ts'
import { bindDefaultOf } from '../../planner/binder/bind.ts'
import { notUpdatable } from '../../planner/binder/updatable.ts'
import type { ViewDefinition } from '../../storage/interface.ts'
import type { DefinitionContext } from './definition.ts'

type CheckOption = ViewDefinition['checkOption']

/** The check option among a view's options; 22023 for options that views do not have. */
export function checkOptionOf(options: readonly ast.Option[]): CheckOption {
  let checkOption: CheckOption
  for (const { name, value } of options) {
    if (name === 'check_option') checkOption = checkOptionValue(String(value))
    else if (name !== 'security_barrier' && name !== 'security_invoker') {
      throw new SqlError('invalid_parameter_value', `unrecognized parameter "${name}"`)
    } else if (!/^(true|false|on|off|yes|no|1|0)$/i.test(String(value))) {
      throw new SqlError('invalid_parameter_value', `invalid value for boolean option "${name}": ${String(value)}`)
    }
  }
  return checkOption
}

function checkOptionValue(value: string): CheckOption {
  const folded = value.toLowerCase()
  if (folded === 'local' || folded === 'cascaded') return folded
  throw new SqlError('invalid_parameter_value', `invalid value for enum option "check_option": ${value}`, {
    detail: 'Valid values are "local" and "cascaded".',
  })
}

/** Only views that can be changed by themselves can check what is changed. */
export function refuseCheckOption(query: ast.Query, context: DefinitionContext): void {
  const why = notUpdatable(query, context.catalog)
  if (why === undefined) return
  throw new SqlError('feature_not_supported', 'WITH CHECK OPTION is supported only on automatically updatable views', {
    hint: why,
  })
}

/** An action of ALTER VIEW, or of ALTER TABLE on a view, on its options or columns. */
export function alterView(
  view: ViewDefinition,
  action: ast.AlterTableAction,
  context: DefinitionContext,
): ViewDefinition {
  const changed = changedView(view, action, context)
  if (changed !== view) context.transaction.replaceRelation(view, changed)
  return changed
}

function changedView(view: ViewDefinition, action: ast.AlterTableAction, context: DefinitionContext): ViewDefinition {
  switch (action.kind) {
    case 'owner-to':
      return view
    case 'set-default':
    case 'drop-default':
      return withDefault(view, action.column, action.kind === 'set-default' ? action.expression : undefined, context)
    case 'other': {
      const set = /^set \((.*)\)$/is.exec(action.text)
      if (set) return withOptions(view, set[1], context)
      const reset = /^reset \((.*)\)$/is.exec(action.text)
      if (reset) return /\bcheck_option\b/i.test(reset[1]) ? { ...view, checkOption: undefined } : view
    }
  }
  if (viewless.has(action.kind)) throw wrongAction(view, action)
  throw notSupported(`ALTER VIEW ${action.kind.replaceAll('-', ' ').toUpperCase()}`, action.span.start)
}

function withOptions(view: ViewDefinition, text: string, context: DefinitionContext): ViewDefinition {
  const options = text.split(',').map((part): ast.Option => {
    const [name, value = 'true'] = part.split('=').map((word) => word.trim().replace(/^'(.*)'$/, '$1'))
    return { name: name.toLowerCase(), value, span: { start: 0, end: 0 } }
  })
  const checkOption = checkOptionOf(options) ?? view.checkOption
  if (checkOption) refuseCheckOption(view.query, context)
  return { ...view, checkOption }
}

function withDefault(
  view: ViewDefinition,
  name: ast.Identifier,
  expression: ast.Expression | undefined,
  context: DefinitionContext,
): ViewDefinition {
  const column = view.columns.find((candidate) => candidate.name === name.name)
  if (!column) {
    throw new SqlError('undefined_column', `column "${name.name}" of relation "${view.name}" does not exist`, {
      position: name.span.start,
    })
  }
  if (expression) bindDefaultOf(expression, column, context)
  const columns = view.columns.map((other) => (other === column ? { ...column, default: expression } : other))
  return { ...view, columns }
}

/** Actions that PostgreSQL knows and that views do not take. */
const viewless: ReadonlySet<ast.AlterTableAction['kind']> = new Set([
  'add-column',
  'drop-column',
  'set-type',
  'set-not-null',
  'drop-not-null',
  'add-constraint',
  'drop-constraint',
  'add-identity',
  'set-identity',
  'drop-identity',
  'drop-expression',
  'alter-constraint',
  'validate-constraint',
  'trigger-state',
])

const words: { readonly [kind in ast.AlterTableAction['kind']]?: string } = {
  'set-type': 'ALTER COLUMN ... SET DATA TYPE',
  'set-not-null': 'ALTER COLUMN ... SET NOT NULL',
  'drop-not-null': 'ALTER COLUMN ... DROP NOT NULL',
  'add-identity': 'ALTER COLUMN ... ADD IDENTITY',
  'set-identity': 'ALTER COLUMN ... SET',
  'drop-identity': 'ALTER COLUMN ... DROP IDENTITY',
  'drop-expression': 'ALTER COLUMN ... DROP EXPRESSION',
  'trigger-state': 'ENABLE/DISABLE TRIGGER',
}

export function wrongAction(
  relation: { readonly name: string },
  action: ast.AlterTableAction,
  kinds = 'views',
): SqlError {
  const what =
    words[action.kind] ?? (action.kind === 'other' ? action.text : action.kind.replaceAll('-', ' ')).toUpperCase()
  return new SqlError('wrong_object_type', `ALTER action ${what} cannot be performed on relation "${relation.name}"`, {
    position: action.span.start,
    detail: `This operation is not supported for ${kinds}.`,
  })
}
