/** The order and the measures of text: by code point, which is also the order of the UTF-8 bytes. */

/** Negative, zero or positive. */
export function compareText(left: string, right: string): number {
  if (left === right) return 0
  const length = left.length < right.length ? left.length : right.length
  for (let i = 0; i < length; i++) {
    const a = left.charCodeAt(i)
    const b = right.charCodeAt(i)
    if (a === b) continue
    // UTF-16 puts the characters beyond U+FFFF, written as surrogates, before U+E000 to U+FFFF.
    if (a >= 0xd800 && b >= 0xd800) {
      const aSurrogate = a <= 0xdfff
      const bSurrogate = b <= 0xdfff
      if (aSurrogate !== bSurrogate) return aSurrogate ? 1 : -1
    }
    return a - b
  }
  return left.length - right.length
}

/** Text without the blanks at its end: how `char` values are compared. */
export function withoutTrailingBlanks(text: string): string {
  let end = text.length
  while (end > 0 && text.charCodeAt(end - 1) === 32) end--
  return end === text.length ? text : text.slice(0, end)
}

/** The count of code points. */
export function characterLength(text: string): number {
  let length = text.length
  for (let i = 0; i < text.length - 1; i++) {
    if ((text.charCodeAt(i) & 0xfc00) === 0xd800 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) {
      length--
      i++
    }
  }
  return length
}

/** The first `count` code points. */
export function firstCharacters(text: string, count: number): string {
  if (text.length <= count) return text
  let at = 0
  for (let n = 0; n < count && at < text.length; n++) at += text.codePointAt(at)! > 0xffff ? 2 : 1
  return text.slice(0, at)
}

/** The count of bytes in UTF-8. */
export function byteLength(text: string): number {
  let bytes = text.length
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 0x80) continue
    if (code < 0x800) bytes++
    else if ((code & 0xfc00) === 0xd800 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) {
      bytes += 2
      i++
    } else bytes += 2
  }
  return bytes
}
