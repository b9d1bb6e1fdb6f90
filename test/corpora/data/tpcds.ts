/**
 * A retailer with stores, a catalog and a web site, after TPC-DS's schema. Sales come in baskets (one customer, day and place),
 * more of them before Christmas, most of few items to few customers; returns refer to sales; some customers who brought a thing
 * back buy it from the catalog.
 */
import { asked, literalsOf } from './literals.ts'
import { DataRandom } from './random.ts'
import {
  decimal,
  fill,
  isoDate,
  type MadeData,
  type MadeTable,
  type MadeValue,
  type Maker,
  schemaColumns,
} from './tables.ts'
import { dimensions } from './tpcds-dimensions.ts'

const firstDay = 2_415_022
/** Julian day of 1998-01-02 and how many days things are sold. */
const firstSale = 2_450_816
const saleDays = 1823

export interface Shop {
  readonly random: DataRandom
  readonly items: number
  readonly customers: number
  readonly addresses: number
  readonly demographics: number
  readonly households: number
}

/** `scale` 1 has 2.9 million sales in stores. */
export function makeTpcds(schema: string, queries: readonly string[], scale: number): MadeData {
  const columns = schemaColumns(schema)
  const literals = literalsOf(queries, columns)
  const random = new DataRandom(Math.round(scale * 1000))
  const shop: Shop = {
    random,
    items: Math.max(60, Math.round(18_000 * scale)),
    customers: Math.max(80, Math.round(100_000 * scale)),
    addresses: Math.max(60, Math.round(50_000 * scale)),
    demographics: Math.max(700, Math.round(1_920_800 * scale)),
    households: 7200,
  }
  const tables: MadeTable[] = []
  const add = (name: string, rows: number, makers: Readonly<Record<string, Maker>>): MadeTable => {
    const made = fill(name, columns.get(name) ?? [], rows, makers, random)
    tables.push(made)
    return made
  }
  const some = (table: string, column: string, part: number, other: () => string | null): Maker =>
    asked(literals, table, column, part, other, random)
  dimensions(shop, scale, firstDay, add, some)

  const sales = new Sales(shop, random)
  const returned = sales.make('ss', Math.round(2_880_000 * scale), add)
  sales.repeat(returned)
  sales.make('cs', Math.round(1_440_000 * scale), add)
  sales.repeat([])
  sales.make('ws', Math.round(720_000 * scale), add)
  const weeks = 261
  const inventory = Math.round(11_700_000 * scale * 0.25)
  add('inventory', inventory, {
    inv_date_sk: (row) => firstSale + Math.floor((row / inventory) * weeks) * 7,
    inv_item_sk: (row) => (row % shop.items) + 1,
    inv_warehouse_sk: () => random.between(1, 5),
    inv_quantity_on_hand: () => (random.chance(0.05) ? null : random.between(0, 1000)),
  })
  return { schema, tables, keys, indexes: [] }
}

const keys: Readonly<Record<string, string>> = {
  call_center: 'cc_call_center_sk',
  catalog_page: 'cp_catalog_page_sk',
  customer: 'c_customer_sk',
  customer_address: 'ca_address_sk',
  customer_demographics: 'cd_demo_sk',
  date_dim: 'd_date_sk',
  household_demographics: 'hd_demo_sk',
  income_band: 'ib_income_band_sk',
  item: 'i_item_sk',
  promotion: 'p_promo_sk',
  reason: 'r_reason_sk',
  ship_mode: 'sm_ship_mode_sk',
  store: 's_store_sk',
  time_dim: 't_time_sk',
  warehouse: 'w_warehouse_sk',
  web_page: 'wp_web_page_sk',
  web_site: 'web_site_sk',
}

type Channel = 'ss' | 'cs' | 'ws'
type Add = (name: string, rows: number, makers: Readonly<Record<string, Maker>>) => MadeTable

interface Basket {
  readonly customer: number
  readonly day: number
  readonly time: number
}

interface Bought {
  readonly customer: number
  readonly item: number
  readonly day: number
}

