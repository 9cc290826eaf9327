// The page of `bookbuilder preview`: shows what the server tells, and follows each save.

const $ = (id) => document.getElementById(id);
const DEVICES = {
  phone: { name: "Phone", width: 390, height: 780 },
  reader: { name: "6-inch e-reader", width: 536, height: 724 },
  tablet: { name: "Tablet", width: 768, height: 1024 },
};
const SIZES = [60, 75, 87, 100, 115, 130, 150, 175, 200, 250, 300];
const THEMES = {
  light: { ink: "", ground: "#fff", scheme: "light" },
  sepia: { ink: "#4f3b27", ground: "#f4ecd8", scheme: "light" },
  dark: { ink: "#d6d2cc", ground: "#161616", scheme: "dark" },
};

// What the author has chosen, from one preview to the next.
const chosen = Object.assign(
  {
    panes: { contents: true, screen: true, print: true },
    devices: null,
    theme: "light",
    size: 100,
    flow: "paged",
    spread: "spread",
  },
  JSON.parse(localStorage.getItem("bookbuilder") || "{}"),
);
const remember = () => localStorage.setItem("bookbuilder", JSON.stringify(chosen));
if (!chosen.devices) chosen.devices = innerWidth >= 1700 ? ["phone", "reader"] : ["phone"];

let book = { documents: [], entries: [], pages: [], findings: [], place: null };
let here = { document: "", slug: "", block: 0 };
const frames = new Map();

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "class") made.className = value;
    else if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== null && child !== ""));
  return made;
}
const number = (n) => n.toLocaleString("en");
const plural = (n, word) => `${number(n)} ${word}${n === 1 ? "" : "s"}`;

// Contents, counts and findings -------------------------------------------------------------

function showCounts() {
  $("title").textContent = book.title || (book.bar ? "Not readable yet" : "Reading the book …");
  document.title = book.title ? `${book.title} – preview` : "Preview";
  const time = book.minutes >= 90 ? `${Math.round(book.minutes / 6) / 10} h` : `${book.minutes} min`;
  const said = [plural(book.words, "word"), `${time} to read`];
  if (book.pageCount) said.push(plural(book.pageCount, "page"));
  $("counts").textContent = book.title ? said.join(" · ") : "";
  const signed = (n, word) => `${n > 0 ? "+" : "−"}${plural(Math.abs(n), word)}`;
  const news = [];
  if (book.newWords) news.push(signed(book.newWords, "word"));
  if (book.newPages) news.push(signed(book.newPages, "page"));
  $("changes").hidden = !news.length;
  $("changes").textContent = news.join(", ");
  $("changes").title = "Since this preview began";
  $("page-count").textContent = book.pageCount ? `of ${plural(book.pageCount, "page")}` : "";
}

function worstIn(file) {
  const found = book.findings.filter((f) => f.file === file);
  const worst = ["error", "warning", "note"].find((s) => found.some((f) => f.severity === s));
  return { count: found.length, worst };
}

function showEntries() {
  const made = book.entries.map((entry) => {
    const { count, worst } = entry.file ? worstIn(entry.file) : { count: 0 };
    const label = /^\d+$|^[A-Z]$/.test(entry.label.trim()) ? entry.label.trim() : "";
    const words = book.chapterWords?.[entry.slug] ?? entry.words;
    return element("li", {},
      element("button", {
        type: "button",
        class: `${entry.is_part ? "part" : ""} ${entry.slug === here.slug ? "current" : ""}`,
        "data-slug": entry.slug,
        title: `${entry.title}\n${plural(words, "word")}`,
        style: `padding-inline-start: ${0.3 + entry.depth * 0.7}rem`,
        onclick: () => go({ document: entry.document, slug: entry.slug, block: 0 }),
      },
        element("span", { class: "number" }, label),
        element("span", { class: "name" }, entry.title),
        count ? element("span", { class: `badge ${worst}`, title: plural(count, "finding") }, String(count)) : "",
        element("span", { class: "words" }, number(words)),
      ));
  });
  $("entries").replaceChildren(...made);
}

