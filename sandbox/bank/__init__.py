"""The bank: accounts whose names it checks, payments by instruction id, returns (退汇).

It owns its own book and refuses to execute one instruction id twice. It keeps no balances: whether
there is money to pay with is the payer's concern, and what was paid is what this book says.
"""
