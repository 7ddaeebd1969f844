-- +goose Up

-- Sealed messages do not compress and do not change: they are stored beside the row, which stays small, so that its three
-- later versions copy a pointer and fit on its page.
alter table transactions alter column request_sealed set storage external, alter column answer_sealed set storage external;
alter table transactions set (toast_tuple_target = 1024);

-- +goose Down
alter table transactions reset (toast_tuple_target);
alter table transactions alter column request_sealed set storage extended, alter column answer_sealed set storage extended;
