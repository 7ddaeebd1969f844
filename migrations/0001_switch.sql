-- +goose Up

-- What this database is: its mode (production or sandbox) is written once and never changed.

create table settings (
  name                 text primary key,
  value                text        not null,
  updated_at           timestamptz not null default clock_timestamp()
);

-- Parties and routing: data, read at start and refreshed while running.

create table clients (
  id                   text primary key,
  name                 text        not null,
  mode                 text        not null default 'DUAL' check (mode in ('SINGLE', 'DUAL')),
  password_hash        text        not null,
  previous_hash        text,                       -- the password before a rotation, valid until previous_until
  previous_until       timestamptz,
  enabled              boolean     not null default true,
  settle_requires_confirmation boolean not null default false,
  strict_ids           boolean     not null default false, -- refuse every re-use of a redemption or refund id
  rate_per_second      int         not null default 100 check (rate_per_second >= 0),
  burst                int         not null default 200 check (burst >= 0),
  held_at              timestamptz,
  held_until           timestamptz,
  hold_reason          text,
  version              bigint      not null default 1,
  created_at           timestamptz not null default clock_timestamp(),
  updated_at           timestamptz not null default clock_timestamp()
);

create table providers (
  id                   text primary key,
  name                 text        not null,
  institution_id       text        not null,      -- how the provider is named as receiver
  settlement_id        text        not null,      -- institution of the route: settlementEntity
  settlement_name      text        not null,
  connector            text        not null,
  base_url             text        not null,
  user_name            text        not null,
  credential           text        not null,      -- name of a secret (env:NAME or file:PATH), never the secret
  profile              jsonb       not null,      -- capabilities and readings of its answers
  enabled              boolean     not null default true,
  held_at              timestamptz,
  held_until           timestamptz,
  hold_reason          text,
  held_by              text,
  version              bigint      not null default 1,
  updated_at           timestamptz not null default clock_timestamp()
);

create table products (
  id                   text        not null,
  provider_id          text        not null references providers,
  description          text        not null,
  receiver_id          text        not null,
  receiver_name        text        not null,
  currency             char(3)     not null,
  amount_minor         bigint,                    -- fixed price
  min_minor            bigint,
  max_minor            bigint,
  client_codes         boolean     not null default true, -- may the client give the code itself
  active               boolean     not null default true,
  primary key (provider_id, id)
);
create index products_by_id on products (id);

create table routes (
  id                   uuid primary key,
  position             int         not null,
  service              text        not null,
  product_id           text,                      -- null: any or no product
  receiver_id          text,                      -- null: any receiver
  provider_id          text        not null references providers
);
create index routes_by_position on routes (service, position);

-- The record. States are those of the lifecycle tables (docs/states.md); triggers below refuse any other move.

create table transactions (
  id                   uuid primary key,
  client_id            text        not null,
  service              text        not null check (service in ('VOUCHER', 'GIFTCARD', 'HUMM')),
  operation            text        not null,
  request_id           text        not null,
  generation           int,                       -- null: holds no key (refused by the switch, look-ups)
  superseded           boolean     not null default false,
  fingerprint          bytea,                     -- keyed SHA-256 of the business fields; null for a look-up by query
  request_sealed       bytea,
  answer_sealed        bytea,                     -- the body last answered with the outcome
  answer_status        int,
  mode                 text        not null check (mode in ('SINGLE', 'DUAL')),
  provider_id          text,
  receiver_id          text,
  settlement_entity_id text,
  originator_id        text,
  channel_id           text,
  merchant_id          text,
  terminal_id          text,
  cashier_id           text,
  product_id           text,
  voucher_provider     text,
  voucher_id           uuid,
  currency             char(3),
  request_amount_minor  bigint,
  approved_amount_minor bigint,
  fee_amount_minor     bigint,
  final_amount_minor   bigint,
  received_at          timestamptz not null,
  last_client_at       timestamptz not null,
  responded_at         timestamptz,
  closed_at            timestamptz,
  outcome              text        not null check (outcome in ('PENDING', 'SUCCESS', 'FAILED', 'UNKNOWN')),
  decision             text        check (decision in ('CONFIRM', 'REVERSE')),
  decision_origin      text        check (decision_origin in ('client', 'system', 'operator')),
  decision_advice_id   text,
  final                text        check (final in ('DECLINED', 'COMPLETED', 'CONFIRMED', 'REVERSED')),
  declined_by          text        check (declined_by in ('SWITCH', 'PROVIDER')),
  open_attempt_id      uuid,                      -- the running request attempt, if any
  lease_owner          text,
  lease_until          timestamptz,
  maybe_sent           boolean     not null default false, -- some request attempt was not proved unsent
  told                 boolean     not null default false, -- an answer with the code was given to the client
  recon_required       boolean     not null default false,
  provider_ref         text,
  provider_identifiers text,                      -- the provider's own thirdPartyIdentifiers, copied into advices
  error_type           text,
  provider_error_code  text,
  http_status          int,
  retry_count          int         not null default 0,
  attempt_count        int         not null default 0,
  basket_ref           text,
  rrn                  text,
  stan                 text,
  business_date        date        not null,
  version              int         not null default 1,
  check (decision is distinct from 'CONFIRM' or outcome = 'SUCCESS'),
  check (final is null or closed_at is not null),
  check ((decision is null) = (decision_origin is null))
) with (fillfactor = 80);
-- The I8 key; request_id leads so that the same index answers a search by message id.
create unique index transactions_key on transactions (request_id, client_id, service, operation, generation);
create index transactions_received on transactions (received_at desc, id desc);
create index transactions_provider_received on transactions (provider_id, received_at desc);
create index transactions_business_date on transactions (business_date, provider_id);
-- The open ones: recovery, unknown outcomes and cut-offs look only here. Its columns change once, at closing, so
-- that the updates before keep to one page.
create index transactions_open on transactions (received_at) where closed_at is null;
create index transactions_voucher on transactions (voucher_id) where voucher_id is not null;

