-- +goose Up

-- How the switch sends rows: each commit brings an array of rows for each table it writes. A type never changes, for nodes of
-- the version before send it while the schema moves on: a column more is a new type of another name.
create type transaction_row as (
  id uuid, client_id text, service text, operation text, request_id text, generation int, superseded boolean,
  fingerprint bytea, request_sealed bytea, answer_sealed bytea, answer_status int, mode text, provider_id text,
  receiver_id text, settlement_entity_id text, originator_id text, channel_id text, merchant_id text,
  terminal_id text, cashier_id text, product_id text, voucher_provider text, voucher_id uuid, currency text,
  request_amount_minor bigint, approved_amount_minor bigint, fee_amount_minor bigint, final_amount_minor bigint,
  received_at timestamptz, last_client_at timestamptz, responded_at timestamptz, closed_at timestamptz, outcome text,
  decision text, decision_origin text, decision_advice_id text, final text, declined_by text, open_attempt_id uuid,
  lease_owner text, lease_until timestamptz, maybe_sent boolean, told boolean, recon_required boolean,
  provider_ref text, provider_identifiers text, error_type text, provider_error_code text, http_status int,
  retry_count int, attempt_count int, basket_ref text, rrn text, stan text, business_date date, wire_no int,
  card_hash bytea, other_card_hash bytea, change_voucher_id uuid, version int
);
create type transaction_change as (
  id uuid, superseded boolean, answer_sealed bytea, answer_status int, voucher_id uuid, currency text,
  approved_amount_minor bigint, fee_amount_minor bigint, final_amount_minor bigint, last_client_at timestamptz,
  responded_at timestamptz, closed_at timestamptz, outcome text, decision text, decision_origin text,
  decision_advice_id text, final text, declined_by text, open_attempt_id uuid, lease_owner text,
  lease_until timestamptz, maybe_sent boolean, told boolean, recon_required boolean, provider_ref text,
  provider_identifiers text, error_type text, provider_error_code text, http_status int, retry_count int,
  attempt_count int, wire_no int, change_voucher_id uuid
);
create type voucher_row as (
  id uuid, provider_id text, code_hash bytea, code_sealed bytea, code_masked text, serial text, state text,
  hold boolean, expiry timestamptz, provision_transaction_id uuid, use_transaction_id uuid, currency text,
  amount_minor bigint, balance_minor bigint
);
create type voucher_change as (
  id uuid, serial text, state text, hold boolean, expiry timestamptz, provision_transaction_id uuid,
  use_transaction_id uuid, currency text, amount_minor bigint, balance_minor bigint
);
create type voucher_link_row as (
  voucher_id uuid, transaction_id uuid
);
create type saf_entry_row as (
  id uuid, provider_id text, client_id text, service text, operation text, transaction_id uuid, voucher_id uuid,
  card_hash bytea, other_card_hash bytea, opening text, advice_id text, kind text, wire_ref text,
  payload_digest bytea, method text, url_path text, state text, attempts int, first_attempt_at timestamptz,
  last_attempt_at timestamptz, next_at timestamptz, not_found_count int, faults int, last_http_status int,
  last_error_type text, last_error_text text, lease_owner text, lease_until timestamptz, fence bigint,
  attempt_id uuid, held_at timestamptz, held_until timestamptz, hold_reason text, manual_at timestamptz,
  manual_actor text, manual_key text, parked_at timestamptz, parked_reason text, resolved_by uuid,
  resolved_reason text, amount_minor bigint, currency text, created_at timestamptz, updated_at timestamptz
);
create type saf_entry_change as (
  id uuid, state text, next_at timestamptz, not_found_count int, faults int, last_http_status int,
  last_error_type text, last_error_text text, lease_owner text, lease_until timestamptz, attempt_id uuid,
  held_at timestamptz, held_until timestamptz, hold_reason text, manual_at timestamptz, manual_actor text,
  manual_key text, parked_at timestamptz, parked_reason text, resolved_by uuid, resolved_reason text,
  updated_at timestamptz
);
create type saf_message_row as (
  saf_id uuid, payload_sealed bytea, payload_masked text
);
create type attempt_row as (
  id uuid, transaction_id uuid, saf_id uuid, kind text, state text, result text, detail text, attempt_no int,
  trigger text, actor text, wire_ref text, provider_ref text, digest bytea, fence bigint, node text,
  started_at timestamptz, ended_at timestamptz, lease_until timestamptz, http_status int
);
create type attempt_end as (
  id uuid, state text, result text, detail text, provider_ref text, http_status int, ended_at timestamptz
);
create type advice_row as (
  id uuid, advice_id text, client_id text, service text, operation text, request_id text, transaction_id uuid,
  kind text, reason text, amount_minor bigint, digest bytea, received_at timestamptz, acked_at timestamptz,
  answer_sealed bytea, http_status int, error_type text
);
create type tombstone_row as (
  client_id text, service text, operation text, request_id text, advice_id text, created_at timestamptz
);
create type message_key_row as (
  client_id text, message_id text, operation text, role text, transaction_id uuid, created_at timestamptz
);
create type reference_row as (
  value_hash bytea, scope text, kind text, transaction_id uuid, created_at timestamptz
);
create type device_row as (
  merchant_id text, device_id_hash bytea, device_id_sealed bytea, key_sealed bytea, client_id text,
  updated_at timestamptz
);
create type trace_row as (
  transaction_id uuid, client_id text, leg text, exchange_id uuid, attempt_id uuid, kind text, late boolean,
  operation text, method text, url_path text, http_status int, headers_masked text, body_masked text,
  body_sha256 bytea, bytes int, at timestamptz, began_at timestamptz, latency_us bigint, error_type text,
  peer_institution text
);
create type search_term_row as (
  value_hash bytea, transaction_id uuid, kind text, value_masked text, began_at timestamptz
);
create type event_row as (
  transaction_id uuid, field text, old text, new text, cause text, actor text, at timestamptz
);
create type request_key as (
  client_id text, service text, operation text, request_id text
);
create type claim_row as (
  provider_id text, room int, lease_us bigint, manual boolean, fifo boolean, node text, since timestamptz
);

alter table vouchers alter column updated_at set default clock_timestamp();

-- +goose Down
alter table vouchers alter column updated_at drop default;
drop type transaction_row, transaction_change, voucher_row, voucher_change, voucher_link_row, saf_entry_row, saf_entry_change, saf_message_row, attempt_row, attempt_end, advice_row, tombstone_row, message_key_row, reference_row, device_row, trace_row, search_term_row, event_row, request_key, claim_row;
