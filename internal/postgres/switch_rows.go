package postgres

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/signalboxhq/signalbox/internal/saf"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
	"github.com/signalboxhq/signalbox/internal/vouchers"
)

// The switch's tables and their row types, one line per column.

type txn = transactions.Transaction

var txnColumns = columns[txn]{
	id("id", func(t *txn) *uuid.UUID { return &t.ID }),
	word("client_id", func(t *txn) *string { return &t.Key.ClientID }),
	word("service", func(t *txn) *transactions.Service { return &t.Key.Service }),
	word("operation", func(t *txn) *transactions.Operation { return &t.Key.Operation }),
	word("request_id", func(t *txn) *string { return &t.Key.RequestID }),
	number("generation", "int", func(t *txn) *int { return &t.Generation }),
	flag("superseded", func(t *txn) *bool { return &t.Superseded }),
	blob("fingerprint", func(t *txn) *[]byte { return &t.Fingerprint }),
	blob("request_sealed", func(t *txn) *[]byte { return &t.RequestSealed }),
	sealed("answer_sealed", func(t *txn) *[]byte { return &t.AnswerSealed }),
	number("answer_status", "int", func(t *txn) *int { return &t.AnswerStatus }),
	word("mode", func(t *txn) *transactions.Mode { return &t.Mode }),
	text("provider_id", func(t *txn) *string { return &t.ProviderID }),
	text("receiver_id", func(t *txn) *string { return &t.ReceiverID }),
	text("settlement_entity_id", func(t *txn) *string { return &t.SettlementEntityID }),
	text("originator_id", func(t *txn) *string { return &t.OriginatorID }),
	text("channel_id", func(t *txn) *string { return &t.ChannelID }),
	text("merchant_id", func(t *txn) *string { return &t.MerchantID }),
	text("terminal_id", func(t *txn) *string { return &t.TerminalID }),
	text("cashier_id", func(t *txn) *string { return &t.CashierID }),
	text("product_id", func(t *txn) *string { return &t.ProductID }),
	text("voucher_provider", func(t *txn) *string { return &t.VoucherProvider }),
	ref("voucher_id", func(t *txn) *uuid.UUID { return &t.VoucherID }),
	text("currency", func(t *txn) *string { return &t.Currency }),
	minor("request_amount_minor", func(t *txn) **int64 { return &t.RequestAmount }),
	minor("approved_amount_minor", func(t *txn) **int64 { return &t.ApprovedAmount }),
	minor("fee_amount_minor", func(t *txn) **int64 { return &t.FeeAmount }),
	minor("final_amount_minor", func(t *txn) **int64 { return &t.FinalAmount }),
	stamp("received_at", func(t *txn) *time.Time { return &t.ReceivedAt }),
	stamp("last_client_at", func(t *txn) *time.Time { return &t.LastClientAt }),
	moment("responded_at", func(t *txn) *time.Time { return &t.RespondedAt }),
	moment("closed_at", func(t *txn) *time.Time { return &t.ClosedAt }),
	word("outcome", func(t *txn) *transactions.Outcome { return &t.Outcome }),
	text("decision", func(t *txn) *transactions.Decision { return &t.Decision }),
	text("decision_origin", func(t *txn) *transactions.Origin { return &t.DecisionOrigin }),
	text("decision_advice_id", func(t *txn) *string { return &t.DecisionAdviceID }),
	text("final", func(t *txn) *transactions.Final { return &t.Final }),
	text("declined_by", func(t *txn) *transactions.DeclinedBy { return &t.DeclinedBy }),
	ref("open_attempt_id", func(t *txn) *uuid.UUID { return &t.OpenAttemptID }),
	text("lease_owner", func(t *txn) *string { return &t.LeaseOwner }),
	moment("lease_until", func(t *txn) *time.Time { return &t.LeaseUntil }),
	flag("maybe_sent", func(t *txn) *bool { return &t.MaybeSent }),
	flag("told", func(t *txn) *bool { return &t.Told }),
	flag("recon_required", func(t *txn) *bool { return &t.ReconRequired }),
	text("provider_ref", func(t *txn) *string { return &t.ProviderRef }),
	text("provider_identifiers", func(t *txn) *string { return &t.ProviderIdentifiers }),
	text("error_type", func(t *txn) *string { return &t.ErrorType }),
	text("provider_error_code", func(t *txn) *string { return &t.ProviderErrorCode }),
	number("http_status", "int", func(t *txn) *int { return &t.HTTPStatus }),
	count("retry_count", "int", func(t *txn) *int { return &t.RetryCount }),
	count("attempt_count", "int", func(t *txn) *int { return &t.AttemptCount }),
	text("basket_ref", func(t *txn) *string { return &t.BasketRef }),
	text("rrn", func(t *txn) *string { return &t.RRN }),
	text("stan", func(t *txn) *string { return &t.STAN }),
	day("business_date", func(t *txn) *time.Time { return &t.BusinessDate }),
	count("wire_no", "int", func(t *txn) *int { return &t.WireNo }),
	blob("card_hash", func(t *txn) *[]byte { return &t.CardHash }),
	blob("other_card_hash", func(t *txn) *[]byte { return &t.OtherCardHash }),
	ref("change_voucher_id", func(t *txn) *uuid.UUID { return &t.ChangeVoucherID }),
	count("version", "int", func(t *txn) *int { return &t.Version }),
}

