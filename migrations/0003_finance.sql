-- +goose Up

-- Reconciliation and settlement. No foreign keys to transactions: those may be purged years before these rows.

-- One process per provider and currency; its lines carry the originating client.
create table recon_processes (
  id                   uuid primary key,
  code                 text        not null unique,
  name                 text        not null,
  provider_id          text        not null,
  currency             char(3)     not null,
  zone                 text        not null default 'Africa/Johannesburg', -- of its business dates
  expiry_days          int         not null default 7 check (expiry_days between 1 and 90),
  active               boolean     not null default true,
  created_at           timestamptz not null default clock_timestamp(),
  unique (provider_id, currency)
);

create table recon_files (
  id                   uuid primary key,
  process_id           uuid        not null references recon_processes,
  business_date        date        not null,
  name                 text        not null,
  bytes                bigint      not null check (bytes >= 0),
  sha256               bytea       not null,
  state                text        not null check (state in ('QUEUED', 'LOADING', 'LOADED', 'ERROR', 'ROLLBACK', 'FINALIZED')),
  failure              text,
  record_count         int         not null default 0,
  exception_count      int         not null default 0,
  declared_count       int         not null default 0,
  declared_sum_minor   bigint      not null default 0,
  loaded_at            timestamptz not null default clock_timestamp(),
  check ((state = 'ERROR') = (failure is not null))
);
-- One file of a day counts; an earlier one it replaced stays as ROLLBACK, without records.
create unique index recon_files_current on recon_files (process_id, business_date) where state in ('LOADED', 'FINALIZED');
create index recon_files_day on recon_files (process_id, business_date, loaded_at desc);

create table recon_records (
  file_id              uuid        not null references recon_files,
  line_no              int         not null,
  process_id           uuid        not null,
  business_date        date        not null,
  provider_ref         text        not null,
  switch_ref           text        not null,
  serial               text        not null,
  product              text        not null,
  kind                 text        not null check (kind in ('PROVISION', 'REDEMPTION', 'REFUND')),
  state                text        not null check (state in ('SUCCESS', 'REVERSED')),
  amount_minor         bigint      not null check (amount_minor >= 0),
  currency             char(3)     not null,
  at                   timestamptz not null,
  primary key (file_id, line_no)
);
-- The keys by which a record looks for its counterpart on another day.
create index recon_records_provider_ref on recon_records (process_id, provider_ref) where provider_ref <> '';
create index recon_records_switch_ref on recon_records (process_id, switch_ref) where switch_ref <> '';
create index recon_records_serial on recon_records (process_id, serial) where serial <> '';

create table recon_exceptions (
  file_id              uuid        not null references recon_files,
  line_no              int         not null,
  position             int         not null,
  code                 text        not null check (code in ('BAD_COLUMN_COUNT', 'BAD_TYPE', 'BAD_LENGTH', 'MISSING_REQUIRED', 'UNKNOWN_CODE',
                         'OUTSIDE_PERIOD', 'DUPLICATE_IN_FILE', 'DUPLICATE_IN_PROCESS', 'BAD_CURRENCY')),
  text                 text        not null,
  raw_masked           text        not null,
  primary key (file_id, position)
);

-- A run is one computation for one day. Only the last finished one of a day keeps its items.
create table recon_runs (
  id                   uuid primary key,
  process_id           uuid        not null references recon_processes,
  business_date        date        not null,
  file_id              uuid        references recon_files,
  state                text        not null check (state in ('OPEN', 'DONE', 'FAILED', 'SUPERSEDED')),
  failure              text,
  started_at           timestamptz not null default clock_timestamp(),
  finished_at          timestamptz,
  summary              jsonb,
  check ((state = 'FAILED') = (failure is not null)),
  check ((state in ('DONE', 'SUPERSEDED')) = (summary is not null))
);
create unique index recon_runs_open on recon_runs (process_id, business_date) where state = 'OPEN';
create unique index recon_runs_current on recon_runs (process_id, business_date) where state = 'DONE';
create index recon_runs_started on recon_runs (process_id, started_at desc);

