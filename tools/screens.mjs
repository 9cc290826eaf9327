// Pictures of typical pages of an EPUB as readers show them, to look at:
//
//     node tools/screens.mjs BOOK.epub FOLDER MODULES
//
// MODULES is the node_modules folder of tools/package.json. For epub.js, foliate-js and MuPDF, at the
// size of a phone and of a 6-inch reader, light and dark, with small and huge type, FOLDER gets a PNG
// each; for FBReader one, as it comes.

import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import path from "node:path";

const [bookFile, folder, modules] = process.argv.slice(2).map((name) => path.resolve(name));
const require = createRequire(path.join(modules, "x.js"));
const puppeteer = require("puppeteer");
const JSZip = require("jszip");

const SIZES = { phone: [375, 667], reader: [600, 800] };
const LOOKS = {
  light: { type: 100, ink: "#111", paper: "#fff" },
  "dark-huge": { type: 190, ink: "#ddd", paper: "#111" },
  small: { type: 75, ink: "#111", paper: "#fff" },
};

const FRAME = (look, script) => `<!DOCTYPE html><meta charset="utf-8">
<style>html, body, #area, foliate-view { margin: 0; width: 100%; height: 100%; display: block;
  background: ${look.paper}; color: ${look.ink} }</style><div id="area"></div>${script}`;

const READERS = {
  "epub.js": (look, href) => FRAME(look, `
<script src="/modules/jszip/dist/jszip.min.js"></script>
<script src="/modules/epubjs/dist/epub.min.js"></script>
<script>
(async () => {
  const book = ePub("/book.epub");
  const shown = book.renderTo("area", { width: "100%", height: "100%", spread: "none" });
  shown.themes.register("look", { body: { color: "${look.ink}", background: "${look.paper}" } });
  shown.themes.select("look");
  shown.themes.fontSize("${look.type}%");
  await shown.display("${href}");
  document.title = "ready";
})();
</script>`),
  foliate: (look, href) => FRAME(look, `
<script type="module">
import "/modules/foliate-js/view.js";
const view = document.createElement("foliate-view");
document.getElementById("area").append(view);
await view.open("/book.epub");
view.renderer.setAttribute("max-column-count", "1");
view.renderer.setStyles(\`html { font-size: ${look.type}%; color: ${look.ink};
  background: ${look.paper} }\`);
await view.goTo("EPUB/${href}");
document.title = "ready";
</script>`),
};

// What a page shows, and what its document holds from there on; the id of the place is in brackets.
const TYPICAL = {
  cover: /role="doc-cover"/,
  title: /epub:type="titlepage"/,
  contents: /epub:type="toc"/,
  part: /role="doc-part"/,
  chapter: /role="doc-chapter"/,
  callout: /id="([^"]*)"[^>]*>[^<]*<\/h\d>(?:\s*<p>.*<\/p>)?\s*<aside class="callout callout-(?!question)/,
  figure: /<figure id="([^"]*)"/,
  table: /<table id="([^"]*)"/,
  worksheet: /<table class="worksheet" id="([^"]*)"/,
  exercise: /class="exercise"><h2 id="([^"]*)"/,
  notes: /role="doc-footnote" id="([^"]*)"/,
  code: /<h\d id="([^"]*)"[^>]*>[^<]*<\/h\d>(?:\s*<p>.*<\/p>)?\s*<pre/,
  glossary: /role="doc-glossary"/,
  index: /role="doc-index"/,
};

// The first place in reading order for each of them.
async function typicalPages(zip) {
  const opf = await zip.file("EPUB/content.opf").async("text");
  const names = new Map([...opf.matchAll(/<item\b[^>]*>/g)].map(([item]) => [
    item.match(/\bid="([^"]*)"/)[1], item.match(/\bhref="([^"]*)"/)[1]]));
  const pages = {};
  for (const [, id] of opf.matchAll(/<itemref\b[^>]*idref="([^"]*)"/g)) {
    const text = await zip.file(`EPUB/${names.get(id)}`).async("text");
    for (const [page, sign] of Object.entries(TYPICAL)) {
      const found = page in pages ? null : text.match(sign);
      if (found) pages[page] = found[1] ? `${names.get(id)}#${found[1]}` : names.get(id);
    }
  }
  return pages;
}

async function drawWithMuPDF(zip, pages) {
  const unpacked = await mkdtemp(path.join(tmpdir(), "screens-"));
  try {
    for (const file of zip.file(/^EPUB\//)) {
      await mkdir(path.dirname(path.join(unpacked, file.name)), { recursive: true });
      await writeFile(path.join(unpacked, file.name), await file.async("nodebuffer"));
    }
    const script = path.join(import.meta.dirname ?? "tools", "mupdf.js");
    const places = Object.entries(pages).map((place) => place.join("="));
    execFileSync("mutool", ["run", script, bookFile, path.join(unpacked, "EPUB"), folder, ...places],
      { stdio: ["ignore", "inherit", "inherit"], timeout: 120000 });
  } finally {
    await rm(unpacked, { recursive: true });
  }
}

function drawWithFBReader(pages) {
  const python = path.join(modules, "../../bin/python");
  const script = path.join(import.meta.dirname ?? "tools", "fbreader.py");
  const places = Object.entries(pages).map((place) => place.join("="));
  execFileSync(python, [script, bookFile, folder, ...places],
    { stdio: ["ignore", "inherit", "inherit"], timeout: 400000 });
}

const TYPES = { ".js": "text/javascript", ".css": "text/css", ".epub": "application/epub+zip" };
let shown = "";
const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url, "http://localhost");
  try {
    let data = shown;
    let type = "text/html";
    if (pathname !== "/") {
      const file = pathname === "/book.epub" ? bookFile
        : path.join(modules, path.normalize(pathname.replace("/modules/", "/")));
      data = await readFile(file);
      type = TYPES[path.extname(file)] ?? "application/octet-stream";
    }
    response.writeHead(200, { "content-type": type });
    response.end(data);
  } catch {
    response.writeHead(404);
    response.end();
  }
});

await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
await mkdir(folder, { recursive: true });
const zip = await JSZip.loadAsync(await readFile(bookFile));
const pages = await typicalPages(zip);
const browser = await puppeteer.launch({
  executablePath: process.env.PUPPETEER_EXECUTABLE_PATH ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
});
let failed = 0;
try {
  await drawWithMuPDF(zip, pages);
} catch (error) {
  failed += 1;
  console.error(`MuPDF: ${error.message}`);
}
try {
  drawWithFBReader(pages);
} catch (error) {
  failed += 1;
  console.error(`FBReader: ${error.message}`);
}
for (const [reader, html] of Object.entries(READERS)) {
  for (const [size, [width, height]] of Object.entries(SIZES)) {
    for (const [lookName, look] of Object.entries(LOOKS)) {
      for (const [pageName, href] of Object.entries(pages)) {
        const tab = await browser.newPage();
        await tab.setViewport({ width, height });
        shown = html(look, href);
        const name = `${reader}-${size}-${lookName}-${pageName}.png`;
        try {
          await tab.goto(`http://127.0.0.1:${server.address().port}/`);
          await tab.waitForFunction(() => document.title === "ready", { timeout: 30000 });
          await new Promise((done) => setTimeout(done, 400));
          await tab.screenshot({ path: path.join(folder, name) });
        } catch (error) {
          failed += 1;
          console.error(`${name}: ${error.message}`);
        }
        await tab.close();
      }
    }
  }
}
await browser.close();
server.close();
console.log(`${folder}: ${Object.keys(pages).join(", ")}`);
process.exit(failed ? 1 : 0);