// txnLight leaves out what is sealed: each of those columns is read from a table beside the row's.
var txnLight = slices.DeleteFunc(slices.Clone(txnColumns), func(c column[txn]) bool { return strings.HasSuffix(c.name, "_sealed") })

// txnChanging are the columns that a step may change; the rest is written once.
var txnChanging = txnColumns.pick("id", "superseded", "answer_sealed", "answer_status", "voucher_id", "currency", "approved_amount_minor",
	"fee_amount_minor", "final_amount_minor", "last_client_at", "responded_at", "closed_at", "outcome", "decision", "decision_origin",
	"decision_advice_id", "final", "declined_by", "open_attempt_id", "lease_owner", "lease_until", "maybe_sent", "told", "recon_required",
	"provider_ref", "provider_identifiers", "error_type", "provider_error_code", "http_status", "retry_count", "attempt_count", "wire_no", "change_voucher_id")

// link says that a transaction belongs to a voucher.
type link struct{ voucherID, transactionID uuid.UUID }

var linkColumns = columns[link]{
	id("voucher_id", func(l *link) *uuid.UUID { return &l.voucherID }),
	id("transaction_id", func(l *link) *uuid.UUID { return &l.transactionID }),
}

type voucher = vouchers.Voucher

var voucherColumns = columns[voucher]{
	id("id", func(v *voucher) *uuid.UUID { return &v.ID }),
	word("provider_id", func(v *voucher) *string { return &v.ProviderID }),
	raw("code_hash", func(v *voucher) *[]byte { return &v.CodeHash }),
	raw("code_sealed", func(v *voucher) *[]byte { return &v.CodeSealed }),
	word("code_masked", func(v *voucher) *string { return &v.CodeMasked }),
	text("serial", func(v *voucher) *string { return &v.Serial }),
	word("state", func(v *voucher) *vouchers.State { return &v.State }),
	flag("hold", func(v *voucher) *bool { return &v.Hold }),
	moment("expiry", func(v *voucher) *time.Time { return &v.Expiry }),
	ref("provision_transaction_id", func(v *voucher) *uuid.UUID { return &v.ProvisionID }),
	ref("use_transaction_id", func(v *voucher) *uuid.UUID { return &v.UseID }),
	text("currency", func(v *voucher) *string { return &v.Currency }),
	minor("amount_minor", func(v *voucher) **int64 { return &v.Amount }),
	minor("balance_minor", func(v *voucher) **int64 { return &v.Balance }),
}

var voucherChanging = voucherColumns.pick("id", "serial", "state", "hold", "expiry", "provision_transaction_id", "use_transaction_id", "currency", "amount_minor", "balance_minor")

type entry = saf.Entry

