// The administrator's password, as Medusa's provider "emailpass" keeps it.
import type { Client } from "pg"
import scrypt from "scrypt-kdf"
import { Failure } from "./program"

const HASH_BYTES = 96

/** The parameters are those of @medusajs/auth-emailpass. */
export async function passwordHash(password: string): Promise<string> {
  const hash = await scrypt.kdf(password, { logN: 15, r: 8, p: 1 })
  return Buffer.from(hash).toString("base64")
}

/** Sets a hash made elsewhere. Returns the id of the user who may log in with it. */
export async function setPasswordHash(client: Client, email: string, hash: string): Promise<string> {
  const bytes = Buffer.from(hash, "base64")
  if (bytes.length !== HASH_BYTES || bytes.subarray(0, 6).toString("latin1") !== "scrypt") {
    throw new Failure("ADMIN_PASSWORD_HASH is not a scrypt hash of 96 bytes in base64.")
  }
  const { rows } = await client.query<{ user_id: string | null }>(
    `update provider_identity p
     set provider_metadata = coalesce(p.provider_metadata, '{}') || jsonb_build_object('password', $2::text),
         updated_at = now()
     from auth_identity a
     where a.id = p.auth_identity_id and p.provider = 'emailpass' and p.entity_id = $1 and p.deleted_at is null
     returning a.app_metadata->>'user_id' as user_id`,
    [email, hash],
  )
  const userId = rows[0]?.user_id
  if (!userId) {
    throw new Failure(`The shop has no administrator ${email} any more: invite one from another account.`)
  }
  return userId
}
