-- +goose Up

-- The invariant checker's view of the tables: short logical names, read only (guarantees B4).

create schema "check";

create view "check".txn as select id, client_id, service, operation, request_id as client_ref, generation, superseded, outcome, decision, final,
  lease_until, last_client_at, created_at, closed_at, recon_required, final_amount_minor
  from (select *, received_at as created_at from public.transactions) t;
create view "check".attempt as select id, transaction_id as txn_id, saf_id, kind, state, result, provider_ref, wire_ref, superseded, started_at, ended_at,
  lease_until, fence, node from public.attempts;
create view "check".saf as select id, transaction_id as txn_id, kind, state, lease_owner, lease_until, next_at, resolved_by,
  held_at is not null and (held_until is null or held_until > clock_timestamp()) or exists (select 1 from public.providers p where p.id = provider_id and p.held_at is not null)
    as held, last_attempt_at from public.saf_entries;
create view "check".trace as select seq as id, transaction_id as txn_id, leg, exchange_id, attempt_id, kind, late, at, convert_to(coalesce(body_masked, '') || coalesce(headers_masked, '') || coalesce(url_path, ''), 'UTF8') as body
  from public.traces;
create view "check".advice_in as select advice_id as advice_ref, transaction_id as txn_id, kind, acked_at from public.advices;
create view "check".txn_event as select transaction_id as txn_id, field, old, new from public.transaction_events;
create view "check".tombstone as select client_id, service, operation, request_id as client_ref, created_at from public.tombstones;
create view "check".approval as select null::uuid as id, null::timestamptz as executed_at, null::text as decision, null::uuid as decided_by, null::uuid as requested_by
  where false; -- approvals come with four-eyes
create view "check".audit as select seq, body, prev, hash from public.audit_log;
create view "check".settle_line as select transaction_id as txn_id, kind, amount_minor, agreed_minor from public.settlement_lines;

-- +goose Down
drop schema "check" cascade;
