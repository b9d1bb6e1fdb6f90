import { describe, expect, test } from 'vitest'
import { allFunctions, allOperators } from '../../src/functions/all.ts'
import { builtInMacros } from '../../src/functions/macros.ts'
import { findFunctions } from '../../src/functions/registry.ts'
import { Database } from '../../src/index.ts'

const db = new Database()

function run(query: string): string | null {
  return [...db.query(query).text][0][0]
}

describe('the examples of operators', () => {
  for (const { name, category, examples } of allOperators()) {
    test.each(examples)(`${name} (${category}): %s`, (call, expected) => {
      expect(run(`SELECT ${call}`)).toBe(expected)
    })
  }
})

describe('the examples of functions', () => {
  for (const record of allFunctions()) {
    test.each(record.examples)(`${record.name}: %s`, (call, expected) => {
      expect(run(record.kind === 'scalar' ? `SELECT ${call}` : call)).toBe(expected)
    })
  }
})

describe('the examples of macros', () => {
  for (const { name, examples } of builtInMacros) {
    test.each(examples)(`${name}: %s`, (call, expected) => {
      expect(run(call.startsWith('SELECT') ? call : `SELECT ${call}`)).toBe(expected)
    })
  }
})

test('no macro has the name of a function', () => {
  const names = builtInMacros.flatMap(({ name, aliases = [] }) => [name, ...aliases])
  expect(names.filter((name, i) => findFunctions(name).length > 0 || names.indexOf(name) < i)).toEqual([])
})

test('every record says what it does and which overloads it has', () => {
  for (const record of [...allOperators(), ...allFunctions()]) {
    expect(record.doc, record.name).toMatch(/\.$/)
    expect(record.overloads.length, record.name).toBeGreaterThan(0)
  }
})
