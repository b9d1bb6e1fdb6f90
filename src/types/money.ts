/** Amounts of money: whole cents in a bigint, written with a dollar sign and commas as in the C locale. */
import { SqlError } from '../error.ts'

const LOWEST = -9223372036854775808n
const HIGHEST = 9223372036854775807n

export function parseMoney(text: string): bigint {
  const match = /^\s*\$?([-+(]?)\s*\$?\s*([\d,]*)(?:\.(\d*))?\s*\)?(-?)\s*\$?\s*\)?\s*$/.exec(text)
  if (!match) throw new SqlError('invalid_text_representation', `invalid input syntax for type money: "${text}"`)
  const [, sign, whole, fraction = '', minus] = match
  const digits = whole.replaceAll(',', '')
  let cents = BigInt(`${digits || '0'}${fraction.slice(0, 2).padEnd(2, '0')}`)
  if ((fraction[2] ?? '0') >= '5') cents++
  if (sign === '-' || sign === '(' || minus) cents = -cents
  if (cents < LOWEST || cents > HIGHEST) {
    throw new SqlError('numeric_value_out_of_range', `value "${text}" is out of range for type money`)
  }
  return cents
}

export function formatMoney(cents: bigint): string {
  const digits = (cents < 0n ? -cents : cents).toString().padStart(3, '0')
  const whole = digits.slice(0, -2).replace(/\B(?=(?:\d{3})+$)/g, ',')
  return `${cents < 0n ? '-' : ''}$${whole}.${digits.slice(-2)}`
}

export function checkMoney(cents: bigint): bigint {
  if (cents >= LOWEST && cents <= HIGHEST) return cents
  throw new SqlError('numeric_value_out_of_range', 'money out of range')
}

const small = `zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
seventeen eighteen nineteen`.split(/\s+/)
const tens = ['', '', 'twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety']

function underThousand(value: number): string {
  const rest = value % 100
  const hundreds = Math.floor(value / 100)
  if (value <= 20) return small[value] ?? 'twenty'
  if (rest === 0) return `${small[hundreds]} hundred`
  if (value > 99) {
    const start = `${small[hundreds]} hundred `
    if (rest <= 10) return `${start}and ${small[rest]}`
    if (rest % 10 === 0) return start + tens[rest / 10]
    return rest < 20 ? `${start}and ${small[rest]}` : `${start}${tens[Math.floor(rest / 10)]} ${small[rest % 10]}`
  }
  if (rest % 10 === 0) return tens[rest / 10]
  return rest < 20 ? small[rest] : `${tens[Math.floor(rest / 10)]} ${small[rest % 10]}`
}

/** The amount in English words. */
export function moneyWords(cents: bigint): string {
  const amount = cents < 0n ? -cents : cents
  const groups: readonly (readonly [size: bigint, name: string])[] = [
    [100000000000000000n, 'quadrillion '],
    [100000000000000n, 'trillion '],
    [100000000000n, 'billion '],
    [100000000n, 'million '],
    [100000n, 'thousand '],
  ]
  let text = cents < 0n ? 'minus ' : ''
  for (const [size, name] of groups) {
    const part = Number((amount / size) % 1000n)
    if (part) text += `${underThousand(part)} ${name}`
  }
  const dollars = Number((amount / 100n) % 1000n)
  if (dollars) text += underThousand(dollars)
  if (amount < 100n) text += 'zero'
  const rest = Number(amount % 100n)
  text += `${amount / 100n === 1n ? ' dollar' : ' dollars'} and ${underThousand(rest)}${rest === 1 ? ' cent' : ' cents'}`
  return text[0].toUpperCase() + text.slice(1)
}
