"""What the award register hears."""

from chassis.edge.entrypoints import Room, on
from contracts.merges import EnterpriseMerged
from copies import merged_enterprises


class RegisterEntrypoints(Room):
    """Dossiers that were merged are one enterprise to the register."""

    enterprises_merged = staticmethod(on(EnterpriseMerged)(merged_enterprises.keep_merges))
