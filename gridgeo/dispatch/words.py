"""Why somebody is offered or not, in words that a dispatcher reads at a glance, in English and Chinese."""

from __future__ import annotations

from collections.abc import Collection

from gridgeo.dispatch.duty import Refusal


def duration(seconds: float, lang: str = "en") -> str:
    """A time as one says it.

    Examples
    --------
    >>> duration(220), duration(45), duration(3_900), duration(220, "zh")
    ('3 min 40 s', '45 s', '1 h 5 min', '3分40秒')
    """
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    units = ("小时", "分", "秒") if lang == "zh" else (" h", " min", " s")
    parts = [f"{n}{unit}" for n, unit in zip((hours, minutes, 0 if hours else rest), units, strict=True) if n]
    return ("" if lang == "zh" else " ").join(parts) or f"0{units[2]}"


def offered(
    seconds: float,
    *,
    need: Collection[str] = (),
    open_cases: int = 0,
    own_grid: bool = False,
    on_the_way: bool = False,
    late_s: float = 0.0,
    lang: str = "en",
) -> str:
    """Why an officer is offered.

    Parameters
    ----------
    seconds
        By road, or until the officer is there.
    need
        Skills that the case needs; the officer has them.
    open_cases, own_grid, on_the_way
        Cases in hand, whether the case lies in a grid of the officer's own, whether the officer is on the way to another case.
    late_s
        Seconds after the limit, 0 where in time.

    Examples
    --------
    >>> offered(220, need=["first aid"], open_cases=2)
    '3 min 40 s, has the skill, 2 open cases'
    >>> offered(220, open_cases=0, own_grid=True, lang="zh")
    '3分40秒，本网格，手上无事件'
    """
    told = [duration(seconds, lang)]
    if lang == "zh":
        told += [f"超时{duration(late_s, lang)}"] * (late_s > 0) + ["具备技能"] * bool(need) + ["本网格"] * own_grid
        told += ["正赶往另一事件"] * on_the_way + [f"手上{open_cases}件事件" if open_cases else "手上无事件"]
        return "，".join(told)
    skill = "has the skill" if len(need) == 1 else "has the skills"
    told += [f"{duration(late_s)} late"] * (late_s > 0) + [skill] * bool(need) + ["own grid"] * own_grid
    cases = f"{open_cases} open cases" if open_cases != 1 else "1 open case"
    return ", ".join([*told, *["on the way to another case"] * on_the_way, cases])


def not_offered(why: Refusal, lang: str = "en") -> str:
    """Why an officer is not offered.

    Examples
    --------
    >>> not_offered(Refusal("no_skill", {"skills": ["first aid"]})), not_offered(Refusal("off_duty", {}), "zh")
    ('lacks the skill first aid', '不在岗')
    >>> not_offered(Refusal("off_shift", {"until": "14:00"})), not_offered(Refusal("off_shift", {"until": "14:00"}), "zh")
    ('off shift until 14:00', '不在班次内，14:00上班')
    """
    values = why.values
    told = {name: value for name, value in values.items() if name != "skills"}
    told["skills"] = ("、" if lang == "zh" else ", ").join(values.get("skills", ()))
    told["age"] = duration(values.get("seconds", 0.0), lang)
    words = _UNTIL if "until" in values and why.code in _UNTIL else _WORDS
    return words[why.code][lang == "zh"].format_map({"mode": "", **told})


_WORDS = {
    "off_duty": ("off duty", "不在岗"),
    "off_shift": ("has no shift at this hour", "此时不在班次内"),
    "on_leave": ("on leave", "休假"),
    "old_position": ("the last position is {age} old", "最近定位已过去{age}"),
    "no_skill": ("lacks the skill {skills}", "不具备技能：{skills}"),
    "full": ("has {open_cases} open cases, {most} are the most", "手上已有{open_cases}件事件，最多{most}件"),
    "declined": ("declined this case", "已拒绝此事件"),
    "no_answer": ("gave no answer in time", "未在限时内答复"),
    "no_street": ("the map has no street for {mode}", "地图上没有{mode}可走的道路"),
    "no_road": ("no road for {mode} leads there", "{mode}没有道路可到"),
}
_UNTIL = {
    "off_shift": ("off shift until {until}", "不在班次内，{until}上班"),
    "on_leave": ("on leave until {until}", "休假至{until}"),
}
"""The same where it is known when they are back."""
