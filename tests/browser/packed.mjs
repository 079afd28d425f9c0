// Small PNG files: at most 256 colours, in a palette. Pages have few; of what lies between two of them at the edges
// of letters, some become their nearest neighbours.

import zlib from "node:zlib";

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const COLOURS = 256;
const SURFACES = 64;

/** The palette, colours as numbers, and how a colour becomes the nearest one in it. */
function palette({ data }) {
  const counts = new Map();
  for (let at = 0; at < data.length; at += 4) {
    const colour = (data[at] << 16) | (data[at + 1] << 8) | data[at + 2];
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const all = [...counts].sort(([, one], [, two]) => two - one).map(([colour]) => colour);
  // The surfaces are as they are; then each time the one that is farthest from all that are there.
  const colours = all.slice(0, SURFACES);
  const rest = all.slice(SURFACES).map((colour) => ({ colour, far: Math.min(...colours.map((other) => distance(colour, other))) }));
  while (colours.length < COLOURS && rest.length > 0) {
    const at = rest.reduce((best, one, place) => (one.far > rest[best].far ? place : best), 0);
    const [{ colour }] = rest.splice(at, 1);
    colours.push(colour);
    for (const one of rest) one.far = Math.min(one.far, distance(one.colour, colour));
  }
  const places = new Map(colours.map((colour, place) => [colour, place]));
  const nearest = (colour) => {
    let place = places.get(colour);
    if (place === undefined) {
      const distances = colours.map((other) => distance(colour, other));
      place = distances.indexOf(Math.min(...distances));
      places.set(colour, place);
    }
    return place;
  };
  return { colours, nearest };
}

const channels = (colour) => [colour >> 16, (colour >> 8) & 0xff, colour & 0xff];

function distance(one, two) {
  const others = channels(two);
  return channels(one).reduce((sum, channel, at) => sum + (channel - others[at]) ** 2, 0);
}

function chunk(name, body) {
  const named = Buffer.concat([Buffer.from(name, "latin1"), body]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(body.length);
  sum.writeUInt32BE(zlib.crc32(named));
  return Buffer.concat([length, named, sum]);
}

/** A picture of pngjs' as the bytes of a file. What is transparent counts as what it shows. */
export function packed(picture) {
  const { colours, nearest } = palette(picture);
  const { width, height, data } = picture;
  // Each line begins with how it is filtered: not at all, which is best for palettes.
  const lines = Buffer.alloc((width + 1) * height);
  for (let y = 0, at = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, at += 4) {
      lines[y * (width + 1) + 1 + x] = nearest((data[at] << 16) | (data[at + 1] << 8) | data[at + 2]);
    }
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  // Eight bits a pixel, a palette.
  head.set([8, 3, 0, 0, 0], 8);
  const table = Buffer.from(colours.flatMap(channels));
  const body = zlib.deflateSync(lines, { level: 9, memLevel: 9 });
  return Buffer.concat([SIGNATURE, chunk("IHDR", head), chunk("PLTE", table), chunk("IDAT", body), chunk("IEND", Buffer.alloc(0))]);
}
