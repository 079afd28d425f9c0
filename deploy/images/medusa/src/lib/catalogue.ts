// What a new shop sells until its owner puts in something better. Prices are in the template's currency;
// personalise.ts turns them into the store's.

/** Marks the region that is ours to change while the store is not yet anybody's. */
export const SAMPLE_REGION = "storebot"

export const TEMPLATE = { currency: "eur", country: "de" }

export const SHIPPING_PRICE = 5

export const STOCK = 100

export interface Sample {
  title: string
  handle: string
  description: string
  /** A file of the storefront's public folder; the path stays right under every host name. */
  picture: string
  option: string
  /** Value of the option -> price. */
  variants: Record<string, number>
}

export const SAMPLES: Sample[] = [
  {
    title: "Green tea",
    handle: "green-tea",
    description: "Whole leaves from the first harvest of the year: fresh, light and a little sweet.",
    picture: "/samples/green-tea.svg",
    option: "Size",
    variants: { "100 g": 9, "250 g": 18 },
  },
  {
    title: "Teapot",
    handle: "teapot",
    description: "Stoneware for four cups, with a sieve inside and a lid that stays on while you pour.",
    picture: "/samples/teapot.svg",
    option: "Colour",
    variants: { Blue: 34, Sand: 34 },
  },
  {
    title: "Cup",
    handle: "cup",
    description: "Holds a quarter of a litre and keeps its heat. May go into the dishwasher.",
    picture: "/samples/cup.svg",
    option: "Colour",
    variants: { Blue: 12, Sand: 12 },
  },
  {
    title: "Honey",
    handle: "honey",
    description: "Lime blossom honey from one village, stirred until it is creamy.",
    picture: "/samples/honey.svg",
    option: "Size",
    variants: { "500 g": 11 },
  },
]
