/** Every built-in macro, by theme. */
import { type MacroFunction, macro } from './macro.ts'
import { catalogMacros } from './macros/catalogs.ts'
import { dateTimeMacros } from './macros/date-time.ts'
import { mathematicalMacros } from './macros/mathematics.ts'

/** `list_sum(l)` and its like: an aggregate over the elements of a list. */
function overElements(aggregate: string, example: string, result: string | null): MacroFunction {
  const name = `list_${aggregate}`
  return macro(
    {
      name,
      category: 'lists',
      doc: `The aggregate ${aggregate} of the elements of a list.`,
      examples: [[`${name}(${example})`, result]],
    },
    `l -> list_aggregate(l, '${aggregate}')`,
  )
}

const listMacros: readonly MacroFunction[] = [
  overElements('any_value', '[NULL, 2]', '2'),
  overElements('approx_count_distinct', '[1, 1, 2]', '2'),
  overElements('avg', '[1, 2, NULL]', '1.5000000000000000'),
  overElements('bit_and', '[7, 3]', '3'),
  overElements('bit_or', '[4, 3]', '7'),
  overElements('bit_xor', '[7, 3]', '4'),
  overElements('bool_and', '[true, false]', 'f'),
  overElements('bool_or', '[true, false]', 't'),
  overElements('count', '[1, NULL, 2]', '2'),
  overElements('entropy', '[1, 1, 2, 2]', '1'),
  overElements('first', '[3, 4]', '3'),
  overElements('histogram', "['b', 'a', 'b']", '{a=1, b=2}'),
  overElements('kurtosis', '[1, 2, 3, 10]', '3.227999999999999'),
  overElements('kurtosis_pop', '[1, 2, 3, 10]', '-0.7696000000000001'),
  overElements('last', '[3, 4]', '4'),
  overElements('mad', '[1, 2, 3, 10]', '1'),
  overElements('max', "['a', 'c', 'b']", 'c'),
  overElements('median', '[1, 2, 3, 4]', '2.5'),
  overElements('min', '[3, 1, 2]', '1'),
  overElements('mode', '[1, 2, 2]', '2'),
  overElements('product', '[2, 3, NULL]', '6'),
  overElements('sem', '[1, 2, 3]', '0.47140452079103173'),
  overElements('skewness', '[1, 2, 3, 10]', '1.763632614803888'),
  overElements('stddev_pop', '[1, 2, 3]', '0.81649658092772603273'),
  overElements('stddev_samp', '[1, 2, 3]', '1.00000000000000000000'),
  overElements('string_agg', "['a', 'b', NULL]", 'a,b'),
  overElements('sum', '[1, 2, NULL]', '3'),
  overElements('var_pop', '[1, 2, 3]', '0.66666666666666666667'),
  overElements('var_samp', '[1, 2, 3]', '1.00000000000000000000'),
  macro(
    {
      name: 'array_pop_back',
      category: 'lists',
      doc: 'The list without its last element.',
      examples: [['array_pop_back([1, 2, 3])', '{1,2}']],
    },
    'l -> list_slice(l, 1, len(l) - 1)',
  ),
  macro(
    {
      name: 'array_pop_front',
      category: 'lists',
      doc: 'The list without its first element.',
      examples: [['array_pop_front([1, 2, 3])', '{2,3}']],
    },
    'l -> list_slice(l, 2, len(l))',
  ),
  macro(
    {
      name: 'array_push_front',
      category: 'lists',
      doc: 'The list with an element before it.',
      examples: [['array_push_front([1, 2], 0)', '{0,1,2}']],
    },
    'l, e -> list_prepend(e, l)',
  ),
  macro(
    {
      name: 'array_to_string_comma_default',
      category: 'lists',
      doc: 'The elements as text, joined by commas or by another text.',
      examples: [['array_to_string_comma_default([1, 2])', '1,2']],
    },
    "l -> array_to_string(l, ',')",
    'l, separator -> array_to_string(l, separator)',
  ),
  macro(
    {
      name: 'map_contains_value',
      category: 'maps',
      doc: 'Whether a map has a value.',
      examples: [["map_contains_value(MAP {'a': 1}, 1)", 't']],
    },
    'm, v -> list_contains(map_values(m), v)',
  ),
  macro(
    {
      name: 'map_contains_entry',
      category: 'maps',
      doc: 'Whether a map has a key with a value.',
      examples: [["map_contains_entry(MAP {'a': 1}, 'a', 2)", 'f']],
    },
    'm, k, v -> list_contains(map_entries(m), struct_pack(key := k, value := v))',
  ),
]

