"""Who holds which duty in a place (任职)."""

from __future__ import annotations

from contracts.duties import DUTY_NAMES
from contracts.people import AppointPerson, ListAppointments
from gateway.access import Permitted
from gateway.door import Door
from gateway.identity.people import views
from gateway.portal.platform.places import place_values
from gateway.portal.platform.registered import departments_of
from gateway.portal.shell.pages import Pages, Values

pages = Pages("security")


@pages.show(
    "/security/appointments",
    ListAppointments,
    Permitted(AppointPerson),
    template="appointments.html",
    nav=("security.nav.appointments", 120),
)
async def show_appointments(door: Door, query: ListAppointments) -> Values:
    """All of them in one place, or those of a kind or department."""
    return {
        "page": await door.found(query, views.list_appointments),
        "query": query,
        "kinds": list(DUTY_NAMES.items()),
        "departments": await departments_of(door, query.tenant),
        **await place_values(door, query.tenant),
    }
