-- +goose Up

-- What the connectors, the gift card rail and finance need of the configuration beside the first columns.

alter table providers add column options jsonb not null default '{}' check (jsonb_typeof(options) = 'object'); -- settings of its connector; secrets only by name
alter table products add column provider_code text not null default '';   -- how the provider calls it; empty: by our id
alter table products add column provider_group text not null default '';  -- group of products at the provider
alter table products add column not_reversible boolean not null default false;
alter table routes add column card_prefix text check (card_prefix ~ '^[0-9]{1,19}$'); -- first digits of a card number; null: any

-- Commercial terms: what a reconciliation process starts with. A line without provider is for every provider that has none of its own.
create table terms (
  id                   uuid primary key default gen_random_uuid(),
  provider_id          text references providers,
  code                 text        not null,
  kind                 text        not null check (kind in ('COMMISSION')),
  payer                text        not null default 'P' check (payer in ('O', 'P', 'S')),
  payee                text        not null default 'O' check (payee in ('O', 'P', 'S') and payee <> payer),
  applies_to           text[]      not null check (cardinality(applies_to) > 0),
  basis                text        not null default 'PERCENT' check (basis in ('PERCENT')),
  rate_bp              int         not null check (rate_bp between 0 and 10000),
  tax_mode             text        not null check (tax_mode in ('NONE', 'EXCLUSIVE')),
  tax_rate_bp          int         not null default 0 check (tax_rate_bp between 0 and 10000),
  unique nulls not distinct (provider_id, kind)
);

-- Counts every change of providers, products and routes, in the transaction that makes it, so that a reader who sees
-- the number sees the change. Holds are no part of the snapshot and are not counted.
create table directory_version (
  one                  boolean primary key default true check (one),
  n                    bigint      not null
);
insert into directory_version (n) values (1);

-- +goose StatementBegin
create function directory_changed() returns trigger language plpgsql as $$
begin
  update directory_version set n = n + 1;
  return null;
end
$$;
-- +goose StatementEnd

create trigger providers_came_or_went after insert or delete on providers for each statement execute function directory_changed();
create trigger providers_changed after update of id, name, institution_id, settlement_id, settlement_name, connector, base_url, user_name,
  credential, profile, enabled, options, version on providers for each statement execute function directory_changed();
create trigger products_changed after insert or update or delete on products for each statement execute function directory_changed();
create trigger routes_changed after insert or update or delete on routes for each statement execute function directory_changed();

-- +goose Down
drop trigger routes_changed on routes;
drop trigger products_changed on products;
drop trigger providers_changed on providers;
drop trigger providers_came_or_went on providers;
drop function directory_changed();
drop table directory_version, terms;
alter table routes drop column card_prefix;
alter table products drop column not_reversible, drop column provider_group, drop column provider_code;
alter table providers drop column options;
