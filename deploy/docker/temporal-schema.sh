#!/bin/sh
# Brings Temporal's databases to the schema of this version. Where a schema stands already, setting it up says so.
set -eu

for database in temporal temporal_visibility; do
  folder=${database#temporal_}
  versions="/etc/temporal/schema/postgresql/v12/$folder/versioned"
  temporal-sql-tool --db "$database" setup-schema -v 0.0 || echo "$database has a schema already"
  temporal-sql-tool --db "$database" update-schema -d "$versions"
done
