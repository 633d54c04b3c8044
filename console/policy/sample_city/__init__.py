"""示例城市: a city that does not exist, with as many enterprises as are asked for; the same every time.

Its enterprises have valid credit codes (GB 32100), sectors (GB/T 4754) and facts as departments would hold them: skewed,
partly missing, partly expired. Its items vary those of `sample/items` the way counties vary each other's.
"""
