-- +goose Up

-- Each scheduled job once, so that the page can list it and missed days are counted from when it was first seen.
create table jobs (
  name                 text primary key,
  title                text        not null,
  schedule             text        not null,      -- in words
  local                boolean     not null,      -- runs on every node at once, without run rows
  first_seen           timestamptz not null default clock_timestamp(),
  local_node           text,                      -- last-run bookkeeping of local jobs, written at most once a minute
  local_runs           bigint      not null default 0,
  local_started        timestamptz,
  local_ended          timestamptz,
  local_error          text,
  local_counts         jsonb
);

-- One row per job and occasion (a business date, a tick, or one manual request): the row is the right to run.
create table job_runs (
  id                   uuid primary key,
  job                  text        not null,
  occasion             text        not null,
  business_date        date,
  trigger              text        not null check (trigger in ('SCHEDULE', 'CATCH_UP', 'MANUAL')),
  actor                text,
  reason               text,
  state                text        not null check (state in ('RUNNING', 'DONE', 'FAILED', 'LOST')),
  node                 text        not null,
  fence                int         not null default 1,
  lease_until          timestamptz not null,
  started_at           timestamptz not null default clock_timestamp(),
  ended_at             timestamptz,
  counts               jsonb,
  note                 text,
  error                text,
  check ((state = 'RUNNING') = (ended_at is null)),
  check ((trigger = 'MANUAL') = (actor is not null and reason is not null)),
  unique (job, occasion)
);
create index job_runs_started on job_runs (started_at desc, id desc);
create index job_runs_by_job on job_runs (job, started_at desc);
-- One runner of a job at a time, whatever the number of nodes.
create unique index job_runs_running on job_runs (job) where state = 'RUNNING';

-- +goose Down
drop table job_runs, jobs;
