/** psql's `\d` and its kin: what the catalogs say of relations, functions, types and schemas. */
import { SqlError } from '../../src/index.node.ts'
import type { Command } from '../command.ts'
import { quoteLiteral } from '../script.ts'
import type { Shell } from '../shell.ts'

const kindNames: Readonly<Record<string, string>> = {
  r: 'table',
  v: 'view',
  m: 'materialized view',
  i: 'index',
  S: 'sequence',
}

/** What a pattern such as `public.t*` asks of a schema's and an object's name. */
function conditionsOf(pattern: string | undefined, schema: string, name: string, visible: string): string {
  const own = `${schema} NOT IN ('pg_catalog', 'information_schema')`
  if (pattern === undefined) return `${own} AND ${visible}`
  const parts = partsOfName(pattern)
  const object = parts[parts.length - 1]
  const conditions = object === '' ? [] : [`${name} ~ ${quoteLiteral(`^(${object})$`)}`]
  if (parts.length > 1) conditions.push(`${schema} ~ ${quoteLiteral(`^(${parts[parts.length - 2]})$`)}`)
  else conditions.push(visible)
  return conditions.join(' AND ')
}

/** Regular expressions for the parts of a dotted pattern: `*` and `?` are wild outside of quotes. */
function partsOfName(pattern: string): string[] {
  const parts = ['']
  let quoted = false
  for (const character of pattern) {
    if (character === '"') quoted = !quoted
    else if (character === '.' && !quoted) parts.push('')
    else {
      const wild = quoted
        ? undefined
        : ({ '*': '.*', '%': '.*', '?': '.' } as Readonly<Record<string, string>>)[character]
      const plain = quoted ? character : character.toLowerCase()
      parts[parts.length - 1] += wild ?? plain.replace(/[\\^$.|()[\]{}+*?]/g, '\\$&')
    }
  }
  return parts
}

/** Letters of pg_class.relkind by the letters of `\dt`, `\dv` … */
const relationKinds: Readonly<Record<string, readonly string[]>> = {
  t: ['r'],
  v: ['v'],
  m: ['m'],
  i: ['i'],
  s: ['S'],
}

function listRelations(shell: Shell, name: string, pattern: string | undefined): void {
  const letters = [...name.slice(2).toLowerCase()].filter((letter) => letter in relationKinds)
  const kinds = letters.length > 0 ? letters.flatMap((letter) => relationKinds[letter]) : ['r', 'v', 'm', 'S']
  const isIndex = kinds.includes('i')
  const cases = kinds.map((kind) => `WHEN '${kind}' THEN '${kindNames[kind]}'`).join(' ')
  const more = name.endsWith('+')
  const sql = `
    SELECT n.nspname AS "Schema", c.relname AS "Name", CASE c.relkind ${cases} END AS "Type",
      pg_get_userbyid(c.relowner) AS "Owner"${isIndex ? ', t.relname AS "Table"' : ''}
      ${more ? `, pg_size_pretty(pg_relation_size(c.oid)) AS "Size", obj_description(c.oid, 'pg_class') AS "Description"` : ''}
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    ${isIndex ? 'LEFT JOIN pg_index i ON i.indexrelid = c.oid LEFT JOIN pg_class t ON t.oid = i.indrelid' : ''}
    WHERE c.relkind IN (${kinds.map((kind) => `'${kind}'`).join(', ')})
      AND ${conditionsOf(pattern, 'n.nspname', 'c.relname', 'pg_table_is_visible(c.oid)')}
    ORDER BY 1, 2`
  if (shell.database.query(sql).rowCount > 0) return shell.list('List of relations', sql)
  const nothing = letters.length === 1 ? `${kindNames[kinds[0]]}s` : 'relations'
  throw missing(pattern === undefined ? `any ${nothing}` : `any ${nothing.replace(/s$/, '')} named "${pattern}"`)
}

function missing(what: string): SqlError {
  return new SqlError('undefined_object', `Did not find ${what}.`)
}

interface Found {
  readonly oid: number
  readonly schema: string
  readonly name: string
  readonly kind: string
}

