/**
 * All functions that SQL can call, in lists by theme, and the look-up by name. To add a function, write its record and
 * name it in the list of its file; to add a file, name its list here. Operators are records too, looked up by symbol:
 * an overload with two parameters is infix, with one prefix. What LIKE and its kin mean stands under `~~`, `!~~`,
 * `~~*` and `!~~*`, as in PostgreSQL's catalog.
 */
import { collectionAggregates } from './aggregates/collections.ts'
import { extremeAggregates } from './aggregates/extremes.ts'
import { frequencyAggregates, frequencyFunctions } from './aggregates/frequencies.ts'
import { leaderAggregates } from './aggregates/leaders.ts'
import { logicAggregates } from './aggregates/logic.ts'
import { momentAggregates } from './aggregates/moments.ts'
import { orderedSetAggregates } from './aggregates/ordered-sets.ts'
import { rangeAggregates } from './aggregates/ranges.ts'
import { statisticAggregates } from './aggregates/statistics.ts'
import { sumAggregates } from './aggregates/sums.ts'
import { transitionFunctions } from './aggregates/transitions.ts'
import type { ScalarFunction, SqlFunction } from './function.ts'
import { geometryFunctions } from './geometry/functions.ts'
import { geometryOperators } from './geometry/operators.ts'
import { arithmeticOperators } from './operators/arithmetic.ts'
import { arrayOperators } from './operators/array.ts'
import { bitOperators } from './operators/bit.ts'
import { comparisonOperators } from './operators/comparison.ts'
import { dateTimeOperators } from './operators/date-time.ts'
import { jsonOperators } from './operators/json.ts'
import { moneyFunctions, moneyOperators } from './operators/money.ts'
import { namedOperator } from './operators/named.ts'
import { networkFunctions, networkOperators } from './operators/network.ts'
import { patternOperators } from './operators/pattern.ts'
import { rangeOperators } from './operators/range.ts'
import { textOperators } from './operators/text.ts'
import { arrayFunctions } from './scalar/array.ts'
import { sendFunctions } from './scalar/binary-send.ts'
import { catalogFunctions } from './scalar/catalog.ts'
import { conversionFunctions } from './scalar/conversion.ts'
import { dateDifferenceFunctions } from './scalar/date-differences.ts'
import { dateMakeFunctions } from './scalar/date-make.ts'
import { dateShorthandFunctions } from './scalar/date-shorthands.ts'
import { dateTimeFunctions } from './scalar/date-time.ts'
import { encodingFunctions } from './scalar/encodings.ts'
import { formattingFunctions } from './scalar/formatting.ts'
import { graphemeFunctions } from './scalar/graphemes.ts'
import { hashFunctions } from './scalar/hash-values.ts'
import { jsonFunctions } from './scalar/json.ts'
import { moreJsonFunctions } from './scalar/json-more.ts'
import { jsonRecordFunctions } from './scalar/json-records.ts'
import { jsonSetFunctions } from './scalar/json-set.ts'
import { jsonPathFunctions, jsonPathOperators, jsonPathRows } from './scalar/jsonpath.ts'
import { listFunctions } from './scalar/list.ts'
import { listShapeFunctions } from './scalar/list-shapes.ts'
import { listVectorFunctions, listVectorOperators } from './scalar/list-vectors.ts'
import { mapFunctions } from './scalar/map.ts'
import { mathFunctions } from './scalar/math.ts'
import { nestedFunctions } from './scalar/nested.ts'
import { numberFunctions } from './scalar/numbers.ts'
import { pathFunctions } from './scalar/paths.ts'
import { patternFunctions } from './scalar/pattern.ts'
import { privilegeFunctions } from './scalar/privileges.ts'
import { rangeFunctions } from './scalar/range.ts'
import { similarityFunctions } from './scalar/similarity.ts'
import { sizeAndNameFunctions } from './scalar/sizes-and-names.ts'
import { structFunctions } from './scalar/struct.ts'
import { systemFunctions } from './scalar/system.ts'
import { templateFunctions } from './scalar/template.ts'
import { textFunctions } from './scalar/text.ts'
import { textSearchFunctions } from './scalar/text-search.ts'
import { trigonometricFunctions } from './scalar/trigonometry.ts'
import { tableFunctions } from './tables.ts'
import { fullTextFunctions, textSearchOperators } from './text-search/functions.ts'
import { fullTextRows } from './text-search/rows.ts'
import { windowFunctions } from './windows.ts'

