/**
 * The prompt: an editor of several lines under which statements run. The live area is the statement being written and, for a
 * moment, the completions; everything finished goes straight to the screen above it, so that the scrollback stays whole.
 */
import { Box, render, Text, useApp, useInput, useStdout } from 'ink'
import { type ReactElement, useRef, useState } from 'react'
import { listenForCancel } from './cancel.ts'
import { commonPrefix, complete } from './completion.ts'
import * as editor from './editor.ts'
import { type EditorState, emptyEditor } from './editor.ts'
import { highlight } from './highlight.ts'
import { History } from './history.ts'
import { Quit } from './quit.ts'
import { partsOf } from './script.ts'
import type { Shell } from './shell.ts'

/** Opens the prompt; resolves with the exit status when it is left. */
export async function openPrompt(shell: Shell): Promise<number> {
  let status = 0
  const app = render(
    <Prompt
      shell={shell}
      history={new History()}
      onQuit={(code) => {
        status = code
      }}
    />,
    { exitOnCtrlC: false, patchConsole: false },
  )
  await app.waitUntilExit()
  return status
}

interface PromptProps {
  readonly shell: Shell
  readonly history: History
  readonly onQuit: (status: number) => void
}

interface Key {
  readonly [name: string]: boolean
}

export function Prompt({ shell, history, onQuit }: PromptProps): ReactElement {
  const { exit } = useApp()
  const { stdout, write } = useStdout()
  const [shown, show] = useState<EditorState>(emptyEditor)
  const [candidates, setCandidates] = useState<readonly string[]>([])
  const current = useRef<EditorState>(emptyEditor)

  const set = (state: EditorState): void => {
    current.current = state
    show(state)
  }

  const leave = (status: number): void => {
    set(emptyEditor)
    onQuit(status)
    exit()
  }

  const submit = (): void => {
    const { text } = current.current
    set(emptyEditor)
    write(`${withPrompts(highlight(text), promptOf(shell))}\n`)
    if (text.trim() === '') return
    history.add(text)
    const output: string[] = []
    const print = (line: string): void => {
      output.push(line)
    }
    shell.width = stdout.columns
    shell.height = stdout.rows
    shell.flush = () => {
      if (output.length > 0) stdout.write(`${output.splice(0).join('\n')}\n`)
    }
    const keyboard = listenForCancel()
    shell.isCancelled = keyboard.isCancelled
    try {
      runCollecting(shell, text, print)
    } catch (error) {
      if (error instanceof Quit) {
        if (output.length > 0) write(`${output.join('\n')}\n`)
        return leave(error.status)
      }
      throw error
    } finally {
      keyboard.close()
      shell.isCancelled = () => false
    }
    if (output.length > 0) write(`${output.join('\n')}\n`)
  }

  const enter = (): void => {
    const { text, cursor } = current.current
    if (text.slice(cursor).trim() === '' && isFinished(text)) submit()
    else set(editor.insert(current.current, '\n'))
  }

  const browse = (entry: string | undefined): void => {
    if (entry !== undefined) set({ text: entry, cursor: entry.length })
  }

  const completeWord = (): void => {
    const state = current.current
    const { start, candidates: found } = complete(
      state.text,
      state.cursor,
      safely(() => shell.database.relations(), []),
    )
    if (found.length === 0) {
      const lineSoFar = state.text.slice(state.text.lastIndexOf('\n', state.cursor - 1) + 1, state.cursor)
      if (lineSoFar.trim() === '') set(editor.insert(state, '  '))
      return
    }
    const prefix = found.length === 1 ? `${found[0]} ` : commonPrefix(found)
    if (prefix.length > state.cursor - start) set(editor.replaceRange(state, start, state.cursor, prefix))
    setCandidates(found.length > 1 ? found : [])
  }

  const press = (character: string): void => {
    switch (character) {
      case '\r':
      case '\n':
        return enter()
      case '\t':
        return completeWord()
      case '\u007f':
      case '\b':
        return set(editor.backspace(current.current))
      default:
        if (character >= ' ') set(editor.insert(current.current, character))
    }
  }

  useInput((input, rawKey) => {
    const key = rawKey as unknown as Key
    if (candidates.length > 0) setCandidates([])
    const action = controlAction(input, key)
    if (action === 'cancel') {
      write(`${withPrompts(current.current.text, promptOf(shell))}^C\n`)
      return set(emptyEditor)
    }
    if (action === 'end') return current.current.text === '' ? leave(0) : set(editor.deleteForward(current.current))
    if (action === 'clear') return void stdout.write('\u001b[2J\u001b[3J\u001b[H')
    if (action === 'up') {
      const moved = editor.up(current.current)
      return moved ? set(moved) : browse(history.previous(current.current.text))
    }
    if (action === 'down') {
      const moved = editor.down(current.current)
      return moved ? set(moved) : browse(history.next())
    }
    if (action !== undefined) return set(action(current.current))
    if (key.return) return enter()
    if (key.tab) return completeWord()
    if (key.backspace || key.delete) return set(editor.backspace(current.current))
    for (const character of input) press(character)
  })

  const rows = Math.max(3, (stdout.rows ?? 24) - 4)
  const lines = withPrompts(highlight(shown.text, shown.cursor), promptOf(shell)).split('\n')
  const cursorLine = shown.text.slice(0, shown.cursor).split('\n').length - 1
  const first = Math.max(0, Math.min(cursorLine - rows + 1, lines.length - rows))
  return (
    <Box flexDirection="column">
      {lines.slice(first, first + rows).map((line, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line has no other identity than its place.
        <Text key={first + i}>{line}</Text>
      ))}
      {candidates.length > 0 && <Text dimColor>{candidates.slice(0, 40).join('  ')}</Text>}
    </Box>
  )
}

