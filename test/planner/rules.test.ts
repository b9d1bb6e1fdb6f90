import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { rules } from '../../src/planner/optimizer/rules/index.ts'
import { type Block, isBlock, readScript, runBlock, writeScript } from './plan-script.ts'

const folder = fileURLToPath(new URL('./rules', import.meta.url))
const files = readdirSync(folder).filter((name) => name.endsWith('.plan'))
const isUpdating = process.env.UPDATE_PLANS === '1'

for (const file of files) {
  describe(file, () => {
    const script = readScript(`${folder}/${file}`)
    if (isUpdating) {
      test('is written anew', () => {
        const results = new Map<Block, readonly string[]>()
        for (const block of script.parts.filter(isBlock)) results.set(block, runBlock(block))
        writeScript(script, results)
        expect(results.size).toBeGreaterThan(0)
      })
      return
    }
    for (const block of script.parts.filter(isBlock)) {
      test(`line ${block.line}: ${block.sql.replaceAll(/\s+/g, ' ').slice(0, 90)}`, () => {
        expect(runBlock(block).join('\n')).toBe(block.expected.join('\n'))
      })
    }
  })
}

test('every rule has a script that shows it changing a plan and one in which it keeps still', () => {
  for (const rule of rules) {
    const file = files.find((name) => name === `${rule.name}.plan`)
    expect(file, `a script for ${rule.name}`).toBeDefined()
    const blocks = readScript(`${folder}/${file}`).parts.filter(isBlock)
    const fires = (block: Block): boolean => block.expected.includes(rule.name)
    expect(blocks.some(fires), `${rule.name} changes a plan`).toBe(true)
    expect(
      blocks.some((block) => !fires(block)),
      `${rule.name} keeps still`,
    ).toBe(true)
  }
})
