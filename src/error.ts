/**
 * Errors as SQL knows them. A user's mistake is a SqlError with an SQLSTATE; a mistake of ours is an
 * AssertionError thrown by `assert` or `unreachable`, which no user input should be able to reach.
 */

/** SQLSTATE codes by condition name, after PostgreSQL's errcodes table (manual, appendix A). */
export const sqlStates = {
  warning: '01000',
  no_data: '02000',
  connection_exception: '08000',
  feature_not_supported: '0A000',
  invalid_transaction_initiation: '0B000',
  case_not_found: '20000',
  cardinality_violation: '21000',
  data_exception: '22000',
  string_data_right_truncation: '22001',
  null_value_no_indicator_parameter: '22002',
  numeric_value_out_of_range: '22003',
  null_value_not_allowed: '22004',
  error_in_assignment: '22005',
  invalid_datetime_format: '22007',
  datetime_field_overflow: '22008',
  invalid_time_zone_displacement_value: '22009',
  escape_character_conflict: '2200B',
  invalid_use_of_escape_character: '2200C',
  invalid_escape_character: '22019',
  substring_error: '22011',
  division_by_zero: '22012',
  invalid_preceding_or_following_size: '22013',
  invalid_argument_for_ntile_function: '22014',
  interval_field_overflow: '22015',
  invalid_argument_for_nth_value_function: '22016',
  invalid_character_value_for_cast: '22018',
  invalid_regular_expression: '2201B',
  invalid_argument_for_logarithm: '2201E',
  invalid_argument_for_power_function: '2201F',
  invalid_argument_for_width_bucket_function: '2201G',
  invalid_row_count_in_limit_clause: '2201W',
  invalid_row_count_in_result_offset_clause: '2201X',
  zero_length_character_string: '2200F',
  character_not_in_repertoire: '22021',
  invalid_parameter_value: '22023',
  invalid_escape_sequence: '22025',
  string_data_length_mismatch: '22026',
  array_subscript_error: '2202E',
  invalid_tablesample_repeat: '2202G',
  invalid_tablesample_argument: '2202H',
  duplicate_json_object_key_value: '22030',
  invalid_json_text: '22032',
  sequence_generator_limit_exceeded: '2200H',
  invalid_argument_for_sql_json_datetime_function: '22031',
  invalid_sql_json_subscript: '22033',
  more_than_one_sql_json_item: '22034',
  no_sql_json_item: '22035',
  non_numeric_sql_json_item: '22036',
  singleton_sql_json_item_required: '22038',
  sql_json_number_not_found: '2203B',
  sql_json_array_not_found: '22039',
  sql_json_member_not_found: '2203A',
  sql_json_object_not_found: '2203C',
  sql_json_scalar_required: '2203F',
  floating_point_exception: '22P01',
  invalid_text_representation: '22P02',
  invalid_binary_representation: '22P03',
  bad_copy_file_format: '22P04',
  untranslatable_character: '22P05',
  nonstandard_use_of_escape_character: '22P06',
  integrity_constraint_violation: '23000',
  restrict_violation: '23001',
  not_null_violation: '23502',
  foreign_key_violation: '23503',
  unique_violation: '23505',
  check_violation: '23514',
  exclusion_violation: '23P01',
  invalid_cursor_state: '24000',
  invalid_transaction_state: '25000',
  active_sql_transaction: '25001',
  read_only_sql_transaction: '25006',
  no_active_sql_transaction: '25P01',
  in_failed_sql_transaction: '25P02',
  invalid_sql_statement_name: '26000',
  triggered_data_change_violation: '27000',
  dependent_objects_still_exist: '2BP01',
  invalid_transaction_termination: '2D000',
  sql_routine_exception: '2F000',
  external_routine_exception: '38000',
  invalid_cursor_name: '34000',
  invalid_savepoint_specification: '3B001',
  invalid_catalog_name: '3D000',
  invalid_schema_name: '3F000',
  serialization_failure: '40001',
  insufficient_privilege: '42501',
  syntax_error: '42601',
  invalid_name: '42602',
  cant_change_runtime_param: '55P02',
  invalid_column_definition: '42611',
  name_too_long: '42622',
  duplicate_column: '42701',
  ambiguous_column: '42702',
  undefined_column: '42703',
  undefined_object: '42704',
  duplicate_object: '42710',
  duplicate_alias: '42712',
  duplicate_function: '42723',
  ambiguous_function: '42725',
  grouping_error: '42803',
  datatype_mismatch: '42804',
  wrong_object_type: '42809',
  invalid_foreign_key: '42830',
  cannot_coerce: '42846',
  undefined_function: '42883',
  generated_always: '428C9',
  reserved_name: '42939',
  undefined_table: '42P01',
  undefined_parameter: '42P02',
  duplicate_cursor: '42P03',
  duplicate_database: '42P04',
  duplicate_prepared_statement: '42P05',
  duplicate_schema: '42P06',
  duplicate_table: '42P07',
  ambiguous_parameter: '42P08',
  ambiguous_alias: '42P09',
  invalid_column_reference: '42P10',
  invalid_cursor_definition: '42P11',
  invalid_function_definition: '42P13',
  invalid_prepared_statement_definition: '42P14',
  invalid_schema_definition: '42P15',
  invalid_table_definition: '42P16',
  invalid_object_definition: '42P17',
  indeterminate_datatype: '42P18',
  invalid_recursion: '42P19',
  windowing_error: '42P20',
  collation_mismatch: '42P21',
  indeterminate_collation: '42P22',
  with_check_option_violation: '44000',
  out_of_memory: '53200',
  program_limit_exceeded: '54000',
  statement_too_complex: '54001',
  too_many_columns: '54011',
  too_many_arguments: '54023',
  object_not_in_prerequisite_state: '55000',
  lock_not_available: '55P03',
  query_canceled: '57014',
  io_error: '58030',
  undefined_file: '58P01',
  duplicate_file: '58P02',
  internal_error: 'XX000',
  data_corrupted: 'XX001',
} as const

