#!/bin/sh
# Run once by the MySQL image, when its data folder is empty: a database and a user of its own for each app.
set -eu

# A text as a MySQL string literal: backslashes and quotes are escaped.
literal() {
  printf "'%s'" "$(printf '%s' "$1" | sed -e 's/\\/\\\\/g' -e "s/'/\\\\'/g")"
}

create() { # database password
  cat <<SQL
CREATE DATABASE IF NOT EXISTS $1;
CREATE USER IF NOT EXISTS $1@'%' IDENTIFIED BY $(literal "$2");
GRANT ALL PRIVILEGES ON $1.* TO $1@'%';
SQL
}

{
  create pokedex "$POKEDEX_MYSQL_PASSWORD"
  create boiler "$BOILER_MYSQL_PASSWORD"
} | MYSQL_PWD="$MYSQL_ROOT_PASSWORD" mysql --user=root "$@"
