"""The enterprise's materials (材料库): what there is and until when, put in from a telephone, renewed, withdrawn, read again."""
