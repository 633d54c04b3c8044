"""Whom one turns to in the tests' places, and a ground that a department says itself."""

from contracts.refusal_grounds import OwnGround, Remedies

REMEDIES = Remedies(reconsideration_body="章贡区人民政府", court="章贡区人民法院")
OWN_GROUNDS = (OwnGround(text="申报材料与事实不符", clause="办法第三条", would_change="更正申报材料，使其与事实一致"),)
