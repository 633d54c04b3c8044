"""The award register (获奖登记册): what firms were granted, part by part, and earlier awards that were imported wrongly."""
