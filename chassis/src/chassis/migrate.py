"""`python -m chassis.migrate PACKAGE…`: bring each package's database to the newest version."""

import sys

from chassis.migrations import migrate_now
from chassis.settings import MigrationSettings

if __name__ == "__main__":
    url = MigrationSettings().owner_database_url
    for package in sys.argv[1:]:
        migrate_now(package, url)
        print(f"{package}: migrated")