export const allOperators: readonly ScalarFunction[] = [
  ...comparisonOperators,
  ...arithmeticOperators,
  ...bitOperators,
  ...textOperators,
  ...patternOperators,
  ...dateTimeOperators,
  ...jsonOperators,
  ...arrayOperators,
  ...listVectorOperators,
  ...rangeOperators,
  ...jsonPathOperators,
  ...networkOperators,
  ...moneyOperators,
  ...geometryOperators,
  ...textSearchOperators,
]

export const allFunctions: readonly SqlFunction[] = [
  ...textFunctions,
  ...textSearchFunctions,
  ...patternFunctions,
  ...conversionFunctions,
  ...templateFunctions,
  ...encodingFunctions,
  ...graphemeFunctions,
  ...similarityFunctions,
  ...pathFunctions,
  ...mathFunctions,
  ...trigonometricFunctions,
  ...numberFunctions,
  ...dateTimeFunctions,
  ...dateMakeFunctions,
  ...dateShorthandFunctions,
  ...dateDifferenceFunctions,
  ...formattingFunctions,
  ...arrayFunctions,
  ...listFunctions,
  ...listShapeFunctions,
  ...listVectorFunctions,
  ...nestedFunctions,
  ...mapFunctions,
  ...structFunctions,
  ...jsonFunctions,
  ...moreJsonFunctions,
  ...jsonRecordFunctions,
  ...jsonSetFunctions,
  ...jsonPathFunctions,
  ...jsonPathRows,
  ...rangeFunctions,
  ...networkFunctions,
  ...moneyFunctions,
  ...geometryFunctions,
  ...fullTextFunctions,
  ...fullTextRows,
  ...systemFunctions,
  ...catalogFunctions,
  ...privilegeFunctions,
  ...sendFunctions,
  ...hashFunctions,
  ...transitionFunctions,
  ...sizeAndNameFunctions,
  ...sumAggregates,
  ...extremeAggregates,
  ...leaderAggregates,
  ...logicAggregates,
  ...collectionAggregates,
  ...statisticAggregates,
  ...momentAggregates,
  ...frequencyAggregates,
  ...frequencyFunctions,
  ...orderedSetAggregates,
  ...rangeAggregates,
  ...windowFunctions,
  ...tableFunctions,
]

type Index<F extends SqlFunction> = ReadonlyMap<string, readonly F[]>

function index<F extends SqlFunction>(records: readonly F[]): Index<F> {
  const map = new Map<string, F[]>()
  for (const record of records) {
    const aliases: readonly string[] = ('aliases' in record ? record.aliases : undefined) ?? []
    for (const name of [record.name, ...aliases]) {
      const list = map.get(name)
      if (list) list.push(record)
      else map.set(name, [record])
    }
  }
  return map
}

let functionIndex: Index<SqlFunction> | undefined
let operatorIndex: Index<ScalarFunction> | undefined

/** The built-in functions of a name, aliases included: none, one, or one of each kind. */
export function findFunctions(name: string): readonly SqlFunction[] {
  functionIndex ??= index(allFunctions)
  return functionIndex.get(name) ?? namedOperators(name)
}

const operatorFunctions = new Map<string, readonly SqlFunction[]>()
const none: readonly SqlFunction[] = []

/** One and the same list for a name, as resolution remembers lists. */
function namedOperators(name: string): readonly SqlFunction[] {
  let found = operatorFunctions.get(name)
  if (!found) {
    const operator = namedOperator(name, allOperators)
    if (!operator) return none
    found = [operator]
    operatorFunctions.set(name, found)
  }
  return found
}

/** The operators of a symbol. */
export function findOperators(symbol: string): readonly ScalarFunction[] {
  operatorIndex ??= index(allOperators)
  return operatorIndex.get(symbol) ?? []
}

/** The names of all built-in functions, aliases included. */
export function functionNames(): Iterable<string> {
  functionIndex ??= index(allFunctions)
  return functionIndex.keys()
}