export type Condition = keyof typeof sqlStates

/** What else an error can say; the fields are those of PostgreSQL's wire protocol. `position` is an offset in UTF-16 units. */
export interface ErrorFields {
  readonly detail?: string
  readonly hint?: string
  readonly position?: number
  readonly schema?: string
  readonly table?: string
  readonly column?: string
  readonly constraint?: string
  readonly cause?: unknown
}

/** An error that SQL defines: `code` is the SQLSTATE, `position` the offset of the offending text in the statement. */
export class SqlError extends Error {
  override readonly name = 'SqlError'
  readonly condition: Condition
  readonly code: string
  readonly detail?: string
  readonly hint?: string
  /** Offset into `sql`, in UTF-16 units, counted from 0. */
  position?: number
  /** The text that `position` refers to; filled in by the session. */
  sql?: string
  readonly schema?: string
  readonly table?: string
  readonly column?: string
  readonly constraint?: string

  constructor(condition: Condition, message: string, fields: ErrorFields = {}) {
    super(message, fields.cause === undefined ? undefined : { cause: fields.cause })
    this.condition = condition
    this.code = sqlStates[condition]
    this.detail = fields.detail
    this.hint = fields.hint
    this.position = fields.position
    this.schema = fields.schema
    this.table = fields.table
    this.column = fields.column
    this.constraint = fields.constraint
  }
}

/**
 * What the API throws for whatever was thrown: failures of ours, traps of WebAssembly among them, are 53200 where memory was
 * wanting, 54001 where the stack was, and XX000 otherwise, with what was thrown as the cause. Errors of others stay theirs.
 */
export function asReported(error: unknown): unknown {
  if (error instanceof SqlError || !(error instanceof Error)) return error
  const { name, message } = error
  if (name === 'RangeError' && /call stack/i.test(message)) {
    return new SqlError('statement_too_complex', 'stack depth limit exceeded', { cause: error })
  }
  if (
    name === 'RangeError' &&
    /allocation|invalid (typed )?array length|invalid string length|memory size/i.test(message)
  ) {
    return new SqlError('out_of_memory', 'out of memory', { detail: message, cause: error })
  }
  if (!failures.has(name)) return error
  return new SqlError('internal_error', `internal error: ${message}`, { cause: error })
}

const failures: ReadonlySet<string> = new Set([
  'AssertionError',
  'RangeError',
  'ReferenceError',
  'RuntimeError',
  'TypeError',
])

/** The refusal of something that SQL has and we do not: SQLSTATE 0A000. */
export function notSupported(what: string, position?: number, hint?: string): SqlError {
  return new SqlError('feature_not_supported', `${what} is not supported`, { position, hint })
}

export class AssertionError extends Error {
  override readonly name = 'AssertionError'
}

/** States what our own code guarantees. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionError(message)
}

/** Ends every switch over a union, so that the compiler names the variant that is missing. */
export function unreachable(value: never): never {
  throw new AssertionError(`unreachable: ${JSON.stringify(value)}`)
}