create table recon_items (
  run_id               uuid        not null references recon_runs,
  item_no              int         not null,
  process_id           uuid        not null,
  business_date        date        not null,
  transaction_id       uuid,                      -- side A
  client_id            text,
  operation            text        check (operation in ('PROVISION', 'REDEMPTION', 'REFUND')),
  request_id           text,
  serial               text        not null,
  product              text        not null,
  state_a              text        check (state_a in ('SUCCESS', 'REVERSED', 'DECLINED', 'UNKNOWN', 'OPEN')),
  amount_a_minor       bigint,
  currency_a           char(3),
  at_a                 timestamptz,
  provider_ref_a       text,
  file_id              uuid,                      -- side B
  line_no              int,
  kind_b               text        check (kind_b in ('PROVISION', 'REDEMPTION', 'REFUND')),
  state_b              text        check (state_b in ('SUCCESS', 'REVERSED')),
  amount_b_minor       bigint,
  currency_b           char(3),
  at_b                 timestamptz,
  provider_ref_b       text,
  match_rule           smallint    not null check (match_rule between 0 and 4),
  recon_status         text        not null check (recon_status in ('UNMATCHED', 'PARTIALLY_MATCHED', 'MATCHED')),
  reasons              text[]      not null check (reasons <@ array['MISSING_A', 'MISSING_B', 'MISSING_W', 'AMOUNT_DIFF', 'STATE_DIFF', 'CURRENCY_DIFF',
                         'KIND_DIFF', 'DATE_DIFF', 'FEE_DIFF', 'DUPLICATE', 'AMBIGUOUS', 'LATE', 'IN_DOUBT', 'ADVICE_OUTSTANDING', 'ADVICE_REFUSED',
                         'ADVICE_CONSUMED', 'SUPERSEDED_OPEN', 'CREDIT_EXPECTED']),
  resolution           text        not null default 'NONE' check (resolution in ('NONE', 'AUTO_ACCEPT_A', 'AUTO_ACCEPT_B', 'AUTO_REJECT', 'ACCEPT_A',
                         'ACCEPT_B', 'ACCEPT_AMOUNT', 'REJECT', 'HOLD', 'MANUAL_MATCH', 'EXPIRED')),
  self_heals           boolean     not null,
  settlement_status    text        not null check (settlement_status in ('NOT_ELIGIBLE', 'PENDING', 'READY', 'HELD', 'REJECTED', 'EXPIRED')),
  hold_reason          text        not null default '' check (hold_reason in ('', 'IN_DOUBT', 'ADVICE_OUTSTANDING', 'AWAITING_DECISION', 'CONFIRMATION_REQUIRED')),
  primary key (run_id, item_no),
  check (transaction_id is not null or line_no is not null),
  check ((transaction_id is null) = (amount_a_minor is null)),
  check ((line_no is null) = (amount_b_minor is null))
);
create unique index recon_items_transaction on recon_items (run_id, transaction_id) where transaction_id is not null;
create unique index recon_items_record on recon_items (run_id, file_id, line_no) where line_no is not null;
create index recon_items_by_transaction on recon_items (transaction_id) where transaction_id is not null;
create index recon_items_breaks on recon_items (process_id, business_date) where recon_status <> 'MATCHED';
create index recon_items_unsettled on recon_items (process_id, business_date) where settlement_status in ('READY', 'HELD', 'PENDING');

-- The compared fields are kept where a person will look: of every item that is not plainly equal in all of them.
create table recon_field_results (
  run_id               uuid        not null,
  item_no              int         not null,
  position             smallint    not null,
  field                text        not null,
  value_a              text        not null,
  value_b              text        not null,
  result               text        not null check (result in ('EQUAL', 'WITHIN_TOLERANCE', 'DIFFERENT', 'MISSING_A', 'MISSING_B')),
  required             boolean     not null,
  primary key (run_id, item_no, position),
  foreign key (run_id, item_no) references recon_items on delete cascade
);

-- The breaks the switch opens by itself (I8, I12), found without a file. Rare rows, so the index stays small.
create index transactions_recon_required on transactions (provider_id, business_date) where recon_required;

create table settlement_fee_rules (
  id                   uuid primary key,
  process_id           uuid        not null references recon_processes,
  code                 text        not null,
  kind                 text        not null check (kind in ('COMMISSION')),
  payer                text        not null default 'P' check (payer in ('O', 'P', 'S')),
  payee                text        not null default 'O' check (payee in ('O', 'P', 'S') and payee <> payer),
  applies_to           text[]      not null check (applies_to <@ array['PROVISION', 'REDEMPTION', 'REFUND']),
  basis                text        not null default 'PERCENT' check (basis in ('PERCENT')),
  rate_bp              int         not null check (rate_bp between 0 and 10000),
  tax_mode             text        not null check (tax_mode in ('NONE', 'EXCLUSIVE')),
  tax_rate_bp          int         not null default 0 check (tax_rate_bp between 0 and 10000),
  valid_from           date        not null,
  valid_to             date,
  check (valid_to is null or valid_to >= valid_from),
  unique (process_id, valid_from)
);

