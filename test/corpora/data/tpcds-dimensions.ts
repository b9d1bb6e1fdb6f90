/** The tables to which sales refer. */
import { isoDate, type MadeTable, type Maker } from './tables.ts'
import type { Shop } from './tpcds.ts'

type Add = (name: string, rows: number, makers: Readonly<Record<string, Maker>>) => MadeTable
type Some = (table: string, column: string, part: number, other: () => string | null) => Maker

/** Days between 1970-01-01 and the Julian day 0. */
const epoch = 2_440_588

const genders = ['M', 'F']
const marriages = ['M', 'S', 'D', 'W', 'U']
const educations = ['Primary', 'Secondary', 'College', '2 yr Degree', '4 yr Degree', 'Advanced Degree', 'Unknown']
const credits = ['Good', 'Low Risk', 'High Risk', 'Unknown']
const potentials = ['>10000', '5001-10000', '1001-5000', '501-1000', '0-500', 'Unknown']
const categories = 'Books,Children,Electronics,Home,Jewelry,Men,Music,Shoes,Sports,Women'.split(',')
const sizes = ['small', 'medium', 'large', 'extra large', 'petite', 'economy', 'N/A']
const units = 'Ounce,Oz,Bunch,Ton,N/A,Dozen,Box,Pound,Pallet,Gross,Cup,Dram,Each,Tbl,Lb,Bundle,Case,Carton'.split(',')
const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

