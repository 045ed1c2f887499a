#!/bin/sh
# Run once by the PostgreSQL image, on an empty data folder.
set -eu

psql --username "${PGUSER:-postgres}" --set ON_ERROR_STOP=1 \
  --set temporal="$TEMPORAL_DATABASE_PASSWORD" --set waybill="$WAYBILL_LEDGER_PASSWORD" <<'SQL'
create role temporal login password :'temporal';
create database temporal owner temporal;
create database temporal_visibility owner temporal;
create role waybill login password :'waybill';
create database waybill owner waybill;
SQL
