-- +goose Up

-- A reference is looked up in the order of the list: of a card or a phone that testers used for years only the newest are read.
-- Look-up and uniqueness are still one index, for the kind is part of the hash.
create unique index search_terms_newest on search_terms (value_hash, began_at, transaction_id);
drop index search_terms_value;

-- +goose Down
create unique index search_terms_value on search_terms (value_hash, transaction_id, began_at);
drop index search_terms_newest;
