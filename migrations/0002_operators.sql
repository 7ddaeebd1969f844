-- People: accounts, grants, sessions, one-time links, sign-in counters, and the audit chain
-- (guarantees.md C2, C3, C5; console-and-finance.md 5).

-- +goose Up
create table operators (
    id            uuid primary key,
    person_id     uuid not null,
    name          text not null check (name <> ''),
    mail          text not null unique check (mail = lower(mail) and mail <> ''),
    password_hash text not null default '',
    state         text not null check (state in ('INVITED', 'ACTIVE', 'DISABLED')),
    created_at    timestamptz not null default clock_timestamp(),
    unique (id, person_id)
);

-- One row per person and role: nobody holds both halves of a column, not even through a second account.
create table operator_grants (
    operator_id uuid not null,
    person_id   uuid not null,
    role        text not null check (role in ('viewer', 'support', 'finance', 'operator', 'admin', 'auditor')),
    half        text not null check (half in ('REQUEST', 'APPROVE')),
    scope       jsonb,
    granted_at  timestamptz not null default clock_timestamp(),
    primary key (operator_id, role),
    unique (person_id, role),
    foreign key (operator_id, person_id) references operators (id, person_id),
    check (half = 'REQUEST' or role in ('support', 'finance', 'operator', 'admin'))
);

create table sessions (
    id           uuid primary key,
    token_hash   bytea not null unique check (length(token_hash) = 32),
    operator_id  uuid not null references operators (id),
    created_at   timestamptz not null default clock_timestamp(),
    last_seen_at timestamptz not null default clock_timestamp(),
    step_up_at   timestamptz,
    ended_at     timestamptz
);
create index sessions_running on sessions (operator_id, created_at) where ended_at is null;

create table one_time_links (
    token_hash  bytea primary key check (length(token_hash) = 32),
    kind        text not null check (kind in ('ENROL', 'SIGN_IN')),
    operator_id uuid not null references operators (id),
    created_at  timestamptz not null default clock_timestamp(),
    expires_at  timestamptz not null,
    used_at     timestamptz,
    ended_at    timestamptz
);
create index one_time_links_open on one_time_links (operator_id, kind) where used_at is null and ended_at is null;

-- The subject is "mail:<hash>" or "addr:<address>"; what people typed is not kept.
create table sign_in_failures (
    subject      text primary key,
    failures     integer not null default 0 check (failures >= 0),
    last_at      timestamptz,
    locked_until timestamptz
);

-- body is the canonical JSON that was hashed; the columns before it are copies for searching.
create table audit_log (
    seq         bigint primary key,
    at          timestamptz not null,
    actor_id    text not null default '',
    actor_name  text not null default '',
    actor_ip    text not null default '',
    session_id  text not null default '',
    action      text not null check (action <> ''),
    object_type text not null default '',
    object_id   text not null default '',
    scope       text not null default '',
    before      jsonb,
    after       jsonb,
    reason      text not null default '',
    approval_id text not null default '',
    request_id  text not null default '',
    result      text not null check (result in ('DONE', 'FAILED', 'DENIED')),
    body        text not null,
    prev        bytea not null check (length(prev) = 32),
    hash        bytea not null check (length(hash) = 32)
);
create index audit_log_at on audit_log (at);
create index audit_log_actor on audit_log (actor_id, seq);
create index audit_log_action on audit_log (action text_pattern_ops, seq);
create index audit_log_object on audit_log (object_id, seq);

-- The chain's end. Its one row is locked by whoever appends, last of all locks (guarantees.md A3).
create table audit_head (
    one  boolean primary key default true check (one),
    seq  bigint not null,
    hash bytea not null check (length(hash) = 32)
);
insert into audit_head (seq, hash) values (0, decode(repeat('00', 32), 'hex'));

-- +goose StatementBegin
create function audit_log_is_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'audit_log is append-only: % refused', tg_op using errcode = 'insufficient_privilege';
end
$$;
-- +goose StatementEnd

create trigger audit_log_append_only before update or delete or truncate on audit_log
    for each statement execute function audit_log_is_append_only();

revoke update, delete, truncate on audit_log from public;

-- +goose Down
drop table audit_head, audit_log, sign_in_failures, one_time_links, sessions, operator_grants, operators;
drop function audit_log_is_append_only();
