/** The English stemmer of the Snowball project (Porter 2). */

const vowel = 'aeiouy'
const isVowel = (letter: string | undefined): boolean => letter !== undefined && vowel.includes(letter)

const wholeWords: ReadonlyMap<string, string> = new Map(
  `skis ski
skies sky
dying die
lying lie
tying tie
idly idl
gently gentl
ugly ugli
early earli
only onli
singly singl
sky sky
news news
howe howe
atlas atlas
cosmos cosmos
bias bias
andes andes`
    .split('\n')
    .map((line) => line.split(' ') as [string, string]),
)

const unchangedAfterPlural: ReadonlySet<string> = new Set(
  'inning outing canning herring earring proceed exceed succeed'.split(' '),
)

const doubles: ReadonlySet<string> = new Set('bb dd ff gg mm nn pp rr tt'.split(' '))

/** Where the part begins that follows the first consonant after a vowel. */
function region(word: string, start: number): number {
  for (let i = start + 1; i < word.length; i++) if (!isVowel(word[i]) && isVowel(word[i - 1])) return i + 1
  return word.length
}

function firstRegion(word: string): number {
  const prefix = /^(?:gener|commun|arsen)/.exec(word)
  return prefix ? prefix[0].length : region(word, 0)
}

/** Whether a word, or the start of one, ends in a short syllable. */
function endsShort(word: string): boolean {
  const n = word.length
  if (n === 2) return isVowel(word[0]) && !isVowel(word[1])
  return n > 2 && !isVowel(word[n - 1]) && !/[wxY]/.test(word[n - 1]) && isVowel(word[n - 2]) && !isVowel(word[n - 3])
}

const second: readonly (readonly [string, string])[] = [
  ['ization', 'ize'],
  ['ational', 'ate'],
  ['fulness', 'ful'],
  ['ousness', 'ous'],
  ['iveness', 'ive'],
  ['tional', 'tion'],
  ['biliti', 'ble'],
  ['lessli', 'less'],
  ['entli', 'ent'],
  ['ation', 'ate'],
  ['alism', 'al'],
  ['aliti', 'al'],
  ['ousli', 'ous'],
  ['iviti', 'ive'],
  ['fulli', 'ful'],
  ['enci', 'ence'],
  ['anci', 'ance'],
  ['abli', 'able'],
  ['izer', 'ize'],
  ['ator', 'ate'],
  ['alli', 'al'],
  ['bli', 'ble'],
  ['ogi', 'og'],
  ['li', ''],
]

const third: readonly (readonly [string, string])[] = [
  ['ational', 'ate'],
  ['tional', 'tion'],
  ['alize', 'al'],
  ['icate', 'ic'],
  ['iciti', 'ic'],
  ['ative', ''],
  ['ical', 'ic'],
  ['ness', ''],
  ['ful', ''],
]

const fourth = 'ement ance ence able ible ment ant ent ism ate iti ous ive ize ion al er ic'.split(' ')

/** The stem of a word in lower case. */
export function englishStem(text: string): string {
  if (text.length <= 2) return text
  let word = text.startsWith("'") ? text.slice(1) : text
  const known = wholeWords.get(word)
  if (known !== undefined) return known
  word = word.replace(/^y/, 'Y').replace(/([aeiouy])y/g, '$1Y')
  const r1 = firstRegion(word)
  const r2 = region(word, r1)

  word = word.replace(/'(?:s'?)?$/, '')
  word = plural(word)
  if (unchangedAfterPlural.has(word)) return word
  word = pastAndPresent(word, r1)
  word = word.replace(/^(.+[^aeiouy])[yY]$/, '$1i')
  word = replaceSuffix(word, second, r1, (suffix, stem) =>
    suffix === 'ogi' ? stem.endsWith('l') : suffix !== 'li' || /[cdeghkmnrt]$/.test(stem),
  )
  word = replaceSuffix(word, third, r1, (suffix, stem) => suffix !== 'ative' || stem.length >= r2)
  word = dropSuffix(word, r2)
  if (word.endsWith('e')) {
    const stem = word.slice(0, -1)
    if (stem.length >= r2 || (stem.length >= r1 && !endsShort(stem))) word = stem
  } else if (word.endsWith('ll') && word.length - 1 >= r2) word = word.slice(0, -1)
  return word.replaceAll('Y', 'y')
}

function plural(word: string): string {
  if (word.endsWith('sses')) return word.slice(0, -2)
  if (/ie[ds]$/.test(word)) return word.length > 4 ? word.slice(0, -2) : word.slice(0, -1)
  if (/(?:us|ss)$/.test(word) || !word.endsWith('s')) return word
  return /[aeiouy].+s$/.test(word) ? word.slice(0, -1) : word
}

function pastAndPresent(word: string, r1: number): string {
  const eed = /eed(?:ly)?$/.exec(word)
  if (eed) return eed.index >= r1 ? `${word.slice(0, eed.index)}ee` : word
  const match = /(?:ed|ing)(?:ly)?$/.exec(word)
  if (!match) return word
  const stem = word.slice(0, match.index)
  if (!/[aeiouy]/.test(stem)) return word
  if (/(?:at|bl|iz)$/.test(stem)) return `${stem}e`
  if (doubles.has(stem.slice(-2))) return stem.slice(0, -1)
  return stem.length <= r1 && endsShort(stem) ? `${stem}e` : stem
}

/** The longest suffix that the word has decides, if it lies in the region. */
function replaceSuffix(
  word: string,
  suffixes: readonly (readonly [string, string])[],
  start: number,
  allowed: (suffix: string, stem: string) => boolean,
): string {
  const found = suffixes.find(([suffix]) => word.endsWith(suffix))
  if (!found) return word
  const stem = word.slice(0, -found[0].length)
  return stem.length >= start && allowed(found[0], stem) ? stem + found[1] : word
}

function dropSuffix(word: string, r2: number): string {
  const suffix = fourth.find((end) => word.endsWith(end))
  if (suffix === undefined) return word
  const stem = word.slice(0, -suffix.length)
  if (stem.length < r2 || (suffix === 'ion' && !/[st]$/.test(stem))) return word
  return stem
}