function describe(shell: Shell, pattern: string, more: boolean): void {
  const found = shell.database.query(`
    SELECT c.oid::bigint AS oid, n.nspname AS schema, c.relname AS name, c.relkind AS kind
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'v', 'm', 'i', 'S') AND ${conditionsOf(pattern, 'n.nspname', 'c.relname', 'pg_table_is_visible(c.oid)')}
    ORDER BY 2, 3`).rows as unknown as Found[]
  if (found.length === 0) throw missing(`any relation named "${pattern}"`)
  for (const relation of found) describeRelation(shell, relation, more)
}

function describeRelation(shell: Shell, { oid, schema, name, kind }: Found, more: boolean): void {
  const what = kindNames[kind]
  const title = `${what[0].toUpperCase()}${what.slice(1)} "${schema}.${name}"`
  const lines = (sql: string): string[] => shell.database.query(sql).text.map(([line]) => `    ${line}`)
  if (kind === 'S') {
    shell.table(
      title,
      `SELECT format_type(seqtypid, NULL) AS "Type", seqstart AS "Start", seqmin AS "Minimum", seqmax AS "Maximum",
         seqincrement AS "Increment", CASE WHEN seqcycle THEN 'yes' ELSE 'no' END AS "Cycles?", seqcache AS "Cache"
       FROM pg_sequence WHERE seqrelid = ${oid}`,
    )
    return shell.write('')
  }
  if (kind === 'i') {
    shell.table(
      title,
      `SELECT attname AS "Column", format_type(atttypid, atttypmod) AS "Type",
         CASE WHEN attnum <= indnkeyatts THEN 'yes' ELSE 'no' END AS "Key?",
         pg_get_indexdef(indexrelid, attnum, true) AS "Definition"
       FROM pg_attribute JOIN pg_index ON indexrelid = attrelid WHERE attrelid = ${oid} AND attnum > 0 ORDER BY attnum`,
    )
    const [about] = shell.database.query(`
      SELECT concat(CASE WHEN indisprimary THEN 'primary key, ' WHEN indisunique THEN 'unique, ' END, amname, ', for table "',
        n.nspname, '.', t.relname, '"', ', predicate (' || pg_get_expr(indpred, indrelid, true) || ')')
      FROM pg_index JOIN pg_class i ON i.oid = indexrelid JOIN pg_am a ON a.oid = i.relam
        JOIN pg_class t ON t.oid = indrelid JOIN pg_namespace n ON n.oid = t.relnamespace
      WHERE indexrelid = ${oid}`).text
    return shell.write(`${about[0]}\n`)
  }
  shell.table(
    title,
    `SELECT a.attname AS "Column", format_type(a.atttypid, a.atttypmod) AS "Type", '' AS "Collation",
       CASE WHEN a.attnotnull THEN 'not null' ELSE '' END AS "Nullable",
       CASE a.attidentity WHEN 'a' THEN 'generated always as identity' WHEN 'd' THEN 'generated by default as identity'
         ELSE CASE a.attgenerated WHEN 's' THEN 'generated always as (' || pg_get_expr(d.adbin, d.adrelid) || ') stored'
         ELSE coalesce(pg_get_expr(d.adbin, d.adrelid), '') END END AS "Default"
       ${more ? ', col_description(a.attrelid, a.attnum) AS "Description"' : ''}
     FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
     WHERE a.attrelid = ${oid} AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`,
  )
  const section = (heading: string, content: readonly string[]): void => {
    if (content.length > 0) shell.write([heading, ...content].join('\n'))
  }
  section(
    'Indexes:',
    lines(`
      SELECT format('"%s" %s%s', i.relname,
        CASE WHEN x.indisprimary THEN 'PRIMARY KEY, ' WHEN k.oid IS NOT NULL AND x.indisunique THEN 'UNIQUE CONSTRAINT, '
          WHEN x.indisunique THEN 'UNIQUE, ' ELSE '' END,
        regexp_replace(pg_get_indexdef(x.indexrelid), '^.* USING ', ''))
      FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
        LEFT JOIN pg_constraint k ON k.conindid = x.indexrelid AND k.contype IN ('p', 'u')
      WHERE x.indrelid = ${oid} ORDER BY x.indisprimary DESC, i.relname`),
  )
  const constraints = (type: string): string[] =>
    lines(`SELECT format('"%s" %s', conname, pg_get_constraintdef(oid, true)) FROM pg_constraint
           WHERE conrelid = ${oid} AND contype = '${type}' ORDER BY conname`)
  section('Check constraints:', constraints('c'))
  section('Foreign-key constraints:', constraints('f'))
  section(
    'Referenced by:',
    lines(`SELECT format('TABLE "%s" CONSTRAINT "%s" %s', conrelid::regclass::text, conname, pg_get_constraintdef(oid, true))
           FROM pg_constraint WHERE confrelid = ${oid} AND contype = 'f' ORDER BY conrelid::regclass::text, conname`),
  )
  section(
    'Triggers:',
    lines(`SELECT substring(pg_get_triggerdef(oid) FROM 'TRIGGER (.*)') FROM pg_trigger
           WHERE tgrelid = ${oid} AND NOT tgisinternal ORDER BY tgname`),
  )
  if (kind !== 'r' && more) {
    shell.write(`View definition:\n${shell.database.query(`SELECT pg_get_viewdef(${oid}, true)`).text[0][0]}`)
  }
  shell.write('')
}

