"""What the award register hears."""

from chassis.edge.entrypoints import Room, on
from contracts.merges import EnterpriseMerged
from copies import merged_enterprises as former_files


class RegisterEntrypoints(Room):
    """Files that were merged are one firm to the register."""

    enterprises_merged = staticmethod(on(EnterpriseMerged)(former_files.keep_merges))
