"""A service is put together from its rooms by name, and two rooms never offer the same thing."""

from __future__ import annotations

import pytest

from chassis.edge.entrypoints import Room, due
from chassis.edge.rooms import EntrypointTwice, put_together


class CasesRoom(Room):
    @due("alarm")
    def raise_alarms(self, jobs: object, unit: object) -> str:
        return "cases"


class RegisterRoom(Room):
    @due("reserve")
    def reserve_awards(self, jobs: object, unit: object) -> str:
        return "register"


class AnotherRoomWithAlarms(Room):
    @due("other_alarm")
    def raise_alarms(self, jobs: object, unit: object) -> str:
        return "another"


class RoomWithAnOperationOfItsOwn(Room):
    def get_operation(self) -> None: ...


def test_a_service_offers_what_each_of_its_rooms_offers() -> None:
    service = put_together("review", [CasesRoom, RegisterRoom])
    assert service.name == "review"
    assert service.__name__ == "ReviewService"
    assert (service().raise_alarms([], None), service().reserve_awards([], None)) == ("cases", "register")  # type: ignore[attr-defined]


def test_two_rooms_that_offer_the_same_entrypoint_are_an_error() -> None:
    with pytest.raises(EntrypointTwice, match="raise_alarms"):
        put_together("review", [CasesRoom, RegisterRoom, AnotherRoomWithAlarms])


def test_a_room_may_not_replace_what_every_service_offers() -> None:
    with pytest.raises(EntrypointTwice, match="get_operation"):
        put_together("review", [RoomWithAnOperationOfItsOwn])
