"""`otayori mail check`: what DNS and the relay lack before Gmail and docomo take a domain's mail."""
