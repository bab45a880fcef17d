#!/usr/bin/env python3
"""Checks that the newest entry of CHANGELOG.md is the version of config/version.hpp.

usage: check_version.py [root of the project]
"""

import re
import sys
from pathlib import Path


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    header = (root / "include/xenos/config/version.hpp").read_text()
    parts = dict(re.findall(r"#define XENOS_VERSION_(MAJOR|MINOR|PATCH) (\d+)", header))
    version = ".".join(parts[name] for name in ("MAJOR", "MINOR", "PATCH"))
    newest = re.search(r"^## \[([^\]]+)\]", (root / "CHANGELOG.md").read_text(), re.MULTILINE)
    if not newest or newest.group(1) != version:
        sys.exit(f"version.hpp says {version}, CHANGELOG.md begins with "
                 f"{newest.group(1) if newest else 'no version'}")
    print(f"version {version}")


if __name__ == "__main__":
    main()
