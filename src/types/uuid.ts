/** UUIDs, held as their canonical text: 32 hexadecimal digits in lower case, grouped 8-4-4-4-12. */
import { SqlError } from '../error.ts'

const canonical = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const accepted = /^(?:[0-9a-fA-F]{4}-?){7}[0-9a-fA-F]{4}$/

/** Reads the canonical form, capitals, braces around it, and hyphens after any group of four digits or none. */
export function parseUuid(text: string): string {
  if (canonical.test(text)) return text
  const inner = text.startsWith('{') && text.endsWith('}') ? text.slice(1, -1) : text
  if (!accepted.test(inner)) {
    throw new SqlError('invalid_text_representation', `invalid input syntax for type uuid: "${text}"`)
  }
  return groupUuid(inner.replaceAll('-', '').toLowerCase())
}

/** Puts hyphens between 32 digits. */
export function groupUuid(digits: string): string {
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-${digits.slice(12, 16)}-${digits.slice(16, 20)}-${digits.slice(20)}`
}
