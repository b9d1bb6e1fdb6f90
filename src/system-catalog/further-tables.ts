/** The rest of pg_catalog: types and labels that users made, sequences, languages; and what psql looks into where nothing is. */
import type { CatalogView } from '../storage/interface.ts'
import {
  arrayOf,
  BIGINT,
  BOOLEAN,
  type DataType,
  INTEGER,
  NAME,
  OID,
  REAL,
  SMALLINT,
  TEXT,
} from '../types/data-type.ts'
import { typeOid } from '../types/traits.ts'
import type { Value } from '../types/value.ts'
import { objectNumber, relationNumber, type SystemTable, sortedRelations } from './system-table.ts'

const types: Readonly<Record<string, DataType>> = {
  oid: OID,
  name: NAME,
  text: TEXT,
  bool: BOOLEAN,
  int2: SMALLINT,
  int4: INTEGER,
  int8: BIGINT,
  float4: REAL,
  regtype: { kind: 'regtype' },
  'int2[]': arrayOf(SMALLINT),
  'text[]': arrayOf(TEXT),
  'oid[]': arrayOf(OID),
}

/** Column lists as `oid:oid relname:name …`. */
export function columns(text: string): readonly (readonly [string, DataType])[] {
  return text.split(/\s+/).map((word) => {
    const [name, type] = word.split(':')
    return [name, types[type]] as const
  })
}

/** A type's number: PostgreSQL's where it has one, else one that follows from the name. */
export function typeNumber(type: DataType): number {
  const known = typeOid(type)
  return known !== 0 || !('name' in type) || !type.name ? known : objectNumber('type', type.name)
}

/** The types that users made. */
export function* userTypes(catalog: CatalogView): Iterable<{ schema: string; name: string; type: DataType }> {
  for (const schema of catalog.schemas()) {
    for (const name of catalog.typeNames(schema)) {
      const type = catalog.findType(name, schema)
      if (type) yield { schema, name, type }
    }
  }
}

/** The letters of pg_type.typtype and typcategory. */
export function typeLetters(type: DataType): readonly [string, string] {
  switch (type.kind) {
    case 'enum':
      return ['e', 'E']
    case 'domain':
      return ['d', typeLetters(type.base)[1]]
    case 'record':
      return ['c', 'C']
    case 'range':
      return ['r', 'R']
    case 'multirange':
      return ['m', 'R']
    default:
      return ['b', 'U']
  }
}

const labels: SystemTable = {
  schema: 'pg_catalog',
  name: 'pg_enum',
  columns: columns('oid:oid enumtypid:oid enumsortorder:float4 enumlabel:name'),
  *rows({ catalog }) {
    for (const { name, type } of userTypes(catalog)) {
      if (type.kind !== 'enum') continue
      for (const [i, label] of type.labels.entries()) {
        const oid = objectNumber('label', name, label)
        yield { oid, enumtypid: typeNumber(type), enumsortorder: i + 1, enumlabel: label }
      }
    }
  },
}

const sequences: SystemTable = {
  schema: 'pg_catalog',
  name: 'pg_sequence',
  columns: columns(
    'seqrelid:oid seqtypid:oid seqstart:int8 seqincrement:int8 seqmax:int8 seqmin:int8 seqcache:int8 seqcycle:bool',
  ),
  *rows({ catalog }) {
    for (const relation of sortedRelations(catalog)) {
      if (relation.kind !== 'sequence') continue
      yield {
        seqrelid: relationNumber(relation),
        seqtypid: typeNumber(relation.type),
        seqstart: relation.start,
        seqincrement: relation.increment,
        seqmax: relation.maximum,
        seqmin: relation.minimum,
        seqcache: relation.cache,
        seqcycle: relation.cycle,
      }
    }
  },
}

const languages: SystemTable = {
  schema: 'pg_catalog',
  name: 'pg_language',
  columns: columns(
    'oid:oid lanname:name lanowner:oid lanispl:bool lanpltrusted:bool lanplcallfoid:oid laninline:oid lanvalidator:oid lanacl:text[] tableoid:oid',
  ),
  rows: () =>
    ['internal', 'c', 'sql'].map((lanname, i) => ({
      oid: 12 + i,
      lanname,
      lanowner: 10,
      lanispl: false,
      lanpltrusted: lanname === 'sql',
      lanplcallfoid: 0,
      laninline: 0,
      lanvalidator: 0,
    })),
}

const tablespaces: SystemTable = {
  schema: 'pg_catalog',
  name: 'pg_tablespace',
  columns: columns('oid:oid spcname:name spcowner:oid spcacl:text[] spcoptions:text[]'),
  rows: (): Record<string, Value>[] => [
    { oid: 1663, spcname: 'pg_default', spcowner: 10 },
    { oid: 1664, spcname: 'pg_global', spcowner: 10 },
  ],
}

