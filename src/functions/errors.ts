/** The errors that many functions share, with PostgreSQL's wording. */
import { SqlError } from '../error.ts'

export function outOfRange(type: string): SqlError {
  return new SqlError('numeric_value_out_of_range', `${type} out of range`)
}

export function divisionByZero(): SqlError {
  return new SqlError('division_by_zero', 'division by zero')
}

export function floatOverflow(): SqlError {
  return new SqlError('numeric_value_out_of_range', 'value out of range: overflow')
}

export function floatUnderflow(): SqlError {
  return new SqlError('numeric_value_out_of_range', 'value out of range: underflow')
}

/** 22003 for a result that the function's domain does not give. */
export function inputOutOfRange(): SqlError {
  return new SqlError('numeric_value_out_of_range', 'input is out of range')
}

export function invalidParameter(message: string, hint?: string): SqlError {
  return new SqlError('invalid_parameter_value', message, { hint })
}
