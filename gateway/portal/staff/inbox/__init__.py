"""The staff's inbox (消息): what asks for the duties that somebody holds, gathered by kind and hour."""
