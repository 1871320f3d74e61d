#!/bin/sh
# Once, when the warehouse's PostgreSQL starts on an empty volume: the two groups, three logins, the database.
# owner makes and upgrades the tables and backs them up, loader loads (worker, site), reader reads what is public.
set -eu
: "${OWNER_PASSWORD:?}" "${LOADER_PASSWORD:?}" "${READER_PASSWORD:?}"
loaders=${METROETL_LOADER_ROLE:-metroetl_loader} readers=${METROETL_READER_ROLE:-metroetl_reader}
database=${METROETL_DATABASE:-metroetl} prefix=${METROETL_LOGIN_PREFIX:-}

psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres \
  --set loaders="$loaders" --set readers="$readers" --set database="$database" \
  --set owner="${prefix}owner" --set loader="${prefix}loader" --set reader="${prefix}reader" <<'SQL'
\getenv owner_password OWNER_PASSWORD
\getenv loader_password LOADER_PASSWORD
\getenv reader_password READER_PASSWORD
CREATE ROLE :"loaders" NOLOGIN;
CREATE ROLE :"readers" NOLOGIN;
CREATE ROLE :"owner" LOGIN PASSWORD :'owner_password' IN ROLE :"loaders";
CREATE ROLE :"loader" LOGIN PASSWORD :'loader_password' IN ROLE :"loaders";
CREATE ROLE :"reader" LOGIN PASSWORD :'reader_password' IN ROLE :"readers";
CREATE DATABASE :"database" OWNER :"owner" TEMPLATE template0 ENCODING 'UTF8';
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"database" TO :"loaders", :"readers";
ALTER ROLE :"reader" IN DATABASE :"database" SET default_transaction_read_only = on;
ALTER ROLE :"reader" IN DATABASE :"database" SET statement_timeout = '60s';
ALTER ROLE :"reader" IN DATABASE :"database" SET search_path = public;
ALTER ROLE :"reader" IN DATABASE :"database" SET random_page_cost = 1.1;
\connect :"database"
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT CREATE, USAGE ON SCHEMA public TO :"owner" WITH GRANT OPTION;
SQL
