-- +goose Up

-- A running switch waits here, for as long as what it has stored is copied: an advice that came in between would lose its message.
lock table saf_entries in access exclusive mode;

-- A queue's entry is written anew at each claim and each result, so its row is kept narrow: the message, which is most of it
-- and never changes, has a table of its own.
create table saf_messages (
  saf_id               uuid primary key,
  payload_sealed       bytea       not null,      -- the message exactly as it goes out
  payload_masked       text
);
insert into saf_messages (saf_id, payload_sealed, payload_masked) select id, payload_sealed, payload_masked from saf_entries where payload_sealed is not null;
alter table saf_entries drop column payload_sealed, drop column payload_masked;

-- An index that reads the state, even in its predicate only, makes each of these updates write every index anew. live and
-- stuck change only when an entry enters or leaves the queue, so a claim stays on its page and touches no index. The free half of
-- a page is for those versions.
alter table saf_entries
  add column live boolean generated always as (state in ('QUEUED', 'LEASED')) stored,
  add column stuck boolean generated always as (state in ('PARKED', 'REFUSED')) stored;
alter table saf_entries set (fillfactor = 50);
drop index saf_entries_due, saf_entries_voucher, saf_entries_card, saf_entries_other_card, saf_entries_stuck;
create index saf_entries_due on saf_entries (provider_id, next_at, id) where live;
create index saf_entries_voucher on saf_entries (voucher_id) where live and voucher_id is not null;
create index saf_entries_card on saf_entries (card_hash) where live and card_hash is not null;
create index saf_entries_other_card on saf_entries (other_card_hash) where live and other_card_hash is not null;
create index saf_entries_stuck on saf_entries (provider_id) where stuck;
-- The head of a queue in strict order; by the index of all entries, looking for it read the whole history.
create index saf_entries_head on saf_entries (provider_id, created_at, id) where live;
analyze saf_entries; -- nothing is known of the new columns, and a guess would be half of all entries

-- +goose Down
alter table saf_entries add column payload_sealed bytea, add column payload_masked text;
update saf_entries s set payload_sealed = m.payload_sealed, payload_masked = m.payload_masked from saf_messages m where m.saf_id = s.id;
drop table saf_messages;
alter table saf_entries drop column live, drop column stuck;
alter table saf_entries set (fillfactor = 70);
create index saf_entries_due on saf_entries (provider_id, next_at, id) where state in ('QUEUED', 'LEASED');
create index saf_entries_voucher on saf_entries (voucher_id) where state in ('QUEUED', 'LEASED') and voucher_id is not null;
create index saf_entries_card on saf_entries (card_hash) where state in ('QUEUED', 'LEASED') and card_hash is not null;
create index saf_entries_other_card on saf_entries (other_card_hash) where state in ('QUEUED', 'LEASED') and other_card_hash is not null;
create index saf_entries_stuck on saf_entries (state, provider_id) where state in ('PARKED', 'REFUSED');
