/**
 * The functions and operators that nearly every program calls. They are looked for first, so that a first statement that
 * needs no others does not wait for the thousand others to be loaded.
 */
import { extremeAggregates } from './aggregates/extremes.ts'
import { sumAggregates } from './aggregates/sums.ts'
import type { ScalarFunction, SqlFunction } from './function.ts'
import { arithmeticOperators } from './operators/arithmetic.ts'
import { bitOperators } from './operators/bit.ts'
import { comparisonOperators } from './operators/comparison.ts'
import { patternOperators } from './operators/pattern.ts'
import { textOperators } from './operators/text.ts'
import { mathFunctions } from './scalar/math.ts'
import { textFunctions } from './scalar/text.ts'

export const usualOperators: readonly ScalarFunction[] = [
  ...comparisonOperators,
  ...arithmeticOperators,
  ...bitOperators,
  ...textOperators,
  ...patternOperators,
]

export const usualFunctions: readonly SqlFunction[] = [
  ...textFunctions,
  ...mathFunctions,
  ...sumAggregates,
  ...extremeAggregates,
]

/** Names of usual functions that others have too: these are looked for among all. */
export const sharedNames: ReadonlySet<string> = new Set(['length', 'lower', 'repeat', 'substring', 'trunc', 'upper'])
