"""The columns of an enterprise; a roster of enterprises in, the list of enterprises out."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db.models import Count, F

import enterprises as subject
from community.kinds import COMMUNITY_WIDE_KINDS, GRID_KINDS, PostKind
from community.models import Post
from enterprises import bulk
from enterprises.filters import EnterpriseFilter
from enterprises.models import Currency, Enterprise, EnterpriseStatus, Event, FormerName, Industry, SizeClass, Tenancy
from enterprises.querysets import main_seat
from enterprises.roster import ROSTER_FACTS, Decision, Entry, Roster
from enterprises.roster import Verdict as Decided
from enterprises.uscc import UsccRefused, accepted
from exchange import references
from exchange.cells import choice, day_since, exact, integer, read_code, read_name, read_words, split_amount, text, text_of
from exchange.columns import Column, Kind
from exchange.filtered import filtered
from exchange.places import Places
from exchange.plan import Row, Verdict
from exchange.table import Scope, Table
from grievances.models import Grievance
from parks.models import Building, Occupancy, Park, Space

if TYPE_CHECKING:
    from accounts.models import User

_SIZES = {label: value for value, label in SizeClass.choices} | {label[0]: value for value, label in SizeClass.choices}
_CURRENCIES = {"": Currency.YUAN, "人民币": Currency.YUAN, "RMB": Currency.YUAN, "CNY": Currency.YUAN, "USD": Currency.DOLLAR, "EUR": Currency.EURO} | {
    currency.value: currency for currency in Currency
} | {"港币": Currency.HONG_KONG_DOLLAR, "日圆": Currency.YEN, "HKD": Currency.HONG_KONG_DOLLAR, "JPY": Currency.YEN}  # fmt: skip
_MULTIPLES = {
    "千万": Decimal(1000), "百万": Decimal(100), "十万": Decimal(10), "万": Decimal(1), "亿": Decimal(10_000), "千": Decimal("0.1"),
    "": Decimal(1), "元": Decimal("0.0001"),
}  # fmt: skip
#: A currency may stand before the amount, in words or as a sign.
_SIGNS = {"US$": "美元", "HK$": "港元", "$": "美元", "€": "欧元", "£": "英镑"}


def read_capital(cell: Any) -> tuple[Decimal, str] | None:
    """(万, 币种): 1707 · 1,707(万欧元) · 500万元人民币 · 1.2亿 · 5000000元. A foreign currency is kept, not converted."""
    words = unicodedata.normalize("NFKC", text_of(cell)).replace(" ", "")
    if not words:
        return None
    amount, unit = split_amount(_currency_last(words.removesuffix("整").removesuffix("正")))
    multiple, currency = _unit(unit)
    if amount is None or multiple is None or currency is None:
        raise ValidationError(f"看不懂注册资本「{words[:40]}」，请写成 500、500万元 或 1,707万欧元。")
    capital = exact(amount * multiple, 4, words)
    if not 0 <= capital <= 100_000_000:
        raise ValidationError(f"注册资本「{words[:40]}」超出范围，须在 0 到 1 亿万元之间。")
    return capital, currency.value


def _currency_last(words: str) -> str:
    """USD50万 → 50万USD, (人民币)300万元 → 300万元人民币, $5 → 5美元. ¥5 says yuan, but neither 元 nor 万: left as it is, and refused."""
    for sign in (*_SIGNS, *sorted(_CURRENCIES, key=len, reverse=True)):
        for begin in (sign, f"({sign})"):
            if sign and words.upper().startswith(begin):
                return words[len(begin) :].lstrip(":") + _SIGNS.get(sign, sign)
    return words[1:] if words.startswith("¥") and ("元" in words or "万" in words or "亿" in words) else words


def _unit(unit: str) -> tuple[Decimal | None, Currency | None]:
    """万欧元, 欧元万, 元人民币, 万元(人民币) … → multiple of 万 and currency. 元 alone is one yuan; nothing at all is 万元."""
    left = unit.replace("(", "").replace(")", "")
    scale = next((word for word in _MULTIPLES if word and word != "元" and word in left), "")
    left = left.replace(scale, "", 1) if scale else left
    named = next((word for word in sorted(_CURRENCIES, key=len, reverse=True) if word and word in left.upper()), "")
    rest = left.upper().replace(named, "", 1).strip()
    if rest not in ("", "元"):
        return None, None
    single = not scale and (rest == "元" or named not in ("", "人民币", "RMB", "CNY"))
    return _MULTIPLES["元" if single else scale], _CURRENCIES[named]


def say_capital(value: Any) -> str:
    """(amount, currency) of a new row, or the amount alone where that changes."""
    amount, currency = value if isinstance(value, list | tuple) else (value, Currency.YUAN)
    if amount is None or str(amount) in Currency.values:
        return str(amount or "")
    return f"{Decimal(amount).normalize():f} 万{'' if currency == Currency.YUAN else currency}"


def write_capital(row: dict[str, Any]) -> Any:
    """A number where it is yuan, otherwise the words that read the same again."""
    amount = row["registered_capital_wan"]
    if amount is None or row["capital_currency"] == Currency.YUAN:
        return amount
    return f"{amount.normalize():f}万{row['capital_currency']}"


@lru_cache(maxsize=1)
def _industries() -> tuple[dict[str, str], dict[str, str]]:
    """(code → name, name → code) of GB/T 4754-2017; a name that several levels share means the narrowest."""
    names = dict(Industry.objects.filter(edition="2017").order_by("level", "code").values_list("code", "name"))
    return names, {name: code for code, name in names.items()}


def read_industry(cell: Any) -> str | None:
    """A code of 2 to 4 digits or a section letter, or the exact name; I6513 and 6513 应用软件开发 are understood; 6510, where 651 was
    not divided in an older edition, is 651."""
    words = unicodedata.normalize("NFKC", text_of(cell))
    if not words:
        return None
    names, codes = _industries()
    begin = words.split()[0].upper()
    if words.endswith(f"{OTHER_EDITION})"):
        return None
    whole = begin[:-1] if len(begin) == 4 and begin.endswith("0") else ""
    for code in (
        begin,
        begin[1:],
        begin.zfill(4) if begin.isdigit() else "",
        codes.get(words, ""),
        codes.get(words.split()[-1], ""),
        whole,
    ):
        if code in names:
            return code
    raise ValidationError(f"国民经济行业分类（2017）里没有「{words[:40]}」，请填 2 到 4 位代码或标准名称。")


#: A code of an earlier edition leaves with its year, and a cell that has one changes nothing.
OTHER_EDITION = "版"
NAMES = ("单位名称", "公司名称", "企业全称", "单位全称", "公司全称", "市场主体名称", "纳税人名称", "户名", "企业", "公司", "单位", "名称")  # fmt: skip
CODES = (
    "社会信用代码", "信用代码", "统一信用代码", "统一社会信用代码/注册号", "社会统一信用代码", "企业信用代码", "信用代码/注册号", "统一代码", "机构代码", "纳税人识别号", "税号", "uscc",
)  # fmt: skip
ADDRESSES = (
    "地址", "经营地址", "企业地址", "单位地址", "公司地址", "详细地址", "办公地址", "住所", "经营场所", "注册住所", "住所地", "生产经营地址", "实际经营地址",
)  # fmt: skip
NAME = Column("name", "企业名称", NAMES, read_name, required=True, width=36, note="营业执照上的全称；改名后导入，原名记为曾用名。", example="杭州示例科技有限公司")  # fmt: skip
USCC = Column("uscc", "统一社会信用代码", CODES, read_code, required=True, kind=Kind.CODE, width=22, note="18 位，按文本填写；按它认企业，已有的更新，没有的新增。", example="91330106MA27XXXX0A")  # fmt: skip
PARK = Column("park", "所属园区", ("园区", "园区名称", "所在园区", "入驻园区", "产业园", "所在镇(街道)/园区", "镇(街道)/园区", "园区/楼宇"), text(60), lambda row: row["park_name"] or "", width=20, note="园区档案里的名称或代码。")  # fmt: skip
BUILDING = Column("building", "楼宇", ("所在楼宇", "所属楼宇", "楼宇名称", "楼栋", "楼幢", "幢号", "楼号", "楼"), text(60), lambda row: row["building_name"] or "", width=16)  # fmt: skip
ROOM = Column(
    "room", "房号", ("室号", "房间号", "房间", "单元", "门牌号"), text(40), lambda row: row["seat_room"] or "", kind=Kind.CODE, width=12
)

_MUST = (NAME, USCC)

COLUMNS = (
    NAME, USCC, PARK, BUILDING, ROOM,
    Column("industry_code", "行业代码", ("行业", "所属行业", "国民经济行业代码", "行业分类", "行业类别", "行业小类"), read_industry, lambda row: row["industry_code"] + ("" if row["industry_edition"] == "2017" else f"（{row['industry_edition']}{OTHER_EDITION}）"), kind=Kind.CODE, width=10, note="GB/T 4754—2017 的代码或标准名称。", example="6513"),
    Column("industry", "行业名称", value=lambda row: row["industry"], width=22),
    Column("size_class", "企业规模", ("规模", "规模类型", "企业类型(规模)"), choice(_SIZES, called="企业规模"), lambda row: SizeClass(row["size_class"]).label if row["size_class"] else "", width=10, options=tuple(SizeClass.labels), words=dict(SizeClass.choices)),
    Column("staff_count", "从业人数", ("员工人数", "职工人数", "从业人员", "从业人员期末人数", "人数", "员工数"), integer(most=2_000_000, unit="人"), kind=Kind.NUMBER, width=10, needs="staff_count", example="35"),
    Column("established_on", "成立日期", ("成立时间", "注册日期", "注册时间", "设立日期", "开业日期", "核准日期"), day_since(date(1949, 1, 1)), kind=Kind.DATE, width=12, note="2024-03-04、2024.3.4、2024年3月 都可以。", example="2021-06-18"),
    Column("tickets", "在办诉求", value=lambda row: row["tickets"], kind=Kind.NUMBER, width=10),
    Column("status", "状态", value=lambda row: EnterpriseStatus(row["status"]).label, width=10),
    Column("address", "注册地址", ADDRESSES, text(200), width=40),
    Column("legal_person", "法定代表人", ("法人", "法人代表", "法定代表人姓名", "法人姓名", "负责人", "经营者"), text(60), width=14, needs="legal_person"),
    Column("capital", "注册资本（万元）", ("注册资本", "注册资本金", "注册资金", "注册资本(万)"), read_capital, write_capital, kind=Kind.NUMBER, width=16, needs="registered_capital_wan", note="默认单位万元；也可写 500万元、1,707(万欧元)。", example="500", revive=lambda value: (Decimal(value[0]), value[1]), say=say_capital),
    Column("tags", "标签", ("资质", "企业标签", "荣誉资质", "企业资质"), read_words, lambda row: "、".join(row["tags"]), width=24, note="多个用顿号隔开。"),
    Column("former_names", "曾用名", value=lambda row: row["former_names"], width=24),
    Column("source", "来源", value=lambda row: row["source"], width=18, needs="source"),
)  # fmt: skip


class Enterprises(Table):
    code, label, columns = "enterprises", "企业名录", COLUMNS
    importers = (PostKind.SPECIALIST, PostKind.LEADER)
    exporters = (*COMMUNITY_WIDE_KINDS, *GRID_KINDS, PostKind.STREET, PostKind.STEWARD, PostKind.OPERATOR)
    models = (Park, Building, Space, Occupancy, Post, Enterprise, FormerName, Tenancy, Event)
    note = "按统一社会信用代码新增或更新；空着的格子不改动原有内容。"
    places_may_be_created = True

    def __init__(self) -> None:
        self._decided: list[Decision] = []

    def options(self, scope: Scope) -> dict[str, Sequence[str]]:
        return {"park": references.park_names(scope)}

    def decide(self, rows: Sequence[Row], scope: Scope, *, told: Callable[[int], None] = lambda done: None) -> list[str]:
        self._roster = Roster(scope.community, at=scope.at, source=f"名录导入：{scope.source}")
        self._roster.alone()
        places = Places(scope.community, create=scope.create_places)
        firsts: dict[str, Row] = {}
        entries: list[tuple[Row, Entry]] = []
        for row in rows:
            row.key = row.values.get("name", "")
            entry = self._entry(row, scope, places, firsts)
            if entry is not None:
                entries.append((row, entry))
        self._decided = self._roster.decide([entry for _, entry in entries], lock=True)
        for (row, _), decision in zip(entries, self._decided, strict=True):
            _settle(row, decision)
        _same_names([row for row, _ in entries if row.verdict is Verdict.CREATE], scope)
        return [f"将新建园区 {len(places.created)} 个：{'、'.join(places.created[:20])}"] if places.created else []

    def carry_out(self, rows: Sequence[Row], scope: Scope) -> None:
        self._roster.write(self._decided, at=scope.at, by=scope.by)

    def _entry(self, row: Row, scope: Scope, places: Places, firsts: dict[str, Row]) -> Entry | None:
        said = row.values
        for column in _MUST:
            if column.code not in said and not any(problem.column == column.code for problem in row.problems):
                row.refuse(column.code, f"{column.label}是空的。")
        uscc, warning = self._code(row)
        if row.wrong or (row.doubtful and not scope.accept_warnings) or _repeated(row, uscc, firsts):
            return None
        place = places.find(said.get("park", ""), said.get("building", ""), said.get("address", ""))
        if place.remark:
            row.remark(place.column, place.remark)
        facts = {name: said[name] for name in ROSTER_FACTS if name in said}
        if "capital" in said:
            facts["registered_capital_wan"], facts["capital_currency"] = said["capital"]
        return Entry(uscc, said["name"], warning, facts, place.building, place.fallback, said.get("room", ""))

    @staticmethod
    def _code(row: Row) -> tuple[str, bool]:
        if "uscc" not in row.values:
            return "", False
        try:
            code, doubt = accepted(row.values["uscc"])
        except UsccRefused as error:
            row.refuse("uscc", "".join(error.messages))
            return "", False
        if doubt:
            row.warn("uscc", f"{doubt}如确是历史代码，接受警告后收下并标为「待核」。")
        row.correct("uscc", code)
        return code, bool(doubt)

    def columns_for(self, user: User) -> list[Column]:
        allowed = subject.list_columns_for(user)
        return [column for column in self.columns if not column.needs or column.needs in allowed]

    def exported(self, user: User, params: dict[str, Any], at: datetime) -> Iterator[dict[str, Any]]:
        rows = filtered(EnterpriseFilter, params, Enterprise.objects.visible_to(user), user)
        place = {"seat_room": F("seat__room"), "building_name": F("seat__building__name"), "park_name": F("seat__building__park__name")}
        plain = [field.attname for field in Enterprise._meta.concrete_fields]
        names, _ = _industries()
        counted = Grievance.objects.visible_to(user).open().order_by().values_list("enterprise").annotate(n=Count("pk"))
        tickets = dict(counted)
        former: dict[int, list[str]] = {}
        for enterprise, name in FormerName.objects.visible_to(user).order_by("-until_on").values_list("enterprise_id", "name"):
            former.setdefault(enterprise, []).append(name)
        for row in rows.annotate(seat=main_seat()).order_by("pinyin", "pk").values(*plain, **place).iterator(chunk_size=2000):
            row["industry"] = names.get(row["industry_code"], "")
            row["tickets"] = tickets.get(row["id"], 0)
            row["former_names"] = "、".join(former.get(row["id"], ()))
            yield row


def _repeated(row: Row, uscc: str, firsts: dict[str, Row]) -> bool:
    first = firsts.setdefault(uscc, row)
    if first is row:
        return False
    if first.values["name"] == row.values["name"]:
        row.verdict = Verdict.SAME
        row.remark("uscc", f"与第 {first.number} 行重复，只取第 {first.number} 行。")
    else:
        row.refuse("uscc", f"与第 {first.number} 行代码相同而名称不同（「{first.values['name']}」），请核对。")
    return True


def _settle(row: Row, decision: Decision) -> None:
    match decision.verdict:
        case Decided.ELSEWHERE:
            row.refuse("uscc", _elsewhere(decision))
        case Decided.UPDATE:
            row.verdict, row.changes = Verdict.UPDATE, _in_columns(decision.changes)
        case _:
            row.verdict = Verdict(decision.verdict.value)
    if decision.stays_away and decision.verdict is not Decided.ELSEWHERE:
        row.remark("uscc", "档案里已迁出或已注销，名录没有写明园区，仍按原状态。")


def _elsewhere(decision: Decision) -> str:
    if decision.known["status"] == EnterpriseStatus.ACTIVE:
        return f"已在「{decision.elsewhere}」登记；请先由该社区办理迁出，再导入。"
    return f"最后登记在「{decision.elsewhere}」，已迁出或已注销；如已迁来本社区，请写明园区或楼宇。"


def _in_columns(changes: dict[str, tuple[Any, Any]]) -> dict[str, tuple[Any, Any]]:
    """Changes of fields as changes of columns: capital is one cell, statuses and sizes have labels."""
    shown = {}
    for name, (before, after) in changes.items():
        if name == "capital_currency":
            continue
        if name == "size_class":
            before, after = (SizeClass(each).label if each else "" for each in (before, after))
        if name == "status":
            before, after = EnterpriseStatus(before).label, EnterpriseStatus(after).label
        shown["capital" if name == "registered_capital_wan" else name] = (before, after)
    if "capital_currency" in changes and "capital" not in shown:
        shown["capital"] = changes["capital_currency"]
    return shown


def _same_names(rows: Sequence[Row], scope: Scope) -> None:
    """A new code for a name that is on file: perhaps the code is wrong."""
    names = [row.values["name"] for row in rows]
    known = dict(Enterprise.objects.filter(bulk.one_of("name", names), community=scope.community).active().values_list("name", "uscc"))
    for row in rows:
        if row.values["name"] in known:
            row.remark("name", f"已有同名企业，代码是 {known[row.values['name']]}；如是同一家，请核对代码。")
