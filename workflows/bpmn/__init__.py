"""BPMN 2.0 diagrams as records: read them safely, check them, make shorthand explicit. No Django, no clock, no I/O."""
