"""Pages of a case's steps: inspection on a phone, figures that persons set, panels and the register of experts."""
