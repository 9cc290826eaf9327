// Pages of an EPUB as MuPDF shows them, which knows little of CSS, as small readers do:
//
//     mutool run tools/mupdf.js BOOK.epub UNPACKED FOLDER NAME=DOCUMENT#ID ...
//
// UNPACKED is the folder of the book's documents. The book says on which page of its document a
// place is, and the document alone draws it: Debian's version numbers no pages across documents.
//
// In these documents, what comes later must also stand further down: MuPDF up to 1.25 puts elements
// that it does not know at the head of their document, which no picture of a single page shows.

var SIZES = { phone: [375, 667], reader: [600, 800] };
var LOOKS = { light: 16, huge: 30 };

var book = new Document(scriptArgs[0]);

function draw(name, href) {
  for (var size in SIZES)
    for (var look in LOOKS) {
      book.layout(SIZES[size][0], SIZES[size][1], LOOKS[look]);
      var chapter = new Document(scriptArgs[1] + "/" + href.split("#")[0]);
      chapter.layout(SIZES[size][0], SIZES[size][1], LOOKS[look]);
      chapter.loadPage(book.resolveLink("EPUB/" + href).page)
        .toPixmap(Identity, DeviceRGB, false)
        .saveAsPNG(scriptArgs[2] + "/mupdf-" + size + "-" + look + "-" + name + ".png");
    }
}

// The ids of headings, figures, tables and notes, in the order of the text.
var BLOCK = /<(?:h[1-6]|figure|table|aside|section|p|div)\b[^>]*\bid="([^"]+)"/g;

function misplaced(name) {
  var text = read(scriptArgs[1] + "/" + name);
  var found = [], before = -1, id, match;
  book.layout(SIZES.reader[0], SIZES.reader[1], LOOKS.light);
  while ((match = BLOCK.exec(text)) !== null) {
    id = match[1];
    var place = book.resolveLink("EPUB/" + name + "#" + id);
    if (place.page < 0) continue;
    var down = place.page * SIZES.reader[1] + (place.y || 0);
    if (down < before - 1) found.push(id);
    before = Math.max(before, down);
  }
  return found;
}

var seen = {}, wrong = 0;
for (var i = 3; i < scriptArgs.length; ++i) {
  var at = scriptArgs[i].indexOf("=");
  draw(scriptArgs[i].slice(0, at), scriptArgs[i].slice(at + 1));
  var document = scriptArgs[i].slice(at + 1).split("#")[0];
  if (seen[document]) continue;
  seen[document] = true;
  misplaced(document).forEach(function (id) {
    print(document + "#" + id + " stands above what comes before it");
    wrong += 1;
  });
}
if (wrong) throw new Error(wrong + " places out of order");