create table attempts (
  id                   uuid primary key,
  transaction_id       uuid        not null,
  saf_id               uuid,
  kind                 text        not null check (kind in ('REQUEST', 'RETRY', 'LOOKUP', 'CONFIRM', 'REVERSE', 'RECEIPT', 'CLEANUP', 'RESOLVE')),
  state                text        not null check (state in ('INTENT', 'ANSWERED', 'NO_ANSWER', 'NOT_SENT')),
  result               text        check (result in ('SUCCESS', 'FAILED', 'UNKNOWN')),
  detail               text,
  attempt_no           int         not null,
  trigger              text        not null check (trigger in ('CLIENT', 'AUTO', 'MANUAL', 'BULK')),
  actor                text,
  job_id               uuid,
  wire_ref             text        not null,
  superseded           boolean     not null default false,
  provider_ref         text,
  digest               bytea       not null,      -- SHA-256 of the message as it went out
  fence                bigint      not null default 0,
  node                 text        not null,
  started_at           timestamptz not null,
  ended_at             timestamptz,
  lease_until          timestamptz not null,
  http_status          int
) with (fillfactor = 80);
create index attempts_transaction on attempts (transaction_id);
create index attempts_saf on attempts (saf_id) where saf_id is not null;
create index attempts_started on attempts using brin (started_at); -- rates of the last hour

create table traces (
  seq                  bigint generated always as identity,
  transaction_id       uuid,
  client_id            text,
  leg                  text        not null check (leg in ('CS', 'SP', 'PS', 'SC')),
  exchange_id          uuid,                      -- legs CS and SC
  attempt_id           uuid,                      -- legs SP and PS
  kind                 text        not null check (kind in ('REQUEST', 'RESPONSE', 'RETRY', 'CONFIRMATION', 'REVERSAL', 'ADVICE_ACK', 'ERROR')),
  late                 boolean     not null default false,
  operation            text        not null,
  method               text,
  url_path             text,
  http_status          int,
  headers_masked       text,
  body_masked          text,
  body_sha256          bytea       not null,
  bytes                int         not null,
  at                   timestamptz not null,
  began_at             timestamptz not null,      -- when its exchange or attempt began: the partition
  latency_us           bigint,
  error_type           text,
  peer_institution     text,
  check ((leg in ('SP', 'PS')) = (attempt_id is not null)),
  check ((leg in ('CS', 'SC')) = (exchange_id is not null))
) partition by range (began_at);
create unique index traces_attempt on traces (attempt_id, leg, began_at) where attempt_id is not null;
create unique index traces_exchange on traces (exchange_id, leg, began_at) where exchange_id is not null;
create index traces_transaction on traces (transaction_id) where transaction_id is not null;

