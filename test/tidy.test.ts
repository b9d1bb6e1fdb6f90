/** The rules of the house that a machine can watch: which room may import which, and what must not stand in the sources. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '..')

/** Left may not import right. A file belongs to the first room whose prefix it has. */
const rooms: readonly (readonly string[])[] = [
  ['src/error.ts', 'src/interrupt.ts', 'src/settings.ts', 'src/inert-settings.ts'],
  ['src/types/'],
  ['src/parser/'],
  ['src/io/'],
  ['src/functions/'],
  ['src/storage/'],
  ['src/planner/'],
  ['src/exec/'],
  ['src/'],
  ['src/index.ts', 'src/index.node.ts', 'src/node.ts', 'src/node/'],
  ['src/server/', 'repl/'],
]

function sources(directory: string): string[] {
  return readdirSync(join(root, directory), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => `${directory}/${name}`)
}

function roomOf(file: string): number {
  const exact = rooms.findIndex((room) => room.includes(file))
  if (exact !== -1) return exact
  const inside = rooms.map((room, i) => ({
    i,
    length: Math.max(...room.map((prefix) => (prefix.endsWith('/') && file.startsWith(prefix) ? prefix.length : 0))),
  }))
  return inside.reduce((best, entry) => (entry.length > best.length ? entry : best)).i
}

function importsOf(file: string): { target: string; typeOnly: boolean }[] {
  const text = readFileSync(join(root, file), 'utf8')
  const found: { target: string; typeOnly: boolean }[] = []
  for (const match of text.matchAll(/^(?:import|export)\s+(type\s)?[^'"]*?from\s+'([^']+)'|^import\s+'([^']+)'/gm)) {
    found.push({ target: match[2] ?? match[3], typeOnly: match[1] !== undefined })
  }
  return found
}

const files = [...sources('src'), ...sources('repl')]

describe('the house', () => {
  test('rooms import only from rooms to their left', () => {
    const wrong: string[] = []
    for (const file of files) {
      for (const { target, typeOnly } of importsOf(file)) {
        if (!target.startsWith('.')) continue
        const imported = relative(root, resolve(root, dirname(file), target))
        if (!typeOnly && roomOf(imported) > roomOf(file)) wrong.push(`${file} imports ${imported}`)
      }
    }
    expect(wrong, 'move what is shared to the left, or hand it in as an argument').toEqual([])
  })

  test('the engine imports nothing of any platform', () => {
    const wrong = sources('src').flatMap((file) =>
      /^src\/(index\.node\.ts|node\.ts|node\/|server\/)/.test(file)
        ? []
        : importsOf(file)
            .filter(({ target }) => /^(node:|fs|path|os|worker_threads|crypto)/.test(target))
            .map(({ target }) => `${file} imports ${target}`),
    )
    expect(wrong, 'ask the Host for it').toEqual([])
  })

  test('the terminal uses the public API only', () => {
    const wrong = sources('repl').flatMap((file) =>
      importsOf(file)
        .filter(({ target }) => target.includes('/src/') && !/src\/(index|index\.node|node)\.ts$/.test(target))
        .map(({ target }) => `${file} imports ${target}`),
    )
    expect(wrong, 'what the terminal needs, users need: put it into the public API').toEqual([])
  })

  test('every room begins with what it is for', () => {
    const silent = files.filter((file) => !/^(#!.*\n)?\/\*\*/.test(readFileSync(join(root, file), 'utf8')))
    expect(silent, 'begin the file with a docstring').toEqual([])
  })

  test('nothing is left for later', () => {
    const left = files.filter((file) => /\b(TODO|FIXME|XXX)\b/.test(readFileSync(join(root, file), 'utf8')))
    expect(left).toEqual([])
  })

  test('a file does one thing', () => {
    const long = files.filter((file) => readFileSync(join(root, file), 'utf8').split('\n').length > 650)
    expect(long, 'make it two').toEqual([])
  })
})
