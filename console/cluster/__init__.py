"""The local cluster: which processes there are, and how they are started, watched and stopped."""
