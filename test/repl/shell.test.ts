/** The script runner and its commands; what psql has too prints as psql prints it. */
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseArguments } from '../../repl/arguments.ts'
import { partsOf } from '../../repl/script.ts'
import { Shell } from '../../repl/shell.ts'

/** What a script prints, errors among it. */
function printed(script: string, options: { readonly bail?: boolean } = {}): string {
  const lines: string[] = []
  const write = (text: string): void => {
    lines.push(text)
  }
  const shell = new Shell({ ...options, mode: 'list', interactive: false, write, writeError: write })
  try {
    shell.run(script, 'script.sql')
  } catch (error) {
    shell.report(error, 'script.sql')
  } finally {
    shell.database.close()
  }
  return lines.map((line) => line.replace(/ +$/gm, '')).join('\n')
}

describe('a script', () => {
  test('falls apart at semicolons and backslashes outside of quotes', () => {
    const script = `select $$ ; \\d $$, E'\\'\\d', "\\d" /* \\d */; -- \\d\nselect 1 \\gx\n.tables\nselect 2`
    expect([...partsOf(script)].map(({ kind, text, complete }) => [kind, text.trim(), complete])).toEqual([
      ['sql', `select $$ ; \\d $$, E'\\'\\d', "\\d" /* \\d */;`, true],
      ['sql', '-- \\d\nselect 1', false],
      ['command', '\\gx', true],
      ['command', '.tables', true],
      ['sql', 'select 2', false],
    ])
  })

  test('has bodies and data with semicolons and backslashes', () => {
    expect(
      printed(`
        create table t (a int, b text);
        copy t from stdin;
1\tx;y
2\t\\N
\\.
        create function f() returns bigint begin atomic select 1; select count(*) from t; end;
        select f();`),
    ).toBe('2')
  })

  test('an error has its place in the script, variables or not', () => {
    expect(printed("\\set n 12345\nselect :n,\n  :'n', nonsense;")).toBe(
      `script.sql:3:9: ERROR 42703: column "nonsense" does not exist\nLINE 3:   :'n', nonsense;\n                ^`,
    )
  })

  test('goes on where ON_ERROR_STOP is off', () => {
    const script = '\\set VERBOSITY terse\nselect 1/0;\n\\echo :SQLSTATE :ERROR\nselect 2;'
    expect(printed(script, { bail: false })).toBe('script.sql:2:8: ERROR 22012: division by zero\n22012 true\n2')
    expect(printed(script)).toBe('script.sql:2:8: ERROR 22012: division by zero')
  })
})

describe('commands', () => {
  test('variables', () => {
    expect(printed(`select 3 as x, 'it''s' as y \\gset p_\n\\echo :p_x :'p_y' :"p_x" :{?p_x} :{?q} 'a  b' c`)).toBe(
      `3 'it''s' "3" TRUE FALSE a  b c`,
    )
    expect(printed(`\\set v 1\nselect :v, ':v', 1::text;`)).toBe('1|:v|1')
    expect(printed('select null as x, 1 as y where false \\gset')).toContain('no rows returned for \\gset')
  })

  test('branches', () => {
    const script = (first: string, second: string): string =>
      `\\if ${first}\nselect 'a';\n\\if false\nselect 'never';\n\\endif\n\\elif ${second}\nselect 'b';\n\\else\nselect 'c';\n\\endif`
    expect([printed(script('on', 'on')), printed(script('0', 'yes')), printed(script('false', 'off'))]).toEqual([
      'a',
      'b',
      'c',
    ])
    expect(printed('\\if true\nselect 1;')).toContain('ends within \\if')
  })

  test('ways to send a statement', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'colonnade-')), 'out.txt')
    expect(printed(`select 1 as a \\g ${file}\nselect 2 \\g |cat\nselect 1\\; select 2;`)).toBe('2\n1\n2')
    expect(readFileSync(file, 'utf8')).toBe('1\n')
    expect(printed("select 'select ' || g from generate_series(1, 2) g \\gexec")).toBe('1\n2')
    expect(printed(`select 1 as a, 'x' as b \\gdesc`)).toBe('a|integer\nb|text')
  })

  test('formats', () => {
    expect(printed("\\pset format aligned\n\\pset null (null)\nselect 1 as a, null as b, 'x' c;")).toBe(
      ' a |   b    | c\n---+--------+---\n 1 | (null) | x\n(1 row)\n',
    )
    expect(printed("\\pset format aligned\nselect 1 as a, 'hello' as bcd, null as longer \\gx")).toBe(
      '-[ RECORD 1 ]-\na      | 1\nbcd    | hello\nlonger |\n',
    )
    expect(printed('\\pset format unaligned\n\\t\nselect 1, 9007199254740993;')).toBe('1|9007199254740993')
  })

  test('\\copy', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'colonnade-')), 't.csv')
    expect(
      printed(
        `create table t (a int, b text);\n\\copy t from stdin csv\n1,"x;y"\n\\.\n\\copy t to ${file} csv header\n\\copy t to stdout`,
      ),
    ).toBe('1\tx;y')
    expect(readFileSync(file, 'utf8')).toBe('a,b\n1,x;y\n')
  })

  test('descriptions of relations', () => {
    const schema = `
      create table t (a integer primary key, b text default 'x' not null unique, c numeric(10,2) check (c > 0));
      create table u (a integer references t, d integer generated always as identity);
      create view v as select a from u;`
    expect(printed(`${schema}\n\\d t`)).toBe(`                     Table "public.t"
 Column |     Type      | Collation | Nullable |  Default
--------+---------------+-----------+----------+-----------
 a      | integer       |           | not null |
 b      | text          |           | not null | 'x'::text
 c      | numeric(10,2) |           |          |
Indexes:
    "t_pkey" PRIMARY KEY, btree (a)
    "t_b_key" UNIQUE CONSTRAINT, btree (b)
Check constraints:
    "t_c_check" CHECK (c > 0::numeric)
Referenced by:
    TABLE "u" CONSTRAINT "u_a_fkey" FOREIGN KEY (a) REFERENCES t(a)
`)
    expect(printed(`${schema}\n\\dv`)).toContain('public | v    | view')
    expect(printed(`${schema}\n\\di public.t*`)).toMatch(/t_b_key.*\n.*t_pkey.*\n\(2 rows\)/)
    expect(printed('\\d nope')).toContain('Did not find any relation named "nope".')
  })
})

