/**
 * The words that mean something to the grammar, classed as PostgreSQL classes them (manual, appendix C). A word that is
 * not listed, and every word listed as unreserved, may name anything; DuckDB's words (QUALIFY, PIVOT, ASOF …) are
 * recognised by their place only, so that no name is lost to them.
 */

/** Where a word may stand, as bits. */
export const KEYWORD = 1
/** May name a table or a column. */
export const COLUMN_NAME = 2
/** May name a function or a type. */
export const FUNCTION_NAME = 4
/** May be an alias without AS. */
export const BARE_LABEL = 8
/** What an ordinary name may be. */
export const ANY_NAME: number = COLUMN_NAME | FUNCTION_NAME | BARE_LABEL

/** May name a table or column, but no function: these have a syntax of their own when called. */
const columnNameKeywords = `
  between bigint bit boolean coalesce dec decimal exists extract float greatest grouping inout int integer interval least
  national nchar none normalize nullif numeric out overlay position real row setof smallint substring time timestamp treat
  trim values varchar xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot
  xmlserialize xmltable`

const columnNameKeywordsNoLabel = 'char character precision'

const functionNameKeywords = `
  authorization binary collation concurrently cross current_schema freeze full ilike inner is join left like natural outer
  right similar tablesample verbose`

const functionNameKeywordsNoLabel = 'isnull notnull overlaps'

const reservedKeywords = `
  all analyse analyze and any asc asymmetric both case cast check collate column constraint current_catalog current_date
  current_role current_time current_timestamp current_user default deferrable desc distinct do else end false foreign in
  initially lateral leading localtime localtimestamp not null only or placing primary references select session_user some
  symmetric table then trailing true unique user using variadic when`

const reservedKeywordsNoLabel = `
  array as create except fetch for from grant group having intersect into limit offset on order returning to union where
  window with`

const unreservedKeywords = `
  abort absolute access action add admin after aggregate also alter always assertion assignment at atomic attach attribute
  backward before begin breadth by cache call called cascade cascaded catalog chain characteristics checkpoint class close
  cluster columns comment comments commit committed compression configuration conflict connection constraints content
  continue conversion copy cost csv cube current cursor cycle data database deallocate declare defaults deferred definer
  delete delimiter delimiters depends depth detach dictionary disable discard document domain double drop each enable
  encoding encrypted enum escape event exclude excluding exclusive execute explain expression extension external family
  finalize first following force forward function functions generated global granted groups handler header hold identity if
  immediate immutable implicit import include including increment index indexes inherit inherits inline input insensitive
  insert instead invoker isolation key label language large last leakproof level listen load local location lock locked
  logged mapping match matched materialized maxvalue merge method minvalue mode move name names new next nfc nfd nfkc nfkd
  no normalized nothing notify nowait nulls object of off oids old operator option options ordinality others overriding
  owned owner parallel parameter parser partial partition passing password plans policy preceding prepare prepared preserve
  prior privileges procedural procedure procedures program publication quote range read reassign recheck recursive ref
  referencing refresh reindex relative release rename repeatable replace replica reset restart restrict return returns
  revoke role rollback rollup routine routines rows rule savepoint schema schemas scroll search security sequence sequences
  serializable server session set sets share show simple skip snapshot sql stable standalone start statement statistics
  stdin stdout storage stored strict strip subscription support sysid system tables tablespace temp template temporary text
  ties transaction transform trigger truncate trusted type types uescape unbounded uncommitted unencrypted unknown unlisten
  unlogged until update vacuum valid validate validator value version view views volatile whitespace work wrapper write xml
  yes zone`

const unreservedKeywordsNoLabel = 'day filter hour minute month over second varying within without year'

/** DuckDB's words, which the grammar finds by their place. */
const placedKeywords = `
  anti asof attach describe glob ignore lambda macro map pivot positional pragma qualify respect sample semi struct
  summarize try_cast unpivot use`

interface Keyword {
  readonly word: string
  readonly flags: number
}

const keywords: ReadonlyMap<string, Keyword> = new Map(
  (
    [
      [placedKeywords, KEYWORD | ANY_NAME],
      [unreservedKeywords, KEYWORD | ANY_NAME],
      [unreservedKeywordsNoLabel, KEYWORD | COLUMN_NAME | FUNCTION_NAME],
      [columnNameKeywords, KEYWORD | COLUMN_NAME | BARE_LABEL],
      [columnNameKeywordsNoLabel, KEYWORD | COLUMN_NAME],
      [functionNameKeywords, KEYWORD | FUNCTION_NAME | BARE_LABEL],
      [functionNameKeywordsNoLabel, KEYWORD | FUNCTION_NAME],
      [reservedKeywords, KEYWORD | BARE_LABEL],
      [reservedKeywordsNoLabel, KEYWORD],
    ] as const
  ).flatMap(([words, flags]) =>
    words
      .trim()
      .split(/\s+/)
      .map((word) => [word, { word, flags }] as const),
  ),
)

/** The keyword's record, holding the one copy of its spelling, so that comparing words compares pointers. */
export function findKeyword(word: string): Keyword | undefined {
  return keywords.get(word)
}

/** Whether a word cannot name a table or column unless quoted. */
export function isReserved(word: string): boolean {
  const keyword = keywords.get(word)
  return keyword !== undefined && (keyword.flags & COLUMN_NAME) === 0
}

/** Every keyword, for completion and for spelling hints. */
export function listKeywords(): readonly string[] {
  return [...keywords.keys()]
}
