/** What a session holds and where it stands: advisory locks, numbers of transactions; and constants of a single process. */
import { sqlArray } from '../../types/array.ts'
import { arrayOf, BIGINT, BOOLEAN, type DataType, INTEGER, OID, TEXT, VOID } from '../../types/data-type.ts'
import type { Value } from '../../types/value.ts'
import { type FunctionContext, overload, type ScalarFunction, scalar } from '../function.ts'

const category = 'system'
const volatile = { context: true, volatility: 'volatile' } as const
const signatures = [[BIGINT], [INTEGER, INTEGER]] as const

function locking(
  name: string,
  doc: string,
  returns: DataType,
  run: (context: FunctionContext, key: string) => boolean | undefined,
): ScalarFunction {
  return scalar({
    name,
    category,
    doc,
    examples: [],
    volatility: 'volatile',
    overloads: signatures.map((parameters) =>
      overload(
        parameters,
        returns,
        (context, ...key: Value[]) => {
          const done = run(context, key.join())
          return returns === BOOLEAN ? done : ''
        },
        volatile,
      ),
    ),
  })
}

const advisoryLocks = ['', '_xact'].flatMap((scope) =>
  ['', '_shared'].flatMap((mode) => {
    const request = { shared: mode !== '', ofTransaction: scope !== '' }
    const what = `${mode ? 'A shared lock' : 'A lock'} of the ${scope ? 'transaction' : 'session'}`
    return [
      locking(`pg_advisory${scope}_lock${mode}`, `${what}.`, VOID, (context, key) =>
        context.advisoryLock?.({ key, wait: true, ...request }),
      ),
      locking(`pg_try_advisory${scope}_lock${mode}`, `${what}, if nobody else has it.`, BOOLEAN, (context, key) =>
        context.advisoryLock?.({ key, wait: false, ...request }),
      ),
    ]
  }),
)

const advisoryUnlocks = ['', '_shared'].map((mode) =>
  locking(`pg_advisory_unlock${mode}`, 'Gives a lock of the session back.', BOOLEAN, (context, key) =>
    context.advisoryUnlock?.({ key, shared: mode !== '', ofTransaction: false, wait: false }),
  ),
)

function plain(
  name: string,
  doc: string,
  parameters: readonly DataType[],
  returns: DataType,
  evaluate: (context: FunctionContext, ...args: Value[]) => Value,
): ScalarFunction {
  return scalar({
    name,
    category,
    doc,
    examples: [],
    volatility: 'stable',
    overloads: [overload(parameters, returns, evaluate, { context: true, volatility: 'stable' })],
  })
}

const XID8: DataType = { kind: 'xid8' }

/** The number of the transaction; without `assign` only once it has written something or been asked. */
function transactionNumber(name: string, returns: DataType, assign: boolean): ScalarFunction {
  const doc = `The number of the transaction${assign ? '' : ', if it has got one'}.`
  return plain(name, doc, [], returns, (context) => {
    const number = context.transactionNumber?.(assign)
    return number === undefined ? null : BigInt(number)
  })
}

export const sessionStateFunctions: readonly ScalarFunction[] = [
  ...advisoryLocks,
  ...advisoryUnlocks,
  plain('pg_advisory_unlock_all', 'Gives all locks of the session back.', [], VOID, (context) => {
    context.advisoryUnlock?.()
    return ''
  }),
  transactionNumber('txid_current', BIGINT, true),
  transactionNumber('txid_current_if_assigned', BIGINT, false),
  transactionNumber('pg_current_xact_id', XID8, true),
  transactionNumber('pg_current_xact_id_if_assigned', XID8, false),
  plain('pg_blocking_pids', 'The processes that another waits for: there are none.', [INTEGER], arrayOf(INTEGER), () =>
    sqlArray([]),
  ),
  plain('pg_jit_available', 'Whether PostgreSQL could compile by LLVM: it is not there.', [], BOOLEAN, () => false),
  plain(
    'pg_my_temp_schema',
    'The number of the schema of temporary tables: it is counted with none.',
    [],
    OID,
    () => 0,
  ),
  plain('pg_is_other_temp_schema', 'Whether a schema is of other sessions.', [OID], BOOLEAN, () => false),
  plain('pg_get_partkeydef', 'How a table is partitioned: none is.', [OID], TEXT, () => null),
  plain('pg_encoding_max_length', 'The most bytes of a character: 4 in UTF8.', [INTEGER], INTEGER, (_, encoding) =>
    encoding === 6 ? 4 : null,
  ),
]
