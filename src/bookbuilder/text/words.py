"""Translate the few words that bookbuilder itself adds to a book."""

from __future__ import annotations

from dataclasses import dataclass

RIGHT_TO_LEFT = frozenset(
    {"ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "syr", "ug", "ur", "yi"}
)
RIGHT_TO_LEFT_SCRIPTS = frozenset({"arab", "hebr", "syrc", "thaa", "nkoo"})


@dataclass(frozen=True, slots=True)
class Words:
    """Hold the words in one `language`.

    `{}` takes a number; in `version`, a version; in `part_of`, the text of `part` and a title.
    """

    language: str
    contents: str
    cover: str
    title_page: str
    start: str
    landmarks: str
    part: str
    part_of: str
    chapter: str
    notes: str
    back: str
    version: str
    index: str
    figures: str
    tables: str
    figure: str
    table: str
    page: str
    pages: str
    links: str
    links_code: str
    done: str
    to_do: str
    appendix: str


_ENGLISH = Words(
    "en", "Contents", "Cover", "Title page", "Start of text", "Landmarks",
    "Part {}", "{} of {}", "chapter {}", "Notes", "Back to reference {}", "Version {}",
    "Index", "Figures", "Tables",
    "Figure {}", "Table {}", "page {}", "Pages", "Links",
    "QR code with the links of this chapter",
    "done", "to do", "Appendix {}",
)  # fmt: skip
_WORDS = {
    words.language: words
    for words in (
        _ENGLISH,
        Words(
            "ar", "المحتويات", "الغلاف", "صفحة العنوان", "بداية النص", "معالم الكتاب",
            "الجزء {}", "{} من {}", "الفصل {}", "ملاحظات", "العودة إلى الإحالة {}", "الإصدار {}",
            "الفهرس", "الأشكال", "الجداول",
            "الشكل {}", "الجدول {}", "صفحة {}", "الصفحات", "الروابط",
            "رمز QR لروابط هذا الفصل",
            "منجز", "للإنجاز", "الملحق {}",
        ),
        Words(
            "de", "Inhalt", "Umschlag", "Titelseite", "Textbeginn", "Orientierungspunkte",
            "Teil {}", "{} von {}", "Kapitel {}", "Anmerkungen",
            "Zurück zu Verweis {}", "Fassung {}",
            "Register", "Abbildungen", "Tabellen",
            "Abbildung {}", "Tabelle {}", "Seite {}", "Seiten", "Links",
            "QR-Code mit den Links dieses Kapitels",
            "erledigt", "zu tun", "Anhang {}",
        ),
        Words(
            "es", "Índice", "Cubierta", "Portada", "Comienzo del texto", "Puntos de referencia",
            "Parte {}", "{} de {}", "capítulo {}", "Notas", "Volver a la llamada {}", "Versión {}",
            "Índice alfabético", "Figuras", "Tablas",
            "Figura {}", "Tabla {}", "página {}", "Páginas", "Enlaces",
            "Código QR con los enlaces de este capítulo",
            "hecho", "por hacer", "Apéndice {}",
        ),
        Words(
            "fa", "فهرست", "جلد", "صفحهٔ عنوان", "آغاز متن", "نشانه‌های کتاب",
            "بخش {}", "{}: {}", "فصل {}", "یادداشت‌ها", "بازگشت به ارجاع {}", "نسخهٔ {}",
            "نمایه", "شکل‌ها", "جدول‌ها",
            "شکل {}", "جدول {}", "صفحهٔ {}", "صفحه‌ها", "پیوندها",
            "رمز QR پیوندهای این فصل",
            "انجام‌شده", "انجام‌نشده", "پیوست {}",
        ),
        Words(
            "fr", "Table des matières", "Couverture", "Page de titre", "Début du texte", "Repères",
            "Partie {}", "{} de {}", "chapitre {}", "Notes", "Retour à l’appel {}", "Version {}",
            "Index", "Figures", "Tableaux",
            "Figure {}", "Tableau {}", "page {}", "Pages", "Liens",
            "Code QR des liens de ce chapitre",
            "fait", "à faire", "Annexe {}",
        ),
        Words(
            "he", "תוכן העניינים", "כריכה", "שער", "תחילת הטקסט", "ציוני דרך",
            "חלק {}", "{} מתוך {}", "פרק {}", "הערות", "חזרה להפניה {}", "גרסה {}",
            "מפתח", "איורים", "טבלאות",
            "איור {}", "טבלה {}", "עמוד {}", "עמודים", "קישורים",
            "קוד QR עם הקישורים של פרק זה",
            "בוצע", "לביצוע", "נספח {}",
        ),
        Words(
            "hi", "विषय-सूची", "आवरण", "मुखपृष्ठ", "पाठ का आरंभ", "मार्गचिह्न",
            "भाग {}", "{}: {}", "अध्याय {}", "टिप्पणियाँ", "संदर्भ {} पर लौटें", "संस्करण {}",
            "अनुक्रमणिका", "चित्र-सूची", "तालिका-सूची",
            "चित्र {}", "तालिका {}", "पृष्ठ {}", "पृष्ठ", "कड़ियाँ",
            "इस अध्याय की कड़ियों का QR कोड",
            "पूर्ण", "शेष", "परिशिष्ट {}",
        ),
        Words(
            "it", "Indice", "Copertina", "Frontespizio", "Inizio del testo", "Punti di riferimento",
            "Parte {}", "{} di {}", "capitolo {}", "Note", "Torna al richiamo {}", "Versione {}",
            "Indice analitico", "Figure", "Tabelle",
            "Figura {}", "Tabella {}", "pagina {}", "Pagine", "Collegamenti",
            "Codice QR con i collegamenti di questo capitolo",
            "fatto", "da fare", "Appendice {}",
        ),
        Words(
            "ja", "目次", "表紙", "扉", "本文", "ランドマーク",
            "第{}部", "{}（{}）", "第{}章", "注", "参照{}に戻る", "版 {}",
            "索引", "図一覧", "表一覧",
            "図{}", "表{}", "{}ページ", "ページ", "リンク",
            "この章のリンクのQRコード",
            "完了", "未完了", "付録{}",
        ),
        Words(
            "ko", "차례", "표지", "속표지", "본문 시작", "길잡이",
            "제{}부", "{}: {}", "제{}장", "주", "참조 {}(으)로 돌아가기", "{}판",
            "찾아보기", "그림 차례", "표 차례",
            "그림 {}", "표 {}", "{}쪽", "쪽", "링크",
            "이 장의 링크 QR 코드",
            "완료", "할 일", "부록 {}",
        ),
        Words(
            "nl", "Inhoud", "Omslag", "Titelpagina", "Begin van de tekst", "Oriëntatiepunten",
            "Deel {}", "{} van {}", "hoofdstuk {}", "Noten",
            "Terug naar verwijzing {}", "Versie {}",
            "Register", "Figuren", "Tabellen",
            "Figuur {}", "Tabel {}", "pagina {}", "Pagina’s", "Links",
            "QR-code met de links van dit hoofdstuk",
            "gedaan", "te doen", "Bijlage {}",
        ),
        Words(
            "pl", "Spis treści", "Okładka", "Strona tytułowa",
            "Początek tekstu", "Punkty orientacyjne",
            "Część {}", "{}: {}", "rozdział {}", "Przypisy", "Powrót do odsyłacza {}", "Wersja {}",
            "Indeks", "Ilustracje", "Tabele",
            "Ilustracja {}", "Tabela {}", "s. {}", "Strony", "Odnośniki",
            "Kod QR z odnośnikami tego rozdziału",
            "zrobione", "do zrobienia", "Dodatek {}",
        ),
        Words(
            "pt", "Sumário", "Capa", "Folha de rosto", "Início do texto", "Pontos de referência",
            "Parte {}", "{} de {}", "capítulo {}", "Notas", "Voltar à chamada {}", "Versão {}",
            "Índice remissivo", "Figuras", "Tabelas",
            "Figura {}", "Tabela {}", "página {}", "Páginas", "Links",
            "Código QR com os links deste capítulo",
            "feito", "por fazer", "Apêndice {}",
        ),
        Words(
            "ru", "Содержание", "Обложка", "Титульный лист", "Начало текста", "Ориентиры",
            "Часть {}", "{}: {}", "глава {}", "Примечания", "Назад к ссылке {}", "Версия {}",
            "Указатель", "Иллюстрации", "Таблицы",
            "Рисунок {}", "Таблица {}", "с. {}", "Страницы", "Ссылки",
            "QR-код со ссылками этой главы",
            "сделано", "сделать", "Приложение {}",
        ),
        Words(
            "sv", "Innehåll", "Omslag", "Titelsida", "Textens början", "Landmärken",
            "Del {}", "{} av {}", "kapitel {}", "Noter",
            "Tillbaka till hänvisning {}", "Version {}",
            "Register", "Figurer", "Tabeller",
            "Figur {}", "Tabell {}", "sidan {}", "Sidor", "Länkar",
            "QR-kod med kapitlets länkar",
            "klart", "att göra", "Bilaga {}",
        ),
        Words(
            "th", "สารบัญ", "ปก", "หน้าชื่อเรื่อง", "เริ่มเนื้อหา", "จุดนำทาง",
            "ภาค {}", "{}: {}", "บทที่ {}", "หมายเหตุ", "กลับไปยังจุดอ้างอิง {}", "ฉบับ {}",
            "ดัชนี", "สารบัญภาพ", "สารบัญตาราง",
            "ภาพที่ {}", "ตารางที่ {}", "หน้า {}", "หน้า", "ลิงก์",
            "รหัส QR ของลิงก์ในบทนี้",
            "เสร็จแล้ว", "ยังไม่เสร็จ", "ภาคผนวก {}",
        ),
        Words(
            "zh", "目录", "封面", "扉页", "正文", "路标",
            "第{}部分", "{}（{}）", "第{}章", "注释", "返回引用{}", "版本 {}",
            "索引", "图", "表",
            "图{}", "表{}", "第{}页", "页码", "链接",
            "本章链接的二维码",
            "已完成", "待办", "附录{}",
        ),
    )
}  # fmt: skip


_LATIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# The letters that appendices have in languages of other alphabets, without those that are left out
# because they could be taken for others.
_LETTERS = {
    "ar": "أبجدهوزحطيكلمنسعفصقرشتثخذضظغ",
    "fa": "ابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی",
    "he": "אבגדהוזחטיכלמנסעפצקרשת",
    "hi": "कखगघचछजझटठडढणतथदधनपफबभमयरलवशषसह",
    "ko": "가나다라마바사아자차카타파하",
    "ru": "АБВГДЕЖИКЛМНПРСТУФХЦШЩЭЮЯ",
    "th": "กขคงจฉชซญดตถทธนบปผพภมยรลวสหอฮ",
}


def letter(count: int, language: str) -> str:
    """Return the letter of the appendix that is number `count`; after Z come AA, AB and so on."""
    letters = _LETTERS.get(primary(language), _LATIN)
    found = ""
    while count > 0:
        count, position = divmod(count - 1, len(letters))
        found = letters[position] + found
    return found


_CALLOUT_KINDS = (
    "note", "abstract", "info", "todo", "tip", "important", "success", "question",
    "warning", "caution", "failure", "danger", "bug", "example", "quote",
)  # fmt: skip
_CALLOUTS = {
    "ar": "ملاحظة|ملخص|معلومة|للإنجاز|نصيحة|مهم|نجاح|سؤال|تحذير|تنبيه|إخفاق|خطر|خلل|مثال|اقتباس",
    "de": "Hinweis|Zusammenfassung|Info|Zu tun|Tipp|Wichtig|Erfolg|Frage"
    "|Warnung|Vorsicht|Fehlschlag|Gefahr|Fehler|Beispiel|Zitat",
    "es": "Nota|Resumen|Información|Por hacer|Consejo|Importante|Éxito|Pregunta"
    "|Advertencia|Precaución|Fallo|Peligro|Error|Ejemplo|Cita",
    "fa": "یادداشت|چکیده|اطلاعات|انجام‌نشده|نکته|مهم|موفقیت"
    "|پرسش|هشدار|احتیاط|شکست|خطر|اشکال|نمونه|نقل قول",
    "fr": "Note|Résumé|Info|À faire|Astuce|Important|Succès|Question"
    "|Avertissement|Attention|Échec|Danger|Bogue|Exemple|Citation",
    "he": "הערה|תקציר|מידע|לביצוע|עצה|חשוב|הצלחה|שאלה|אזהרה|זהירות|כישלון|סכנה|תקלה|דוגמה|ציטוט",
    "hi": "टिप्पणी|सारांश|जानकारी|करना है|सुझाव|महत्वपूर्ण|सफलता|प्रश्न"
    "|चेतावनी|सावधानी|विफलता|ख़तरा|त्रुटि|उदाहरण|उद्धरण",
    "it": "Nota|Sommario|Informazione|Da fare|Consiglio|Importante|Successo|Domanda"
    "|Avvertenza|Attenzione|Insuccesso|Pericolo|Errore|Esempio|Citazione",
    "ja": "注記|要約|情報|やること|ヒント|重要|成功|質問|警告|注意|失敗|危険|バグ|例|引用",
    "ko": "참고|요약|정보|할 일|도움말|중요|성공|질문|경고|주의|실패|위험|버그|예|인용",
    "nl": "Opmerking|Samenvatting|Info|Te doen|Tip|Belangrijk|Gelukt|Vraag"
    "|Waarschuwing|Let op|Mislukt|Gevaar|Fout|Voorbeeld|Citaat",
    "pl": "Uwaga|Streszczenie|Informacja|Do zrobienia|Wskazówka|Ważne|Sukces|Pytanie"
    "|Ostrzeżenie|Ostrożnie|Niepowodzenie|Niebezpieczeństwo|Błąd|Przykład|Cytat",
    "pt": "Nota|Resumo|Informação|Por fazer|Dica|Importante|Sucesso|Pergunta"
    "|Aviso|Cuidado|Falha|Perigo|Erro|Exemplo|Citação",
    "ru": "Примечание|Кратко|Сведения|Сделать|Совет|Важно|Успех|Вопрос"
    "|Предупреждение|Осторожно|Неудача|Опасность|Ошибка|Пример|Цитата",
    "sv": "Obs|Sammanfattning|Info|Att göra|Tips|Viktigt|Lyckat|Fråga"
    "|Varning|Försiktigt|Misslyckat|Fara|Fel|Exempel|Citat",
    "th": "หมายเหตุ|สรุป|ข้อมูล|สิ่งที่ต้องทำ|คำแนะนำ|สำคัญ|สำเร็จ|คำถาม"
    "|คำเตือน|ข้อควรระวัง|ล้มเหลว|อันตราย|ข้อผิดพลาด|ตัวอย่าง|คำคม",
    "zh": "注|摘要|信息|待办|提示|重要|成功|问题|警告|注意|失败|危险|缺陷|示例|引用",
}

_LESSON_KINDS = (
    "exercise", "solution", "prerequisites", "objectives", "questions", "keypoints", "discussion",
    "testimonial", "checklist", "instructor", "theorem", "lemma", "corollary", "proposition",
    "conjecture", "definition", "proof", "remark", "algorithm",
)  # fmt: skip
"""Kinds that textbooks and lessons add to those of every book."""
_LESSONS = {
    "ar": "تمرين|الحل|المتطلبات المسبقة|الأهداف|أسئلة|نقاط رئيسية|مناقشة|شهادة|قائمة تحقق"
    "|ملاحظة للمدرّس|مبرهنة|تمهيدية|نتيجة|قضية|حدسية|تعريف|برهان|تعليق|خوارزمية",
    "de": "Übung|Lösung|Voraussetzungen|Lernziele|Fragen|Das Wichtigste|Diskussion"
    "|Erfahrungsbericht|Checkliste|Für Lehrende|Satz|Lemma|Korollar|Proposition|Vermutung"
    "|Definition|Beweis|Bemerkung|Algorithmus",
    "es": "Ejercicio|Solución|Requisitos previos|Objetivos|Preguntas|Puntos clave|Discusión"
    "|Testimonio|Lista de comprobación|Nota para el docente|Teorema|Lema|Corolario"
    "|Proposición|Conjetura|Definición|Demostración|Observación|Algoritmo",
    "fa": "تمرین|راه‌حل|پیش‌نیازها|هدف‌ها|پرسش‌ها|نکته‌های اصلی|بحث|تجربه|فهرست وارسی"
    "|یادداشت مدرس|قضیه|لم|نتیجه|گزاره|حدس|تعریف|برهان|تبصره|الگوریتم",
    "fr": "Exercice|Solution|Prérequis|Objectifs|Questions|Points clés|Discussion|Témoignage"
    "|Liste de contrôle|Note pour l’enseignant|Théorème|Lemme|Corollaire|Proposition"
    "|Conjecture|Définition|Démonstration|Remarque|Algorithme",
    "he": "תרגיל|פתרון|דרישות קדם|מטרות|שאלות|נקודות עיקריות|דיון|עדות|רשימת תיוג|הערה למדריך"
    "|משפט|למה|מסקנה|טענה|השערה|הגדרה|הוכחה|הערה|אלגוריתם",
    "hi": "अभ्यास|हल|पूर्वापेक्षाएँ|उद्देश्य|प्रश्न|मुख्य बिंदु|चर्चा|अनुभव|जाँच-सूची"
    "|शिक्षक के लिए|प्रमेय|लेम्मा|उपप्रमेय|साध्य|अनुमान|परिभाषा|उपपत्ति|टिप्पणी|एल्गोरिद्म",
    "it": "Esercizio|Soluzione|Prerequisiti|Obiettivi|Domande|Punti chiave|Discussione"
    "|Testimonianza|Lista di controllo|Nota per il docente|Teorema|Lemma|Corollario"
    "|Proposizione|Congettura|Definizione|Dimostrazione|Osservazione|Algoritmo",
    "ja": "演習|解答|前提条件|目標|問い|要点|討論|体験談|チェックリスト"
    "|講師向けの注記|定理|補題|系|命題|予想|定義|証明|注意|アルゴリズム",
    "ko": "연습 문제|풀이|선수 지식|목표|질문|요점|토론|경험담|점검표"
    "|강사용 참고|정리|보조정리|따름정리|명제|추측|정의|증명|비고|알고리즘",
    "nl": "Oefening|Oplossing|Vereisten|Leerdoelen|Vragen|Kernpunten|Discussie|Getuigenis"
    "|Checklist|Voor de docent|Stelling|Lemma|Gevolg|Propositie|Vermoeden|Definitie"
    "|Bewijs|Opmerking|Algoritme",
    "pl": "Ćwiczenie|Rozwiązanie|Wymagania wstępne|Cele|Pytania|Najważniejsze|Dyskusja|Opinia"
    "|Lista kontrolna|Dla prowadzącego|Twierdzenie|Lemat|Wniosek|Stwierdzenie|Hipoteza"
    "|Definicja|Dowód|Uwaga|Algorytm",
    "pt": "Exercício|Solução|Pré-requisitos|Objetivos|Perguntas|Pontos principais|Discussão"
    "|Testemunho|Lista de verificação|Nota para o instrutor|Teorema|Lema|Corolário"
    "|Proposição|Conjetura|Definição|Demonstração|Observação|Algoritmo",
    "ru": "Упражнение|Решение|Что нужно знать|Цели|Вопросы|Главное|Обсуждение|Отзыв"
    "|Контрольный список|Преподавателю|Теорема|Лемма|Следствие|Предложение|Гипотеза"
    "|Определение|Доказательство|Замечание|Алгоритм",
    "sv": "Övning|Lösning|Förkunskaper|Mål|Frågor|Huvudpunkter|Diskussion|Omdöme|Checklista"
    "|För läraren|Sats|Lemma|Följdsats|Proposition|Förmodan|Definition|Bevis|Anmärkning"
    "|Algoritm",
    "th": "แบบฝึกหัด|เฉลย|ความรู้พื้นฐาน|วัตถุประสงค์|คำถาม"
    "|ประเด็นสำคัญ|อภิปราย|คำบอกเล่า|รายการตรวจสอบ"
    "|สำหรับผู้สอน|ทฤษฎีบท|บทตั้ง|บทแทรก|ประพจน์|ข้อคาดการณ์|นิยาม|บทพิสูจน์|ข้อสังเกต|ขั้นตอนวิธี",
    "zh": "练习|解答|先修要求|目标|问题|要点|讨论|感言|检查清单|教师说明"
    "|定理|引理|推论|命题|猜想|定义|证明|备注|算法",
}

_VERSION_KINDS = ("new", "changed", "deprecated")
"""Kinds that manuals of programs add; the version follows the word."""
_VERSIONS = {
    "ar": "جديد|تغيّر|مهمل",
    "de": "Neu|Geändert|Veraltet",
    "es": "Nuevo|Modificado|Obsoleto",
    "fa": "جدید|تغییر یافته|منسوخ",
    "fr": "Nouveau|Modifié|Obsolète",
    "he": "חדש|השתנה|יצא משימוש",
    "hi": "नया|परिवर्तित|अप्रचलित",
    "it": "Nuovo|Modificato|Obsoleto",
    "ja": "追加|変更|非推奨",
    "ko": "새 기능|변경|사용 중단",
    "nl": "Nieuw|Gewijzigd|Verouderd",
    "pl": "Nowość|Zmiana|Przestarzałe",
    "pt": "Novo|Alterado|Obsoleto",
    "ru": "Новое|Изменено|Устарело",
    "sv": "Nytt|Ändrat|Föråldrat",
    "th": "ใหม่|เปลี่ยนแปลง|เลิกใช้",
    "zh": "新增|变更|已弃用",
}


def callout_title(kind: str, language: str) -> str | None:
    """Return the title of a callout of `kind` without one of its own; None for English."""
    tables = (
        (_CALLOUT_KINDS, _CALLOUTS),
        (_LESSON_KINDS, _LESSONS),
        (_VERSION_KINDS, _VERSIONS),
    )
    for kinds, names in tables:
        if kind in kinds and (row := names.get(primary(language))):
            return row.split("|")[kinds.index(kind)]
    return None


def letters_added(language: str) -> set[str]:
    """Return the characters of all words that may be added to a book in `language`."""
    key = primary(language)
    rows = [table.get(key, "") for table in (_CALLOUTS, _LESSONS, _VERSIONS)]
    words = words_for(language)
    texts = [getattr(words, name) for name in words.__slots__]
    return set("".join([*texts, *rows, _LETTERS.get(key, "")])) - set("{}|\N{NO-BREAK SPACE}")


def words_for(language: str) -> Words:
    """Return the words for a BCP 47 tag, or the English ones, whose `language` then is `en`."""
    return _WORDS.get(primary(language), _ENGLISH)


def direction(language: str) -> str:
    """Return `ltr` or `rtl` for HTML's `dir`. A script in the tag (`az-Arab`) decides alone."""
    tags = language.lower().replace("_", "-").split("-")
    script = next((t for t in tags[1:] if len(t) == 4 and t.isalpha()), "")
    is_rtl = script in RIGHT_TO_LEFT_SCRIPTS if script else tags[0] in RIGHT_TO_LEFT
    return "rtl" if is_rtl else "ltr"


def primary(language: str) -> str:
    """Return the language of a BCP 47 tag without region, script and the rest."""
    return language.replace("_", "-").partition("-")[0].lower()