create table search_terms (
  value_hash           bytea       not null,      -- HMAC of kind and normalised value
  transaction_id       uuid        not null,
  kind                 text        not null,
  value_masked         text        not null,
  began_at             timestamptz not null
) partition by range (began_at);
-- One index is both the look-up and the uniqueness: the kind is part of the hash.
create unique index search_terms_value on search_terms (value_hash, transaction_id, began_at);

create table transaction_events (
  seq                  bigint generated always as identity primary key,
  transaction_id       uuid        not null,
  field                text        not null,
  old                  text,
  new                  text,
  cause                text        not null,
  actor                text,
  at                   timestamptz not null
);
create index transaction_events_transaction on transaction_events (transaction_id);

create table advices (
  id                   uuid primary key,
  advice_id            text        not null,
  client_id            text        not null,
  service              text        not null,
  operation            text        not null,
  request_id           text        not null,
  transaction_id       uuid,
  kind                 text        not null check (kind in ('CONFIRM', 'REVERSE')),
  reason               text,
  amount_minor         bigint,                    -- final amount the advice asks for; null: the whole (confirm) or nothing (reverse)
  digest               bytea       not null,
  received_at          timestamptz not null,
  acked_at             timestamptz,               -- once set it never changes
  answer_sealed        bytea,                     -- the echo given, for repeats
  http_status          int         not null,
  error_type           text
);
create unique index advices_key on advices (advice_id, request_id, client_id, service, operation, kind);
create index advices_transaction on advices (transaction_id) where transaction_id is not null;

create table tombstones (
  client_id            text        not null,
  service              text        not null,
  operation            text        not null,
  request_id           text        not null,
  advice_id            text        not null,
  created_at           timestamptz not null,
  primary key (request_id, client_id, service, operation)
);
create index tombstones_created on tombstones (created_at desc);

create table vouchers (
  id                   uuid primary key,
  provider_id          text        not null,
  code_hash            bytea       not null,
  code_sealed          bytea       not null,
  code_masked          text        not null,
  serial               text,
  state                text        not null check (state in ('NONE', 'AVAILABLE', 'REDEEMED', 'REDEMPTION_CONFIRMED', 'REFUND_PENDING')),
  hold                 boolean     not null default false,
  expiry               timestamptz,
  provision_transaction_id uuid,
  use_transaction_id   uuid,                      -- the redemption or refund that put it where it is
  currency             char(3),
  amount_minor         bigint,
  balance_minor        bigint,
  updated_at           timestamptz not null
);
create unique index vouchers_code on vouchers (code_hash, provider_id);
create index vouchers_serial on vouchers (serial) where serial is not null;

create table saf_entries (
  id                   uuid primary key,
  provider_id          text        not null,
  client_id            text        not null,
  service              text        not null,
  operation            text        not null,
  transaction_id       uuid        not null,
  voucher_id           uuid,
  advice_id            text,
  kind                 text        not null check (kind in ('CONFIRM', 'REVERSE', 'RECEIPT', 'CLEANUP')),
  wire_ref             text        not null,
  payload_sealed       bytea,                     -- the message exactly as it goes out; null when consumed
  payload_masked       text,
  payload_digest       bytea,
  method               text,
  url_path             text,
  state                text        not null check (state in ('QUEUED', 'LEASED', 'ACKED', 'REFUSED', 'CONSUMED', 'PARKED')),
  attempts             int         not null default 0,
  first_attempt_at     timestamptz,
  last_attempt_at      timestamptz,
  next_at              timestamptz not null,      -- infinity: waits for the end of the request attempt (I11)
  not_found_count      int         not null default 0,
  faults               int         not null default 0, -- internal faults in a row (poison)
  last_http_status     int,
  last_error_type      text,
  last_error_text      text,
  lease_owner          text,
  lease_until          timestamptz,
  fence                bigint      not null default 0,
  attempt_id           uuid,                      -- the attempt that holds the lease
  held_at              timestamptz,
  held_until           timestamptz,
  hold_reason          text,
  manual_at            timestamptz,               -- last manual replay
  manual_actor         text,                      -- who asked for the next attempt by hand; cleared when it starts
  manual_key           text,
  parked_at            timestamptz,
  parked_reason        text,
  resolved_by          uuid,
  resolved_reason      text,
  amount_minor         bigint,
  currency             char(3),
  created_at           timestamptz not null,
  updated_at           timestamptz not null,
  check ((state = 'LEASED') = (lease_owner is not null)),
  check (state <> 'LEASED' or (lease_until is not null and attempt_id is not null))
) with (fillfactor = 70);
create unique index saf_entries_transaction on saf_entries (transaction_id) where kind in ('CONFIRM', 'REVERSE');
create index saf_entries_due on saf_entries (provider_id, next_at, id) where state in ('QUEUED', 'LEASED');
create index saf_entries_voucher on saf_entries (voucher_id) where state in ('QUEUED', 'LEASED') and voucher_id is not null;
create index saf_entries_stuck on saf_entries (state, provider_id) where state in ('PARKED', 'REFUSED');
create index saf_entries_created on saf_entries (created_at desc, id desc);

