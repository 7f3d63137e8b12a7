"""The people of the demo district, all made up: a cast with plain names, and somebody for every other post."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle

from grid.services.demo.organisation import unit_code
from grid.services.demo.places import COMMUNITY, DISTRICT, TOWN
from grid.services.unit_register import PostEntry


@dataclass(frozen=True, kw_only=True)
class Person:
    username: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Seat:
    """A person on a post; concurrent when it isn't the person's main post."""

    person: Person
    post_code: str
    is_main: bool = True


def _at(area_code: str, unit: str, role: str) -> str:
    return f"{unit_code(area_code, unit)}/{role}"


CONCURRENT = ("general_grid_head", "grid_guide")

# post → username, name
CAST = {
    _at(DISTRICT, "leadership", "leader"): ("zhoujianming", "周建明"),
    _at(DISTRICT, "centre", "application_building"): ("hejing", "何静"),
    _at(DISTRICT, "centre", "event_routing"): ("wukai", "吴凯"),
    _at(DISTRICT, "centre", "assessment"): ("zhengwei", "郑伟"),
    _at(DISTRICT, "housing", "reviewer"): ("sunli", "孙立"),
    _at(DISTRICT, "housing", "handler"): ("zhengjie", "郑洁"),
    _at(DISTRICT, "finance", "reviewer"): ("xuwen", "许文"),
    _at(DISTRICT, "planning", "reviewer"): ("shenlan", "沈岚"),
    _at(DISTRICT, "urban", "reviewer"): ("fengtao", "冯涛"),
    _at(DISTRICT, "urban", "handler"): ("jiangbin", "蒋斌"),
    _at(DISTRICT, "police", "reviewer"): ("hanyong", "韩勇"),
    _at(DISTRICT, "police", "handler"): ("yangfan", "杨帆"),
    _at(DISTRICT, "culture", "reviewer"): ("zhulin", "朱琳"),
    _at(TOWN, "centre", "commander"): ("luoyi", "罗毅"),
    _at(TOWN, "centre", "duty_chief"): ("wangmin", "王敏"),
    _at(TOWN, "centre", "duty_officer"): ("limin", "李敏"),
    _at(TOWN, "economy", "planning"): ("zhangzhiqiang", "张志强"),
    _at(TOWN, "livelihood", "civil_affairs"): ("zhouyumei", "周玉梅"),
    _at(TOWN, "safety", "enforcement"): ("zhaohaitao", "赵海涛"),
    _at(TOWN, "safety", "mediation"): ("tanghui", "唐慧"),
    _at(TOWN, "safety", "safety"): ("caogang", "曹刚"),
    _at(TOWN, "safety", "police"): ("pengfei", "彭飞"),
    _at(COMMUNITY, "committee", "community_secretary"): ("liujianguo", "刘建国"),
    _at(COMMUNITY, "committee", "community_worker"): ("dengli", "邓丽"),
    _at(f"{COMMUNITY}007", "team", "grid_worker"): ("chenxiulan", "陈秀兰"),
    _at(f"{COMMUNITY}007", "team", "grid_head"): ("tiandayong", "田大勇"),
}

# The lengths have no common divisor, so that walking both lists meets every pair before any comes again.
_FAMILY_NAMES = [
    "王wang",
    "李li",
    "张zhang",
    "刘liu",
    "陈chen",
    "杨yang",
    "黄huang",
    "赵zhao",
    "吴wu",
    "周zhou",
    "徐xu",
    "孙sun",
    "马ma",
    "朱zhu",
    "胡hu",
    "郭guo",
    "何he",
    "林lin",
    "高gao",
    "罗luo",
    "郑zheng",
    "梁liang",
    "谢xie",
    "宋song",
    "唐tang",
    "许xu",
    "邓deng",
    "冯feng",
    "韩han",
    "曹cao",
    "曾zeng",
    "彭peng",
    "萧xiao",
    "蔡cai",
    "潘pan",
    "田tian",
    "董dong",
    "袁yuan",
    "余yu",
    "蒋jiang",
    "冉ran",
]
_GIVEN_NAMES = [
    "国华guohua",
    "秀英xiuying",
    "建军jianjun",
    "桂芳guifang",
    "明亮mingliang",
    "小红xiaohong",
    "志明zhiming",
    "丽萍liping",
    "德福defu",
    "春梅chunmei",
    "永强yongqiang",
    "玉兰yulan",
    "学文xuewen",
    "海燕haiyan",
    "大伟dawei",
    "淑珍shuzhen",
    "光荣guangrong",
    "晓玲xiaoling",
    "长江changjiang",
    "凤英fengying",
    "世平shiping",
    "雪梅xuemei",
    "天明tianming",
    "素芬sufen",
    "正义zhengyi",
    "红梅hongmei",
    "克勤keqin",
    "桂花guihua",
    "文斌wenbin",
    "艳yan",
    "立新lixin",
    "秀珍xiuzhen",
    "兴旺xingwang",
    "美玲meiling",
    "建平jianping",
    "菊香juxiang",
    "勇yong",
    "婷婷tingting",
    "浩然haoran",
    "玉珍yuzhen",
]


def demo_seats(posts: Sequence[PostEntry]) -> list[Seat]:
    """One person on every post. Two posts are held beside another: a community's secretary heads all its
    grids, and cadres of the town guide a grid or two each."""
    strangers = _strangers()
    seats = [
        Seat(person=_cast(post.code) or next(strangers), post_code=post.code)
        for post in posts
        if post.role not in CONCURRENT
    ]
    holders = {seat.post_code: seat.person for seat in seats}
    cadres = cycle(holders[post.code] for post in posts if _is_in_a_sector(post))
    for post in posts:
        if post.role == "general_grid_head":
            secretary = holders[f"{post.unit_code}/community_secretary"]
            seats.append(Seat(person=secretary, post_code=post.code, is_main=False))
        elif post.role == "grid_guide":
            seats.append(Seat(person=next(cadres), post_code=post.code, is_main=False))
    return seats


def family_names() -> list[str]:
    return [_chinese(name) for name in _FAMILY_NAMES]


def given_names() -> list[str]:
    return [_chinese(name) for name in _GIVEN_NAMES]


def _is_in_a_sector(post: PostEntry) -> bool:
    return post.unit_code.startswith(f"{TOWN}000-") and not post.unit_code.endswith("-centre")


def _cast(post_code: str) -> Person | None:
    if post_code not in CAST:
        return None
    username, name = CAST[post_code]
    return Person(username=username, name=name)


def _strangers() -> Iterator[Person]:
    """Names that nobody of the cast has, each once."""
    taken = {username for username, _name in CAST.values()}
    for step in range(len(_FAMILY_NAMES) * len(_GIVEN_NAMES)):
        family, given = _FAMILY_NAMES[step % len(_FAMILY_NAMES)], _GIVEN_NAMES[step % len(_GIVEN_NAMES)]
        username = _latin(family) + _latin(given)
        if username not in taken:
            taken.add(username)
            yield Person(username=username, name=_chinese(family) + _chinese(given))


def _latin(text: str) -> str:
    return "".join(sign for sign in text if sign.isascii())


def _chinese(text: str) -> str:
    return "".join(sign for sign in text if not sign.isascii())
