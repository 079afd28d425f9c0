// Fills an empty Medusa with everything an order needs. It need not look what is there: a run that was killed
// half-way is begun anew on nothing.
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

const SHIPPING = "Standard shipping"

export async function seed(container: MedusaContainer): Promise<void> {
  const [store] = await container.resolve(Modules.STORE).listStores()
  const channelId = store?.default_sales_channel_id
  if (!channelId) {
    throw new Failure("Medusa made no default sales channel at its first start.")
  }
  await createRegion(container)
  const locationId = await createWarehouse(container, channelId)
  const profileId = await createShipping(container, locationId)
  await createProductsWorkflow(container).run({
    input: { products: SAMPLES.map((sample) => product(sample, channelId, profileId)) },
  })
  await fillStock(container, locationId)
}

async function createRegion(container: MedusaContainer): Promise<void> {
  await createTaxRegionsWorkflow(container).run({
    input: [{ country_code: TEMPLATE.country, provider_id: "tp_system" }],
  })
  await createRegionsWorkflow(container).run({
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
}

async function createWarehouse(container: MedusaContainer, channelId: string): Promise<string> {
  const { result } = await createStockLocationsWorkflow(container).run({
    input: {
      locations: [{ name: "Warehouse", address: { address_1: "", city: "", country_code: TEMPLATE.country } }],
    },
  })
  const { id } = first(result)
  await container.resolve(ContainerRegistrationKeys.LINK).create({
    [Modules.STOCK_LOCATION]: { stock_location_id: id },
    [Modules.FULFILLMENT]: { fulfillment_provider_id: "manual_manual" },
  })
  await linkSalesChannelsToStockLocationWorkflow(container).run({ input: { id, add: [channelId] } })
  return id
}

/** Returns the profile that products need to be shipped. */
async function createShipping(container: MedusaContainer, locationId: string): Promise<string> {
  const profiles = await createShippingProfilesWorkflow(container).run({
    input: { data: [{ name: "Default", type: "default" }] },
  })
  const profileId = first(profiles.result).id
  const set = await container.resolve(Modules.FULFILLMENT).createFulfillmentSets({
    name: SHIPPING,
    type: "shipping",
    service_zones: [{ name: "Home", geo_zones: [{ type: "country", country_code: TEMPLATE.country }] }],
  })
  await container.resolve(ContainerRegistrationKeys.LINK).create({
    [Modules.STOCK_LOCATION]: { stock_location_id: locationId },
    [Modules.FULFILLMENT]: { fulfillment_set_id: set.id },
  })
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
  return profileId
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

async function fillStock(container: MedusaContainer, locationId: string): Promise<void> {
  const items = await container.resolve(Modules.INVENTORY).listInventoryItems({}, { take: 1000 })
  await createInventoryLevelsWorkflow(container).run({
    input: {
      inventory_levels: items.map((item) => ({
        location_id: locationId,
        inventory_item_id: item.id,
        stocked_quantity: STOCK,
      })),
    },
  })
}

/** The first of what a workflow has made: it fails rather than make none. */
function first<T>(made: T[]): T {
  if (made[0] === undefined) {
    throw new Failure("Medusa reported success but made nothing.")
  }
  return made[0]
}
