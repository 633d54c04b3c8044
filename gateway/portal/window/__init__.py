"""For the window (惠企政策兑现专窗) and the approval bureau's counter: enterprises, their accounts, who acts for them."""
