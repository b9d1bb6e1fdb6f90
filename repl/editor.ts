/** The text that is being edited, and what keys do to it. Pure: every action takes a state and answers the next. */

export interface EditorState {
  readonly text: string
  /** Offset in the text, in UTF-16 units, never within a character. */
  readonly cursor: number
}

export const emptyEditor: EditorState = { text: '', cursor: 0 }

export function insert(state: EditorState, text: string): EditorState {
  return {
    text: state.text.slice(0, state.cursor) + text + state.text.slice(state.cursor),
    cursor: state.cursor + text.length,
  }
}

export function replaceRange(state: EditorState, start: number, end: number, text: string): EditorState {
  return { text: state.text.slice(0, start) + text + state.text.slice(end), cursor: start + text.length }
}

export function backspace(state: EditorState): EditorState {
  return replaceRange(state, before(state), state.cursor, '')
}

export function deleteForward(state: EditorState): EditorState {
  return { text: state.text.slice(0, state.cursor) + state.text.slice(after(state)), cursor: state.cursor }
}

export function left(state: EditorState): EditorState {
  return { ...state, cursor: before(state) }
}

export function right(state: EditorState): EditorState {
  return { ...state, cursor: after(state) }
}

export function wordLeft(state: EditorState): EditorState {
  const found = /\w*\W*$/.exec(state.text.slice(0, state.cursor))
  return { ...state, cursor: state.cursor - (found?.[0].length ?? 0) }
}

export function wordRight(state: EditorState): EditorState {
  const found = /^\W*\w*/.exec(state.text.slice(state.cursor))
  return { ...state, cursor: state.cursor + (found?.[0].length ?? 0) }
}

export function deleteWord(state: EditorState): EditorState {
  const { cursor } = wordLeft(state)
  return replaceRange(state, cursor, state.cursor, '')
}

export function lineStart(state: EditorState): EditorState {
  return { ...state, cursor: state.text.lastIndexOf('\n', state.cursor - 1) + 1 }
}

export function lineEnd(state: EditorState): EditorState {
  const end = state.text.indexOf('\n', state.cursor)
  return { ...state, cursor: end === -1 ? state.text.length : end }
}

export function deleteToLineEnd(state: EditorState): EditorState {
  return { text: state.text.slice(0, state.cursor) + state.text.slice(lineEnd(state).cursor), cursor: state.cursor }
}

export function deleteToLineStart(state: EditorState): EditorState {
  return replaceRange(state, lineStart(state).cursor, state.cursor, '')
}

/** The same column one line up; undefined on the first line. */
export function up(state: EditorState): EditorState | undefined {
  const start = lineStart(state).cursor
  if (start === 0) return undefined
  const column = state.cursor - start
  const previous = state.text.lastIndexOf('\n', start - 2) + 1
  return { ...state, cursor: Math.min(previous + column, start - 1) }
}

/** The same column one line down; undefined on the last line. */
export function down(state: EditorState): EditorState | undefined {
  const end = lineEnd(state).cursor
  if (end === state.text.length) return undefined
  const column = state.cursor - lineStart(state).cursor
  const next = end + 1
  const nextEnd = lineEnd({ ...state, cursor: next }).cursor
  return { ...state, cursor: Math.min(next + column, nextEnd) }
}

function before({ text, cursor }: EditorState): number {
  if (cursor === 0) return 0
  const isPair = cursor > 1 && /[\udc00-\udfff]/.test(text[cursor - 1]) && /[\ud800-\udbff]/.test(text[cursor - 2])
  return cursor - (isPair ? 2 : 1)
}

function after({ text, cursor }: EditorState): number {
  if (cursor >= text.length) return text.length
  return cursor + (/[\ud800-\udbff]/.test(text[cursor]) ? 2 : 1)
}
