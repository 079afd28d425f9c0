// Makes a furnished database one store's own. Only SQL, because this is the fast way: the tables are
// exactly those of VERSION, which the caller has made sure of, so nothing here depends on luck.
import { randomUUID } from "node:crypto"
import type { Client } from "pg"
import { passwordHash } from "./admin"
import { SAMPLE_REGION } from "./catalogue"
import { Failure, setting } from "./program"

export async function personalise(client: Client): Promise<void> {
  const sample = await client.query<{ id: string; currency: string }>(
    `select id, currency_code as currency from region where metadata->>'made_by' = $1 and deleted_at is null`,
    [SAMPLE_REGION],
  )
  const region = sample.rows[0]
  // Somebody's own Medusa database, restored here: what is in it is not ours to change.
  if (region) {
    await client.query("update store set name = $1, updated_at = now()", [setting("STORE_TITLE")])
    await setCountry(client, region.id)
    await setCurrency(client, region)
  }
  await createAdmin(client, setting("ADMIN_EMAIL"), setting("ADMIN_PASSWORD"))
}

async function setCountry(client: Client, regionId: string): Promise<void> {
  const code = setting("STORE_COUNTRY").toLowerCase()
  const { rows } = await client.query<{ name: string }>(
    "select display_name as name from region_country where iso_2 = $1",
    [code],
  )
  if (!rows[0]) {
    throw new Failure(`Medusa does not know the country ${code.toUpperCase()}: give an ISO 3166-1 code such as DE.`)
  }
  await client.query("update region set name = $2, updated_at = now() where id = $1", [regionId, rows[0].name])
  await client.query("update region_country set region_id = null where region_id = $1", [regionId])
  await client.query("update region_country set region_id = $1 where iso_2 = $2", [regionId, code])
  for (const table of ["tax_region", "stock_location_address", "geo_zone"]) {
    await client.query(`update ${table} set country_code = $1, updated_at = now()`, [code])
  }
}

/** The sample prices keep their figures; where a currency has no cents they become a hundred times as much. */
async function setCurrency(client: Client, region: { id: string; currency: string }): Promise<void> {
  const code = setting("STORE_CURRENCY").toLowerCase()
  const { rows } = await client.query<{ digits: number }>(
    "select decimal_digits as digits from currency where code = $1",
    [code],
  )
  if (!rows[0]) {
    throw new Failure(`Medusa does not know the currency ${code.toUpperCase()}: give an ISO 4217 code such as EUR.`)
  }
  const factor = rows[0].digits === 0 ? 100 : 1
  await client.query("update region set currency_code = $2 where id = $1", [region.id, code])
  await client.query("update store_currency set currency_code = $1, updated_at = now() where is_default", [code])
  await client.query("update price_preference set value = $1 where attribute = 'currency_code' and value = $2", [
    code,
    region.currency,
  ])
  await client.query(
    `update price set currency_code = $1, amount = amount * $3, updated_at = now(),
       raw_amount = jsonb_set(raw_amount, '{value}', to_jsonb((amount * $3)::text))
     where currency_code = $2`,
    [code, region.currency, factor],
  )
}

async function createAdmin(client: Client, email: string, password: string): Promise<void> {
  const identity = await client.query(
    "select 1 from provider_identity where provider = 'emailpass' and entity_id = $1 and deleted_at is null",
    [email],
  )
  if (identity.rowCount) {
    return
  }
  const userId = newId("user")
  const authId = newId("authid")
  await client.query(`insert into "user" (id, email) values ($1, $2)`, [userId, email])
  await client.query("insert into auth_identity (id, app_metadata) values ($1, $2)", [authId, { user_id: userId }])
  await client.query(
    `insert into provider_identity (id, entity_id, provider, auth_identity_id, provider_metadata)
     values ($1, $2, 'emailpass', $3, $4)`,
    [newId("provid"), email, authId, { password: await passwordHash(password) }],
  )
}

/**
 * The shop's own key opens the sales channel. The key that Medusa made by itself takes its place in a new
 * store, since it is the same in every store of one template; later a missing key is added beside others.
 */
export async function ensurePublishableKey(client: Client, isNew: boolean): Promise<void> {
  const token = setting("PUBLISHABLE_KEY")
  const redacted = `${token.slice(0, 6)}***${token.slice(-3)}`
  const known = await client.query("select 1 from api_key where token = $1 and deleted_at is null", [token])
  if (known.rowCount) {
    return
  }
  if (isNew) {
    const made = await client.query(
      `update api_key set token = $1, redacted = $2, title = 'Storefront', updated_at = now()
       where id = (select id from api_key where type = 'publishable' and deleted_at is null order by created_at limit 1)`,
      [token, redacted],
    )
    if (made.rowCount) {
      return
    }
  }
  const id = newId("apk")
  await client.query(
    `insert into api_key (id, token, salt, redacted, title, type, created_by)
     values ($1, $2, '', $3, 'Storefront', 'publishable', '')`,
    [id, token, redacted],
  )
  await client.query(
    `insert into publishable_api_key_sales_channel (id, publishable_key_id, sales_channel_id)
     select $1, $2, default_sales_channel_id from store where default_sales_channel_id is not null limit 1`,
    [newId("pksc"), id],
  )
}

/** Medusa's ids are a prefix and a text without a meaning. */
function newId(prefix: string): string {
  return `${prefix}_${randomUUID().replaceAll("-", "").toUpperCase()}`
}