const names = {
  ss: { sales: 'store_sales', returns: 'store_returns', short: 'sr' },
  cs: { sales: 'catalog_sales', returns: 'catalog_returns', short: 'cr' },
  ws: { sales: 'web_sales', returns: 'web_returns', short: 'wr' },
} as const

class Sales {
  private readonly shop: Shop
  private readonly random: DataRandom
  private again: readonly Bought[] = []

  constructor(shop: Shop, random: DataRandom) {
    this.shop = shop
    this.random = random
  }

  /** Some of the sales that come next are of these. */
  repeat(bought: readonly Bought[]): void {
    this.again = bought
  }

  make(channel: Channel, rows: number, add: Add): Bought[] {
    const { random, shop, again } = this
    const { sales, returns, short } = names[channel]
    const baskets: Basket[] = []
    const basketOf = new Uint32Array(rows)
    const items = new Uint32Array(rows)
    const quantity = new Uint8Array(rows)
    const price = new Uint32Array(rows)
    const cost = new Uint32Array(rows)
    for (let row = 0, left = 0; row < rows; row++, left--) {
      if (left <= 0) {
        const copied = again.length > 0 && random.chance(0.2) ? random.pick(again) : undefined
        left = random.between(1, channel === 'ss' ? 12 : 9)
        const day = copied ? Math.min(copied.day + random.between(1, 60), firstSale + saleDays) : this.day()
        baskets.push({
          customer: copied?.customer ?? random.skewed(shop.customers, 1.5) + 1,
          day,
          time: random.between(28_800, 79_200),
        })
        items[row] = copied?.item ?? 0
      }
      basketOf[row] = baskets.length - 1
      if (items[row] === 0) items[row] = random.skewed(shop.items, 1.4) + 1
      quantity[row] = random.between(1, 100)
      cost[row] = random.between(100, 10_000)
      price[row] = Math.round(cost[row] * (0.5 + random.next() * 1.6))
    }
    const basket = (row: number): Basket => baskets[basketOf[row]]
    const key = (make: Maker): Maker => {
      return (row) => (random.chance(0.03) ? null : make(row))
    }
    const ofBasket = (size: number, salt: number): Maker => {
      return key((row) => ((basketOf[row] * 2_654_435 + salt * 97) % size) + 1)
    }
    const ofCustomer = (size: number, salt: number): Maker => {
      return key((row) => ((basket(row).customer * 7919 + salt) % size) + 1)
    }
    const money = (make: (row: number) => number): Maker => {
      return (row) => (random.chance(0.02) ? null : decimal(Math.round(make(row))))
    }
    const makers: Record<string, Maker> = {
      sold_date_sk: key((row) => basket(row).day),
      sold_time_sk: key((row) => basket(row).time),
      ship_date_sk: key((row) => basket(row).day + random.between(2, 130)),
      item_sk: (row) => items[row],
      quantity: (row) => (random.chance(0.02) ? null : quantity[row]),
      customer_sk: key((row) => basket(row).customer),
      bill_customer_sk: key((row) => basket(row).customer),
      ship_customer_sk: key((row) =>
        random.chance(0.8) ? basket(row).customer : random.skewed(shop.customers, 1.5) + 1,
      ),
      store_sk: ofBasket(12, 1),
      call_center_sk: ofBasket(6, 2),
      catalog_page_sk: key(() => random.between(1, 1200)),
      web_page_sk: ofBasket(60, 3),
      web_site_sk: ofBasket(30, 4),
      ship_mode_sk: ofBasket(20, 5),
      warehouse_sk: key(() => random.between(1, 5)),
      promo_sk: key(() => random.between(1, 300)),
      wholesale_cost: money((row) => cost[row]),
      list_price: money((row) => price[row] * 1.2),
      sales_price: money((row) => price[row]),
      ext_discount_amt: money((row) => price[row] * 0.2 * quantity[row]),
      ext_sales_price: money((row) => price[row] * quantity[row]),
      ext_wholesale_cost: money((row) => cost[row] * quantity[row]),
      ext_list_price: money((row) => price[row] * 1.2 * quantity[row]),
      ext_tax: money((row) => price[row] * 0.07 * quantity[row]),
      coupon_amt: money((row) => (random.chance(0.8) ? 0 : price[row] * 0.1 * quantity[row])),
      ext_ship_cost: money((row) => cost[row] * 0.1 * quantity[row]),
      net_paid: money((row) => price[row] * quantity[row]),
      net_paid_inc_tax: money((row) => price[row] * 1.07 * quantity[row]),
      net_paid_inc_ship: money((row) => price[row] * 1.1 * quantity[row]),
      net_paid_inc_ship_tax: money((row) => price[row] * 1.17 * quantity[row]),
      net_profit: money((row) => (price[row] - cost[row]) * quantity[row]),
      ticket_number: (row) => basketOf[row] + 1,
      order_number: (row) => basketOf[row] + 1,
    }
    for (const side of ['', 'bill_', 'ship_']) {
      makers[`${side}cdemo_sk`] = ofCustomer(shop.demographics, 11)
      makers[`${side}hdemo_sk`] = ofCustomer(shop.households, 13)
      makers[`${side}addr_sk`] = ofCustomer(shop.addresses, 17)
    }
    const sold = add(sales, rows, prefixed(channel, makers)).columns

    const back = Uint32Array.from(Array.from({ length: rows }, (_, row) => row).filter(() => random.chance(0.1)))
    const of = (column: string): Maker => {
      const values = sold.get(`${channel}_${column}`) as readonly MadeValue[]
      return (row) => values[back[row]]
    }
    const customer = of(channel === 'ss' ? 'customer_sk' : 'bill_customer_sk')
    const part = (factor: number): Maker => money((row) => price[back[row]] * quantity[back[row]] * factor)
    const returning: Record<string, Maker> = {
      returned_date_sk: key((row) => basket(back[row]).day + random.between(1, 90)),
      returned_time_sk: key(() => random.between(28_800, 79_200)),
      item_sk: of('item_sk'),
      customer_sk: customer,
      refunded_customer_sk: customer,
      returning_customer_sk: (row) => (random.chance(0.8) ? customer(row) : random.skewed(shop.customers, 1.5) + 1),
      store_sk: channel === 'ss' ? of('store_sk') : () => null,
      call_center_sk: channel === 'cs' ? of('call_center_sk') : () => null,
      catalog_page_sk: channel === 'cs' ? of('catalog_page_sk') : () => null,
      warehouse_sk: () => random.between(1, 5),
      ship_mode_sk: () => random.between(1, 20),
      web_page_sk: () => random.between(1, 60),
      reason_sk: key(() => random.between(1, 35)),
      ticket_number: (row) => basketOf[back[row]] + 1,
      order_number: (row) => basketOf[back[row]] + 1,
      return_quantity: (row) => random.between(1, quantity[back[row]]),
      return_amt: part(0.6),
      return_amount: part(0.6),
      return_tax: part(0.05),
      return_amt_inc_tax: part(0.65),
      fee: part(0.01),
      return_ship_cost: part(0.1),
      refunded_cash: part(0.3),
      reversed_charge: part(0.1),
      store_credit: part(0.1),
      account_credit: part(0.1),
      net_loss: part(0.2),
    }
    for (const side of ['', 'refunded_', 'returning_']) {
      const at = side === '' ? '' : 'bill_'
      for (const kind of ['cdemo_sk', 'hdemo_sk', 'addr_sk'])
        returning[side + kind] = sold.has(`${channel}_${at}${kind}`) ? of(at + kind) : () => null
    }
    add(returns, back.length, prefixed(short, returning))
    return Array.from(back, (row) => ({ customer: basket(row).customer, item: items[row], day: basket(row).day }))
  }

  /** A day on which something is sold: in the last two months of a year more often. */
  private day(): number {
    const { random } = this
    for (;;) {
      const day = firstSale + random.between(0, saleDays - 1)
      const month = new Date(isoDate(day - 2_440_588)).getUTCMonth() + 1
      if (month >= 11 || random.chance(month >= 8 ? 0.6 : 0.4)) return day
    }
  }
}

function prefixed(prefix: string, makers: Readonly<Record<string, Maker>>): Record<string, Maker> {
  return Object.fromEntries(Object.entries(makers).map(([name, make]) => [`${prefix}_${name}`, make]))
}
