/** to_date and to_timestamp: a text read by a template. */
import { SqlError } from '../../error.ts'
import { civilFromDays, dayOfWeek, daysFromCivil, daysInMonth } from '../../types/calendar.ts'
import { type DateTemplate, dateTemplate, isSeparator, type TemplateNode } from './date-template.ts'
import { dayNames, monthNames, romanMonths } from './date-to-char.ts'

/** A local time with the seconds east of UTC, if the text named them. */
export interface ReadTime {
  readonly day: number
  readonly micros: number
  readonly offset?: number
}

interface Fields {
  year?: number
  century?: number
  isBc: boolean
  month?: number
  day?: number
  dayOfYear?: number
  dayOfWeek?: number
  week?: number
  weekOfMonth?: number
  isoYear?: number
  isoWeek?: number
  isoDay?: number
  isoDayOfYear?: number
  julian?: number
  hour?: number
  is12Hour: boolean
  isPm?: boolean
  minute?: number
  second?: number
  secondOfDay?: number
  millis?: number
  micros?: number
  zoneSign?: number
  zoneHours?: number
  zoneMinutes?: number
}

export function readTime(text: string, template: string): ReadTime {
  const parsed = dateTemplate(template)
  const fields = new TemplateReader(text, parsed).read()
  return assemble(fields, text)
}

/** What a text is by a template, which it has to fill exactly: with which of a date, a time and a zone. */
export interface StandardTime extends ReadTime {
  readonly hasDate: boolean
  readonly hasTime: boolean
}

const timeFields = /^(?:HH|MI|SS|MS|US|FF|A\.?M|P\.?M)/i

/** Reads a text by a template as the SQL standard has it: nothing may be missing or left over. */
export function readStandardTime(text: string, template: string): StandardTime {
  const parsed = dateTemplate(template)
  const reader = new TemplateReader(text, parsed)
  const fields = reader.read()
  if (reader.missing > 0) throw invalid('input string is too short for datetime format')
  if (reader.rest.trim() !== '') throw invalid('trailing characters remain in input string after datetime format')
  const names = parsed.nodes.flatMap((node) => (node.kind === 'field' ? [node.field.name] : []))
  const isZone = (name: string): boolean => /^(?:TZ|OF)/i.test(name)
  return {
    ...assemble(fields, text),
    hasTime: names.some((name) => timeFields.test(name)),
    hasDate: names.some((name) => !timeFields.test(name) && !isZone(name)),
  }
}

function invalid(message: string, detail?: string, hint?: string): SqlError {
  return new SqlError('invalid_datetime_format', message, { detail, hint })
}

class TemplateReader {
  private readonly text: string
  private readonly template: DateTemplate
  private at = 0
  /** How many characters the last number had: fractions and short years depend on it. */
  private lastLength = 0
  private readonly fields: Fields = { isBc: false, is12Hour: false }
  /** How many parts of the template found no more text. */
  missing = 0

  constructor(text: string, template: DateTemplate) {
    this.text = text
    this.template = template
  }

  read(): Fields {
    const { nodes, exact } = this.template
    let skipped = 0
    for (let index = 0; index < nodes.length; index++) {
      if (this.at >= this.text.length) {
        this.missing = nodes.length - index
        break
      }
      const node = nodes[index]
      if (!exact && (node.kind !== 'text' || index === 0)) skipped += this.skipBlanks()
      if (node.kind === 'separator' || node.kind === 'blank') {
        if (exact) {
          this.skipCharacter()
        } else {
          skipped--
          if (/\s/.test(this.text[this.at] ?? '') || isSeparator(this.text[this.at])) {
            this.at++
            skipped++
          }
        }
        continue
      }
      if (node.kind !== 'field') {
        if (!exact && skipped > 0) skipped--
        else this.skipCharacter()
        continue
      }
      this.readField(node, nodes[index + 1])
      if (node.ordinal) this.at += 2
      if (!exact) skipped = this.skipBlanks()
    }
    return this.fields
  }

  /** What the template has not taken. */
  get rest(): string {
    return this.text.slice(this.at)
  }

  private skipBlanks(): number {
    const start = this.at
    while (/\s/.test(this.text[this.at] ?? '')) this.at++
    return this.at - start
  }

  private skipCharacter(): void {
    this.at += (this.text.codePointAt(this.at) ?? 0) > 0xffff ? 2 : 1
  }