function showFindings() {
  const list = book.findings.map((f) => {
    const place = f.file ? `${f.file}${f.line ? `:${f.line}` : ""}` : "";
    return element("li", { class: f.severity },
      element("span", { class: "code", title: f.why }, f.code),
      element("span", { class: "what" }, f.message),
      f.marked ? element("span", { class: "excerpt" }, f.before, element("mark", {}, f.marked), f.after) : "",
      f.hint ? element("span", { class: "hint" }, f.hint) : "",
      place ? element("a", {
        href: f.link || "#",
        onclick: (event) => { if (!f.link) { event.preventDefault(); edit(f); } },
      }, place) : "");
  });
  $("findings").replaceChildren(...(list.length ? list : [element("li", { class: "none" }, "Nothing to mend.")]));
  $("problem-count").textContent = book.findings.length ? String(book.findings.length) : "";
}

function showBar() {
  $("bar").hidden = !book.bar;
  const kept = book.title ? " – the pages are those of the last good state." : "";
  $("bar").textContent = book.bar ? `${book.bar}${kept}` : "";
  fit();
}

async function edit(place) {
  if (place.link) { location.href = place.link; return; }
  await post("/open", { file: place.file, line: place.line, column: place.column });
}

async function post(address, said) {
  const answer = await fetch(address, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(said),
  });
  return answer.ok ? answer.json() : null;
}

// The EPUB on devices ------------------------------------------------------------------------

function makeDevices() {
  const wanted = Object.keys(DEVICES).filter((name) => chosen.devices.includes(name));
  for (const [name, frame] of frames) {
    if (!wanted.includes(name)) { frame.figure.remove(); frames.delete(name); }
  }
  for (const name of wanted) {
    if (frames.has(name)) continue;
    const iframe = element("iframe", { title: DEVICES[name].name, sandbox: "allow-same-origin" });
    const glass = element("div", { class: "glass" }, iframe,
      element("button", { type: "button", class: "turn back", "aria-label": "Back", onclick: () => turn(frame, -1) }, "‹"),
      element("button", { type: "button", class: "turn on", "aria-label": "On", onclick: () => turn(frame, 1) }, "›"));
    const caption = element("figcaption");
    const figure = element("figure", { class: `device ${name}` }, element("div", { class: "shell" }, glass), caption);
    const frame = { name, figure, glass, iframe, caption, document: "", page: 0 };
    iframe.addEventListener("load", () => loaded(frame));
    frames.set(name, frame);
  }
  $("devices").replaceChildren(...wanted.map((name) => frames.get(name).figure));
  fit();
  for (const frame of frames.values()) if (frame.document !== here.document) load(frame);
}

function fit() {
  const room = $("devices").getBoundingClientRect();
  if (!room.width || !frames.size) return;
  const own = (name) => (name === "reader" ? [36, 62] : name === "tablet" ? [32, 32] : [24, 24]);
  const total = [...frames.keys()].reduce((sum, name) => sum + DEVICES[name].width, 0);
  const padding = [...frames.keys()].reduce((sum, name) => sum + own(name)[0] + 24, 0);
  for (const frame of frames.values()) {
    const { width, height } = DEVICES[frame.name];
    const tall = (room.height - own(frame.name)[1] - 42) / height;
    const scale = Math.max(0.2, Math.min(1, tall, (room.width - padding - 24) / total));
    frame.iframe.style.width = `${width}px`;
    frame.iframe.style.height = `${height}px`;
    frame.iframe.style.transform = `scale(${scale})`;
    frame.glass.style.width = `${width * scale}px`;
    frame.glass.style.height = `${height * scale}px`;
  }
}

const addressOf = (name) => `/book/${name.split("/").map(encodeURIComponent).join("/")}`;

function load(frame) {
  if (!here.document) return;
  frame.document = here.document;
  frame.iframe.src = addressOf(here.document);
}

function loaded(frame) {
  const inside = frame.iframe.contentDocument;
  if (!inside?.documentElement || !frame.document) return;
  freshen(inside);
  style(frame);
  inside.addEventListener("click", (event) => clicked(frame, event));
  inside.addEventListener("keydown", keyed);
  inside.addEventListener("wheel", (event) => {
    if (chosen.flow !== "paged") return;
    event.preventDefault();
    const now = performance.now();
    if (now - (frame.wheeled || 0) < 220 || Math.abs(event.deltaY) < 4) return;
    frame.wheeled = now;
    turn(frame, Math.sign(event.deltaY));
  }, { passive: false });
  inside.addEventListener("scroll", () => caption(frame));
  show(frame, false, frame.toEnd);
  frame.toEnd = false;
}

