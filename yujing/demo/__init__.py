"""The demonstration (示例): an invented county, three weeks of its hotline and its web, played by a turned clock."""
