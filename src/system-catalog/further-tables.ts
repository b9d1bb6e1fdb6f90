/** The rest of pg_catalog: types and labels that users made, sequences, languages; and what psql looks into where nothing is. */
import type { Value } from '../types/value.ts'
import { columns, objectNumber, relationNumber, type SystemTable, sortedRelations } from './system-table.ts'
import { typeNumber, userTypes } from './types.ts'

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
  pg_auth_members: 'roleid:oid member:oid grantor:oid admin_option:bool',
  pg_conversion:
    'oid:oid conname:name connamespace:oid conowner:oid conforencoding:int4 contoencoding:int4 conproc:oid condefault:bool tableoid:oid',
  pg_default_acl: 'oid:oid defaclrole:oid defaclnamespace:oid defaclobjtype:text defaclacl:text[]',
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
  pg_opfamily: 'oid:oid opfmethod:oid opfname:name opfnamespace:oid opfowner:oid tableoid:oid',
  pg_partitioned_table: 'partrelid:oid partstrat:text partnatts:int2 partdefid:oid partattrs:text partexprs:text',
  pg_policy:
    'oid:oid polname:name polrelid:oid polcmd:text polpermissive:bool polroles:oid[] polqual:text polwithcheck:text',
  pg_publication:
    'oid:oid pubname:name pubowner:oid puballtables:bool pubinsert:bool pubupdate:bool pubdelete:bool pubtruncate:bool pubviaroot:bool tableoid:oid',
  pg_publication_namespace: 'oid:oid pnpubid:oid pnnspid:oid',
  pg_publication_rel: 'oid:oid prpubid:oid prrelid:oid prqual:text prattrs:int2[]',
  pg_shdescription: 'objoid:oid classoid:oid description:text',
  pg_statistic_ext:
    'oid:oid stxrelid:oid stxname:name stxnamespace:oid stxowner:oid stxkind:text[] stxkeys:text stxstattarget:int4 tableoid:oid',
  pg_subscription: 'oid:oid subname:name subdbid:oid subowner:oid subenabled:bool subpublications:text[] tableoid:oid',
  pg_user_mapping: 'oid:oid umuser:oid umserver:oid umoptions:text[]',
  pg_user_mappings: 'umid:oid srvid:oid srvname:name umuser:oid usename:name umoptions:text[]',
  pg_amop:
    'oid:oid amopfamily:oid amoplefttype:oid amoprighttype:oid amopstrategy:int2 amoppurpose:char amopopr:oid amopmethod:oid amopsortfamily:oid',
  pg_amproc: 'oid:oid amprocfamily:oid amproclefttype:oid amprocrighttype:oid amprocnum:int2 amproc:regproc',
  pg_available_extension_versions:
    'name:name version:text installed:bool superuser:bool trusted:bool relocatable:bool schema:name requires:name[] comment:text',
  pg_available_extensions: 'name:name default_version:text installed_version:text comment:text',
  pg_db_role_setting: 'setdatabase:oid setrole:oid setconfig:text[]',
  pg_file_settings: 'sourcefile:text sourceline:int4 seqno:int4 name:text setting:text applied:bool error:text',
  pg_group: 'groname:name grosysid:oid grolist:oid[]',
  pg_ident_file_mappings: 'line_number:int4 map_name:text sys_name:text pg_username:text error:text',
  pg_init_privs: 'objoid:oid classoid:oid objsubid:int4 privtype:char initprivs:text[]',
  pg_policies:
    'schemaname:name tablename:name policyname:name permissive:text roles:name[] cmd:text qual:text with_check:text',
  pg_prepared_xacts: 'transaction:xid gid:text prepared:timestamptz owner:name database:name',
  pg_publication_tables: 'pubname:name schemaname:name tablename:name attnames:name[] rowfilter:text',
  pg_replication_slots:
    'slot_name:name plugin:name slot_type:text datoid:oid database:name temporary:bool active:bool active_pid:int4 xmin:xid catalog_xmin:xid wal_status:text',
  pg_rules: 'schemaname:name tablename:name rulename:name definition:text',
  pg_seclabel: 'objoid:oid classoid:oid objsubid:int4 provider:text label:text',
  pg_seclabels:
    'objoid:oid classoid:oid objsubid:int4 objtype:text objnamespace:oid objname:text provider:text label:text',
  pg_shdepend: 'dbid:oid classid:oid objid:oid objsubid:int4 refclassid:oid refobjid:oid deptype:char',
  pg_stat_replication: 'pid:int4 usesysid:oid usename:name application_name:text client_addr:inet state:text',
  pg_stat_wal_receiver: 'pid:int4 status:text slot_name:text sender_host:text sender_port:int4 conninfo:text',
  pg_stats:
    'schemaname:name tablename:name attname:name inherited:bool null_frac:float4 avg_width:int4 n_distinct:float4 correlation:float4',
  pg_largeobject: 'loid:oid pageno:int4 data:bytea',
  pg_stat_progress_vacuum: 'pid:int4 datid:oid datname:name relid:oid phase:text heap_blks_total:int8',
  pg_transform: 'oid:oid trftype:oid trflang:oid trffromsql:regproc trftosql:regproc',
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
