/**
 * All functions that SQL can call, in lists by theme. To add a function, write its record and name it in the list of its
 * file; to add a file, name its list here.
 */
import { collectionAggregates } from './aggregates/collections.ts'
import { frequencyAggregates, frequencyFunctions } from './aggregates/frequencies.ts'
import { leaderAggregates } from './aggregates/leaders.ts'
import { logicAggregates } from './aggregates/logic.ts'
import { momentAggregates } from './aggregates/moments.ts'
import { orderedSetAggregates } from './aggregates/ordered-sets.ts'
import { rangeAggregates } from './aggregates/ranges.ts'
import { statisticAggregates } from './aggregates/statistics.ts'
import { transitionFunctions } from './aggregates/transitions.ts'
import type { ScalarFunction, SqlFunction } from './function.ts'
import { geometryFunctions } from './geometry/functions.ts'
import { geometryOperators } from './geometry/operators.ts'
import { arrayOperators } from './operators/array.ts'
import { dateTimeOperators } from './operators/date-time.ts'
import { jsonOperators } from './operators/json.ts'
import { moneyFunctions, moneyOperators } from './operators/money.ts'
import { networkFunctions, networkOperators } from './operators/network.ts'
import { rangeOperators } from './operators/range.ts'
import { rowImageOperators } from './operators/row-image.ts'
import { arrayFunctions } from './scalar/array.ts'
import { sendFunctions } from './scalar/binary-send.ts'
import { catalogFunctions, catalogRows } from './scalar/catalog.ts'
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
import { jsonPlaceFunctions } from './scalar/json-paths.ts'
import { jsonRecordFunctions } from './scalar/json-records.ts'
import { jsonSetFunctions } from './scalar/json-set.ts'
import { jsonPathFunctions, jsonPathOperators, jsonPathRows } from './scalar/jsonpath.ts'
import { listFunctions } from './scalar/list.ts'
import { listShapeFunctions } from './scalar/list-shapes.ts'
import { listVectorFunctions, listVectorOperators } from './scalar/list-vectors.ts'
import { mapFunctions } from './scalar/map.ts'
import { nestedFunctions } from './scalar/nested.ts'
import { numberFunctions } from './scalar/numbers.ts'
import { pathFunctions } from './scalar/paths.ts'
import { patternFunctions } from './scalar/pattern.ts'
import { privilegeFunctions } from './scalar/privileges.ts'
import { rangeFunctions } from './scalar/range.ts'
import { sessionStateFunctions } from './scalar/session-state.ts'
import { similarityFunctions } from './scalar/similarity.ts'
import { sizeAndNameFunctions } from './scalar/sizes-and-names.ts'
import { strftimeFunctions } from './scalar/strftime.ts'
import { structFunctions } from './scalar/struct.ts'
import { systemFunctions } from './scalar/system.ts'
import { templateFunctions } from './scalar/template.ts'
import { textSearchFunctions } from './scalar/text-search.ts'
import { trigonometricFunctions } from './scalar/trigonometry.ts'
import { rangeList, tableFunctions } from './tables.ts'
import { fullTextFunctions, textSearchOperators } from './text-search/functions.ts'
import { fullTextRows } from './text-search/rows.ts'
import { usualFunctions, usualOperators } from './usual.ts'
import { windowFunctions } from './windows.ts'

const operators: readonly ScalarFunction[] = [
  ...usualOperators,
  ...dateTimeOperators,
  ...jsonOperators,
  ...arrayOperators,
  ...listVectorOperators,
  ...rangeOperators,
  ...rowImageOperators,
  ...jsonPathOperators,
  ...networkOperators,
  ...moneyOperators,
  ...geometryOperators,
  ...textSearchOperators,
]

const functions: readonly SqlFunction[] = [
  ...usualFunctions,
  ...textSearchFunctions,
  ...patternFunctions,
  ...conversionFunctions,
  ...templateFunctions,
  ...encodingFunctions,
  ...graphemeFunctions,
  ...similarityFunctions,
  ...pathFunctions,
  ...trigonometricFunctions,
  ...numberFunctions,
  ...dateTimeFunctions,
  ...dateMakeFunctions,
  ...dateShorthandFunctions,
  ...dateDifferenceFunctions,
  ...formattingFunctions,
  ...strftimeFunctions,
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
  ...jsonPlaceFunctions,
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
  ...sessionStateFunctions,
  ...catalogFunctions,
  ...catalogRows,
  ...privilegeFunctions,
  ...sendFunctions,
  ...hashFunctions,
  ...transitionFunctions,
  ...sizeAndNameFunctions,
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
  rangeList,
]

export function allOperators(): readonly ScalarFunction[] {
  return operators
}

export function allFunctions(): readonly SqlFunction[] {
  return functions
}
