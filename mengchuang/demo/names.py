"""Invented people: names from common characters, numbers nobody can own."""

import random
from collections.abc import Iterator

SURNAMES = "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高梁郑罗宋谢唐韩曹许邓萧冯曾程蔡彭潘袁于董余苏叶吕魏蒋田杜丁沈姜范江傅钟卢汪戴崔任陆廖姚方金邱夏谭韦贾邹石熊孟秦阎薛侯雷白龙段郝孔邵史毛常万顾赖武康贺严尹钱施牛洪龚"
FIRST = "子一思雨嘉文佳俊宇浩梓晨欣怡若明志建晓丽海永国春秋书云景承允知以安亦沐泽星予清"
SECOND = "涵轩然琪瑶彤辰阳航睿博宁悦琳萱妍静敏杰磊强军伟芳娟玲霞燕娜婷洁雪梅辉斌鹏飞超勇涛峰林森源澄岚屿禾舟衡朗越帆远恒毅哲"
SINGLE = "敏静磊洋艳勇军杰娟涛超霞平刚桂芳燕鹏飞斌宁倩岩锋辉璐晶莉"

# Named in the press reports about the real community or about its street: nobody here may be called so.
FORBIDDEN_PEOPLE = frozenset({"刘慧天"})


def people(dice: random.Random) -> Iterator[str]:
    """Endless names, none forbidden, none twice within one iterator until the combinations thin out."""
    seen: set[str] = set(FORBIDDEN_PEOPLE)
    while True:
        given = dice.choice(SINGLE) if dice.random() < 0.12 else dice.choice(FIRST) + dice.choice(SECOND)
        name = dice.choice(SURNAMES) + given
        if name not in seen and given[0] != given[-1:] * 2:
            seen.add(name)
            yield name


def mobile(serial: int) -> str:
    """Segment 1600 has not been given to any operator, so no real telephone rings."""
    return f"1600{serial:07d}"


def landline(serial: int) -> str:
    """A Hangzhou number that begins with 1: local subscriber numbers never do."""
    return f"0571-1{serial:07d}"