-- Partitions by month, created ahead by a job; a default one so that no row is ever refused for want of a partition.

create table traces_default partition of traces default;
create table search_terms_default partition of search_terms default;

-- +goose StatementBegin
create function ensure_month_partitions(ahead int) returns int
language plpgsql security definer set search_path = public as $$
declare
  parent text; first date; made int := 0; part text;
begin
  foreach parent in array array['traces', 'search_terms'] loop
    for i in 0..ahead loop
      first := date_trunc('month', clock_timestamp() at time zone 'UTC')::date + make_interval(months => i);
      part := parent || to_char(first, '_YYYY_MM');
      if to_regclass(part) is null then
        execute format('create table %I partition of %I for values from (%L) to (%L)', part, parent,
          first::timestamp at time zone 'UTC', (first + interval '1 month') at time zone 'UTC');
        made := made + 1;
      end if;
    end loop;
  end loop;
  return made;
end $$;
-- +goose StatementEnd
select ensure_month_partitions(2);

-- The lifecycle, enforced once more where nothing can pass it by (guarantees A1).

-- +goose StatementBegin
create function refuse_transaction_move() returns trigger language plpgsql as $$
begin
  if old.outcome <> new.outcome and not (old.outcome = 'PENDING' or (old.outcome = 'UNKNOWN' and new.outcome in ('SUCCESS', 'FAILED'))) then
    raise exception 'transaction %: outcome % cannot become %', old.id, old.outcome, new.outcome using errcode = 'check_violation';
  end if;
  if old.decision is not null and old.decision is distinct from new.decision then
    raise exception 'transaction %: decision % cannot become %', old.id, old.decision, new.decision using errcode = 'check_violation';
  end if;
  if old.final is not null and old.final is distinct from new.final then
    raise exception 'transaction %: final % cannot become %', old.id, old.final, new.final using errcode = 'check_violation';
  end if;
  if old.recon_required and not new.recon_required then
    raise exception 'transaction %: recon_required is never cleared', old.id using errcode = 'check_violation';
  end if;
  return new;
end $$;

create function refuse_attempt_move() returns trigger language plpgsql as $$
begin
  if old.state <> 'INTENT' then
    raise exception 'attempt %: state % cannot become %', old.id, old.state, new.state using errcode = 'check_violation';
  end if;
  return new;
end $$;

create function refuse_saf_move() returns trigger language plpgsql as $$
begin
  if (old.state, new.state) not in (('QUEUED', 'LEASED'), ('QUEUED', 'PARKED'), ('QUEUED', 'CONSUMED'), ('LEASED', 'QUEUED'), ('LEASED', 'ACKED'),
    ('LEASED', 'REFUSED'), ('LEASED', 'CONSUMED'), ('LEASED', 'PARKED'), ('PARKED', 'QUEUED'), ('REFUSED', 'QUEUED')) then
    raise exception 'saf entry %: state % cannot become %', old.id, old.state, new.state using errcode = 'check_violation';
  end if;
  return new;
end $$;
-- +goose StatementEnd

create trigger transactions_lifecycle before update on transactions for each row
  when (old.outcome is distinct from new.outcome or old.decision is distinct from new.decision
        or old.final is distinct from new.final or old.recon_required is distinct from new.recon_required)
  execute function refuse_transaction_move();
create trigger attempts_lifecycle before update on attempts for each row
  when (old.state is distinct from new.state) execute function refuse_attempt_move();
create trigger saf_entries_lifecycle before update on saf_entries for each row
  when (old.state is distinct from new.state) execute function refuse_saf_move();

-- +goose Down
drop table saf_entries, vouchers, tombstones, advices, transaction_events, search_terms, traces, attempts, transactions, routes, products, providers, clients, settings;
drop function refuse_transaction_move, refuse_attempt_move, refuse_saf_move, ensure_month_partitions;
