/** The two sides: a database of ours, and a schema of its own in PostgreSQL. */
import { Database, SqlError } from '../../src/index.node.ts'
import { rules } from '../../src/planner/optimizer/rules/index.ts'
import { type Outcome, outcomeOf } from './outcome.ts'
import { Postgres } from './postgres.ts'

const timeLimit = 2000

/** Ways to run our side that must not change an answer. */
export const modes: Readonly<Record<string, readonly string[]>> = {
  auto: ['RESET execution', 'RESET disabled_rules', 'RESET batch_size'],
  compiled: ["SET execution = 'compiled'", 'RESET disabled_rules', 'RESET batch_size'],
  interpreted: ["SET execution = 'interpreted'", 'RESET disabled_rules', 'RESET batch_size'],
  'without rules': [`SET disabled_rules = '${rules.map((rule) => rule.name).join(',')}'`],
  'small batches': ["SET execution = 'compiled'", 'SET batch_size = 7', 'RESET disabled_rules'],
}

export class Ours {
  private readonly database: Database

  constructor(statements: readonly string[]) {
    this.database = new Database({ memoryLimit: '1GB' })
    for (const statement of statements) this.database.exec(statement)
  }

  mode(name: string): void {
    for (const statement of modes[name]) this.database.exec(statement)
  }

  /** Runs a statement; with parameters, as a prepared one. */
  run(text: string, parameters?: readonly string[]): Outcome {
    const start = performance.now()
    const elapsed = (): number => performance.now() - start
    try {
      const result = this.database.session.withInterrupt({ timeout: timeLimit }, () =>
        parameters ? this.database.query(text, parameters) : this.database.exec(text),
      )
      const columns = result.columns.map(({ name, type }) => ({ name, type: sentType(type) }))
      const rows = result.text
      return {
        columns: columns.length > 0 ? columns : undefined,
        rows,
        changed: columns.length === 0 ? result.rowCount : undefined,
        milliseconds: elapsed(),
      }
    } catch (error) {
      if (error instanceof SqlError) {
        return { rows: [], error: { code: error.code, message: error.message }, milliseconds: elapsed() }
      }
      const crash = error instanceof Error ? (error.stack ?? error.message) : String(error)
      return { rows: [], crash: crash.split('\n').slice(0, 5).join('\n'), milliseconds: elapsed() }
    }
  }

  close(): void {
    this.database.close()
  }
}

/** The type that the protocol names: a domain's own, without length or precision. */
function sentType(type: string): string {
  return type === 'small' ? 'integer' : type.replace(/\(.*?\)|(?<=^interval) .*/, '')
}

export class Theirs {
  private readonly client: Postgres
  private readonly typeNames: ReadonlyMap<number, string>
  private readonly schema: string

  private constructor(client: Postgres, typeNames: ReadonlyMap<number, string>, schema: string) {
    this.client = client
    this.typeNames = typeNames
    this.schema = schema
  }

  static async connect(): Promise<Postgres | { readonly absent: string }> {
    const client = await Postgres.connect()
    if (!(client instanceof Postgres)) return client
    for (const setting of [
      "timezone = 'UTC'",
      "datestyle = 'ISO, MDY'",
      "intervalstyle = 'postgres'",
      'extra_float_digits = 1',
      `statement_timeout = ${timeLimit}`,
      'jit = off',
      'max_parallel_workers_per_gather = 0',
      'synchronous_commit = off',
      'client_min_messages = error',
    ]) {
      await client.query(`SET ${setting}`)
    }
    return client
  }

  /** Makes a schema anew and everything in it. */
  static async create(client: Postgres, schema: string, statements: readonly string[]): Promise<Theirs> {
    const all = [
      'SET statement_timeout = 0',
      `DROP SCHEMA IF EXISTS ${schema} CASCADE`,
      `CREATE SCHEMA ${schema}`,
      `SET search_path = ${schema}`,
      ...statements,
      `SET statement_timeout = ${timeLimit}`,
    ]
    const answers = await Promise.all(all.map((statement) => client.query(statement)))
    answers.forEach((answer, at) => {
      if (answer.error) throw new Error(`${answer.error.message} in ${all[at].slice(0, 2000)}`)
    })
    const types = await client.query('SELECT oid, format_type(oid, NULL) FROM pg_type')
    const names = types.rows.map(([oid, name]) => [Number(oid), name!.replace(`${schema}.`, '')] as const)
    return new Theirs(client, new Map(names), schema)
  }

  async run(text: string): Promise<Outcome> {
    return outcomeOf(await this.client.query(text), this.typeNames)
  }

  async close(): Promise<void> {
    await this.client.query('ROLLBACK')
    await this.client.query(`DROP SCHEMA IF EXISTS ${this.schema} CASCADE`)
  }
}
