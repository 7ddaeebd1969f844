-- +goose Up

-- Gift cards and consumer finance beside vouchers, and calls that are settled by several messages.

alter table transactions add column wire_no int not null default 0;         -- requests under a fresh wire reference after the first (I9)
alter table transactions add column card_hash bytea;                        -- keyed hash of the gift card's number
alter table transactions add column other_card_hash bytea;                  -- of the target or new card
alter table transactions add column change_voucher_id uuid;                 -- the voucher that stands for what a redemption left, or a refund gave back
create index transactions_card on transactions (card_hash) where card_hash is not null;

alter table saf_entries add column card_hash bytea;
alter table saf_entries add column other_card_hash bytea;
alter table saf_entries add column opening text not null default '';        -- kind of the message a delivery begins with; empty: the entry's own
create index saf_entries_card on saf_entries (card_hash) where state in ('QUEUED', 'LEASED') and card_hash is not null;
create index saf_entries_other_card on saf_entries (other_card_hash) where state in ('QUEUED', 'LEASED') and other_card_hash is not null;

create index saf_entries_other on saf_entries (transaction_id) where kind in ('RECEIPT', 'CLEANUP');

-- The one id space of a client's gift card messages: requests and advices, whatever became of them.
create table message_keys (
  client_id            text        not null,
  message_id           text        not null,
  operation            text        not null,
  role                 text        not null check (role in ('REQUEST', 'CONFIRM', 'REVERSE')),
  transaction_id       uuid,
  created_at           timestamptz not null,
  primary key (message_id, client_id)
);

-- Names under which one transaction only is known within a scope (humm.md 6): codes, references of sales, signatures.
create table transaction_references (
  value_hash           bytea       not null,      -- keyed hash of kind and value
  scope                text        not null,      -- a client, or * for all
  kind                 text        not null,
  transaction_id       uuid        not null,
  created_at           timestamptz not null,
  primary key (value_hash, scope, kind)
);
create index transaction_references_transaction on transaction_references (transaction_id);

-- Consumer finance: who owns a seller id, and the signing keys of till devices.
create table humm_merchants (
  merchant_id          text primary key,
  client_id            text        not null,
  country              text        not null default 'AU',
  chain                text
);

create table humm_devices (
  merchant_id          text        not null,
  device_id_hash       bytea       not null,
  device_id_sealed     bytea       not null,
  key_sealed           bytea       not null,
  generation           int         not null default 1,
  client_id            text        not null,
  state                text        not null default 'ACTIVE' check (state in ('ACTIVE', 'DISABLED')),
  updated_at           timestamptz not null,
  primary key (merchant_id, device_id_hash)
);

-- What is reconciled and settled.
alter table recon_items drop constraint recon_items_operation_check;
alter table recon_items add constraint recon_items_operation_check check (operation in ('PROVISION', 'REDEMPTION', 'REFUND', 'ACTIVATION', 'LOAD', 'VOID', 'TRANSFER', 'REPLACE', 'AUTHORISATION', 'ADJUSTMENT'));
alter table recon_records drop constraint recon_records_kind_check;
alter table recon_records add constraint recon_records_kind_check check (kind in ('PROVISION', 'REDEMPTION', 'REFUND', 'ACTIVATION', 'LOAD', 'VOID', 'TRANSFER', 'REPLACE', 'AUTHORISATION', 'ADJUSTMENT'));
alter table recon_items drop constraint recon_items_kind_b_check;
alter table recon_items add constraint recon_items_kind_b_check check (kind_b in ('PROVISION', 'REDEMPTION', 'REFUND', 'ACTIVATION', 'LOAD', 'VOID', 'TRANSFER', 'REPLACE', 'AUTHORISATION', 'ADJUSTMENT'));
alter table settlement_lines drop constraint settlement_lines_operation_check;
alter table settlement_lines add constraint settlement_lines_operation_check
  check (operation in ('PROVISION', 'REDEMPTION', 'REFUND', 'ACTIVATION', 'LOAD', 'AUTHORISATION', 'ADJUSTMENT'));
alter table settlement_fee_rules drop constraint settlement_fee_rules_applies_to_check;
alter table settlement_fee_rules add constraint settlement_fee_rules_applies_to_check
  check (applies_to <@ array['PROVISION', 'REDEMPTION', 'REFUND', 'ACTIVATION', 'LOAD', 'AUTHORISATION', 'ADJUSTMENT']);

-- +goose Down
drop table humm_devices, humm_merchants, transaction_references, message_keys;
drop index saf_entries_card, saf_entries_other_card, saf_entries_other, transactions_card;
alter table saf_entries drop column opening, drop column other_card_hash, drop column card_hash;
alter table transactions drop column change_voucher_id, drop column other_card_hash, drop column card_hash, drop column wire_no;