/** By table, its columns: there is nothing of the kind here. */
const nothing: Readonly<Record<string, string>> = {
  pg_aggregate:
    'aggfnoid:oid aggkind:text aggnumdirectargs:int2 aggtransfn:oid aggfinalfn:oid aggtranstype:oid agginitval:text',
  pg_auth_members: 'roleid:oid member:oid grantor:oid admin_option:bool',
  pg_cast: 'oid:oid castsource:oid casttarget:oid castfunc:oid castcontext:text castmethod:text tableoid:oid',
  pg_conversion:
    'oid:oid conname:name connamespace:oid conowner:oid conforencoding:int4 contoencoding:int4 conproc:oid condefault:bool tableoid:oid',
  pg_default_acl: 'oid:oid defaclrole:oid defaclnamespace:oid defaclobjtype:text defaclacl:text[]',
  pg_depend: 'classid:oid objid:oid objsubid:int4 refclassid:oid refobjid:oid refobjsubid:int4 deptype:text',
  pg_event_trigger:
    'oid:oid evtname:name evtevent:name evtowner:oid evtfoid:oid evtenabled:text evttags:text[] tableoid:oid',
  pg_extension:
    'oid:oid extname:name extowner:oid extnamespace:oid extrelocatable:bool extversion:text extconfig:oid[] extcondition:text[] tableoid:oid',
  pg_foreign_data_wrapper:
    'oid:oid fdwname:name fdwowner:oid fdwhandler:oid fdwvalidator:oid fdwacl:text[] fdwoptions:text[] tableoid:oid',
  pg_foreign_server:
    'oid:oid srvname:name srvowner:oid srvfdw:oid srvtype:text srvversion:text srvacl:text[] srvoptions:text[] tableoid:oid',
  pg_foreign_table: 'ftrelid:oid ftserver:oid ftoptions:text[]',
  pg_inherits: 'inhrelid:oid inhparent:oid inhseqno:int4 inhdetachpending:bool',
  pg_opclass:
    'oid:oid opcmethod:oid opcname:name opcnamespace:oid opcowner:oid opcfamily:oid opcintype:oid opcdefault:bool opckeytype:oid tableoid:oid',
  pg_operator:
    'oid:oid oprname:name oprnamespace:oid oprowner:oid oprkind:text oprcanmerge:bool oprcanhash:bool oprleft:oid oprright:oid ' +
    'oprresult:oid oprcom:oid oprnegate:oid oprcode:oid oprrest:oid oprjoin:oid tableoid:oid',
  pg_opfamily: 'oid:oid opfmethod:oid opfname:name opfnamespace:oid opfowner:oid tableoid:oid',
  pg_partitioned_table: 'partrelid:oid partstrat:text partnatts:int2 partdefid:oid partattrs:text partexprs:text',
  pg_policy:
    'oid:oid polname:name polrelid:oid polcmd:text polpermissive:bool polroles:oid[] polqual:text polwithcheck:text',
  pg_publication:
    'oid:oid pubname:name pubowner:oid puballtables:bool pubinsert:bool pubupdate:bool pubdelete:bool pubtruncate:bool pubviaroot:bool tableoid:oid',
  pg_publication_namespace: 'oid:oid pnpubid:oid pnnspid:oid',
  pg_publication_rel: 'oid:oid prpubid:oid prrelid:oid prqual:text prattrs:int2[]',
  pg_range:
    'rngtypid:oid rngsubtype:oid rngmultitypid:oid rngcollation:oid rngsubopc:oid rngcanonical:oid rngsubdiff:oid',
  pg_rewrite:
    'oid:oid rulename:name ev_class:oid ev_type:text ev_enabled:text is_instead:bool ev_qual:text ev_action:text tableoid:oid',
  pg_shdescription: 'objoid:oid classoid:oid description:text',
  pg_statistic_ext:
    'oid:oid stxrelid:oid stxname:name stxnamespace:oid stxowner:oid stxkind:text[] stxkeys:text stxstattarget:int4 tableoid:oid',
  pg_subscription: 'oid:oid subname:name subdbid:oid subowner:oid subenabled:bool subpublications:text[] tableoid:oid',
  pg_user_mapping: 'oid:oid umuser:oid umserver:oid umoptions:text[]',
}

export const furtherTables: readonly SystemTable[] = [
  labels,
  sequences,
  languages,
  tablespaces,
  ...Object.entries(nothing).map(
    ([name, text]): SystemTable => ({ schema: 'pg_catalog', name, columns: columns(text), rows: () => [] }),
  ),
]