  private set<K extends keyof Fields>(name: K, value: Fields[K], field: string): void {
    const old = this.fields[name]
    if (old !== undefined && old !== value) {
      throw invalid(
        `conflicting values for "${field}" field in formatting string`,
        'This value contradicts a previous setting for the same field type.',
      )
    }
    this.fields[name] = value
  }

  /** Digits: as many as the field has, or all there are when what follows in the template is no number. */
  private readInteger(
    length: number,
    node: Extract<TemplateNode, { kind: 'field' }>,
    next: TemplateNode | undefined,
  ): number {
    this.skipBlanks()
    const rest = this.text.slice(this.at)
    const isOpen = node.fill || node.ordinal !== undefined || endsNumber(next)
    const match = /^[+-]?\d+/.exec(isOpen ? rest : rest.slice(0, length))
    const name = node.field.name
    if (!isOpen) {
      const piece = rest.slice(0, length)
      if (piece.length < length) {
        throw invalid(
          `source string too short for "${name}" formatting field`,
          `Field requires ${length} characters, but only ${piece.length} remain.`,
          'If your source string is not fixed-width, try using the "FM" modifier.',
        )
      }
      if (match && match[0].length < length) {
        throw invalid(
          `invalid value "${piece}" for "${name}"`,
          `Field requires ${length} characters, but only ${match[0].length} could be parsed.`,
          'If your source string is not fixed-width, try using the "FM" modifier.',
        )
      }
    }
    if (!match) throw invalid(`invalid value "${rest.slice(0, length)}" for "${name}"`, 'Value must be an integer.')
    this.at += match[0].length
    const value = Number(match[0])
    if (Math.abs(value) > 2147483647) {
      throw new SqlError('datetime_field_overflow', `value for "${name}" in source string is out of range`, {
        detail: 'Value must be in the range -2147483648 to 2147483647.',
      })
    }
    this.lastLength = match[0].length
    return value
  }

  /** One of several words, whatever the case; its index. */
  private readWord(words: readonly string[], field: string, length?: number): number {
    const rest = this.text.slice(this.at).toLowerCase()
    const found = words.findIndex((word) => rest.startsWith((length ? word.slice(0, length) : word).toLowerCase()))
    if (found < 0) {
      const word = /^\S*/.exec(this.text.slice(this.at))![0]
      throw invalid(
        `invalid value "${word}" for "${field}"`,
        'The given value did not match any of the allowed values for this field.',
      )
    }
    this.at += length ?? words[found].length
    return found
  }

