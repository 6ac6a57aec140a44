"""Pinyin of names, for look-up by letters and for sorting (the database has no Chinese collation)."""

from collections import defaultdict
from functools import lru_cache
from typing import Any

from wording.search import normalise

_READINGS = """
a ai an ang ao ba bai ban bang bao bei ben beng bi bian biao bie bin bing bo bu ca cai can cang cao ce cen ceng cha chai chan
chang chao che chen cheng chi chong chou chu chua chuai chuan chuang chui chun chuo ci cong cou cu cuan cui cun cuo da dai dan
dang dao de den deng di dian diao die ding diu dong dou du duan dui dun duo e ei en eng er fa fan fang fei fen feng fo fou fu ga
gai gan gang gao ge gei gen geng gong gou gu gua guai guan guang gui gun guo ha hai han hang hao he hei hen heng hong hou hu hua
huai huan huang hui hun huo ji jia jian jiang jiao jie jin jing jiong jiu ju juan jue jun ka kai kan kang kao ke ken keng kong kou
ku kua kuai kuan kuang kui kun kuo la lai lan lang lao le lei leng li lia lian liang liao lie lin ling liu long lou lu luan lun
luo lv lve ma mai man mang mao me mei men meng mi mian miao mie min ming miu mo mou mu na nai nan nang nao ne nei nen neng ni nian
niang niao nie nin ning niu nong nou nu nuan nun nuo nv nve o ou pa pai pan pang pao pei pen peng pi pian piao pie pin ping po pou
pu qi qia qian qiang qiao qie qin qing qiong qiu qu quan que qun ran rang rao re ren reng ri rong rou ru rua ruan rui run ruo sa
sai san sang sao se sen seng sha shai shan shang shao she shen sheng shi shou shu shua shuai shuan shuang shui shun shuo si song
sou su suan sui sun suo ta tai tan tang tao te teng ti tian tiao tie ting tong tou tu tuan tui tun tuo wa wai wan wang wei wen
weng wo wu xi xia xian xiang xiao xie xin xing xiong xiu xu xuan xue xun ya yan yang yao ye yi yin ying yong you yu yuan yue yun
za zai zan zang zao ze zei zen zeng zha zhai zhan zhang zhao zhe zhen zheng zhi zhong zhou zhu zhua zhuai zhuan zhuang zhui zhun
zhuo zi zong zou zu zuan zui zun zuo
"""
#: Every syllable a character of the common list is read with, ü as v.
SYLLABLES = frozenset(_READINGS.split())
_BEGINNINGS = frozenset(syllable[:length] for syllable in SYLLABLES for length in range(1, len(syllable) + 1))
_LONGEST = max(map(len, SYLLABLES))
MOST_READINGS = 6


class _Spelling(dict[int, str]):
    """For `str.translate`: the first letters of a character's usual reading; nothing for what is neither letter nor digit.

    A character without a reading (rare, foreign) stands for itself. Filled as characters are met.
    """

    def __init__(self, letters: int | None) -> None:
        super().__init__()
        self.letters = letters

    def __missing__(self, point: int) -> str:
        character = chr(point)
        usual = character if character.isascii() else _readings()[0].get(character, character)[: self.letters]
        self[point] = usual if character.isalnum() else ""
        return self[point]


_WHOLE, _FIRST = _Spelling(None), _Spelling(1)


def pinyin_full(name: str) -> str:
    """利尔达科技园 → lierdakejiyuan; Latin letters and digits stay, everything else goes."""
    text, otherwise = _looked_at(name)
    return "".join(_by_phrases(_pieces(text))) if otherwise else text.translate(_WHOLE)


def pinyin_initials(name: str) -> str:
    """利尔达科技园 → ledkjy; a run of Latin letters or digits stays whole: A座 → az, 5G园 → 5gy."""
    text, otherwise = _looked_at(name)
    if not otherwise:
        return text.translate(_FIRST)
    pieces = _pieces(text)
    return "".join(piece if piece.isascii() else syllable[:1] for piece, syllable in zip(pieces, _by_phrases(pieces), strict=True))


def abbreviations(letters: str) -> list[str]:
    """The initials of every way to read `letters` as syllables, the last one perhaps unfinished: lierda → led, xian → x, xa.

    Empty for letters that are no pinyin. At most `MOST_READINGS`, those of fewer and longer syllables first.
    """
    readings: list[list[str]] = [[""]] + [[] for _ in letters]
    for end in range(1, len(letters) + 1):
        known = _BEGINNINGS if end == len(letters) else SYLLABLES
        for start in range(max(0, end - _LONGEST), end):
            if letters[start:end] in known:
                readings[end] += [before + letters[start] for before in readings[start]]
        readings[end] = sorted(dict.fromkeys(readings[end]), key=len)[:MOST_READINGS]
    return readings[-1] if letters else []


@lru_cache(maxsize=4096)
def _looked_at(name: str) -> tuple[str, bool]:
    """The name normalised, and whether it has a phrase in which a character is not read as usual."""
    text = normalise(name)
    phrases = _readings()[1]
    if phrases.keys().isdisjoint(text):
        return text, False
    plain = "".join(filter(str.isalnum, text))
    return text, any(phrase in plain for character in phrases.keys() & set(plain) for phrase in phrases[character])


def _pieces(text: str) -> tuple[str, ...]:
    pieces: list[str] = []
    for character in text:
        if not character.isalnum():
            continue
        if character.isascii() and pieces and pieces[-1].isascii():
            pieces[-1] += character
        else:
            pieces.append(character)
    return tuple(pieces)


@lru_cache(maxsize=4096)
def _by_phrases(pieces: tuple[str, ...]) -> tuple[str, ...]:
    """One entry per piece, by the library's own cutting into phrases: 重庆 is not 重量."""
    from pypinyin import lazy_pinyin

    each: Any = _each  # the library's own hints leave out that a list is taken as well
    flat = [reading for reading in lazy_pinyin("".join(pieces), errors=each) if reading]
    # Latin runs come back in one piece from the library and from _pieces alike; anything else would be a new release
    if len(flat) != len(pieces):
        return pieces
    return tuple(piece if piece.isascii() else flat[place].replace("ü", "v") for place, piece in enumerate(pieces))


def _each(unread: str) -> list[str]:
    """Keep Latin runs whole and everything else character by character, so that the count agrees with the pieces."""
    return list(_pieces(normalise(unread)))


@lru_cache(maxsize=1)
def _readings() -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """The usual reading of each character, and by character the phrases in which it is read otherwise.

    Where no such phrase occurs, cutting the name into phrases changes nothing, and that is what takes the library 0.2 ms a name.
    The dictionaries cost half a second and 30 MB, which processes that only show pages need not pay.
    """
    from pypinyin.constants import PHRASES_DICT, PINYIN_DICT
    from pypinyin.contrib.tone_convert import to_normal

    plain = lru_cache(maxsize=None)(to_normal)
    single = {chr(point): plain(readings.split(",")[0]).replace("ü", "v") for point, readings in PINYIN_DICT.items()}
    otherwise: dict[str, list[str]] = defaultdict(list)
    for phrase, readings in PHRASES_DICT.items():
        for character, reading in zip(phrase, readings, strict=False):
            if single.get(character) != plain(reading[0]).replace("ü", "v"):
                otherwise[character].append(phrase)
    return single, {character: tuple(phrases) for character, phrases in otherwise.items()}
