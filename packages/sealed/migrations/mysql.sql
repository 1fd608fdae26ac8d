-- The tables of mysqlTable, for MySQL 8 and MariaDB 10.5 or later. To use another name, replace secretkit_secrets here, and give it
-- as the option table. The types compare bytes: collations fold case, and spaces at the end. To read a name in the command-line
-- client: select convert(name using utf8mb4) from secretkit_secrets.
create table secretkit_secrets (
  scope_account varbinary(255) not null,
  scope_user varbinary(255) not null,
  name varbinary(1024) not null,
  version varbinary(22) not null,
  position bigint not null,
  record mediumblob not null,
  created_at bigint not null, -- epoch milliseconds
  expires_at bigint, -- epoch milliseconds
  primary key (scope_account, scope_user, name)
) engine = InnoDB;

-- The older versions.
create table secretkit_secrets_history (
  scope_account varbinary(255) not null,
  scope_user varbinary(255) not null,
  name varbinary(1024) not null,
  version varbinary(22) not null,
  position bigint not null,
  record mediumblob not null,
  created_at bigint not null,
  expires_at bigint,
  primary key (scope_account, scope_user, name, position),
  foreign key (scope_account, scope_user, name)
    references secretkit_secrets (scope_account, scope_user, name) on delete cascade
) engine = InnoDB;