const aggregateMacros: readonly MacroFunction[] = [
  macro(
    {
      name: 'geomean',
      aliases: ['geometric_mean'],
      category: 'aggregates',
      doc: 'The geometric mean.',
      examples: [['SELECT geomean(x) FROM (VALUES (2), (8)) t(x)', '4']],
    },
    'x -> exp(avg(ln(x::double precision)))',
  ),
  macro(
    {
      name: 'weighted_avg',
      aliases: ['wavg'],
      category: 'aggregates',
      doc: 'The average of values, each with a weight.',
      examples: [['SELECT weighted_avg(x, y) FROM (VALUES (1, 2), (2, 3), (NULL, 7)) t(x, y)', '1.6']],
    },
    'x, weight -> sum(x * weight)::double precision / sum(CASE WHEN x IS NOT NULL THEN weight ELSE 0 END)',
  ),
  macro(
    {
      name: 'count_star',
      category: 'aggregates',
      doc: 'The number of rows.',
      examples: [['SELECT count_star() FROM (VALUES (1), (NULL)) t(x)', '2']],
    },
    ' -> count(*)',
  ),
]

const textMacros: readonly MacroFunction[] = [
  macro(
    {
      name: 'nfc_normalize',
      category: 'text',
      doc: 'The text in the normal form C.',
      examples: [["nfc_normalize('e' || chr(769)) = 'é'", 't']],
    },
    'x -> normalize(x)',
  ),
  macro(
    {
      name: 'strlen',
      category: 'text',
      doc: 'The number of bytes of a text.',
      examples: [["strlen('é')", '2']],
    },
    'x -> octet_length(x::text)::bigint',
  ),
  macro(
    {
      name: 'not_like_escape',
      category: 'patterns',
      doc: 'Whether a text does not match a LIKE pattern with an escape character.',
      examples: [["not_like_escape('a%c', 'a$%c', '$')", 'f']],
    },
    'x, pattern, mark -> NOT like_escape(x, pattern, mark)',
  ),
  macro(
    {
      name: 'ilike_escape',
      category: 'patterns',
      doc: 'Whether a text matches an ILIKE pattern with an escape character.',
      examples: [["ilike_escape('A%c', 'a$%C', '$')", 't']],
    },
    'x, pattern, mark -> like_escape(lower(x), lower(pattern), lower(mark))',
  ),
  macro(
    {
      name: 'not_ilike_escape',
      category: 'patterns',
      doc: 'Whether a text does not match an ILIKE pattern with an escape character.',
      examples: [["not_ilike_escape('A%c', 'a$%C', '$')", 'f']],
    },
    'x, pattern, mark -> NOT like_escape(lower(x), lower(pattern), lower(mark))',
  ),
]

const jsonMacros: readonly MacroFunction[] = [
  macro(
    {
      name: 'json_quote',
      category: 'json',
      doc: 'The value as json.',
      examples: [["json_quote('a')", '"a"']],
    },
    'x -> to_json(coalesce(x))',
  ),
  macro(
    {
      name: 'json_group_structure',
      category: 'json',
      doc: 'The structure that the json documents have in common.',
      examples: [
        [
          `SELECT json_group_structure(x) FROM (VALUES ('{"a": 1}'::json), ('{"b": "x"}')) t(x)`,
          '{"a":"UBIGINT","b":"VARCHAR"}',
        ],
      ],
    },
    "x -> json_extract(json_structure(json_agg(x)), '$[0]')",
  ),
]

export const builtInMacros: readonly MacroFunction[] = [
  ...listMacros,
  ...aggregateMacros,
  ...textMacros,
  ...dateTimeMacros,
  ...mathematicalMacros,
  ...jsonMacros,
  ...catalogMacros,
]

let byName: ReadonlyMap<string, MacroFunction> | undefined

/** The built-in macro of a name. */
export function findMacro(name: string): MacroFunction | undefined {
  byName ??= new Map(builtInMacros.flatMap((each) => [each.name, ...(each.aliases ?? [])].map((own) => [own, each])))
  return byName.get(name)
}
