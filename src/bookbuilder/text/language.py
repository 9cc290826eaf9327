"""Guess the language of a text, well enough for a book that does not name it.

No library: the small ones are no longer looked after, the others weigh more than bookbuilder. What
is needed is little, since books are long: the script, letters that only one language has, and the
words that every text is full of. If these do not agree on one language, there is no guess.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

UNKNOWN = "und"
"""The tag of a language that nobody knows (BCP 47): no hyphens are put into such a text."""

# By the first word of a character's Unicode name. Scripts of one language, or of one by far.
_SCRIPTS = {
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "HANGUL": "ko",
    "CJK": "zh",
    "ARABIC": "arabic",
    "HEBREW": "hebrew",
    "CYRILLIC": "cyrillic",
    "GREEK": "el",
    "THAI": "th",
    "DEVANAGARI": "devanagari",
    "BENGALI": "bn",
    "TAMIL": "ta",
    "TELUGU": "te",
    "KANNADA": "kn",
    "MALAYALAM": "ml",
    "GUJARATI": "gu",
    "GURMUKHI": "pa",
    "SINHALA": "si",
    "GEORGIAN": "ka",
    "ARMENIAN": "hy",
    "KHMER": "km",
    "LAO": "lo",
    "MYANMAR": "my",
    "ETHIOPIC": "am",
    "LATIN": "latin",
}
# Frequent words; a word that two neighbours share counts for both, so each needs some of its own.
_WORDS: dict[str, dict[str, str]] = {
    "latin": {
        "af": "nie dit hierdie vir wat ons hulle n kan sal sy het toe nog daar baie jy word",
        "az": "və üçün ilə olan kimi deyil sonra isə bu bir da çox nə",
        "ca": "els les amb per què una és del dels com més aquest aquesta són hi ha també però i",
        "cs": "že jsou nebo jako které není při také být však podle když je se na která jen pro",
        "da": "og af ikke det er til som på hvor også være efter meget eller mig blev jeg hvad sig"
        " nogle nu ud op end uden kun mellem",
        "de": "der die und das nicht ist ein zu den mit sich auf eine auch wie von wir werden",
        "en": "the and of to in is that it for you with this was are be not as have he they",
        "cy": "y yr yn ac i o ar mae yw ei am bod wedi gan hwn sydd eu nid ond",
        "eo": "la kaj de en estas ne al ke por kun ĝi pri sed mi li oni tio kiu ĉi pli",
        "es": "el la los y de que en una por con para se del las como más pero su es esta",
        "et": "ja on ei see et kui mis oli aga ka või siis tema oma nii seda mida kes olla",
        "eu": "eta da ez bat du hau ere zen baina dira izan hori egin dute edo gure dugu bere",
        "fi": "ja on ei että se oli mutta kun hän jos niin myös kuin ovat sen joka mitä ole",
        "fr": "le la les et des est une dans que pour qui pas du au ce il nous vous sont plus",
        "ga": "agus an na ar is le go tá sé a bhí i ní do ag seo sin é faoi iad",
        "gl": "e é de que do en un unha para non con máis polo pola ao pero tamén moi quen isto",
        "hr": "je se da na su koji što nije kao ali bi iz za sve samo kako može više koja ili",
        "hu": "a az és hogy nem egy is volt meg csak ez már mint van de azt ki minden még",
        "id": "yang dan di untuk dengan adalah tidak dari ini itu pada akan dalam bisa karena juga"
        " kita ke oleh atau saya kami mereka agar bahwa seperti secara kalau yaitu",
        "is": "að á það sem ekki við með þetta fyrir eru hann í því ég svo eða ekki sé voru",
        "it": "il di che la e un per non sono con del gli della è una nel più come si ma",
        "la": "et in est non ad cum ut sed quod quae qui ex hoc sunt per eius esse aut",
        "lt": "ir kad yra tai su buvo bet kaip ne jis iš į apie tik gali savo jo šis",
        "lv": "un ir ka ar no par bija kas tas bet vai kā viņš to nav es šis pie",
        "ms": "yang dan di untuk dengan adalah tidak ini itu pada akan dalam boleh kerana juga"
        " daripada oleh atau saya kami mereka bahawa seperti secara ialah iaitu",
        "nb": "og av ikke det er til som på hvor også være etter mye eller meg ble jeg hva seg noen"
        " nå ut opp enn uten bare mellom å",
        "nl": "de het een van en is dat niet op te zijn met voor aan ook maar er worden dit wat"
        " ons kan ze bij nog naar heeft hebben over",
        "pl": "nie się że jest na do jak to ale co tym tylko był przez tak już jego może które są",
        "pt": "o que e do da em um para não com uma os no mais as dos como foi ao é",
        "ro": "și de la nu este în care cu mai pentru din că sunt ca sau fost lui această",
        "sk": "že sú alebo ako keď ktoré nie pri tiež byť však podľa je sa na ktorá len pre som",
        "sl": "je in se da na so ki ni tudi kot bi pa za iz ali biti lahko le več po",
        "sq": "dhe të në një për është që me nga nuk i e ka më janë si por kjo ky",
        "sv": "och att är inte av för som det den ett med har var jag men om vi från kan",
        "sw": "na ya wa kwa ni katika kuwa za hii cha lakini kama yake hiyo watu",
        "tl": "ang ng sa mga na ay at hindi ito ko niya siya para kung may",
        "tr": "ve bir bu için de da ile olarak çok daha gibi ne olan var kadar sonra ama değil",
        "uz": "va bir bu uchun bilan ham edi bo‘lgan emas kerak yoki uning bor deb qilib biz",
        "vi": "là của và không một có được cho những các trong người này với để đã khi như về tôi",
    },
    "cyrillic": {
        "be": "і не што на гэта як з але да яго быў яна ў па для ці мы яны яе каб пра калі",
        "bg": "на да не се от за това като че са със при който беше или ще е си към по го",
        "kk": "және бір бұл деп мен үшін болды да де емес ол осы",
        "mk": "на да не се од за ова како дека со што беше или кој ќе е си го по",
        "ru": "и не что на это как по но из он она был для или мы его",
        "sr": "и је да се на не у су што као али од за био или који",
        "uk": "і не що на це як з але до його був вона та у або для є",
    },
    "arabic": {
        "ar": "في من على إلى أن عن هذا هذه التي الذي ما لا كان مع أو هو هي ذلك",
        "ckb": "لە بە بۆ کە ئەو ئەم هەر وەک نییە",
        "fa": "و در به از که این را با است برای آن می یک تا بر هم نیز شود",
        "ps": "د په او چې له دي کې سره هم دا",
        "ur": "کے میں کی ہے اور سے کا کو نے اس پر کہ یہ ہیں نہیں ایک",
    },
    "hebrew": {
        "he": "של את לא על זה הוא אני עם כי או היא גם מה אבל יש כל אם",
        "yi": "איז די און דער דאָס דאס ניט אַ פֿון פון מיט אין איך זיי מיר האָבן",
    },
    "devanagari": {
        "hi": "के में है की और से का को पर यह हैं नहीं एक ने कि भी",
        "mr": "आणि आहे या च्या हे ते मध्ये नाही एक की व होते करून",
        "ne": "छ र को मा ले यो हो पनि गर्न भएको एक छन् लागि",
    },
}
# Letters that among the languages above only this one has, or nearly so.
_LETTERS = {
    # Many times, for Azerbaijani has all letters of Turkish, too.
    "az": "əəəəəə",
    "eo": "ĉĝĥĵŝŭ",
    "is": "ðþ",
    "sq": "ë",
    "yi": "ײױװ",
    "vi": "ươăđơạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ",
    "pl": "łśźćńżąę",
    "tr": "ğış",
    "cs": "ěřů",
    "sk": "ľĺŕô",
    "hu": "őű",
    "ro": "țșă",
    "lv": "ļķņģēīū",
    "lt": "ėįųū",
    "bg": "ъ",
    "uk": "їєґ",
    "be": "ў",
    "kk": "әғқңұһ",
    "mk": "ѓќѕ",
    "sr": "ђћ",
    "ru": "ыэё",
    "ur": "ٹڈڑں",
    "ckb": "ڕڵێۆ",
    "ps": "ښځڅټډ",
}
# Frequent characters that are written one way on the mainland, and the other in Taiwan.
_SIMPLIFIED = frozenset("这们为个会来时说对国学过后问书关给还与写门长见没")
_TRADITIONAL = frozenset("這們為個會來時說對國學過後問書關給還與寫門長見沒")
_LETTER_WEIGHT = 0.5
# Where nothing tells two neighbours apart, the one that is written a hundred times as much.
_LIKELIER = {("id", "ms")}
_SAMPLE = 20_000
# A name or a loanword proves nothing: so many different common words must be there, at least one in
# so many words must be common, and what the next language does not share must be clearly more.
_FEWEST, _RAREST, _LEAD = 3, 12, 1.5
_ENOUGH_WORDS = 40
"""With fewer words, a text in Latin letters that is like no language is taken for English."""
_NOT_PROSE = re.compile(
    r"(?ms)^[ \t]*(?:```.*?^[ \t]*```|~~~.*?^[ \t]*~~~)|`[^`\n]*`|https?://\S+|<[^<>\n]{1,200}>"
    r"|\]\([^()\n]{0,500}\)|\{[^{}\n]{0,500}\}"
)
# Not `\w+`: the vowel signs of Indian scripts are not in it.
_WORD = re.compile(r"[^\s\d.,;:!?(){}\[\]<>\"'“”„«»‘’|*_#`/\\…।،؛؟۔=+~^&%$@–—-]+")


def is_language(tag: str) -> bool:
    """Return whether `tag` looks like a BCP 47 language tag (RFC 5646, section 2.1)."""
    return len(tag) <= 35 and bool(re.fullmatch(r"[a-zA-Z]{2,8}(-[a-zA-Z0-9]{1,8})*", tag))


def guess_language(text: str) -> str:
    """Return a BCP 47 language tag for `text`, or `UNKNOWN` if it is like none or like several.

    A text of a few words in Latin letters is taken for English.
    """
    sample = _NOT_PROSE.sub(" ", text[: 2 * _SAMPLE])[:_SAMPLE]
    script = _script_of(sample)
    if script == "zh":
        return _chinese(sample)
    if script not in _WORDS:
        return script
    words = Counter(_WORD.findall(unicodedata.normalize("NFC", sample).casefold()))
    letters: Counter[str] = Counter()
    for word, times in words.items():
        for letter in set(word):
            letters[letter] += times
    common = {tag: set(known.split()) for tag, known in _WORDS[script].items()}

    def score_of(tag: str, without: set[str]) -> float:
        own = sum(words[word] for word in common[tag] - without)
        return own + _LETTER_WEIGHT * sum(letters[letter] for letter in _LETTERS.get(tag, ""))

    scores = Counter({tag: score_of(tag, set()) for tag in common})
    (best, score), (second, _) = scores.most_common(2)
    is_short = words.total() < _ENOUGH_WORDS
    # One word may be frequent by chance, as "a" is. A short text in a rarer script has no more.
    fewest = 1 if is_short and script != "latin" else _FEWEST
    own = set(_LETTERS.get(best, ""))
    spelt_so = sum(1 for word in words if own & set(word))
    is_enough = sum(1 for word in common[best] if words[word]) + min(spelt_so, 2) >= fewest
    if is_enough and score * _RAREST >= words.total():
        ours, theirs = score_of(best, common[second]), score_of(second, common[best])
        if ours > theirs * _LEAD:
            return UNKNOWN if best == "la" and words["lorem"] else best
        if (pair := (min(best, second), max(best, second))) in _LIKELIER:
            return pair[0]
    accented = sum(times for word, times in words.items() if not word.isascii())
    is_plain = not is_enough or scores["en"] >= score - 1
    is_plain = is_plain and accented * _RAREST <= words.total()
    return "en" if script == "latin" and is_short and is_plain else UNKNOWN


def _chinese(sample: str) -> str:
    simplified = sum(1 for char in sample if char in _SIMPLIFIED)
    traditional = sum(1 for char in sample if char in _TRADITIONAL)
    return "zh-Hant" if traditional > 3 * simplified else "zh"


def _script_of(sample: str) -> str:
    """Return the language or the script that a third of the letters are of."""
    scripts: Counter[str] = Counter()
    for char, times in Counter(sample).items():
        if char.isalpha():
            name = unicodedata.name(char, "").split(" ")[0].split("-")[0]
            scripts[_SCRIPTS.get(name, UNKNOWN)] += times
    letters = scripts.total()
    if scripts["ja"] * 20 > letters:
        return "ja"
    # Books about programs have more Latin letters than their languages have.
    others = Counter({tag: count for tag, count in scripts.items() if tag != "latin"})
    script, count = others.most_common(1)[0] if others else ("latin", 0)
    return script if count * 3 > letters else "latin"