test('the command line takes psql’s options', () => {
  const given = parseArguments(['-v', 'a=1', '--set=b=x=y', '-At', '-P', 'null=-', '-c', 'select 1'])
  expect(given).toMatchObject({
    variables: { a: '1', b: 'x=y' },
    mode: 'list',
    tuplesOnly: true,
    printSettings: ['null=-'],
  })
})

describe('psql’s tables', () => {
  const rows =
    "create table s (y int, q text, v int); insert into s values (2023, 'a', 1), (2023, 'b', 2), (2024, 'b', 3);\n"
  const aligned = `\\pset format aligned\n\\pset footer off\n${rows}`

  test('\\crosstabview has a row and a column for each value', () => {
    expect(printed(`${aligned}select * from s \\crosstabview`)).toBe(
      '  y   | a | b\n------+---+---\n 2023 | 1 | 2\n 2024 |   | 3',
    )
    expect(
      printed(`${aligned}select y, q, v, -length(q) - y as o from s where y = 2023 or q = 'b' \\crosstabview 2 y v o`),
    ).toBe(' q | 2024 | 2023\n---+------+------\n a |      |    1\n b |    3 |    2')
    for (const [script, message] of [
      ['select 1 \\crosstabview', 'query must return at least three columns'],
      ['select * from s \\crosstabview y y', 'vertical and horizontal headers must be different columns'],
      ['select * from s \\crosstabview y zz', 'column name not found: "zz"'],
      ['select 1, 2, 3 union all select 1, 2, 4 \\crosstabview', 'multiple data values for row "1", column "2"'],
    ])
      expect(printed(`${rows}${script}`)).toContain(message)
  })

  test('borders and lines', () => {
    const select = "select 1 as a, 'x' as bc;"
    expect(printed(`${aligned}\\pset border 0\n${select}`)).toBe('a bc\n- --\n1 x')
    expect(printed(`${aligned}\\pset border 2\n${select}`)).toBe(
      '+---+----+\n| a | bc |\n+---+----+\n| 1 | x  |\n+---+----+',
    )
    expect(printed(`${aligned}\\pset linestyle unicode\n${select}`)).toBe(' a │ bc\n───┼────\n 1 │ x')
    expect(printed(`${aligned}\\pset linestyle unicode\n\\pset border 2\n\\x\n${select}`).trim()).toBe(
      '┌─[ RECORD 1 ]─┐\n│ a  │ 1 │\n│ bc │ x │\n└────┴───┘',
    )
    expect(printed(`${aligned}\\pset border 0\n\\x\n${select}`).trim()).toBe('* Record 1\na  1\nbc x')
    expect(printed('\\pset border x')).toContain('invalid border "x"')
    expect(printed('\\pset linestyle foo')).toContain('allowed line styles are ascii, unicode')
  })
})

test('results of several statements go into a command', () => {
  expect(printed('\\o |sort -r\nselect 1;\nselect 2;\n\\o\nselect 0;')).toBe('2\n1\n0')
})

test('\\h shows how statements are written', () => {
  expect(printed('\\h')).toContain('CREATE TABLE')
  expect(printed('\\h create view')).toBe('CREATE [ OR REPLACE ] [ TEMP ] VIEW name [ ( column, … ) ] AS query')
  expect(printed('\\h nonsense')).toContain('No help available for "nonsense".')
})