var entryColumns = columns[entry]{
	id("id", func(e *entry) *uuid.UUID { return &e.ID }),
	word("provider_id", func(e *entry) *string { return &e.ProviderID }),
	word("client_id", func(e *entry) *string { return &e.ClientID }),
	word("service", func(e *entry) *transactions.Service { return &e.Service }),
	word("operation", func(e *entry) *transactions.Operation { return &e.Operation }),
	id("transaction_id", func(e *entry) *uuid.UUID { return &e.TransactionID }),
	ref("voucher_id", func(e *entry) *uuid.UUID { return &e.VoucherID }),
	blob("card_hash", func(e *entry) *[]byte { return &e.CardHash }),
	blob("other_card_hash", func(e *entry) *[]byte { return &e.OtherCardHash }),
	word("opening", func(e *entry) *transactions.AttemptKind { return &e.Opening }),
	text("advice_id", func(e *entry) *string { return &e.AdviceID }),
	word("kind", func(e *entry) *saf.Kind { return &e.Kind }),
	word("wire_ref", func(e *entry) *string { return &e.WireRef }),
	blob("payload_digest", func(e *entry) *[]byte { return &e.PayloadDigest }),
	text("method", func(e *entry) *string { return &e.Method }),
	text("url_path", func(e *entry) *string { return &e.Path }),
	word("state", func(e *entry) *saf.State { return &e.State }),
	count("attempts", "int", func(e *entry) *int { return &e.Attempts }),
	moment("first_attempt_at", func(e *entry) *time.Time { return &e.FirstAttemptAt }),
	moment("last_attempt_at", func(e *entry) *time.Time { return &e.LastAttemptAt }),
	due("next_at", func(e *entry) *time.Time { return &e.NextAt }),
	count("not_found_count", "int", func(e *entry) *int { return &e.NotFoundCount }),
	count("faults", "int", func(e *entry) *int { return &e.Faults }),
	number("last_http_status", "int", func(e *entry) *int { return &e.LastHTTPStatus }),
	text("last_error_type", func(e *entry) *string { return &e.LastErrorType }),
	text("last_error_text", func(e *entry) *string { return &e.LastErrorText }),
	text("lease_owner", func(e *entry) *string { return &e.LeaseOwner }),
	moment("lease_until", func(e *entry) *time.Time { return &e.LeaseUntil }),
	count("fence", "bigint", func(e *entry) *int64 { return &e.Fence }),
	ref("attempt_id", func(e *entry) *uuid.UUID { return &e.AttemptID }),
	moment("held_at", func(e *entry) *time.Time { return &e.HeldAt }),
	moment("held_until", func(e *entry) *time.Time { return &e.HeldUntil }),
	text("hold_reason", func(e *entry) *string { return &e.HoldReason }),
	moment("manual_at", func(e *entry) *time.Time { return &e.ManualAt }),
	text("manual_actor", func(e *entry) *string { return &e.ManualActor }),
	text("manual_key", func(e *entry) *string { return &e.ManualKey }),
	moment("parked_at", func(e *entry) *time.Time { return &e.ParkedAt }),
	text("parked_reason", func(e *entry) *string { return &e.ParkedReason }),
	ref("resolved_by", func(e *entry) *uuid.UUID { return &e.ResolvedBy }),
	text("resolved_reason", func(e *entry) *string { return &e.ResolvedReason }),
	minor("amount_minor", func(e *entry) **int64 { return &e.Amount }),
	text("currency", func(e *entry) *string { return &e.Currency }),
	stamp("created_at", func(e *entry) *time.Time { return &e.CreatedAt }),
	stamp("updated_at", func(e *entry) *time.Time { return &e.UpdatedAt }),
}

// entryMessage is the stored message of an entry, in a table of its own: it is long and never changes, and the entry's row is
// written anew at each claim and each result.
var entryMessage = columns[entry]{
	id("saf_id", func(e *entry) *uuid.UUID { return &e.ID }),
	raw("payload_sealed", func(e *entry) *[]byte { return &e.PayloadSealed }),
	text("payload_masked", func(e *entry) *string { return &e.PayloadMasked }),
}

// entryChanging are the columns that a step or a person may change.
var entryChanging = entryColumns.pick("id", "state", "next_at", "not_found_count", "faults", "last_http_status", "last_error_type", "last_error_text",
	"lease_owner", "lease_until", "attempt_id", "held_at", "held_until", "hold_reason", "manual_at", "manual_actor", "manual_key",
	"parked_at", "parked_reason", "resolved_by", "resolved_reason", "updated_at")

type attempt = transactions.Attempt