// Makes a document look as on its device: the styles of a reading system, after the book's own.
function style(frame) {
  const inside = frame.iframe.contentDocument;
  const theme = THEMES[chosen.theme];
  const { width, height } = DEVICES[frame.name];
  const margin = frame.name === "phone" ? 22 : frame.name === "reader" ? 34 : 64;
  let sheet = inside.getElementById("bookbuilder-preview");
  if (!sheet) {
    sheet = inside.createElementNS("http://www.w3.org/1999/xhtml", "style");
    sheet.id = "bookbuilder-preview";
    inside.documentElement.querySelector("head").append(sheet);
  }
  const ink = theme.ink ? `color: ${theme.ink} !important;` : "";
  const rules = [
    `html { background: ${theme.ground} !important; font-size: ${chosen.size}% !important; ${ink} overscroll-behavior: contain; }`,
    // A reader's own font; what the book says comes before it.
    `@font-face { font-family: "Preview Serif"; src: url("/web/serif.ttf"); }
     @font-face { font-family: "Preview Serif"; font-style: italic; src: url("/web/serif-italic.ttf"); }
     @font-face { font-family: "Preview Serif"; font-weight: 700; src: url("/web/serif-bold.ttf"); }
     :where(html) { font-family: "Preview Serif", Georgia, serif; }`,
    `body { background: transparent !important; ${ink} }`,
    chosen.flow === "paged"
      ? `html { overflow: hidden !important; height: ${height}px !important; }
         body { margin: 0 !important; padding: ${margin}px ${margin}px !important; box-sizing: border-box !important;
           width: ${width}px !important; max-width: none !important; height: ${height}px !important;
           column-width: ${width - 2 * margin}px !important; column-gap: ${2 * margin}px !important; column-fill: auto !important; }
         img, svg { max-height: ${height - 3 * margin}px; }
         /* Columns end at their text: the margin beside the last one can be scrolled to by this. */
         html::after { content: ""; position: absolute; top: 0; inset-inline-start: var(--bookbuilder-end, 0); width: 1px; height: 1px; }`
      : `html { scrollbar-width: none; } body { margin: 0 !important; padding: ${margin}px !important; }`,
    `.bookbuilder-fresh { animation: bookbuilder-fresh 1.8s ease-out; }
     @keyframes bookbuilder-fresh { from { background-color: ${chosen.theme === "dark" ? "#6b4a2a" : "#ffdf9e"}; } }
     [data-place] { cursor: pointer; }`,
  ];
  const text = rules.join("\n");
  if (sheet.textContent !== text) sheet.textContent = text;
  frame.iframe.style.colorScheme = theme.scheme;
  frame.iframe.style.background = theme.ground;
}

function pagesOf(frame) {
  const inside = frame.iframe.contentDocument;
  return Math.max(1, Math.round(inside.body.scrollWidth / DEVICES[frame.name].width));
}

function turn(frame, by) {
  const inside = frame.iframe.contentDocument;
  if (!inside?.body) return;
  if (chosen.flow === "scrolled") {
    inside.documentElement.scrollBy({ top: by * DEVICES[frame.name].height * 0.9 });
    return;
  }
  const to = frame.page + by;
  if (to < 0 || to >= pagesOf(frame)) {
    const at = book.documents.findIndex((d) => d.name === here.document);
    const next = book.documents[at + by];
    if (next) go({ document: next.name, slug: next.slug, block: 0 }, { toEnd: by < 0 });
    return;
  }
  turnTo(frame, to);
}

function turnTo(frame, page) {
  const inside = frame.iframe.contentDocument;
  frame.page = Math.max(0, Math.min(page, pagesOf(frame) - 1));
  const turns = inside.documentElement.dir === "rtl" ? -1 : 1;
  inside.body.scrollLeft = 0;
  const { width } = DEVICES[frame.name];
  inside.documentElement.style.setProperty("--bookbuilder-end", `${pagesOf(frame) * width - 1}px`);
  inside.documentElement.scrollLeft = turns * frame.page * width;
  caption(frame);
}

function caption(frame) {
  const inside = frame.iframe.contentDocument;
  const name = DEVICES[frame.name].name;
  if (chosen.flow === "paged") frame.caption.textContent = `${name} · ${frame.page + 1} of ${pagesOf(frame)}`;
  else {
    const root = inside.documentElement;
    const end = root.scrollHeight - root.clientHeight;
    frame.caption.textContent = `${name} · ${end > 0 ? Math.round((100 * root.scrollTop) / end) : 100} %`;
  }
}

