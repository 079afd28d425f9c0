// Fills an empty Medusa with everything an order needs. Each step looks first whether an earlier run, that
// was killed half-way, has already done it.
import type { MedusaContainer } from "@medusajs/framework/types"
import { ContainerRegistrationKeys, Modules, ProductStatus } from "@medusajs/framework/utils"
import {
  createInventoryLevelsWorkflow,
  createProductsWorkflow,
  createRegionsWorkflow,
  createShippingOptionsWorkflow,
  createShippingProfilesWorkflow,
  createStockLocationsWorkflow,
  createTaxRegionsWorkflow,
  linkSalesChannelsToStockLocationWorkflow,
} from "@medusajs/medusa/core-flows"
import { SAMPLES, SAMPLE_REGION, SHIPPING_PRICE, STOCK, type Sample, TEMPLATE } from "./catalogue"
import { Failure } from "./program"

const WAREHOUSE = "Warehouse"
const SHIPPING = "Standard shipping"

export async function seed(container: MedusaContainer): Promise<void> {
  const [store] = await container.resolve(Modules.STORE).listStores()
  const channelId = store?.default_sales_channel_id
  if (!channelId) {
    throw new Failure("Medusa made no default sales channel at its first start.")
  }
  const regionId = await ensureRegion(container)
  if (!regionId) {
    return
  }
  const locationId = await ensureWarehouse(container, channelId)
  const profileId = await ensureShippingProfile(container)
  await ensureShipping(container, locationId, profileId)
  await ensureProducts(container, channelId, profileId)
  await ensureStock(container, locationId)
}

/** Nothing when the database has regions of somebody else: then it is no new shop. */
async function ensureRegion(container: MedusaContainer): Promise<string | undefined> {
  const regions = await container.resolve(Modules.REGION).listRegions()
  if (regions.length > 0) {
    return regions.find((region) => region.metadata?.made_by === SAMPLE_REGION)?.id
  }
  // Before the region, which marks that all of this was tried.
  const taxes = await container.resolve(Modules.TAX).listTaxRegions()
  if (taxes.length === 0) {
    await createTaxRegionsWorkflow(container).run({
      input: [{ country_code: TEMPLATE.country, provider_id: "tp_system" }],
    })
  }
  const { result } = await createRegionsWorkflow(container).run({
    input: {
      regions: [
        {
          name: "Home",
          currency_code: TEMPLATE.currency,
          countries: [TEMPLATE.country],
          // The manual provider: the owner collects the money, for example as cash on delivery.
          payment_providers: ["pp_system_default"],
          metadata: { made_by: SAMPLE_REGION },
        },
      ],
    },
  })
  return first(result).id
}

async function ensureWarehouse(container: MedusaContainer, channelId: string): Promise<string> {
  const [known] = await container.resolve(Modules.STOCK_LOCATION).listStockLocations({ name: WAREHOUSE })
  let id = known?.id
  if (!id) {
    const { result } = await createStockLocationsWorkflow(container).run({
      input: {
        locations: [{ name: WAREHOUSE, address: { address_1: "", city: "", country_code: TEMPLATE.country } }],
      },
    })
    id = first(result).id
  }
  // A link that is already there is left as it is.
  await container.resolve(ContainerRegistrationKeys.LINK).create({
    [Modules.STOCK_LOCATION]: { stock_location_id: id },
    [Modules.FULFILLMENT]: { fulfillment_provider_id: "manual_manual" },
  })
  await linkSalesChannelsToStockLocationWorkflow(container).run({ input: { id, add: [channelId] } })
  return id
}

async function ensureShippingProfile(container: MedusaContainer): Promise<string> {
  const [known] = await container.resolve(Modules.FULFILLMENT).listShippingProfiles({ type: "default" })
  if (known) {
    return known.id
  }
  const { result } = await createShippingProfilesWorkflow(container).run({
    input: { data: [{ name: "Default", type: "default" }] },
  })
  return first(result).id
}

async function ensureShipping(container: MedusaContainer, locationId: string, profileId: string): Promise<void> {
  const fulfillment = container.resolve(Modules.FULFILLMENT)
  let [set] = await fulfillment.listFulfillmentSets({ name: SHIPPING }, { relations: ["service_zones"] })
  set ??= await fulfillment.createFulfillmentSets({
    name: SHIPPING,
    type: "shipping",
    service_zones: [{ name: "Home", geo_zones: [{ type: "country", country_code: TEMPLATE.country }] }],
  })
  await container.resolve(ContainerRegistrationKeys.LINK).create({
    [Modules.STOCK_LOCATION]: { stock_location_id: locationId },
    [Modules.FULFILLMENT]: { fulfillment_set_id: set.id },
  })
  const [option] = await fulfillment.listShippingOptions({ name: SHIPPING })
  if (option) {
    return
  }
  await createShippingOptionsWorkflow(container).run({
    input: [
      {
        name: SHIPPING,
        price_type: "flat",
        provider_id: "manual_manual",
        service_zone_id: first(set.service_zones).id,
        shipping_profile_id: profileId,
        type: { label: "Standard", description: "Two to three days.", code: "standard" },
        prices: [{ currency_code: TEMPLATE.currency, amount: SHIPPING_PRICE }],
        rules: [
          { attribute: "enabled_in_store", value: "true", operator: "eq" },
          { attribute: "is_return", value: "false", operator: "eq" },
        ],
      },
    ],
  })
}

async function ensureProducts(container: MedusaContainer, channelId: string, profileId: string): Promise<void> {
  const known = await container.resolve(Modules.PRODUCT).listProducts({ handle: SAMPLES.map((s) => s.handle) })
  const missing = SAMPLES.filter((sample) => !known.some((product) => product.handle === sample.handle))
  if (missing.length > 0) {
    await createProductsWorkflow(container).run({
      input: { products: missing.map((sample) => product(sample, channelId, profileId)) },
    })
  }
}

function product(sample: Sample, channelId: string, profileId: string) {
  return {
    title: sample.title,
    handle: sample.handle,
    description: sample.description,
    status: ProductStatus.PUBLISHED,
    thumbnail: sample.picture,
    images: [{ url: sample.picture }],
    shipping_profile_id: profileId,
    sales_channels: [{ id: channelId }],
    options: [{ title: sample.option, values: Object.keys(sample.variants) }],
    variants: Object.entries(sample.variants).map(([value, amount]) => ({
      title: value,
      sku: `${sample.handle}-${value}`.toUpperCase().replaceAll(" ", ""),
      options: { [sample.option]: value },
      manage_inventory: true,
      prices: [{ currency_code: TEMPLATE.currency, amount }],
    })),
  }
}

async function ensureStock(container: MedusaContainer, locationId: string): Promise<void> {
  const inventory = container.resolve(Modules.INVENTORY)
  const items = await inventory.listInventoryItems({}, { take: 1000 })
  const levels = await inventory.listInventoryLevels({}, { take: 1000 })
  const missing = items.filter((item) => !levels.some((level) => level.inventory_item_id === item.id))
  if (missing.length > 0) {
    await createInventoryLevelsWorkflow(container).run({
      input: {
        inventory_levels: missing.map((item) => ({
          location_id: locationId,
          inventory_item_id: item.id,
          stocked_quantity: STOCK,
        })),
      },
    })
  }
}

/** The first of what a workflow has made: it fails rather than make none. */
function first<T>(made: T[]): T {
  if (made[0] === undefined) {
    throw new Failure("Medusa reported success but made nothing.")
  }
  return made[0]
}
