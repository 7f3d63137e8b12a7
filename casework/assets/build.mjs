// Bundles every file of entries/ into ../static/built/, copies what is served as it is,
// and writes the licences of what was bundled. Run by casework/launch/assets.py.

import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

import * as esbuild from "esbuild";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const BUILT = path.join(HERE, "..", "static", "built");
const SERVED_AS_THEY_ARE = ["icons", "fonts", "images"];
const LICENCE_FILE = /^(licen[cs]e|copying)(\.|$)/i;

async function entries() {
  const names = await readdir(path.join(HERE, "entries"));
  return names.filter((name) => /\.(js|css)$/.test(name)).sort().map((name) => path.join("entries", name));
}

function bundle(entryPoints) {
  return esbuild.build({
    absWorkingDir: HERE,
    entryPoints,
    outdir: BUILT,
    bundle: true,
    splitting: true,
    format: "esm",
    // Old office browsers: Chromium 86 is the floor (README, "Settings").
    target: "chrome86",
    minify: true,
    charset: "utf8",
    legalComments: "none",
    chunkNames: "chunks/[name]-[hash]",
    assetNames: "files/[name]-[hash]",
    loader: { ".woff2": "file", ".woff": "file", ".ttf": "file", ".eot": "file", ".svg": "file", ".png": "file" },
    external: ["/static/*"],
    metafile: true,
    logLevel: "warning",
  });
}

function packagesOf(metafile) {
  const folders = new Set();
  for (const input of Object.keys(metafile.inputs)) {
    const found = input.match(/^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//);
    if (found) folders.add(found[1]);
  }
  return [...folders].sort();
}

async function licence(folder) {
  const about = JSON.parse(await readFile(path.join(HERE, folder, "package.json"), "utf8"));
  const file = (await readdir(path.join(HERE, folder))).find((name) => LICENCE_FILE.test(name));
  const text = file ? await readFile(path.join(HERE, folder, file), "utf8") : "";
  return `${about.name} ${about.version} (${about.license})\n\n${text.trim()}\n`;
}

async function writeLicences(metafile) {
  const texts = await Promise.all(packagesOf(metafile).map(licence));
  await writeFile(path.join(BUILT, "THIRD_PARTY_LICENSES.txt"), texts.join(`\n${"-".repeat(78)}\n\n`));
}

await rm(BUILT, { recursive: true, force: true });
await mkdir(BUILT, { recursive: true });
const entryPoints = await entries();
const { metafile } = await bundle(entryPoints).catch(() => process.exit(1)); // It has said why.
for (const folder of SERVED_AS_THEY_ARE) {
  if (existsSync(path.join(HERE, folder))) await cp(path.join(HERE, folder), path.join(BUILT, folder), { recursive: true });
}
await writeLicences(metafile);
for (const [file, { bytes }] of Object.entries(metafile.outputs)) {
  if (path.basename(path.dirname(file)) === "built") console.log(`  ${path.basename(file)} ${Math.ceil(bytes / 1024)} kB`);
}