const blockIn = (inside, place) => {
  if (!place.slug) return null;
  return inside.querySelector(`[data-place="${CSS.escape(place.slug)}/${place.block}"]`);
};

// Brings the place into view; `fresh` marks it as just changed.
function show(frame, fresh, toEnd = false) {
  const inside = frame.iframe.contentDocument;
  if (!inside?.body) return;
  const block = here.anchor ? inside.getElementById(here.anchor) : here.block ? blockIn(inside, here) : null;
  if (chosen.flow === "paged") {
    if (toEnd) { turnTo(frame, pagesOf(frame) - 1); return; }
    const root = inside.documentElement;
    const { width } = DEVICES[frame.name];
    let page = 0;
    if (block) {
      const turns = root.dir === "rtl" ? -1 : 1;
      const left = block.getClientRects()[0]?.left ?? 0;
      page = Math.floor((turns * (left + root.scrollLeft) + (turns < 0 ? width : 1)) / width);
    }
    turnTo(frame, page);
  } else {
    const root = inside.documentElement;
    if (block) {
      const box = block.getBoundingClientRect();
      const isSeen = box.top >= 0 && box.bottom <= root.clientHeight;
      if (!isSeen) root.scrollTop += box.top - root.clientHeight * 0.25;
    } else if (!here.stays) root.scrollTop = toEnd ? root.scrollHeight : 0;
    caption(frame);
  }
  if (fresh) {
    const target = blockIn(inside, here);
    if (target) {
      target.classList.remove("bookbuilder-fresh");
      void target.getBoundingClientRect();
      target.classList.add("bookbuilder-fresh");
    }
  }
}

// Puts a document that has changed in place of the one shown, without loading the frame again.
function replace(frame, text) {
  const inside = frame.iframe.contentDocument;
  const made = new DOMParser().parseFromString(text, "application/xhtml+xml");
  if (!inside?.body || made.querySelector("parsererror")) { frame.iframe.src = addressOf(frame.document); return; }
  const { page } = frame;
  const top = inside.documentElement.scrollTop;
  freshen(made);
  inside.body.replaceWith(inside.adoptNode(made.body));
  if (chosen.flow === "paged") turnTo(frame, page);
  else { inside.documentElement.scrollTop = top; caption(frame); }
}

// How often files of the book have changed, by name: browsers keep what they have loaded once.
const versions = new Map();

// Has a document load its styles and pictures anew, where they have changed.
function freshen(inside) {
  for (const [selector, attribute] of [["link[rel=stylesheet]", "href"], ["img", "src"]]) {
    for (const one of inside.querySelectorAll(selector)) {
      const name = decodeURIComponent((one.getAttribute(attribute) ?? "").split("?")[0]);
      const version = versions.get(name);
      if (version) one.setAttribute(attribute, `${name.split("/").map(encodeURIComponent).join("/")}?${version}`);
    }
  }
}