export function dimensions({ random, ...shop }: Shop, scale: number, firstDay: number, add: Add, some: Some): void {
  const code = (row: number): string =>
    `AAAAAAAA${String(row)
      .padStart(8, '0')
      .replace(/\d/g, (digit) => 'ABCDEFGHIJ'[Number(digit)])}`
  const key: Maker = (row) => row + 1
  const flag: Maker = () => random.pick(['Y', 'N'])
  const state = (table: string, prefix: string, part: number): Maker =>
    some(table, `${prefix}_state`, part, () =>
      random.pick(['TN', 'CA', 'TX', 'GA', 'OH', 'VA', 'IL', 'KY', 'NM', 'OR']),
    )
  const place = (table: string, prefix: string, part: number): Record<string, Maker> => ({
    [`${prefix}_city`]: some(table, `${prefix}_city`, part, () =>
      random.pick(['Fairview', 'Midway', 'Oak Grove', 'Salem', 'Union']),
    ),
    [`${prefix}_county`]: some(
      table,
      `${prefix}_county`,
      part,
      () => `${random.pick(['Ziebach', 'Walker', 'Daviess', 'Barrow', 'Fairfield', 'Luce'])} County`,
    ),
    [`${prefix}_state`]: state(table, prefix, part),
    [`${prefix}_zip`]: some(table, `${prefix}_zip`, 0.5, () => String(random.between(10_000, 99_999))),
    [`${prefix}_country`]: () => 'United States',
    [`${prefix}_gmt_offset`]: () => random.pick(['-5.00', '-6.00', '-7.00', '-8.00']),
  })

  const dates = 73_049
  const parts = Array.from({ length: dates }, (_, row) => {
    const date = new Date((firstDay + row - epoch) * 86_400_000)
    return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate(), dow: date.getUTCDay() }
  })
  const quarter = (row: number): number => Math.ceil(parts[row].month / 3)
  add('date_dim', dates, {
    d_date_sk: (row) => firstDay + row,
    d_date_id: (row) => code(firstDay + row),
    d_date: (row) => isoDate(firstDay + row - epoch),
    d_month_seq: (row) => (parts[row].year - 1900) * 12 + parts[row].month - 1,
    d_week_seq: (row) => Math.floor((row + 1) / 7) + 1,
    d_quarter_seq: (row) => (parts[row].year - 1900) * 4 + quarter(row),
    d_year: (row) => parts[row].year,
    d_dow: (row) => parts[row].dow,
    d_moy: (row) => parts[row].month,
    d_dom: (row) => parts[row].day,
    d_qoy: quarter,
    d_fy_year: (row) => parts[row].year,
    d_day_name: (row) => days[parts[row].dow],
    d_quarter_name: (row) => `${parts[row].year}Q${quarter(row)}`,
    d_holiday: () => (random.chance(0.03) ? 'Y' : 'N'),
    d_weekend: (row) => (parts[row].dow % 6 === 0 ? 'Y' : 'N'),
  })
  add('time_dim', 86_400, {
    t_time_sk: (row) => row,
    t_time_id: code,
    t_time: (row) => row,
    t_hour: (row) => Math.floor(row / 3600),
    t_minute: (row) => Math.floor(row / 60) % 60,
    t_second: (row) => row % 60,
    t_am_pm: (row) => (row < 43_200 ? 'AM' : 'PM'),
    t_shift: (row) => ['third', 'first', 'second'][Math.floor(row / 28_800)],
    t_meal_time: (row) => {
      const hour = Math.floor(row / 3600)
      return hour >= 6 && hour <= 8
        ? 'breakfast'
        : hour >= 11 && hour <= 13
          ? 'lunch'
          : hour >= 17 && hour <= 20
            ? 'dinner'
            : null
    },
  })
  add('customer_demographics', shop.demographics, {
    cd_demo_sk: key,
    cd_gender: (row) => genders[row % 2],
    cd_marital_status: (row) => marriages[Math.floor(row / 2) % 5],
    cd_education_status: (row) => educations[Math.floor(row / 10) % 7],
    cd_purchase_estimate: (row) => (Math.floor(row / 70) % 20) * 500 + 500,
    cd_credit_rating: (row) => credits[Math.floor(row / 1400) % 4],
    cd_dep_count: (row) => Math.floor(row / 5600) % 7,
    cd_dep_employed_count: (row) => Math.floor(row / 39_200) % 7,
    cd_dep_college_count: (row) => Math.floor(row / 274_400) % 7,
  })
  add('household_demographics', shop.households, {
    hd_demo_sk: key,
    hd_income_band_sk: (row) => (row % 20) + 1,
    hd_buy_potential: (row) => potentials[Math.floor(row / 20) % 6],
    hd_dep_count: (row) => Math.floor(row / 120) % 10,
    hd_vehicle_count: (row) => (Math.floor(row / 1200) % 6) - 1,
  })
  add('income_band', 20, {
    ib_income_band_sk: key,
    ib_lower_bound: (row) => row * 10_000 + (row === 0 ? 0 : 1),
    ib_upper_bound: (row) => (row + 1) * 10_000,
  })
  const category: number[] = []
  const brand: number[] = []
  add('item', shop.items, {
    i_item_sk: key,
    i_item_id: (row) => code(Math.floor(row / 2)),
    i_item_desc: () => random.title(random.between(3, 12)),
    i_current_price: () => `${random.between(0, 99)}.${random.between(10, 99)}`,
    i_brand_id: (row) => {
      category[row] = random.skewed(categories.length, 1.2)
      brand[row] = (category[row] + 1) * 1_000_000 + random.between(1, 16) * 1000 + random.between(1, 10)
      return brand[row]
    },
    i_brand: (row) => `brand #${brand[row] % 97}`,
    i_class_id: () => random.between(1, 16),
    i_class: some('item', 'i_class', 0.5, () => `class ${random.between(1, 40)}`),
    i_category_id: (row) => category[row] + 1,
    i_category: (row) => (random.chance(0.01) ? null : categories[category[row]]),
    i_manufact_id: () => random.skewed(1000, 1.3) + 1,
    i_manufact: () => `maker ${random.skewed(400, 1.3)}`,
    i_size: () => random.pick(sizes),
    i_color: some('item', 'i_color', 0.8, () => random.word()),
    i_units: () => random.pick(units),
    i_manager_id: () => random.between(1, 100),
    i_product_name: (row) => (random.chance(0.01) ? null : `product ${row % Math.ceil(shop.items * 0.9)}`),
  })
  add('customer_address', shop.addresses, {
    ca_address_sk: key,
    ca_address_id: code,
    ...place('customer_address', 'ca', 0.5),
    ca_location_type: () => random.pick(['apartment', 'condo', 'single family']),
  })
  add('customer', shop.customers, {
    c_customer_sk: key,
    c_customer_id: code,
    c_current_cdemo_sk: () => (random.chance(0.03) ? null : random.between(1, shop.demographics)),
    c_current_hdemo_sk: () => (random.chance(0.03) ? null : random.between(1, shop.households)),
    c_current_addr_sk: () => random.between(1, shop.addresses),
    c_salutation: () => random.pick(['Mr.', 'Mrs.', 'Ms.', 'Dr.', 'Sir']),
    c_first_name: () => (random.chance(0.03) ? null : random.title(1)),
    c_last_name: () => (random.chance(0.03) ? null : random.title(1)),
    c_preferred_cust_flag: flag,
    c_birth_day: () => random.between(1, 28),
    c_birth_month: () => (random.chance(0.03) ? null : random.between(1, 12)),
    c_birth_year: () => (random.chance(0.03) ? null : random.between(1930, 1992)),
    c_birth_country: () => random.title(1).toUpperCase(),
  })
  add('store', 12, {
    s_store_sk: key,
    s_store_id: (row) => code(Math.floor(row / 2)),
    s_store_name: () => random.pick(['ought', 'able', 'ese', 'anti', 'bar', 'eing']),
    s_number_employees: () => random.between(200, 300),
    s_market_id: () => random.between(1, 10),
    s_company_id: () => 1,
    s_company_name: () => 'Unknown',
    ...place('store', 's', 0.6),
    s_state: () => (random.chance(0.7) ? 'TN' : 'CA'),
  })
  add('call_center', 6, {
    cc_call_center_sk: key,
    cc_call_center_id: (row) => code(Math.floor(row / 2)),
    ...place('call_center', 'cc', 0.6),
  })
  add('warehouse', 5, { w_warehouse_sk: key, w_warehouse_id: code, ...place('warehouse', 'w', 0.5) })
  add('web_site', 30, {
    web_site_sk: key,
    web_site_id: (row) => code(Math.floor(row / 2)),
    web_company_name: some('web_site', 'web_company_name', 0.5, () => 'ought'),
    ...place('web_site', 'web', 0.5),
  })
  add('web_page', 60, { wp_web_page_sk: key, wp_web_page_id: code, wp_char_count: () => random.between(1000, 7000) })
  add('catalog_page', Math.max(1200, Math.round(11_718 * scale)), { cp_catalog_page_sk: key, cp_catalog_page_id: code })
  add('promotion', 300, {
    p_promo_sk: key,
    p_promo_id: code,
    p_item_sk: () => random.between(1, shop.items),
    p_channel_dmail: flag,
    p_channel_email: () => (random.chance(0.1) ? 'Y' : 'N'),
    p_channel_tv: () => (random.chance(0.1) ? 'Y' : 'N'),
    p_channel_event: () => (random.chance(0.1) ? 'Y' : 'N'),
  })
  add('reason', 35, { r_reason_sk: key, r_reason_id: code, r_reason_desc: (row) => `reason ${row + 1}` })
  add('ship_mode', 20, {
    sm_ship_mode_sk: key,
    sm_ship_mode_id: code,
    sm_type: () => random.pick(['EXPRESS', 'NEXT DAY', 'OVERNIGHT', 'REGULAR', 'TWO DAY']),
    sm_code: () => random.pick(['AIR', 'SEA', 'SURFACE']),
    sm_carrier: some('ship_mode', 'sm_carrier', 0.5, () => random.title(1)),
  })
}
