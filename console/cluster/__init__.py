"""The local cluster: which processes there are, where they listen, how they are started and stopped."""