  private readField(node: Extract<TemplateNode, { kind: 'field' }>, next: TemplateNode | undefined): void {
    const field = node.field.name
    const integer = (length: number): number => this.readInteger(length, node, next)
    switch (field.toUpperCase()) {
      case 'A.M.':
      case 'P.M.':
        this.fields.is12Hour = true
        this.set('isPm', this.readWord(['A.M.', 'P.M.'], field) === 1, field)
        break
      case 'AM':
      case 'PM':
        this.fields.is12Hour = true
        this.set('isPm', this.readWord(['AM', 'PM'], field) === 1, field)
        break
      case 'A.D.':
      case 'B.C.':
        this.fields.isBc = this.readWord(['A.D.', 'B.C.'], field) === 1
        return
      case 'AD':
      case 'BC':
        this.fields.isBc = this.readWord(['AD', 'BC'], field) === 1
        return
      case 'HH':
      case 'HH12':
        this.fields.is12Hour = true
        this.set('hour', integer(2), field)
        break
      case 'HH24':
        this.set('hour', integer(2), field)
        break
      case 'MI':
        this.set('minute', integer(2), field)
        break
      case 'SS':
        this.set('second', integer(2), field)
        break
      case 'MS': {
        const value = integer(3)
        this.set('millis', value * 10 ** Math.max(0, 3 - this.lastLength), field)
        break
      }
      case 'US':
      case 'FF1':
      case 'FF2':
      case 'FF3':
      case 'FF4':
      case 'FF5':
      case 'FF6': {
        const micros = integer(6) * 10 ** Math.max(0, 6 - this.lastLength)
        const unit = field.toUpperCase() === 'US' ? 1 : 10 ** (6 - Number(field[2]))
        this.set('micros', Math.round(micros / unit) * unit, field)
        break
      }
      case 'SSSS':
      case 'SSSSS':
        this.set('secondOfDay', integer(5), field)
        break
      case 'TZ':
        throw new SqlError('feature_not_supported', `formatting field "${field}" is only supported in to_char`)
      case 'OF':
      case 'TZH': {
        const sign = this.text[this.at]
        if (sign === '+' || sign === '-' || sign === ' ') this.at++
        this.fields.zoneSign = sign === '-' ? -1 : 1
        this.set('zoneHours', integer(2), field)
        if (field.toUpperCase() === 'OF' && this.text[this.at] === ':') {
          this.at++
          this.set('zoneMinutes', integer(2), field)
        }
        return
      }
      case 'TZM':
        this.fields.zoneSign ??= 1
        this.set('zoneMinutes', integer(2), field)
        break
      case 'MONTH':
        this.set('month', this.readWord(monthNames, field) + 1, field)
        break
      case 'MON':
        this.set('month', this.readWord(monthNames, field, 3) + 1, field)
        break
      case 'MM':
        this.set('month', integer(2), field)
        break
      case 'RM': {
        const longest = [...romanMonths].sort((left, right) => right.length - left.length)
        const found = longest[this.readWord(longest, field)]
        this.set('month', romanMonths.indexOf(found) + 1, field)
        break
      }
      case 'DAY':
        this.set('dayOfWeek', this.readWord(dayNames, field) + 1, field)
        break
      case 'DY':
        this.set('dayOfWeek', this.readWord(dayNames, field, 3) + 1, field)
        break
      case 'DDD':
        this.set('dayOfYear', integer(3) || undefined, field)
        break
      case 'IDDD':
        this.set('isoDayOfYear', integer(3), field)
        break
      case 'DD':
        this.set('day', integer(2), field)
        break
      case 'D':
        this.set('dayOfWeek', integer(1), field)
        break
      case 'ID':
        this.set('isoDay', integer(1), field)
        break
      case 'WW':
        this.set('week', integer(2), field)
        break
      case 'IW':
        this.set('isoWeek', integer(2), field)
        break
      case 'W':
        this.set('weekOfMonth', integer(1), field)
        break
      case 'Q':
        integer(1)
        return
      case 'CC':
        this.set('century', integer(2), field)
        break
      case 'Y,YYY': {
        const match = /^(\d+),(\d{3})/.exec(this.text.slice(this.at))
        if (!match) throw invalid(`invalid input string for "Y,YYY"`)
        this.at += match[0].length
        this.set('year', Number(match[1] + match[2]), field)
        break
      }
      case 'YYYY':
        this.set('year', integer(4), field)
        break
      case 'YYY':
        this.set('year', this.partialYear(integer(3), 4), field)
        break
      case 'YY':
        this.set('year', this.partialYear(integer(2), 4), field)
        break
      case 'Y':
        this.set('year', this.partialYear(integer(1), 4), field)
        break
      case 'IYYY':
        this.set('isoYear', integer(4), field)
        break
      case 'IYY':
      case 'IY':
      case 'I':
        this.set('isoYear', this.partialYear(integer(field.length), 4), field)
        break
      case 'J':
        this.set('julian', integer(7), field)
        break
    }
  }

  /** A year of fewer digits than four is taken as the one nearest to 2020. */
  private partialYear(year: number, digits: number): number {
    if (this.lastLength >= digits) return year
    if (this.template.nodes.some((node) => node.kind === 'field' && node.field.name.toUpperCase() === 'CC')) return year
    if (year < 70) return year + 2000
    if (year < 100) return year + 1900
    if (year < 520) return year + 2000
    return year < 1000 ? year + 1000 : year
  }
}

/** Whether a number may take all the digits there are because of what comes after it in the template. */
function endsNumber(next: TemplateNode | undefined): boolean {
  if (next === undefined) return true
  return next.kind === 'field' ? !next.field.isDigits : !/^\d$/.test(next.text)
}

function outOfRange(text: string): SqlError {
  return new SqlError('datetime_field_overflow', `date/time field value out of range: "${text}"`)
}

function assemble(fields: Fields, text: string): ReadTime {
  return { day: assembleDay(fields, text), micros: assembleMicros(fields, text), offset: assembleOffset(fields, text) }
}

