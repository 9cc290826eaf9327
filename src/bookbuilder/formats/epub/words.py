"""The few words that the EPUB says by itself, in the book's language."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """`part` is a format with one place, for the number. `language` is that of the words."""

    language: str
    contents: str
    cover: str
    title_page: str
    start: str
    part: str


_ENGLISH = Words("en", "Contents", "Cover", "Title page", "Start of text", "Part {}")
_WORDS = {
    words.language: words
    for words in (
        _ENGLISH,
        Words("ar", "المحتويات", "الغلاف", "صفحة العنوان", "بداية النص", "الجزء {}"),
        Words("de", "Inhalt", "Umschlag", "Titelseite", "Textbeginn", "Teil {}"),
        Words("es", "Contenido", "Cubierta", "Portada", "Comienzo del texto", "Parte {}"),
        Words("fr", "Table des matières", "Couverture", "Page de titre", "Début", "Partie {}"),
        Words("he", "תוכן העניינים", "כריכה", "שער", "תחילת הטקסט", "חלק {}"),
        Words("it", "Indice", "Copertina", "Frontespizio", "Inizio del testo", "Parte {}"),
        Words("ja", "目次", "表紙", "扉", "本文", "第{}部"),
        Words("nl", "Inhoud", "Omslag", "Titelpagina", "Begin van de tekst", "Deel {}"),
        Words("pl", "Spis treści", "Okładka", "Strona tytułowa", "Początek tekstu", "Część {}"),
        Words("pt", "Sumário", "Capa", "Folha de rosto", "Início do texto", "Parte {}"),
        Words("ru", "Содержание", "Обложка", "Титульный лист", "Начало текста", "Часть {}"),
        Words("sv", "Innehåll", "Omslag", "Titelsida", "Textens början", "Del {}"),
        Words("zh", "目录", "封面", "扉页", "正文", "第{}部分"),
    )
}


def words_for(language: str) -> Words:
    """The words for a BCP 47 tag; English ones, which say that they are, where there are none."""
    return _WORDS.get(language.partition("-")[0].lower(), _ENGLISH)