var attemptColumns = columns[attempt]{
	id("id", func(a *attempt) *uuid.UUID { return &a.ID }),
	id("transaction_id", func(a *attempt) *uuid.UUID { return &a.TransactionID }),
	ref("saf_id", func(a *attempt) *uuid.UUID { return &a.SAFID }),
	word("kind", func(a *attempt) *transactions.AttemptKind { return &a.Kind }),
	word("state", func(a *attempt) *transactions.AttemptState { return &a.State }),
	text("result", func(a *attempt) *transactions.Outcome { return &a.Result }),
	text("detail", func(a *attempt) *string { return &a.Detail }),
	count("attempt_no", "int", func(a *attempt) *int { return &a.No }),
	word("trigger", func(a *attempt) *transactions.Trigger { return &a.Trigger }),
	text("actor", func(a *attempt) *string { return &a.Actor }),
	word("wire_ref", func(a *attempt) *string { return &a.WireRef }),
	text("provider_ref", func(a *attempt) *string { return &a.ProviderRef }),
	raw("digest", func(a *attempt) *[]byte { return &a.Digest }),
	count("fence", "bigint", func(a *attempt) *int64 { return &a.Fence }),
	word("node", func(a *attempt) *string { return &a.Node }),
	stamp("started_at", func(a *attempt) *time.Time { return &a.StartedAt }),
	moment("ended_at", func(a *attempt) *time.Time { return &a.EndedAt }),
	stamp("lease_until", func(a *attempt) *time.Time { return &a.LeaseUntil }),
	number("http_status", "int", func(a *attempt) *int { return &a.HTTPStatus }),
}

type attemptEnd = switchcore.AttemptEnd

var attemptEndColumns = columns[attemptEnd]{
	id("id", func(a *attemptEnd) *uuid.UUID { return &a.ID }),
	word("state", func(a *attemptEnd) *transactions.AttemptState { return &a.State }),
	word("result", func(a *attemptEnd) *transactions.Outcome { return &a.Result }),
	text("detail", func(a *attemptEnd) *string { return &a.Detail }),
	text("provider_ref", func(a *attemptEnd) *string { return &a.ProviderRef }),
	number("http_status", "int", func(a *attemptEnd) *int { return &a.HTTPStatus }),
	stamp("ended_at", func(a *attemptEnd) *time.Time { return &a.At }),
}

type trace = transactions.Trace

var traceColumns = columns[trace]{
	ref("transaction_id", func(t *trace) *uuid.UUID { return &t.TransactionID }),
	text("client_id", func(t *trace) *string { return &t.ClientID }),
	word("leg", func(t *trace) *transactions.Leg { return &t.Leg }),
	ref("exchange_id", func(t *trace) *uuid.UUID { return &t.ExchangeID }),
	ref("attempt_id", func(t *trace) *uuid.UUID { return &t.AttemptID }),
	word("kind", func(t *trace) *transactions.TraceKind { return &t.Kind }),
	flag("late", func(t *trace) *bool { return &t.Late }),
	word("operation", func(t *trace) *transactions.Operation { return &t.Operation }),
	text("method", func(t *trace) *string { return &t.Method }),
	text("url_path", func(t *trace) *string { return &t.URLPath }),
	number("http_status", "int", func(t *trace) *int { return &t.HTTPStatus }),
	text("headers_masked", func(t *trace) *string { return &t.Headers }),
	text("body_masked", func(t *trace) *string { return &t.Body }),
	raw("body_sha256", func(t *trace) *[]byte { return &t.SHA256 }),
	count("bytes", "int", func(t *trace) *int { return &t.Bytes }),
	stamp("at", func(t *trace) *time.Time { return &t.At }),
	stamp("began_at", func(t *trace) *time.Time { return &t.BeganAt }),
	{name: "latency_us", oid: pgtype.Int8OID, read: "1000 * coalesce($, 0)", write: func(a packed, t *trace) packed {
		if t.Latency == 0 {
			return a.null()
		}
		return a.int64(t.Latency.Microseconds())
	}, set: func(t *trace) any { return &t.Latency }},
	text("error_type", func(t *trace) *string { return &t.ErrorType }),
	text("peer_institution", func(t *trace) *string { return &t.PeerInstitution }),
}

type term = transactions.SearchTerm

var termColumns = columns[term]{
	raw("value_hash", func(t *term) *[]byte { return &t.Hash }),
	id("transaction_id", func(t *term) *uuid.UUID { return &t.TransactionID }),
	word("kind", func(t *term) *transactions.TermKind { return &t.Kind }),
	word("value_masked", func(t *term) *string { return &t.Masked }),
	stamp("began_at", func(t *term) *time.Time { return &t.At }),
}

