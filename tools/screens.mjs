// Pictures of typical pages of an EPUB as two readers show them, to look at:
//
//     node tools/screens.mjs BOOK.epub FOLDER MODULES
//
// MODULES is the node_modules folder of tools/package.json. For epub.js and foliate-js, at the size of
// a phone and of a 6-inch reader, light and dark, with small and huge type, FOLDER gets a PNG each.

import { readFile, mkdir } from "node:fs/promises";
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

// A title page, the contents, a chapter's start, the first table and the first exercise or note.
async function typicalPages(data) {
  const zip = await JSZip.loadAsync(data);
  const opf = await zip.file("EPUB/content.opf").async("text");
  const names = new Map([...opf.matchAll(/<item\b[^>]*>/g)].map(([item]) => [
    item.match(/\bid="([^"]*)"/)[1], item.match(/\bhref="([^"]*)"/)[1]]));
  const spine = [...opf.matchAll(/<itemref\b[^>]*idref="([^"]*)"/g)].map((m) => names.get(m[1]));
  const pages = { title: "title-page.xhtml", contents: "nav.xhtml" };
  for (const name of spine) {
    const text = await zip.file(`EPUB/${name}`).async("text");
    if (/role="doc-chapter"/.test(text)) pages.chapter ??= name;
    const table = text.match(/<table\b[^>]*\bid="([^"]*)"/);
    if (table) pages.table ??= `${name}#${table[1]}`;
    const exercise = text.match(/class="exercise"><h2 id="([^"]*)"/);
    if (exercise) pages.exercise ??= `${name}#${exercise[1]}`;
    if (/role="doc-glossary"/.test(text)) pages.glossary ??= name;
  }
  return pages;
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
const pages = await typicalPages(await readFile(bookFile));
const browser = await puppeteer.launch({
  executablePath: process.env.PUPPETEER_EXECUTABLE_PATH ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
});
let failed = 0;
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
