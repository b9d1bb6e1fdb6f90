/** The settings that decide how values are read and printed, parsed once per change of the settings. */
import type { Settings } from '../settings.ts'
import { findSettingZone, type TimeZone, UTC } from './time-zone.ts'

export interface FormatOptions {
  readonly dateStyle: 'iso' | 'sql' | 'postgres' | 'german'
  readonly dateOrder: 'ymd' | 'dmy' | 'mdy'
  readonly intervalStyle: 'postgres' | 'postgres_verbose' | 'sql_standard' | 'iso_8601'
  readonly timeZone: TimeZone
  readonly extraFloatDigits: number
  readonly byteaHex: boolean
}

const cache = new WeakMap<Settings, { version: number; options: FormatOptions }>()
let lastSettings: Settings | undefined
let lastVersion = -1
let lastOptions: FormatOptions | undefined

export function formatOptions(settings: Settings): FormatOptions {
  if (settings === lastSettings && settings.version === lastVersion) return lastOptions!
  let entry = cache.get(settings)
  if (entry?.version !== settings.version) {
    entry = { version: settings.version, options: readOptions(settings) }
    cache.set(settings, entry)
  }
  lastSettings = settings
  lastVersion = entry.version
  lastOptions = entry.options
  return entry.options
}

function readOptions(settings: Settings): FormatOptions {
  let dateStyle: FormatOptions['dateStyle'] = 'iso'
  let dateOrder: FormatOptions['dateOrder'] | undefined
  for (const word of settings
    .get('datestyle')
    .toLowerCase()
    .split(/[\s,]+/)) {
    if (word === 'iso' || word === 'sql' || word === 'postgres' || word === 'german') dateStyle = word
    else if (word === 'ymd' || word === 'dmy' || word === 'mdy') dateOrder = word
    else if (word.startsWith('euro')) dateOrder = 'dmy'
    else if (word === 'us' || word.startsWith('noneuro')) dateOrder = 'mdy'
  }
  const intervalStyle = settings.get('intervalstyle').toLowerCase() as FormatOptions['intervalStyle']
  return {
    dateStyle,
    dateOrder: dateOrder ?? (dateStyle === 'german' ? 'dmy' : 'mdy'),
    intervalStyle,
    timeZone: findSettingZone(settings.get('timezone')) ?? UTC,
    extraFloatDigits: Number(settings.get('extra_float_digits')),
    byteaHex: settings.get('bytea_output').toLowerCase() !== 'escape',
  }
}