function assembleOffset({ zoneSign, zoneHours = 0, zoneMinutes = 0 }: Fields, text: string): number | undefined {
  if (zoneSign === undefined) return undefined
  if (zoneHours > 15 || zoneMinutes > 59) {
    throw new SqlError('invalid_time_zone_displacement_value', `time zone displacement out of range: "${text}"`)
  }
  return zoneSign * (zoneHours * 3600 + zoneMinutes * 60)
}

function assembleMicros(fields: Fields, text: string): number {
  let { hour = 0, minute = 0, second = 0 } = fields
  if (fields.secondOfDay !== undefined) {
    hour = Math.trunc(fields.secondOfDay / 3600)
    minute = Math.trunc((fields.secondOfDay % 3600) / 60)
    second = fields.secondOfDay % 60
  }
  if (fields.is12Hour) {
    if (fields.hour !== undefined && (hour < 1 || hour > 12)) {
      throw invalid(
        `hour "${hour}" is invalid for the 12-hour clock`,
        undefined,
        'Use the 24-hour clock, or give an hour between 1 and 12.',
      )
    }
    if (fields.isPm && hour < 12) hour += 12
    else if (!fields.isPm && hour === 12) hour = 0
  }
  const micros = (fields.millis ?? 0) * 1000 + (fields.micros ?? 0)
  const valid =
    hour >= 0 &&
    hour < 24 &&
    minute >= 0 &&
    minute < 60 &&
    second >= 0 &&
    second < 60 &&
    micros >= 0 &&
    micros < 1000000
  if (!valid) throw outOfRange(text)
  return ((hour * 60 + minute) * 60 + second) * 1000000 + micros
}

function assembleYear(fields: Fields): number {
  const { century, isBc } = fields
  let year = fields.year ?? fields.isoYear
  if (year === undefined) {
    if (century === undefined) return 0
    return century >= 0 ? (century - 1) * 100 + 1 : century * 100 + 1
  }
  if (century !== undefined && year < 100) {
    if (century < 0) return century * 100 + year
    year = year === 0 ? century * 100 : (century - 1) * 100 + year
  }
  if (year < 0) return isBc ? -year : year + 1
  return isBc && year > 0 ? 1 - year : year
}

function assembleDay(fields: Fields, text: string): number {
  if (fields.julian !== undefined) return fields.julian - 2440588
  const year = assembleYear(fields)
  const isIso = fields.isoYear !== undefined || fields.isoWeek !== undefined || fields.isoDayOfYear !== undefined
  if (isIso && (fields.year !== undefined || fields.month !== undefined)) {
    throw invalid(
      'invalid combination of date conventions',
      undefined,
      'Do not mix Gregorian and ISO week date conventions in a formatting template.',
    )
  }
  if (fields.isoWeek !== undefined) {
    if (fields.isoWeek < 1 || fields.isoWeek > 53) throw outOfRange(text)
    const day =
      fields.isoDay ?? (fields.dayOfWeek === undefined ? 1 : fields.dayOfWeek === 1 ? 7 : fields.dayOfWeek - 1)
    return firstIsoMonday(year) + (fields.isoWeek - 1) * 7 + day - 1
  }
  if (fields.isoDayOfYear !== undefined) return firstIsoMonday(year) + fields.isoDayOfYear - 1
  // Zeros count as not given.
  let dayOfYear = fields.dayOfYear || undefined
  let day = fields.day || 1
  let month = fields.month || 1
  if (fields.week) dayOfYear = (fields.week - 1) * 7 + 1
  if (fields.weekOfMonth !== undefined && fields.day === undefined) day = (fields.weekOfMonth - 1) * 7 + 1
  if (dayOfYear !== undefined && (month <= 1 || day <= 1)) {
    if (!(fields.year ?? fields.isoYear) && fields.century === undefined && !fields.isBc) {
      throw invalid('cannot calculate day of year without year information')
    }
    const date = civilFromDays(daysFromCivil(year, 1, 1) + dayOfYear - 1)
    if (date.year !== year) throw outOfRange(text)
    if (month <= 1) month = date.month
    if (day <= 1) day = date.day
  }
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) throw outOfRange(text)
  return daysFromCivil(year, month, day)
}

/** The Monday with which an ISO year begins. */
function firstIsoMonday(year: number): number {
  const fourth = daysFromCivil(year, 1, 4)
  return fourth - ((dayOfWeek(fourth) + 6) % 7)
}
