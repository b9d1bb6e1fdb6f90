/** The abbreviations of time zones that are read in input, PostgreSQL's default set, by hours east of UTC. */

const standard: readonly (readonly [hours: number, names: string])[] = [
  [-11, 'nut'],
  [-10, 'ckt hst taht'],
  [-9.5, 'mart'],
  [-9, 'akst gamt'],
  [-8, 'pst'],
  [-7, 'mst'],
  [-6, 'cst galt'],
  [-5, 'act cot est pet'],
  [-4, 'amt ast bot gyt vet'],
  [-3.5, 'nft nst'],
  [-3, 'arst art bra brt fkst fkt gft pmst pyt uyt wgt'],
  [-2, 'fnt'],
  [-1, 'azot egt'],
  [0, 'gmt uct ut utc wet z zulu'],
  [1, 'cet met mez wat'],
  [2, 'eet ist sast'],
  [3, 'eat fet msk volt'],
  [3.5, 'irt'],
  [4, 'amst azst azt gest get mut ret sct'],
  [4.5, 'aft'],
  [5, 'mawt mvt pkt tft tjt tmt uzt yekt'],
  [5.5, 'lkt'],
  [5.75, 'npt'],
  [6, 'almt bdt btt iot kgt omsst omst xjt'],
  [6.5, 'mmt'],
  [7, 'cxt davt ict krast krat novst novt wast'],
  [8, 'awst bnt bort cct hkt irkst irkt myt pht sgt ulat'],
  [8.75, 'acwst'],
  [9, 'jayt jst kst pwt yakst yakt'],
  [9.5, 'acst cast'],
  [10, 'aest chut ddut ligt mpt pgt trut vlast vlat yapt'],
  [10.5, 'lhst'],
  [11, 'kost magst magt pont vut'],
  [12, 'anast anat fjt gilt mht nzst nzt petst pett tvt wakt wft'],
  [12.75, 'chast'],
  [13, 'tkt tot'],
  [14, 'lint'],
]

const summer: readonly (readonly [hours: number, names: string])[] = [
  [-8, 'akdt'],
  [-7, 'pdt'],
  [-6, 'mdt'],
  [-5, 'cdt easst east'],
  [-4, 'edt'],
  [-3, 'adt clst clt pyst'],
  [-2.5, 'ndt'],
  [-2, 'brst pmdt uyst wgst'],
  [-1, 'fnst'],
  [0, 'azost egst'],
  [1, 'bst wetdst'],
  [2, 'bdst cest cetdst mest mesz metdst'],
  [3, 'eest eetdst idt'],
  [4, 'msd'],
  [5, 'must'],
  [6, 'kgst pkst uzst yekst'],
  [7, 'almst'],
  [8, 'wadt'],
  [9, 'awsst ulast wdt'],
  [10, 'kdt'],
  [10.5, 'acdt acsst cadt sadt'],
  [11, 'aedt aesst lhdt'],
  [13, 'fjst nzdt'],
  [13.75, 'chadt'],
]

export interface ZoneAbbreviation {
  /** Seconds east of UTC. */
  readonly offset: number
  readonly summer: boolean
}

let abbreviations: ReadonlyMap<string, ZoneAbbreviation> | undefined

/** What an abbreviation such as `pst` or `CEST` means, or undefined. */
export function zoneAbbreviation(name: string): ZoneAbbreviation | undefined {
  abbreviations ??= readTables()
  return abbreviations.get(name.toLowerCase())
}

function readTables(): ReadonlyMap<string, ZoneAbbreviation> {
  return new Map(
    [standard, summer].flatMap((table, i) =>
      table.flatMap(([hours, names]) =>
        names.split(' ').map((name): [string, ZoneAbbreviation] => [name, { offset: hours * 3600, summer: i === 1 }]),
      ),
    ),
  )
}