/** Lists of other objects: title, columns and tables, the condition without a pattern, and what a pattern is compared with. */
const lists: Readonly<
  Record<string, readonly [title: string, sql: string, schema: string, name: string, own: string]>
> = {
  f: [
    'List of functions',
    `SELECT n.nspname AS "Schema", p.proname AS "Name", pg_get_function_result(p.oid) AS "Result data type",
       pg_get_function_arguments(p.oid) AS "Argument data types",
       CASE p.prokind WHEN 'a' THEN 'agg' WHEN 'w' THEN 'window' WHEN 'p' THEN 'proc' ELSE 'func' END AS "Type"
     FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace`,
    'n.nspname',
    'p.proname',
    'true',
  ],
  a: [
    'List of aggregate functions',
    `SELECT n.nspname AS "Schema", p.proname AS "Name", pg_get_function_result(p.oid) AS "Result data type",
       pg_get_function_arguments(p.oid) AS "Argument data types"
     FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace AND p.prokind = 'a'`,
    'n.nspname',
    'p.proname',
    'true',
  ],
  T: [
    'List of data types',
    `SELECT n.nspname AS "Schema", format_type(t.oid, NULL) AS "Name", obj_description(t.oid, 'pg_type') AS "Description"
     FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_class c ON c.oid = t.typrelid
     WHERE (t.typrelid = 0 OR c.relkind = 'c') AND t.typname NOT LIKE '\\_%' AND`,
    'n.nspname',
    't.typname',
    'pg_type_is_visible(t.oid)',
  ],
  D: [
    'List of domains',
    `SELECT n.nspname AS "Schema", t.typname AS "Name", format_type(t.typbasetype, t.typtypmod) AS "Type",
       CASE WHEN t.typnotnull THEN 'not null' END AS "Nullable", t.typdefault AS "Default",
       (SELECT string_agg(pg_get_constraintdef(r.oid, true), ' ') FROM pg_constraint r WHERE r.contypid = t.oid) AS "Check"
     FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
     WHERE t.typtype = 'd' AND`,
    'n.nspname',
    't.typname',
    'pg_type_is_visible(t.oid)',
  ],
  n: [
    'List of schemas',
    `SELECT n.nspname AS "Name", pg_get_userbyid(n.nspowner) AS "Owner" FROM pg_namespace n`,
    'n.nspname',
    'n.nspname',
    'true',
  ],
}

function listObjects(shell: Shell, letter: string, pattern: string | undefined): void {
  const [title, sql, schema, name, visible] = lists[letter]
  const condition = conditionsOf(pattern, schema, name, visible)
  const joined = /\bAND$/.test(sql) ? `${sql} ${condition}` : `${sql} WHERE ${condition}`
  shell.list(title, `${joined} ORDER BY 1, 2`)
}

