"""Clean text, masks, pinyin, search. Knows nothing of the rest of the house.

Model fields: `wording.fields`. Form fields: `wording.forms`. Refusals of deeds: `wording.errors`.
"""

from wording.filenames import clean_filename
from wording.masks import mask_email, mask_id, mask_name, mask_phone
from wording.pinyin import abbreviations, pinyin_full, pinyin_initials
from wording.search import bigram_index, bigrams, fold, gram_index, grams, name_search, normalise, part_index
from wording.text import TextRefused, clean, clean_query, tidy

__all__ = [
    "TextRefused",
    "abbreviations",
    "bigram_index",
    "bigrams",
    "clean",
    "clean_filename",
    "clean_query",
    "fold",
    "gram_index",
    "grams",
    "mask_email",
    "mask_id",
    "mask_name",
    "mask_phone",
    "name_search",
    "normalise",
    "part_index",
    "pinyin_full",
    "pinyin_initials",
    "tidy",
]
