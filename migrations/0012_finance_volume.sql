-- +goose Up

-- A run writes its items in many short commits and counts only once it is DONE: what a run has written so far, or a replaced
-- run still holds, is seen by nobody. Whoever reads items for their meaning reads them here.
create view recon_items_current as
  select i.* from recon_items i join recon_runs r on r.id = i.run_id where r.state = 'DONE';

-- What a run could not join by our own reference, kept apart until the further rules have looked at all of it. Unlogged: after a
-- crash of the server the run begins anew in any case.
create unlogged table recon_remainder (
  run_id               uuid        not null,
  place                int         not null,      -- in the order of the items
  side                 char(1)     not null check (side in ('A', 'B')),
  identity             text        not null,      -- of the transaction, or day and line of the statement
  day                  date        not null,
  switch_ref           text,                      -- the keys of the matching rules; null takes no part
  provider_ref         text,
  originator_ref       text,
  serial               text,
  rule                 smallint    not null default 0 check (rule between 0 and 4),
  other                int,                       -- place of its counterpart
  ambiguous            boolean     not null default false,
  record               jsonb       not null,      -- as it was read: what changes meanwhile is for the next run
  primary key (run_id, place),
  unique (run_id, side, identity),
  check ((rule = 0) = (other is null))
);

-- +goose Down
drop table recon_remainder;
drop view recon_items_current;
