-- +goose Up

-- How each client proves who it is, and from where it may call (common.md 9, guarantees C3, C4, S13).
alter table clients
  add column auth_methods       text   not null default 'EITHER' check (auth_methods in ('BASIC', 'OAUTH2', 'EITHER')),
  -- NONE: certificates are not looked at; ALSO: a pinned one beside the credentials; ALONE: a pinned one is enough
  add column certificate_use    text   not null default 'NONE' check (certificate_use in ('NONE', 'ALSO', 'ALONE')),
  add column allowed_from       cidr[] not null default '{}',              -- empty: from everywhere
  add column max_in_flight      int    not null default 0 check (max_in_flight >= 0), -- calls at once on each node; 0: no limit
  add column credential_version bigint not null default 1;                 -- what access tokens are bound to

-- Pinned client certificates: two at a time, so that one can be renewed without a gap. A certificate stands for one client.
create table client_certificates (
  fingerprint          bytea       primary key check (length(fingerprint) = 32), -- SHA-256 of the leaf's DER form
  client_id            text        not null references clients(id) on delete cascade,
  slot                 smallint    not null check (slot in (1, 2)),
  name                 text        not null,
  not_after            timestamptz not null,
  added_at             timestamptz not null default clock_timestamp(),
  unique (client_id, slot)
);

-- +goose Down
drop table client_certificates;
alter table clients
  drop column auth_methods, drop column certificate_use, drop column allowed_from, drop column max_in_flight,
  drop column credential_version;
