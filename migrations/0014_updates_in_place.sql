-- +goose Up

-- A running switch waits here: an outcome that came in between would lose its link.
lock table transactions in share row exclusive mode;

-- Which transactions belong to a voucher. It stands beside the transaction, so that the outcome, which brings the voucher, changes
-- no indexed column: the row's new version then stays on its page and no index grows.
create table voucher_transactions (
  voucher_id     uuid not null,
  transaction_id uuid not null,
  primary key (voucher_id, transaction_id)
);
insert into voucher_transactions select voucher_id, id from transactions where voucher_id is not null;
drop index transactions_voucher;
analyze voucher_transactions;
-- Room on each page for one new version of every row: a commit changes all rows of its page at once.
alter table transactions set (fillfactor = 50);

-- +goose Down
alter table transactions set (fillfactor = 80);
create index transactions_voucher on transactions (voucher_id) where voucher_id is not null;
drop table voucher_transactions;
