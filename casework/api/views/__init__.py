"""The calls, one module a subject. Each loads with access, calls one service and answers JSON."""
