"""What an applicant is shown, on the bus."""

from __future__ import annotations

from chassis.edge.entrypoints import Room, query
from chassis.read.reader import Reader
from contracts.application_forms import ApplicationForm, GetApplicationForm
from contracts.enterprises import DossierSheet, GetDossierSheet
from services.catalog.applicants import views


class ApplicantEntrypoints(Room):
    """An enterprise's own dossier in words, and the form of an item."""

    @query
    def get_dossier_sheet(self, query: GetDossierSheet, reader: Reader) -> DossierSheet:
        return views.get_dossier_sheet(query, reader)

    @query
    def get_application_form(self, query: GetApplicationForm, reader: Reader) -> ApplicationForm:
        return views.get_application_form(query, reader)
