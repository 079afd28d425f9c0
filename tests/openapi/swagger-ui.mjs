// Swagger UI as storebot serves it: the needed files of the npm package `swagger-ui-dist`, packed.
//
//   node swagger-ui.mjs           writes them into src/inbound/http/docs/swagger-ui
//   node swagger-ui.mjs --check   fails unless what is there is the package's, byte for byte when unpacked

import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { brotliCompressSync, brotliDecompressSync, constants, gunzipSync, gzipSync } from "node:zlib";

const place = createRequire(import.meta.url).resolve("swagger-ui-dist/package.json");
const target = join(import.meta.dirname, "../../src/inbound/http/docs/swagger-ui");
const PACKED = ["swagger-ui-bundle.js", "swagger-ui.css"];
const PLAIN = ["LICENSE", "NOTICE", "swagger-ui-bundle.js.LICENSE.txt"];

const { version } = JSON.parse(await readFile(place, "utf8"));
const theirs = (name) => readFile(join(dirname(place), name));
/** Maps are not served, so nobody shall ask for them. */
const served = async (name) => {
  const text = await readFile(join(dirname(place), name), "utf8");
  return Buffer.from(text.replace(/\n?\/[/*]# sourceMappingURL=\S+( \*\/)?\s*$/, "\n"));
};

const wanted = new Map([["VERSION", Buffer.from(`swagger-ui-dist ${version}\n`)]]);
for (const name of PLAIN) wanted.set(name, await theirs(name));
for (const name of PACKED) {
  const content = await served(name);
  wanted.set(`${name}.gz`, content);
  wanted.set(`${name}.br`, content);
}

const pack = (name, content) => {
  if (name.endsWith(".gz")) return gzipSync(content, { level: 9 });
  if (name.endsWith(".br")) {
    const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
    return brotliCompressSync(content, { params });
  }
  return content;
};
const unpack = (name, bytes) =>
  name.endsWith(".gz") ? gunzipSync(bytes) : name.endsWith(".br") ? brotliDecompressSync(bytes) : bytes;

if (process.argv.includes("--check")) {
  const there = await readdir(target);
  const faults = there.filter((name) => !wanted.has(name)).map((name) => `${name}: not of the package`);
  for (const [name, content] of wanted) {
    const same = there.includes(name) && unpack(name, await readFile(join(target, name))).equals(content);
    if (!same) faults.push(`${name}: not what swagger-ui-dist ${version} has`);
  }
  if (faults.length > 0) {
    console.error(`${faults.join("\n")}\nsrc/inbound/http/docs/swagger-ui: make swagger-ui writes it anew`);
    process.exit(1);
  }
  console.log(`src/inbound/http/docs/swagger-ui is swagger-ui-dist ${version}`);
} else {
  await mkdir(target, { recursive: true });
  for (const [name, content] of wanted) await writeFile(join(target, name), pack(name, content));
}
