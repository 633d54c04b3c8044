"""Questions before a refusal, on the bus."""

from chassis.edge.entrypoints import Room, query
from chassis.read.reader import Reader
from contracts.refusal_grounds import GetRefusalGrounds, IssuedRefusal, PreviewRefusal, RefusalGrounds
from services.review.refusing import views


class RefusingEntrypoints(Room):
    """Grounds, and the refusal that would come of them."""

    @query
    def get_refusal_grounds(self, question: GetRefusalGrounds, reader: Reader) -> RefusalGrounds:
        return views.get_refusal_grounds(question, reader)

    @query
    def preview_refusal(self, question: PreviewRefusal, reader: Reader) -> IssuedRefusal:
        return views.preview_refusal(question, reader)