create table settlement_cycles (
  id                   uuid primary key,
  process_id           uuid        not null references recon_processes,
  number               int         not null check (number > 0),
  period_from          date        not null,
  period_to            date        not null check (period_to >= period_from),
  state                text        not null check (state in ('OPEN', 'CALCULATING', 'AWAITING_APPROVAL', 'APPROVED', 'POSTED', 'FINALIZED', 'REJECTED', 'VOID')),
  currency             char(3)     not null,
  cutoff_at            timestamptz not null default clock_timestamp(),
  calculated_at        timestamptz,
  item_count           int         not null default 0,
  principal_minor      bigint      not null default 0,
  fees_minor           bigint      not null default 0,
  tax_minor            bigint      not null default 0,
  net_minor            bigint      not null default 0,
  held_count           int         not null default 0,
  held_minor           bigint      not null default 0,
  open_count           int         not null default 0,
  open_minor           bigint      not null default 0,
  input_hash           text,
  rule                 jsonb,                     -- the fee rule as it was applied
  unique (process_id, number),
  unique (process_id, period_from),
  check (net_minor = principal_minor - fees_minor - tax_minor),
  check (state in ('OPEN', 'CALCULATING', 'VOID') or input_hash is not null)
);

create table settlement_nets (
  cycle_id             uuid        not null references settlement_cycles,
  client_id            text        not null,
  sale_count           int         not null,
  sale_minor           bigint      not null,
  redemption_count     int         not null,
  redemption_minor     bigint      not null,
  refund_count         int         not null,
  refund_minor         bigint      not null,
  principal_minor      bigint      not null,
  fees_minor           bigint      not null,
  tax_minor            bigint      not null,
  net_minor            bigint      not null,
  primary key (cycle_id, client_id),
  check (principal_minor = sale_minor - redemption_minor + refund_minor),
  check (net_minor = principal_minor - fees_minor - tax_minor)
);

create table settlement_lines (
  cycle_id             uuid        not null references settlement_cycles,
  line_no              int         not null,
  transaction_id       uuid        not null,
  kind                 text        not null check (kind in ('PRINCIPAL', 'ADJUSTMENT')),
  client_id            text        not null,
  operation            text        not null check (operation in ('PROVISION', 'REDEMPTION', 'REFUND')),
  direction            text        not null check (direction in ('D', 'C')),
  product              text        not null,
  business_date        date        not null,
  at                   timestamptz not null,
  amount_minor         bigint      not null check (amount_minor >= 0),
  agreed_minor         bigint,                    -- set when a resolution named the amount
  resolution_id        uuid,
  fee_minor            bigint      not null,
  currency             char(3)     not null,
  primary key (cycle_id, line_no),
  check ((agreed_minor is null) = (resolution_id is null))
);
-- I17: a transaction is settled once, whatever runs twice.
create unique index settlement_lines_principal on settlement_lines (transaction_id) where kind = 'PRINCIPAL';

create table reports (
  code                 text        not null,
  format               text        not null check (format in ('CSV', 'JSON', 'XLSX', 'HTML', 'PDF')),
  title                text        not null,
  primary key (code, format)
);
insert into reports (code, format, title) values
  ('RECON_ITEMS', 'CSV', 'Reconciliation, one line per item'),
  ('RECON', 'XLSX', 'Reconciliation, summary and items'),
  ('SETTLEMENT_SUMMARY', 'CSV', 'Settlement, net per originator'),
  ('SETTLEMENT_DETAIL', 'CSV', 'Settlement, one line per transaction'),
  ('SETTLEMENT', 'XLSX', 'Settlement, summary and detail');

create table report_runs (
  id                   uuid primary key,
  code                 text        not null,
  format               text        not null,
  process_id           uuid        not null references recon_processes,
  business_date        date        not null,
  path                 text        not null,      -- below the report directory
  rows                 int         not null,
  bytes                bigint      not null,
  sha256               bytea       not null,
  generated_at         timestamptz not null default clock_timestamp(),
  foreign key (code, format) references reports,
  unique (code, format, process_id, business_date)
);
create index report_runs_generated on report_runs (generated_at desc, id desc);

-- +goose Down
drop index transactions_recon_required;
drop table report_runs, reports, settlement_lines, settlement_nets, settlement_cycles, settlement_fee_rules,
  recon_field_results, recon_items, recon_runs, recon_exceptions, recon_records, recon_files, recon_processes;
