// Pages of an EPUB as MuPDF shows them, which knows little of CSS, as small readers do:
//
//     mutool run tools/mupdf.js BOOK.epub UNPACKED FOLDER NAME=DOCUMENT#ID ...
//
// UNPACKED is the folder of the book's documents. The book says on which page of its document a
// place is, and the document alone draws it: Debian's version numbers no pages across documents.

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

for (var i = 3; i < scriptArgs.length; ++i) {
  var at = scriptArgs[i].indexOf("=");
  draw(scriptArgs[i].slice(0, at), scriptArgs[i].slice(at + 1));
}
