-- The tables of sqliteTable and d1Table. To use another name, replace secretkit_secrets here, and give it as the option table.
-- Texts without a collation compare bytes.
create table secretkit_secrets (
  scope_account text not null check (length(cast(scope_account as blob)) <= 255),
  scope_user text not null check (length(cast(scope_user as blob)) <= 255),
  name text not null check (length(cast(name as blob)) between 1 and 1024),
  version text not null check (length(version) = 22),
  position integer not null,
  record text not null check (length(record) <= 1000000),
  created_at integer not null, -- epoch milliseconds
  expires_at integer, -- epoch milliseconds
  primary key (scope_account, scope_user, name)
) without rowid;

-- The older versions.
create table secretkit_secrets_history (
  scope_account text not null,
  scope_user text not null,
  name text not null,
  version text not null check (length(version) = 22),
  position integer not null,
  record text not null check (length(record) <= 1000000),
  created_at integer not null,
  expires_at integer,
  primary key (scope_account, scope_user, name, position)
);
