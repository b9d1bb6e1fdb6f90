/** Built-in macros: numbers, bits, and conditions. */
import { type MacroFunction, macro } from '../macro.ts'

export const mathematicalMacros: readonly MacroFunction[] = [
  macro(
    {
      name: 'xor',
      category: 'mathematics',
      doc: 'The bits that one of two integers or bit strings has, and not both.',
      examples: [['xor(17, 5)', '20']],
    },
    'x, y -> x # y',
  ),
  macro(
    {
      name: 'add',
      category: 'mathematics',
      doc: 'The sum, or the one argument.',
      examples: [['add(1, 2)', '3']],
    },
    'x, y -> x + y',
    'x -> + x',
  ),
  macro(
    {
      name: 'subtract',
      category: 'mathematics',
      doc: 'The difference, or the one argument with its sign changed.',
      examples: [['subtract(5, 2)', '3']],
    },
    'x, y -> x - y',
    'x -> - x',
  ),
  macro(
    {
      name: 'multiply',
      category: 'mathematics',
      doc: 'The product.',
      examples: [['multiply(5, 2)', '10']],
    },
    'x, y -> x * y',
  ),
  macro(
    {
      name: 'divide',
      category: 'mathematics',
      doc: 'The quotient, of integers without a rest.',
      examples: [['divide(7, 2)', '3']],
    },
    'x, y -> x / y',
  ),
  macro(
    {
      name: 'fdiv',
      category: 'mathematics',
      doc: 'The quotient rounded down.',
      examples: [['fdiv(-5, 2)', '-3']],
    },
    'x, y -> floor(x::double precision / y)',
  ),
  macro(
    {
      name: 'fmod',
      category: 'mathematics',
      doc: 'What a division rounded down leaves.',
      examples: [['fmod(-5.5, 2)', '0.5']],
    },
    'x, y -> x - y * floor(x::double precision / y)',
  ),
  macro(
    {
      name: 'round_even',
      aliases: ['roundbankers'],
      category: 'mathematics',
      doc: 'The number rounded to some digits, halves to the even digit.',
      examples: [
        ['round_even(24.5, 0)', '24'],
        ['round_even(25.5, 0)', '26'],
      ],
    },
    'x, n -> CASE WHEN (abs(x::numeric) * 10::numeric ^ (n + 1)) % 10 = 5 THEN round(x::numeric / 2, n) * 2 ELSE round(x::numeric, n) END',
  ),
  macro(
    {
      name: 'bit_position',
      category: 'bit strings',
      doc: 'Where a bit string begins in another, from 1; 0 where it does not.',
      examples: [["bit_position(B'010', B'1110101')", '4']],
    },
    'part, bits -> position(part::varbit IN bits::varbit)',
  ),
  macro(
    {
      name: 'constant_or_null',
      category: 'conditions',
      doc: 'The first argument, or NULL where the second is NULL.',
      examples: [['constant_or_null(42, NULL)', null]],
    },
    'x, y -> CASE WHEN y IS NOT NULL THEN x END',
  ),
  macro(
    {
      name: 'switch',
      category: 'conditions',
      doc: 'The value of a key in a map; where it has none NULL, or a third argument.',
      examples: [
        ["switch(1, MAP {1: 'a'}, 'z')", 'a'],
        ["switch(3, MAP {1: 'a'}, 'z')", 'z'],
      ],
    },
    'k, m -> map_extract_value(m, k)',
    'k, m, x -> CASE WHEN map_contains(m, k) THEN map_extract_value(m, k) ELSE x END',
  ),
  macro(
    {
      name: 'uuidv4',
      category: 'system',
      doc: 'A random UUID (version 4).',
      examples: [['uuid_extract_version(uuidv4())', '4']],
    },
    ' -> gen_random_uuid()',
  ),
  macro(
    {
      name: 'in_search_path',
      category: 'system',
      doc: 'Whether names without a schema are looked for in this one.',
      examples: [["in_search_path('colonnade', 'public')", 't']],
    },
    'd, s -> d = current_database() AND s = ANY (current_schemas(true))',
  ),
  macro(
    {
      name: 'enum_code',
      category: 'enums',
      doc: 'The place of a value among the values of its type, from 0.',
      examples: [],
    },
    'x -> array_position(enum_range(x), x) - 1',
  ),
  macro(
    {
      name: 'enum_range_boundary',
      category: 'enums',
      doc: 'The values of an enum from one to another; NULL leaves an end open.',
      examples: [],
    },
    'x, y -> enum_range(x, y)',
  ),
]
