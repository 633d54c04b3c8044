"""双随机核查: claims that were granted on credit are verified afterwards, drawn by chance, by people drawn by chance.

It owns draws and checks. What was promised falsely it hands over to the room of integrity: whether it was dishonest is decided there.
"""
