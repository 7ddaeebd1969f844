-- +goose Up

-- Which stored advices are allowed to wait, for V26: an entry may be held by itself, by its provider or by its client, and it
-- may have its turn still to come, behind an open breaker or a backlog. In turn means that its queue is being worked and that
-- no advice which came ten minutes after it was due has been tried before it. due_since is when anybody last had a reason to
-- leave it alone.
create or replace view "check".saf as select s.id, s.transaction_id as txn_id, s.kind, s.state, s.lease_owner, s.lease_until, s.next_at, s.resolved_by,
  s.held_at is not null and (s.held_until is null or s.held_until > now())
    or exists (select 1 from public.providers p where p.id = s.provider_id and p.held_at is not null and (p.held_until is null or p.held_until > now()))
    or exists (select 1 from public.clients c where c.id = s.client_id and c.held_at is not null and (c.held_until is null or c.held_until > now())) as held,
  s.last_attempt_at,
  greatest(s.next_at, s.updated_at, s.held_until,
    (select greatest(p.updated_at, p.held_until) from public.providers p where p.id = s.provider_id),
    (select greatest(c.updated_at, c.held_until) from public.clients c where c.id = s.client_id)) as due_since,
  exists (select 1 from public.attempts a join public.saf_entries o on o.id = a.saf_id
      where a.started_at > now() - interval '10 min' and o.provider_id = s.provider_id)
    and not exists (select 1 from public.saf_entries o where o.created_at > s.next_at + interval '10 min' and o.provider_id = s.provider_id
      and o.last_attempt_at is not null and o.manual_at is null) as in_turn
  from public.saf_entries s;

-- +goose Down
drop view "check".saf;
create view "check".saf as select id, transaction_id as txn_id, kind, state, lease_owner, lease_until, next_at, resolved_by,
  held_at is not null and (held_until is null or held_until > clock_timestamp()) or exists (select 1 from public.providers p where p.id = provider_id and p.held_at is not null)
    as held, last_attempt_at from public.saf_entries;
