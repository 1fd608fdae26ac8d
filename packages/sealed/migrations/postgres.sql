-- The tables of postgresTable. To use another name, replace secretkit_secrets here, and give it as the option table.
-- Collation "C" compares bytes.
create table secretkit_secrets (
  scope_account text collate "C" not null check (octet_length(scope_account) <= 255),
  scope_user text collate "C" not null check (octet_length(scope_user) <= 255),
  name text collate "C" not null check (octet_length(name) between 1 and 1024),
  version text collate "C" not null check (octet_length(version) = 22),
  position bigint not null,
  record text collate "C" not null check (octet_length(record) <= 1000000),
  created_at bigint not null, -- epoch milliseconds
  expires_at bigint, -- epoch milliseconds
  primary key (scope_account, scope_user, name)
);

-- The older versions.
create table secretkit_secrets_history (
  scope_account text collate "C" not null,
  scope_user text collate "C" not null,
  name text collate "C" not null,
  version text collate "C" not null check (octet_length(version) = 22),
  position bigint not null,
  record text collate "C" not null check (octet_length(record) <= 1000000),
  created_at bigint not null,
  expires_at bigint,
  primary key (scope_account, scope_user, name, position),
  foreign key (scope_account, scope_user, name) references secretkit_secrets on delete cascade
);

-- Records are ciphertext: compression costs time and saves nothing.
alter table secretkit_secrets alter column record set storage external;
alter table secretkit_secrets_history alter column record set storage external;