export const relationCommands: readonly Command[] = [
  {
    names: ['\\d', '\\d+'],
    arguments: '[NAME]',
    doc: 'Lists all relations, or describes some: columns, indexes, constraints.',
    takesNames: true,
    run: (shell, [pattern], _rest, name) =>
      pattern === undefined ? listRelations(shell, name, undefined) : describe(shell, pattern, name.endsWith('+')),
  },
  {
    names: ['.tables', '\\dt', '\\dt+', '\\dtv', '\\dtvs'],
    arguments: '[PATTERN]',
    doc: 'Lists tables; .tables views too.',
    takesNames: true,
    run: (shell, [pattern], _rest, name) => listRelations(shell, name === '.tables' ? '\\dtvm' : name, pattern),
  },
  {
    names: ['\\dv', '\\dv+', '\\dm', '\\dm+'],
    arguments: '[PATTERN]',
    doc: 'Lists views; \\dm materialized views.',
    takesNames: true,
    run: (shell, [pattern], _rest, name) => listRelations(shell, name, pattern),
  },
  {
    names: ['.indexes', '\\di', '\\di+'],
    arguments: '[PATTERN]',
    doc: 'Lists indexes.',
    takesNames: true,
    run: (shell, [pattern], _rest, name) => listRelations(shell, name === '.indexes' ? '\\di' : name, pattern),
  },
  {
    names: ['\\ds', '\\ds+'],
    arguments: '[PATTERN]',
    doc: 'Lists sequences.',
    takesNames: true,
    run: (shell, [pattern], _rest, name) => listRelations(shell, name, pattern),
  },
  {
    names: ['\\df', '\\da', '\\dT', '\\dD', '\\dn', '\\df+', '\\da+', '\\dT+', '\\dD+', '\\dn+'],
    arguments: '[PATTERN]',
    doc: 'Lists functions, \\da aggregates, \\dT types, \\dD domains, \\dn schemas.',
    takesNames: true,
    run: (shell, [pattern], _rest, name) => listObjects(shell, name[2], pattern),
  },
  {
    names: ['\\l', '\\list', '\\du', '\\dg', '\\dx'],
    arguments: '',
    doc: 'Lists databases, \\du roles, \\dx extensions.',
    run: (shell, _words, _rest, name) => {
      if (name.startsWith('\\l')) {
        return shell.list(
          'List of databases',
          `SELECT datname AS "Name", current_user AS "Owner", pg_encoding_to_char(encoding) AS "Encoding" FROM pg_database`,
        )
      }
      if (name === '\\dx') {
        return shell.list(
          'List of installed extensions',
          'SELECT extname AS "Name", extversion AS "Version" FROM pg_extension ORDER BY 1',
        )
      }
      shell.list('List of roles', 'SELECT rolname AS "Role name" FROM pg_roles ORDER BY 1')
    },
  },
  {
    names: ['\\sf', '\\sv'],
    arguments: 'NAME',
    doc: 'Shows the definition of a function, \\sv of a view.',
    takesNames: true,
    run: (shell, [object], _rest, name) => {
      if (object === undefined) throw new SqlError('syntax_error', `${name} needs a name`)
      const type = object.includes('(') ? 'regprocedure' : 'regproc'
      const sql =
        name === '\\sf'
          ? `SELECT pg_get_functiondef(${quoteLiteral(object)}::${type})`
          : `SELECT format('CREATE OR REPLACE VIEW %s AS%s%s', ${quoteLiteral(object)}::regclass, E'\\n', pg_get_viewdef(${quoteLiteral(object)}::regclass))`
      shell.write((shell.database.query(sql).text[0][0] ?? '').trimEnd())
    },
  },
  {
    names: ['.schema'],
    arguments: '[PATTERN]',
    doc: 'Shows the CREATE statements.',
    takesNames: true,
    run: (shell, [pattern]) => {
      const wanted = pattern === undefined ? undefined : new RegExp(`^(?:${partsOfName(pattern).at(-1)})$`, 'i')
      for (const relation of shell.database.relations())
        if (!wanted || wanted.test(relation.name)) shell.write(relation.definition)
    },
  },
]
