/** IMMUTABLE, STRICT, COST and their like, of CREATE and ALTER FUNCTION. */
import { notSupported, SqlError } from '../../error.ts'
import type * as ast from '../../parser/ast.ts'
import { parseStatement } from '../../parser/parse.ts'
import { settingOf } from '../../parser/setting-value.ts'
import { checkedSetting } from '../../settings.ts'
import type { RoutineDefinition, RoutineProperties } from '../../storage/interface.ts'

/** What CREATE FUNCTION says for the catalog alone. */
export function propertiesOf(options: readonly ast.Option[], isSet: boolean): RoutineProperties | undefined {
  const sets = options.filter(({ name }) => name === 'set').map(({ value }) => value as readonly string[])
  const properties: RoutineProperties = {
    ...Object.fromEntries(
      options.flatMap(({ name, value }) =>
        name === 'set'
          ? []
          : [[name === 'security' ? 'definer' : name, name === 'security' ? value === 'definer' : value]],
      ),
    ),
    config: sets.reduce(withSetting, undefined),
  }
  check(properties, isSet)
  return options.length === 0 ? undefined : properties
}

/** The settings with another one, or with the value that it now has. */
function withSetting(
  config: RoutineProperties['config'],
  [name, value]: readonly string[],
): RoutineProperties['config'] {
  const setting = checkedSetting(name, value)
  const known = config?.findIndex(([other]) => other === setting[0]) ?? -1
  return known < 0 ? [...(config ?? []), setting] : config!.with(known, setting)
}

/** `SET name TO value` and `RESET name` of ALTER FUNCTION. */
function alterConfig(config: RoutineProperties['config'], text: string): RoutineProperties['config'] {
  const { statement } = parseStatement(text)
  if (statement.kind !== 'set') throw notSupported('this form of ALTER FUNCTION')
  const { name, text: value } = settingOf(statement)
  if (value !== undefined) return withSetting(config, [name, value])
  const rest = name === 'all' ? [] : config?.filter(([other]) => other.toLowerCase() !== name)
  return rest?.length === 0 ? undefined : rest
}

function check({ cost, rows, parallel }: RoutineProperties, isSet: boolean): void {
  if (parallel !== undefined && !/^(safe|restricted|unsafe)$/i.test(parallel)) {
    throw new SqlError('syntax_error', 'parameter "parallel" must be SAFE, RESTRICTED, or UNSAFE')
  }
  const refuse = (message: string): SqlError => new SqlError('invalid_parameter_value', message)
  if (cost !== undefined && cost <= 0) throw refuse('COST must be positive')
  if (rows === undefined) return
  if (rows <= 0) throw refuse('ROWS must be positive')
  if (!isSet) throw refuse('ROWS is not applicable when function does not return a set')
}

const option =
  /^(?:(called on null input|returns null on null input|strict)|(immutable|stable|volatile)|((?:not )?leakproof)|(?:external )?security (invoker|definer)|parallel (\w+)|(cost|rows) (-? ?[\d.]+)|restrict)(?: |$)/

/** The routine with the options of ALTER FUNCTION; undefined where it is another form of it. */
export function withOptions(routine: RoutineDefinition, text: string): RoutineDefinition | undefined {
  if (/^\s*(re)?set\b/i.test(text)) {
    const config = alterConfig(routine.properties?.config, text)
    return { ...routine, properties: { ...routine.properties, config } }
  }
  let rest = text.toLowerCase().replace(/\s+/g, ' ').trim()
  let { strict, volatility, properties = {} } = routine
  const seen = new Set<number>()
  while (rest !== '') {
    const match = option.exec(rest)
    if (!match) return undefined
    const [all, nulls, kind, leakproof, security, parallel, number, amount] = match
    const place = match.findIndex((group, n) => n > 0 && group !== undefined) + (number === 'rows' ? 100 : 0)
    if (place >= 0 && seen.has(place)) throw new SqlError('syntax_error', 'conflicting or redundant options')
    seen.add(place)
    if (nulls) strict = !nulls.startsWith('called')
    if (kind) volatility = kind as RoutineDefinition['volatility']
    if (leakproof) properties = { ...properties, leakproof: leakproof === 'leakproof' }
    if (security) properties = { ...properties, definer: security === 'definer' }
    if (parallel) properties = { ...properties, parallel }
    if (number) properties = { ...properties, [number]: Number(amount.replace(' ', '')) }
    rest = rest.slice(all.length)
  }
  check(properties, routine.isSet)
  return { ...routine, strict, volatility, properties }
}