type Action = 'cancel' | 'end' | 'clear' | 'up' | 'down' | ((state: EditorState) => EditorState)

/** What a key that is not a character does. */
function controlAction(input: string, key: Key): Action | undefined {
  if (key.upArrow) return 'up'
  if (key.downArrow) return 'down'
  if (key.leftArrow) return key.ctrl || key.meta ? editor.wordLeft : editor.left
  if (key.rightArrow) return key.ctrl || key.meta ? editor.wordRight : editor.right
  if (key.home) return editor.lineStart
  if (key.end) return editor.lineEnd
  if (key.meta) {
    if (input === 'b') return editor.wordLeft
    if (input === 'f') return editor.wordRight
    return undefined
  }
  if (!key.ctrl) return undefined
  switch (input) {
    case 'c':
      return 'cancel'
    case 'd':
      return 'end'
    case 'l':
      return 'clear'
    case 'p':
      return 'up'
    case 'n':
      return 'down'
    case 'a':
      return editor.lineStart
    case 'e':
      return editor.lineEnd
    case 'b':
      return editor.left
    case 'f':
      return editor.right
    case 'w':
      return editor.deleteWord
    case 'u':
      return editor.deleteToLineStart
    case 'k':
      return editor.deleteToLineEnd
    default:
      return (state) => state
  }
}

/** SQL ends with a semicolon, or with a command. */
function isFinished(text: string): boolean {
  return [...partsOf(text)].at(-1)?.complete ?? true
}

/** Runs what was entered, with everything that the screen would show going to `print`. Errors are printed, only Quit is thrown. */
function runCollecting(shell: Shell, text: string, print: (line: string) => void): void {
  const { screen, errorScreen } = shell
  shell.screen = print
  shell.errorScreen = print
  try {
    shell.run(text, undefined)
  } catch (error) {
    if (error instanceof Quit) throw error
    shell.report(error)
  } finally {
    shell.screen = screen
    shell.errorScreen = errorScreen
  }
}

function safely<T>(body: () => T, otherwise: T): T {
  try {
    return body()
  } catch {
    return otherwise
  }
}

/** `colonnade> `, with * in a transaction and ! in one that has failed. */
function promptOf(shell: Shell): string {
  const marks = { idle: '>', open: '*>', failed: '!>' }
  return `colonnade${shell.hasPending ? '-' : ''}${marks[shell.database.transactionState]} `
}

/** Puts the prompt before the first line and dots before the others. */
function withPrompts(text: string, prompt: string): string {
  const continuation = `${'...> '.padStart(prompt.length)}`
  return text
    .split('\n')
    .map((line, i) => (i === 0 ? prompt : continuation) + line)
    .join('\n')
}
