package dataset

import (
	"time"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/transactions"
)

// table is one table that the rows fill: its columns and what one row adds to it.
type table struct {
	name    string
	columns string
	write   func(l Life, t *Row, to *record)
}

// tables are what lists and searches read of a transaction. Bodies stay away: the messages of traces and the sealed texts of
// requests and answers are nothing that a search looks at, and would be most of the bytes.
func tables(hash func(kind, value string) []byte) []table {
	return []table{
		{"transactions", transactionColumns, writeTransaction},
		{"saf_entries", entryColumns, writeEntry},
		{"advices", adviceColumns, writeAdvice},
		{"search_terms", "value_hash, transaction_id, kind, value_masked, began_at", func(_ Life, t *Row, to *record) {
			for _, r := range t.References {
				to.begin(5)
				to.bytes(hash(string(r.Kind), transactions.NormalTerm(r.Kind, r.Value)))
				to.uuid(t.ID)
				to.word(string(r.Kind))
				to.word("*" + r.Value[max(len(r.Value)-4, 0):])
				to.time(t.ReceivedAt)
			}
		}},
	}
}

const transactionColumns = `id, client_id, service, operation, request_id, generation, superseded, fingerprint, mode, provider_id, receiver_id,
  settlement_entity_id, originator_id, channel_id, merchant_id, terminal_id, cashier_id, product_id, voucher_id, currency, request_amount_minor,
  approved_amount_minor, final_amount_minor, received_at, last_client_at, responded_at, closed_at, outcome, decision, decision_origin,
  decision_advice_id, final, declined_by, open_attempt_id, lease_owner, lease_until, maybe_sent, told, recon_required, provider_ref,
  provider_identifiers, error_type, http_status, retry_count, attempt_count, basket_ref, rrn, stan, business_date, version`

func writeTransaction(_ Life, t *Row, to *record) {
	to.begin(50)
	to.uuid(t.ID)
	to.word(t.Key.ClientID)
	to.word(string(t.Key.Service))
	to.word(string(t.Key.Operation))
	to.word(t.Key.RequestID)
	to.int4(t.Generation)
	to.flag(t.Superseded)
	to.bytes(t.Fingerprint)
	to.word(string(t.Mode))
	for _, s := range []string{t.ProviderID, t.ReceiverID, t.SettlementEntityID, t.OriginatorID, t.ChannelID, t.MerchantID, t.TerminalID, t.CashierID, t.ProductID} {
		to.text(s)
	}
	to.uuid(t.VoucherID)
	to.text(t.Currency)
	for _, amount := range []*int64{t.RequestAmount, t.ApprovedAmount, t.FinalAmount} {
		to.int8(amount)
	}
	for _, at := range []time.Time{t.ReceivedAt, t.LastClientAt, t.RespondedAt, t.ClosedAt} {
		to.time(at)
	}
	for _, s := range []string{string(t.Outcome), string(t.Decision), string(t.DecisionOrigin), t.DecisionAdviceID, string(t.Final), string(t.DeclinedBy)} {
		to.text(s)
	}
	to.uuid(t.OpenAttemptID)
	to.text(t.LeaseOwner)
	to.time(t.LeaseUntil)
	for _, yes := range []bool{t.MaybeSent, t.Told, t.ReconRequired} {
		to.flag(yes)
	}
	for _, s := range []string{t.ProviderRef, t.ProviderIdentifiers, t.ErrorType} {
		to.text(s)
	}
	for _, n := range []int{t.HTTPStatus, t.RetryCount, t.AttemptCount} {
		to.int4(n)
	}
	for _, s := range []string{t.BasketRef, t.RRN, t.STAN} {
		to.text(s)
	}
	to.date(t.BusinessDate)
	to.int4(t.Version)
}

const entryColumns = `id, provider_id, client_id, service, operation, transaction_id, voucher_id, advice_id, kind, wire_ref, payload_digest, method,
  url_path, state, attempts, next_at, last_http_status, parked_at, parked_reason, amount_minor, currency, created_at, updated_at`

// writeEntry writes the stored message of a decided transaction; its payload is consumed.
func writeEntry(l Life, t *Row, to *record) {
	if t.Decision == "" {
		return
	}
	state, at := "ACKED", t.ClosedAt
	switch {
	case t.Stuck(l):
		state, at = "PARKED", t.RespondedAt.Add(time.Hour)
	case t.Final == "":
		state, at = "QUEUED", t.RespondedAt
	}
	to.begin(23)
	to.uuid(derived(t.ID, 1))
	for _, s := range []string{t.ProviderID, t.Key.ClientID, string(t.Key.Service), string(t.Key.Operation)} {
		to.word(s)
	}
	to.uuid(t.ID)
	to.uuid(t.VoucherID)
	to.text(t.DecisionAdviceID)
	to.word(string(t.Decision))
	to.word(t.DecisionAdviceID)
	to.bytes(t.Fingerprint)
	to.word("POST")
	to.word("/vouchers/provisions/" + t.Key.RequestID + "/confirmations")
	to.word(state)
	to.int4(1)
	to.time(at)
	to.int4(202)
	if state == "PARKED" {
		to.time(at)
		to.word("refused for 24 h")
	} else {
		to.none()
		to.none()
	}
	to.int8(t.FinalAmount)
	to.text(t.Currency)
	to.time(t.RespondedAt)
	to.time(at)
}

const adviceColumns = `id, advice_id, client_id, service, operation, request_id, transaction_id, kind, amount_minor, digest, received_at, acked_at, http_status`

// writeAdvice writes the advice by which the client decided.
func writeAdvice(_ Life, t *Row, to *record) {
	if t.DecisionOrigin != transactions.ByClient {
		return
	}
	to.begin(13)
	to.uuid(derived(t.ID, 2))
	to.word(t.DecisionAdviceID)
	for _, s := range []string{t.Key.ClientID, string(t.Key.Service), string(t.Key.Operation), t.Key.RequestID} {
		to.word(s)
	}
	to.uuid(t.ID)
	to.word(string(t.Decision))
	to.int8(t.FinalAmount)
	to.bytes(t.Fingerprint)
	to.time(t.RespondedAt)
	to.time(t.RespondedAt)
	to.int4(202)
}

// derived is another id of the same row.
func derived(id uuid.UUID, salt byte) uuid.UUID {
	for i := range 6 {
		id[i] = id[i]*31 + salt
	}
	return id
}