async function clicked(frame, event) {
  const link = event.target.closest?.("a[href]");
  if (link) {
    event.preventDefault();
    const address = new URL(link.getAttribute("href"), frame.iframe.contentDocument.baseURI);
    if (address.origin !== location.origin) { open(address.href, "_blank", "noopener"); return; }
    const name = decodeURIComponent(address.pathname.replace(/^\/book\//, ""));
    const found = book.documents.find((d) => d.name === name);
    if (found) go({ document: name, slug: found.slug, block: 0, anchor: decodeURIComponent(address.hash.slice(1)) });
    return;
  }
  const block = event.target.closest?.("[data-place], aside, p");
  if (!block || String(frame.iframe.contentWindow.getSelection())) return;
  const place = block.closest("[data-place]")?.dataset.place.split("/");
  const slug = place?.[0] ?? here.slug;
  if (place) goPrint({ slug, block: Number(place[1]) });
  const found = await post("/locate", { slug, text: block.outerHTML.slice(0, 1900) });
  if (found) edit(found);
}

// The printed pages --------------------------------------------------------------------------

let sheets = [];

function spreadsOf(pages) {
  const made = [];
  for (const [index, page] of pages.entries()) {
    const last = made.at(-1);
    const fits = last && last.length === 1 && pages[last[0]].side === "l" && page.side === "r" && pages[last[0]].front === page.front;
    if (chosen.spread === "spread" && fits) last.push(index);
    else made.push([index]);
  }
  return made;
}

function widthOfPage() {
  const room = $("spreads").clientWidth - 34;
  const first = book.pages.find((page) => page.width) ?? { width: 560, height: 794 };
  if (chosen.spread === "single") return Math.max(160, Math.min(room, first.width * 1.5));
  const byHeight = (($("spreads").clientHeight - 24) * first.width) / first.height;
  return Math.max(120, Math.min(room / 2, Math.max(byHeight, 340), first.width * 1.6));
}

// Widths in steps: a page that was drawn is of use to every window of about that size.
const pixelsOf = (width) => Math.ceil((width * Math.min(devicePixelRatio, 2)) / 100) * 100;

function showPages() {
  const holder = $("spreads");
  if (!book.pages.length) {
    sheets = [];
    holder.replaceChildren(element("p", { class: "waiting" }, book.title ? "Laying out the pages …" : ""));
    return;
  }
  const width = widthOfPage();
  const pixels = pixelsOf(width);
  const layout = JSON.stringify([width, chosen.spread, book.pages.map((p) => [p.side, p.front, p.width, p.height])]);
  if (layout !== holder.dataset.layout || !sheets.length) {
    const anchor = topPage();
    holder.dataset.layout = layout;
    sheets = book.pages.map((page, index) => {
      const picture = element("img", { alt: `Page ${page.label}`, decoding: "async", draggable: "false" });
      const size = `width: ${width}px; height: ${(width * page.height) / page.width}px`;
      return element("div", { class: "sheet", style: size, "data-index": index, onclick: () => openPage(index) }, picture);
    });
    const isTurned = ["ar", "he", "fa", "ur"].includes((book.language || "").split("-")[0]);
    holder.replaceChildren(...spreadsOf(book.pages).map((indexes) => {
      const made = indexes.map((index) => sheets[index]);
      if (chosen.spread === "spread" && made.length === 1) {
        const blank = element("div", { class: "sheet empty", style: sheets[indexes[0]].getAttribute("style") });
        if (book.pages[indexes[0]].side === "r") made.unshift(blank);
        else made.push(blank);
      }
      if (isTurned) made.reverse();
      return element("div", { class: `spread ${indexes.length === 2 ? "two" : ""}` }, ...made);
    }));
    for (const sheet of sheets) watcher.observe(sheet);
    if (anchor !== null && sheets[anchor]) holder.scrollTop = topOf(sheets[anchor]) - 8;
  }
  for (const [index, sheet] of sheets.entries()) {
    sheet.dataset.key = book.pages[index].key;
    sheet.dataset.pixels = pixels;
    sheet.title = `Page ${book.pages[index].label}`;
    if (sheet.dataset.seen) draw(sheet);
  }
}

const topOf = (sheet) => sheet.parentElement.offsetTop - $("spreads").offsetTop;

function topPage() {
  const top = $("spreads").scrollTop;
  const found = sheets.findIndex((sheet) => sheet.isConnected && topOf(sheet) + sheet.offsetHeight / 2 > top);
  return found < 0 ? null : found;
}

// Pages are drawn when they come near the window.
const watcher = new IntersectionObserver((seen) => {
  for (const one of seen) {
    if (one.isIntersecting) { one.target.dataset.seen = "1"; draw(one.target); } else delete one.target.dataset.seen;
  }
}, { root: $("spreads"), rootMargin: "60% 0px" });

async function draw(sheet) {
  const address = `/page/${sheet.dataset.key}/${sheet.dataset.pixels}.png`;
  if (sheet.dataset.shown === address) return;
  const picture = sheet.firstChild;
  const isNew = sheet.dataset.shown && !sheet.dataset.shown.includes(sheet.dataset.key);
  sheet.dataset.shown = address;
  // The page before stays until the new one is there.
  const next = new Image();
  next.src = address;
  try { await next.decode(); } catch { if (sheet.dataset.shown === address) delete sheet.dataset.shown; return; }
  if (sheet.dataset.shown !== address) return;
  picture.src = address;
  if (isNew && sheet.dataset.seen) {
    sheet.classList.remove("fresh");
    void sheet.offsetWidth;
    sheet.classList.add("fresh");
  }
}

function pageOf(place) {
  let found = -1;
  for (const [index, page] of book.pages.entries()) {
    const [slug, block] = page.place.split("/");
    if (slug === place.slug && (found < 0 || block === undefined || Number(block) <= place.block)) found = index;
  }
  return found;
}

function goPrint(place, gently = false) {
  const index = pageOf(place);
  for (const sheet of sheets) sheet.classList.toggle("here", Number(sheet.dataset.index) === index);
  const sheet = sheets[index];
  if (!sheet || !chosen.panes.print) return;
  const holder = $("spreads");
  const top = topOf(sheet);
  const isSeen = top >= holder.scrollTop - 4 && top + sheet.offsetHeight <= holder.scrollTop + holder.clientHeight + 4;
  if (!(gently && isSeen)) holder.scrollTop = top - 8;
  $("page").value = book.pages[index].label;
}

function openPage(index) {
  // The first place on the page, or on the last one before it that has any.
  for (let at = index; at >= 0; at--) {
    const [slug, block] = book.pages[at].place.split("/");
    const found = book.documents.find((d) => d.slug === slug || d.name === `${slug}.xhtml`);
    if (found) { go({ document: found.name, slug, block: Number(block || 0) }, { print: false }); break; }
  }
  for (const sheet of sheets) sheet.classList.toggle("here", Number(sheet.dataset.index) === index);
  $("page").value = book.pages[index].label;
}

$("goto").addEventListener("submit", (event) => {
  event.preventDefault();
  const wanted = $("page").value.trim().toLowerCase();
  const index = book.pages.findIndex((page) => page.label.toLowerCase() === wanted);
  if (index >= 0) { $("spreads").scrollTop = topOf(sheets[index]) - 8; openPage(index); }
});

// Going to places, and following saves ---------------------------------------------------------

function go(place, { print = true, toEnd = false } = {}) {
  here = { anchor: "", ...place };
  for (const button of $("entries").querySelectorAll("button")) {
    const isHere = button.dataset.slug === here.slug;
    button.classList.toggle("current", isHere);
    if (isHere) button.scrollIntoView({ block: "nearest" });
  }
  for (const frame of frames.values()) {
    if (frame.document !== here.document) {
      frame.toEnd = toEnd;
      load(frame);
    } else show(frame, false, toEnd);
  }
  if (print && here.slug) goPrint(here);
}

const texts = new Map();
async function refetch(changed, files) {
  for (const name of files) versions.set(name, (versions.get(name) ?? 0) + 1);
  const shown = [...frames.values()].filter((frame) => changed.includes(frame.document));
  const names = [...new Set(shown.map((frame) => frame.document))];
  await Promise.all(names.map(async (name) => {
    const answer = await fetch(addressOf(name), { cache: "no-cache" });
    if (answer.ok) texts.set(name, await answer.text());
  }));
  for (const frame of shown) if (texts.has(frame.document)) replace(frame, texts.get(frame.document));
  texts.clear();
  if (files.length) for (const frame of frames.values()) if (frame.iframe.contentDocument) freshen(frame.iframe.contentDocument);
}

async function changed(said) {
  const place = said.place;
  const names = new Set(book.documents.map((d) => d.name));
  if (place) {
    const target = book.documents.find((d) => d.slug === place[0]);
    if (target) {
      const isElsewhere = here.document !== target.name;
      here = { document: target.name, slug: place[0], block: place[1], anchor: "", stays: true };
      if (isElsewhere) {
        for (const name of said.files ?? []) versions.set(name, (versions.get(name) ?? 0) + 1);
        go(here);
        return;
      }
    }
  } else if (!names.has(here.document)) {
    const first = book.documents.find((d) => d.slug) ?? book.documents[0];
    if (first) { go({ document: first.name, slug: first.slug, block: 0 }); return; }
  }
  await refetch(said.changed, said.files ?? []);
  if (place) for (const frame of frames.values()) show(frame, true);
}

const took = {
  async book(said) {
    const isFirst = !book.documents.length;
    book = { ...book, ...said };
    if (said.printing) took.working();
    showCounts();
    showEntries();
    showFindings();
    showBar();
    if (isFirst && book.documents.length) {
      const first = book.documents.find((d) => d.slug) ?? book.documents[0];
      here = { document: first.name, slug: first.slug, block: 0, anchor: "" };
      makeDevices();
      showEntries();
      showPages();
      goPrint(here);
      return;
    }
    showPages();
    await changed(said);
  },
  async screens(said) {
    book = { ...book, ...said };
    showCounts();
    showWords();
    await changed(said);
  },
  pages(said) {
    book = { ...book, ...said };
    showCounts();
    const isFirst = !sheets.length;
    showPages();
    if (isFirst) goPrint(here);
    else if (said.place) goPrint({ slug: said.place[0], block: said.place[1] }, true);
  },
  findings(said) {
    book = { ...book, ...said };
    showCounts();
    showFindings();
    showBar();
    showEntries();
  },
  bar(said) { book.bar = said.bar; showBar(); },
  working() { $("status").textContent = "setting pages"; $("status").className = "busy"; },
  idle() { $("status").textContent = ""; $("status").className = ""; },
  end() { ended(); },
};

function showWords() {
  for (const button of $("entries").querySelectorAll("button")) {
    const words = book.chapterWords?.[button.dataset.slug];
    if (words !== undefined) button.querySelector(".words").textContent = number(words);
  }
}

function ended() {
  $("status").className = "";
  $("status").textContent = "The preview has ended";
}

// One after the other: what is told later must not be shown first.
let turnOf = Promise.resolve();
const stream = new EventSource("/events");
stream.onmessage = (event) => {
  const said = JSON.parse(event.data);
  turnOf = turnOf.then(() => took[said.kind]?.(said)).catch((error) => console.error(error));
};
stream.onerror = () => ended();
stream.onopen = () => { $("status").textContent = book.printing ? "setting pages" : ""; };

// Choices ------------------------------------------------------------------------------------

function press() {
  const is = (button, value) => button.setAttribute("aria-pressed", String(value));
  for (const button of document.querySelectorAll("button[data-pane]")) is(button, chosen.panes[button.dataset.pane]);
  for (const button of document.querySelectorAll("button[data-device]")) is(button, chosen.devices.includes(button.dataset.device));
  for (const button of document.querySelectorAll("button[data-theme]")) is(button, chosen.theme === button.dataset.theme);
  for (const button of document.querySelectorAll("button[data-flow]")) is(button, chosen.flow === button.dataset.flow);
  for (const button of document.querySelectorAll("button[data-spread]")) is(button, chosen.spread === button.dataset.spread);
  for (const name of Object.keys(chosen.panes)) $(name).hidden = !chosen.panes[name];
  $("size").textContent = `${chosen.size} %`;
  document.body.className = chosen.theme;
}

function restyle() {
  for (const frame of frames.values()) {
    if (!frame.iframe.contentDocument?.body) continue;
    style(frame);
    show(frame, false);
  }
}

function togglePane(name) {
  chosen.panes[name] = !chosen.panes[name];
  choose();
}

function choose() {
  remember();
  press();
  fit();
  showPages();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const { pane, device, theme, flow, spread } = button.dataset;
  if (pane) togglePane(pane);
  if (device) {
    const isOn = chosen.devices.includes(device);
    if (isOn && chosen.devices.length === 1) return;
    chosen.devices = isOn ? chosen.devices.filter((name) => name !== device) : [...chosen.devices, device];
    choose();
    makeDevices();
  }
  if (theme) { chosen.theme = theme; choose(); restyle(); }
  if (flow) { chosen.flow = flow; choose(); restyle(); }
  if (spread) { chosen.spread = spread; choose(); goPrint(here); }
  if (button.id === "smaller" || button.id === "larger") {
    const at = SIZES.indexOf(chosen.size) + (button.id === "larger" ? 1 : -1);
    chosen.size = SIZES[Math.max(0, Math.min(at, SIZES.length - 1))];
    choose();
    restyle();
  }
});

function keyed(event) {
  if (event.target.matches?.("input") || event.ctrlKey || event.metaKey || event.altKey) return;
  const pane = { 1: "contents", 2: "screen", 3: "print" }[event.key];
  if (pane) { togglePane(pane); return; }
  const by = { ArrowRight: 1, ArrowLeft: -1, PageDown: 1, PageUp: -1, " ": 1 }[event.key];
  if (!by || document.activeElement === $("spreads")) return;
  event.preventDefault();
  for (const frame of frames.values()) turn(frame, by);
}
document.addEventListener("keydown", keyed);
addEventListener("resize", () => { fit(); showPages(); });

press();
makeDevices();
showPages();
