/** CALL: runs a procedure's body. Its output parameters are the one row of the result; their arguments are not evaluated. */
import { SqlError } from '../error.ts'
import { valuesBatch } from '../exec/rows.ts'
import { plannerContext } from '../executable.ts'
import { type ArgumentType, resolveFunction } from '../functions/resolve.ts'
import { constantOf, type GivenParameters } from '../parameters.ts'
import type * as ast from '../parser/ast.ts'
import { bindArguments } from '../planner/binder/function-call.ts'
import { outputParameters, routineCall } from '../planner/binder/routine-call.ts'
import { newColumn, newState, Scope } from '../planner/binder/scope.ts'
import { recordOf, routineArguments, routinesNamed } from '../planner/binder/user-function.ts'
import { evaluateConstant } from '../planner/evaluate.ts'
import { type QueryOptions, type Result, ResultBuilder } from '../result.ts'
import type { Session } from '../session.ts'
import type { RoutineDefinition, Transaction } from '../storage/interface.ts'
import { typeName } from '../types/type-names.ts'
import type { Value } from '../types/value.ts'
import { commandDone } from './command.ts'

export function callProcedure(
  session: Session,
  { call: node }: Extract<ast.Statement, { kind: 'call-procedure' }>,
  given: GivenParameters | undefined,
  transaction: Transaction,
  options: QueryOptions,
): Result {
  const context = plannerContext(session, transaction, undefined, given?.names)
  const scope = new Scope(newState(context))
  scope.clause = 'CALL arguments'
  scope.state.arguments = given?.values.map(constantOf)
  const { args, types, names } = bindArguments(node, [], scope)
  const callable = new Map(
    proceduresNamed(node, types, scope).map((procedure) => [takingOutputs(procedure), procedure]),
  )
  const position = node.span.start
  const candidates = [...callable.keys()].map(recordOf)
  const name = node.name.parts[node.name.parts.length - 1].name
  const choice = { candidates, names, variadic: node.variadic || undefined, position }
  const resolved = asProcedure(() => resolveFunction(name, types, choice))
  const [taking, procedure] = [...callable].find(([key]) => recordOf(key) === resolved.function)!
  const all = routineArguments(taking, resolved, args, node, scope)
  const passed = all.args.filter((_, index) => procedure.parameters[index].mode !== 'out')
  const call = routineCall(
    procedure,
    passed.map(({ type }) => type),
  )
  const values = passed.map((argument) => evaluateConstant(argument, context.functions))
  const rows = context.functions.routines!.rows(call, values)
  if (outputParameters(procedure).length === 0 || call.result.kind !== 'row') return commandDone(session, 'CALL')
  const columns = call.result.type.fields.map((field) => newColumn(scope.state, field.name, field.type))
  const row: readonly Value[] = rows[0] ?? columns.map(() => null)
  const builder = new ResultBuilder(columns)
  const arrays = row.map((value) => [value])
  builder.add(valuesBatch(columns, arrays, 1), session.database.storage.pool.memory)
  return builder.finish('CALL', { ...session.database.valueOptions, ...options, settings: session.settings })
}

/** Procedures are missed as such. */
function asProcedure<T>(resolve: () => T): T {
  try {
    return resolve()
  } catch (error) {
    if (!(error instanceof SqlError) || error.code !== '42883') throw error
    throw new SqlError('undefined_function', error.message.replace('function', 'procedure'), {
      position: error.position,
      hint: 'No procedure matches the given name and argument types. You might need to add explicit type casts.',
    })
  }
}

function proceduresNamed(
  node: ast.FunctionCall,
  types: readonly ArgumentType[],
  scope: Scope,
): readonly RoutineDefinition[] {
  const named = routinesNamed(node.name, scope)
  const procedures = named.filter(({ kind }) => kind === 'procedure')
  if (procedures.length > 0) return procedures
  const position = node.span.start
  const name = node.name.parts[node.name.parts.length - 1].name
  const signature = `${name}(${types.map((type) => (type === 'lambda' ? type : typeName(type))).join(', ')})`
  if (named.length > 0) {
    throw new SqlError('wrong_object_type', `${signature} is not a procedure`, {
      position,
      hint: 'To call a function, use SELECT.',
    })
  }
  throw new SqlError('undefined_function', `procedure ${signature} does not exist`, {
    position,
    hint: 'No procedure matches the given name and argument types. You might need to add explicit type casts.',
  })
}

/** The procedure as CALL sees it: output parameters stand among the others. */
function takingOutputs(procedure: RoutineDefinition): RoutineDefinition {
  const parameters = procedure.parameters.map((parameter) =>
    parameter.mode === 'out' ? { ...parameter, mode: 'in' as const } : parameter,
  )
  return { ...procedure, parameters }
}
