"""`./zhida code NAME`: the second factor's figures of the moment, for a sign-in that the demonstration has made."""

from __future__ import annotations

import argparse

from console.cluster.cluster import Cluster
from console.demo.sign_ins import kept
from console.refusal import CommandRefusal


def main(argv: list[str]) -> int:
    """Prints six figures. Refuses a name that has none."""
    parser = argparse.ArgumentParser(prog="./zhida code", description="演示账号此刻的动态口令 · a one-time code")
    parser.add_argument("login", metavar="NAME")
    login = parser.parse_args(argv).login
    known = {each.login: each for each in kept(Cluster().home)}
    code = known[login].code if login in known else None
    if code is None:
        there = "、".join(name for name, each in known.items() if each.secret) or "（先运行 ./zhida demo）"
        raise CommandRefusal(f"{login} 没有动态口令；有的是：{there}", f"{login} has no second factor.")
    print(code)
    return 0