type change = transactions.Change

var changeColumns = columns[change]{
	id("transaction_id", func(c *change) *uuid.UUID { return &c.TransactionID }),
	word("field", func(c *change) *string { return &c.Field }),
	text("old", func(c *change) *string { return &c.Old }),
	text("new", func(c *change) *string { return &c.New }),
	word("cause", func(c *change) *string { return &c.Cause }),
	text("actor", func(c *change) *string { return &c.Actor }),
	stamp("at", func(c *change) *time.Time { return &c.At }),
}

type advice = transactions.Advice

var adviceColumns = columns[advice]{
	id("id", func(a *advice) *uuid.UUID { return &a.ID }),
	word("advice_id", func(a *advice) *string { return &a.AdviceID }),
	word("client_id", func(a *advice) *string { return &a.Key.ClientID }),
	word("service", func(a *advice) *transactions.Service { return &a.Key.Service }),
	word("operation", func(a *advice) *transactions.Operation { return &a.Key.Operation }),
	word("request_id", func(a *advice) *string { return &a.Key.RequestID }),
	ref("transaction_id", func(a *advice) *uuid.UUID { return &a.TransactionID }),
	word("kind", func(a *advice) *transactions.Decision { return &a.Kind }),
	text("reason", func(a *advice) *string { return &a.Reason }),
	minor("amount_minor", func(a *advice) **int64 { return &a.Amount }),
	raw("digest", func(a *advice) *[]byte { return &a.Digest }),
	stamp("received_at", func(a *advice) *time.Time { return &a.ReceivedAt }),
	moment("acked_at", func(a *advice) *time.Time { return &a.AckedAt }),
	blob("answer_sealed", func(a *advice) *[]byte { return &a.AnswerSealed }),
	count("http_status", "int", func(a *advice) *int { return &a.HTTPStatus }),
	text("error_type", func(a *advice) *string { return &a.ErrorType }),
}

type tombstone = transactions.Tombstone

var tombstoneColumns = columns[tombstone]{
	word("client_id", func(t *tombstone) *string { return &t.Key.ClientID }),
	word("service", func(t *tombstone) *transactions.Service { return &t.Key.Service }),
	word("operation", func(t *tombstone) *transactions.Operation { return &t.Key.Operation }),
	word("request_id", func(t *tombstone) *string { return &t.Key.RequestID }),
	word("advice_id", func(t *tombstone) *string { return &t.AdviceID }),
	stamp("created_at", func(t *tombstone) *time.Time { return &t.CreatedAt }),
}

type messageKey = switchcore.MessageKey

var messageKeyColumns = columns[messageKey]{
	word("client_id", func(m *messageKey) *string { return &m.ClientID }),
	word("message_id", func(m *messageKey) *string { return &m.ID }),
	word("operation", func(m *messageKey) *transactions.Operation { return &m.Operation }),
	word("role", func(m *messageKey) *string { return &m.Role }),
	ref("transaction_id", func(m *messageKey) *uuid.UUID { return &m.TransactionID }),
	stamp("created_at", func(m *messageKey) *time.Time { return &m.CreatedAt }),
}

type reference = switchcore.HeldReference

var referenceColumns = columns[reference]{
	raw("value_hash", func(r *reference) *[]byte { return &r.Hash }),
	word("scope", func(r *reference) *string { return &r.Scope }),
	word("kind", func(r *reference) *switchcore.ReferenceKind { return &r.Kind }),
	id("transaction_id", func(r *reference) *uuid.UUID { return &r.TransactionID }),
	stamp("created_at", func(r *reference) *time.Time { return &r.CreatedAt }),
}

type device = switchcore.DeviceRow

var deviceColumns = columns[device]{
	word("merchant_id", func(d *device) *string { return &d.MerchantID }),
	raw("device_id_hash", func(d *device) *[]byte { return &d.DeviceHash }),
	raw("device_id_sealed", func(d *device) *[]byte { return &d.DeviceSealed }),
	raw("key_sealed", func(d *device) *[]byte { return &d.KeySealed }),
	word("client_id", func(d *device) *string { return &d.ClientID }),
	stamp("updated_at", func(d *device) *time.Time { return &d.At }),
}
