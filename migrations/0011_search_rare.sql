-- +goose NO TRANSACTION
-- +goose Up

-- What is looked for among millions. Built while the switch goes on writing.

-- Refused and reversed transactions, newest first. Few rows enter, each when it closes.
drop index if exists transactions_ended_badly;
create index concurrently transactions_ended_badly on transactions (final, received_at desc, id desc) where final in ('DECLINED', 'REVERSED');
drop index if exists transactions_errors;
create index concurrently transactions_errors on transactions (error_type, received_at desc, id desc) where error_type is not null;

-- Which eight pages cannot hold a client, operation, product or terminal. The switch pays nothing for it: a page is noted once, by the
-- hourly job or a vacuum, and no value in the note ever changes.
drop index if exists transactions_rare;
create index concurrently transactions_rare on transactions using brin (received_at timestamptz_minmax_ops,
  client_id text_bloom_ops (n_distinct_per_range = 20), operation text_bloom_ops (n_distinct_per_range = 16),
  product_id text_bloom_ops (n_distinct_per_range = 64), terminal_id text_bloom_ops (n_distinct_per_range = 128)) with (pages_per_range = 8);

-- +goose StatementBegin
create or replace function summarise_transactions() returns int
language sql security definer set search_path = public as $$ select brin_summarize_new_values('transactions_rare') $$;
-- +goose StatementEnd

-- +goose Down
drop function summarise_transactions();
drop index transactions_rare, transactions_errors, transactions_ended_badly;
