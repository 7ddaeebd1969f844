package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/postgres"
)

// bulk is how many rows a client has in each table that a message could leave something in.
type bulk map[string]int

func bulkOf(t testing.TB, db *postgres.DB, client string) bulk {
	t.Helper()
	out := bulk{}
	for _, table := range []string{"transactions", "advices", "saf_entries", "message_keys", "tombstones", "traces"} {
		var n int
		require.NoError(t, db.Pool.QueryRow(t.Context(), "select count(*) from "+table+" where client_id = $1", client).Scan(&n))
		out[table] = n
	}
	return out
}

// broken is a message that the API refuses before anything begins.
type broken struct {
	path      string
	body      []byte
	method    string // POST
	status    int    // 400
	errorType string // FORMAT_ERROR
	says      string // in the answer, as written in JSON
	id        string // of the refused message, when the answer must name it
	untraced  bool
}

// refuse sends a broken message; it is answered as specified, leaves the two traces of what was said, and nothing else.
func (j *journey) refuse(name string, b broken) {
	j.t.Helper()
	if b.method == "" {
		b.method = http.MethodPost
	}
	if b.status == 0 {
		b.status = http.StatusBadRequest
	}
	if b.errorType == "" {
		b.errorType = "FORMAT_ERROR"
	}
	before := bulkOf(j.t, j.db, j.id)
	a := j.send(b.method, b.path, b.body)
	require.Equal(j.t, b.status, a.status, "%s: %s %s: %s", name, b.method, b.path, a)
	require.Equal(j.t, b.errorType, a.body.ErrorType, "%s: %s", name, a)
	require.NotEmpty(j.t, a.body.Message, name)
	require.Contains(j.t, a.text, b.says, name)
	if b.id != "" {
		require.Equal(j.t, b.id, a.body.ID, "%s: %s", name, a)
	}
	want := maps.Clone(before)
	if !b.untraced {
		want["traces"] += 2
	}
	require.Equal(j.t, want, bulkOf(j.t, j.db, j.id), "%s: only what was said is kept", name)
	if !b.untraced {
		j.traced(name, b)
	}
}

// traced checks that a refused message and its answer can be found, by nobody's transaction.
func (j *journey) traced(name string, b broken) {
	j.t.Helper()
	var legs string
	var status int
	require.NoError(j.t, j.db.Pool.QueryRow(j.t.Context(), `select string_agg(leg, ' ' order by leg), max(http_status) from
		(select leg, http_status, transaction_id from traces where client_id = $1 order by at desc, leg limit 2) l where transaction_id is null`,
		j.id).Scan(&legs, &status), name)
	require.Equal(j.t, "CS SC", legs, name)
	require.Equal(j.t, b.status, status, name)
}

func encoded(t testing.TB, m message) []byte {
	t.Helper()
	body, err := json.Marshal(m)
	require.NoError(t, err)
	return body
}

// spoilt are bodies that are no message of any service.
func spoilt(good []byte) map[string][]byte {
	return map[string][]byte{
		"empty":        nil,
		"cut off":      good[:len(good)-1],
		"a list":       []byte("[]"),
		"a text":       []byte(`"hello"`),
		"two values":   append(append([]byte{}, good...), " {}"...),
		"a name twice": append([]byte(`{"stan":"1","stan":"1",`), good[1:]...),
		"too deep":     []byte(`{"a":` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + "}"),
		"not UTF-8":    bytes.Replace(good, []byte("000123"), []byte("\xff\xfe"), 1),
		"compressed":   {0x1f, 0x8b, 8, 0, 0, 0, 0, 0},
	}
}

// brokenVouchers sends broken messages to every address of the voucher service that takes one.
func (j *journey) brokenVouchers() {
	sold := j.bought(j.t, j.request())
	requests := []string{"/vouchers", "/redemptions", "/refunds", "/vouchers/" + sold.body.ID + "/retry"}
	advices := []string{"/vouchers/confirmations", "/vouchers/reversals", "/redemptions/confirmations", "/redemptions/reversals", "/refunds/confirmations", "/refunds/reversals"}
	make := func(path string) message {
		switch {
		case strings.HasSuffix(path, "reversals"):
			return j.reversal(sold.body.ID)
		case strings.HasSuffix(path, "confirmations"):
			return j.advice(sold.body.ID)
		}
		return j.request().with("voucher", message{"code": "7000111122223333"})
	}
	uuidShape := "UUID must conform to the format 8-4-4-4-12 hexadecimal values"
	for _, path := range append(requests, advices...) {
		good := make(path)
		for name, body := range spoilt(encoded(j.t, good)) {
			j.refuse(path+" "+name, broken{path: path, body: body})
		}
		say := func(name string, m message, says string) {
			j.t.Helper()
			j.refuse(path+" "+name, broken{path: path, body: encoded(j.t, m), says: says})
		}
		say("unknown member", good.with("surprise", 1), "Unrecognized field 'surprise'")
		say("id of another shape", good.with("id", "42"), uuidShape)
		say("no id", good.with("id", nil), "id may not be null")
		say("id is a list", good.with("id", []int{1}), "id has the wrong type")
		say("null list", good.with("thirdPartyIdentifiers", json.RawMessage("null")), "thirdPartyIdentifiers may not be null")
		say("time is no time", good.with("time", "yesterday"), "time")
	}
	for _, path := range advices {
		j.refuse(path, broken{path: path, body: encoded(j.t, make(path).with("requestId", "x")), says: uuidShape})
		j.refuse(path, broken{path: path, body: encoded(j.t, make(path).with("requestId", nil)), says: "requestId may not be null"})
	}
	j.brokenProvisions(sold.body.ID)
}

// brokenProvisions breaks the parts of a provision one by one.
func (j *journey) brokenProvisions(known string) {
	path, good := "/vouchers", j.request()
	say := func(m message, says string) {
		j.t.Helper()
		j.refuse(says, broken{path: path, body: encoded(j.t, m), says: says})
	}
	origin := good["originator"].(message)
	shop := origin["merchant"].(message)
	where := func(name string, v any) message {
		return good.with("originator", origin.with("merchant", shop.with("merchantName", shop["merchantName"].(message).with(name, v))))
	}
	say(where("city", nil), "originator.merchant.merchantName.city may not be null")
	say(where("shelf", "7"), "Unrecognized field 'shelf'")
	say(where("country", "ZAF"), "originator.merchant.merchantName.country length must be between")
	say(good.with("originator", nil), "originator may not be null")
	say(good.with("originator", "the corner shop"), "originator has the wrong type")
	say(good.with("client", nil), "client may not be null")
	say(good.with("thirdPartyIdentifiers", []message{{"institutionId": "1"}}), "thirdPartyIdentifiers[0].transactionIdentifier may not be null")
	amount := func(value, currency any) message {
		return good.with("amounts", message{"requestAmount": message{"amount": value, "currency": currency}})
	}
	say(amount("much", "710"), "amounts.requestAmount.amount has the wrong type")
	say(amount(1.5, "710"), "amounts.requestAmount.amount has the wrong type")
	say(amount(100, "ZAR"), `amounts.requestAmount.currency must match \"[0-9]{3}\"`)
	say(good.with("tenders", []message{{"tenderType": "BARTER", "amount": message{"amount": 1, "currency": "710"}}}), "tenders[0].tenderType")
	say(good.with("voucher", message{"pin": "1234"}), "Unrecognized field 'pin'")
	j.refuse("a path about another id", broken{path: "/vouchers/" + known + "/retry", body: encoded(j.t, good)})
	j.refuse("a redemption without code", broken{path: "/redemptions", body: encoded(j.t, good.with("voucher", message{})), says: "voucher.code may not be null"})
	j.refuse("a reason that is none", broken{
		path: "/vouchers/reversals", body: encoded(j.t, j.reversal(known).with("reversalReason", "BOREDOM")), says: "reversalReason",
	})
	j.refuse("somebody else's client", broken{
		path: path, body: encoded(j.t, good.with("client", message{"id": "other", "name": "Other"})), errorType: "AUTHENTICATION_ERROR", id: good.id(),
	})
	j.transport(path, good, 256<<10)
}

// transport is what no service sees: sizes, addresses and methods.
func (j *journey) transport(path string, good message, limit int) {
	j.t.Helper()
	before := bulkOf(j.t, j.db, j.id)
	require.Contains(j.t, j.announce(j.t, path, limit+1), " 413 Request Entity Too Large ")
	require.Contains(j.t, j.announce(j.t, path, limit+1), `"errorType":"FORMAT_ERROR"`)
	require.Equal(j.t, before, bulkOf(j.t, j.db, j.id), "counted, not traced")
	room := limit - len(encoded(j.t, good.with("rrn", "")))
	j.refuse("as large as can be", broken{path: path, body: append(encoded(j.t, good.with("id", nil).with("rrn", strings.Repeat("9", room))), ' ')})
	j.refuse("unknown address", broken{path: path + "/or/so/what", body: encoded(j.t, good), status: http.StatusNotFound, errorType: "FUNCTION_NOT_SUPPORTED", untraced: true})
	j.refuse("wrong method", broken{
		path: path, method: http.MethodDelete, body: encoded(j.t, good), status: http.StatusMethodNotAllowed, errorType: "FUNCTION_NOT_SUPPORTED", untraced: true,
	})
}

// announce says that a body of so many bytes follows, and gives the answer without sending one: whoever sends it all the same
// may find the line cut before the answer is read.
func (l *till) announce(t testing.TB, path string, length int) string {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(l.api, "http://"))
	require.NoError(t, err)
	defer func() { _ = conn.Close() }() // everything of use was read
	require.NoError(t, conn.SetDeadline(time.Now().Add(20*time.Second)))
	req, err := http.NewRequest(http.MethodPost, "/", nil)
	require.NoError(t, err)
	req.SetBasicAuth(l.id, l.password)
	_, err = fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: %s\r\nContent-Length: %d\r\n\r\n",
		l.mount+path, req.Header.Get("Authorization"), length)
	require.NoError(t, err)
	text, err := io.ReadAll(conn)
	require.NoError(t, err)
	return strings.ReplaceAll(string(text), "\r\n", " ")
}

// cardKinds are the resources of the gift card service with the word that names them in errors.
var cardKinds = map[string]string{
	"activations": "ACTIVATION", "loads": "LOAD", "redemptions": "REDEMPTION", "voids": "VOID", "transfers": "TRANSFER", "replaces": "REPLACE",
	"lookupGiftcard": "LOOKUP",
}

// cardSample is a message that the resource would accept.
func (l *till) cardSample(resource string, list []plastic) message {
	switch resource {
	case "activations":
		return l.activation(list[0], "GCP00000", "100")
	case "transfers":
		return l.between("sourceCard", list[0], "targetCard", list[1], "100")
	case "replaces":
		return l.between("oldCard", list[0], "newCard", list[1], "")
	case "voids", "lookupGiftcard":
		return l.cardRequest(list[0], "")
	}
	return l.cardRequest(list[0], "100")
}

// brokenCards sends broken messages to every address of the gift card service.
func (j *journey) brokenCards(list []plastic) {
	opened := j.activation(list[2], "GCP00000", "100")
	j.card(j.t, http.StatusCreated, "", "activations", opened)
	for resource, kind := range cardKinds {
		good := j.cardSample(resource, list)
		j.brokenCard(kind+"_REQUEST", cardPath(resource, good), good)
		j.refuse(resource+" under another id", broken{
			path: cardPath(resource, message{"id": "another"}), body: encoded(j.t, good), says: `"requestType":"` + kind + `_REQUEST"`, id: good.id(),
		})
		if resource == "lookupGiftcard" {
			continue
		}
		for segment, word := range map[string]string{"confirmations": "CONFIRMATION", "reversals": "REVERSAL"} {
			advice := j.reversal(good.id())
			if segment == "confirmations" {
				advice = j.advice(good.id())
			}
			j.brokenCard(kind+"_"+word, cardPath(resource, good, segment, advice.id()), advice)
			for _, path := range []string{cardPath(resource, good, segment, uuid.NewString()), cardPath(resource, opened.with("id", uuid.NewString()), segment, advice.id())} {
				j.refuse("ids that differ", broken{path: path, body: encoded(j.t, advice), says: `"requestType":"` + kind + "_" + word + `"`, id: advice.id()})
			}
			j.refuse("no request named", broken{path: cardPath(resource, good, segment, advice.id()), body: encoded(j.t, advice.with("requestId", nil)), says: `"field":"requestId"`})
		}
	}
	j.brokenCardParts(list)
	j.oddCards(list)
}

func (j *journey) brokenCard(requestType, path string, good message) {
	for name, body := range spoilt(encoded(j.t, good)) {
		j.refuse(path+" "+name, broken{path: path, body: body, says: `"requestType":"` + requestType + `"`, id: path[strings.LastIndex(path, "/")+1:]})
	}
	j.refuse("id is a list", broken{path: path, body: encoded(j.t, good.with("id", []int{1})), says: `"field":"id"`})
	j.refuse("no time", broken{path: path, body: encoded(j.t, good.with("time", nil)), says: `"field":"time"`})
	a := j.send(http.MethodPost, path, nil)
	require.LessOrEqual(j.t, len(a.body.Message), 20, "errorMessage is short in this service")
}

func (j *journey) brokenCardParts(list []plastic) {
	good := j.cardSample("loads", list)
	say := func(m message, says string) {
		j.t.Helper()
		j.refuse(says, broken{path: cardPath("loads", good), body: encoded(j.t, m), says: says, id: good.id()})
	}
	say(good.with("card", nil), `"field":"card"`)
	say(good.with("card", "6000"), `"field":"card"`)
	say(good.with("card", message{"pan": "6000-1", "expiryDate": "4001"}), `"field":"pan"`)
	say(good.with("card", message{"pan": strings.Repeat("6", 20)}), `"field":"pan"`)
	say(good.with("card", list[0].message().with("encryptedPin", "ab12")), `"field":"encryptedPin"`)
	say(good.with("amounts", nil), `"field":"amounts"`)
	say(good.with("amounts", message{}), `"field":"requestAmount"`)
	say(good.with("amounts", message{"requestAmount": message{"amount": "1e3", "currency": "710"}}), `"field":"amount"`)
	say(good.with("client", nil), `"field":"client"`)
	look := j.cardSample("lookupGiftcard", list)
	j.refuse("a look-up of nothing", broken{path: cardPath("lookupGiftcard", look), body: encoded(j.t, look.with("card", nil)), says: `"field":"card"`})
	j.transport(cardPath("loads", good), good, 256<<10)
}

// oddCards are messages that other services refuse and this one takes: unknown members at any level, any printable id, and a
// client that is not the user.
func (j *journey) oddCards(list []plastic) {
	odd := j.cardSample("lookupGiftcard", list).with("id", "shift 7 / sale 42").with("surprise", message{"deep": []any{1, message{"er": true}}}).
		with("card", list[3].message().with("colour", "green")).with("client", message{"id": "somebody", "name": "Somebody"})
	a := j.must(j.t, http.StatusCreated, "", cardBase+"/lookupGiftcard/shift%207%20%2F%20sale%2042", odd)
	require.NotContains(j.t, a.text, "surprise", "what nobody knows is not repeated")
	require.NotContains(j.t, a.text, "green")
	require.Equal(j.t, "shift 7 / sale 42", a.body.ID)
	// An id that was refused for its form or its place was not used up.
	again := j.cardSample("lookupGiftcard", list)
	j.refuse("misplaced", broken{path: cardPath("lookupGiftcard", message{"id": "elsewhere"}), body: encoded(j.t, again)})
	j.card(j.t, http.StatusCreated, "", "lookupGiftcard", again)
	j.card(j.t, http.StatusBadRequest, "DUPLICATE_RECORD", "lookupGiftcard", again)
	below := j.cardSample("loads", list).with("amounts", message{"requestAmount": message{"amount": -1, "currency": "710"}})
	j.card(j.t, http.StatusBadRequest, "INVALID_AMOUNT", "loads", below)
}

// brokenFinance is what the consumer finance service refuses without asking anybody: always 200, the code says why.
func (s *sandboxProcess) brokenFinance(t *testing.T) {
	h := &payTill{till: newTill(s), merchant: "M" + uuid.NewString()[:8], device: "lane-1"}
	for _, base := range financeBases {
		for name, body := range spoilt([]byte(`{"x_merchant_id":"000123"}`)) {
			if bytes.HasPrefix(body, []byte("{")) && json.Valid(body) && name != "a name twice" && name != "too deep" {
				continue // it is a message here
			}
			a := h.post(base+"ProcessAuthorisation", body)
			require.Equal(t, "200 Error EVAL01 ", a.summary(), "%s %s: %s", base, name, a.text)
			require.False(t, a.signed, "no key is shared: %s", a.text)
		}
		for _, op := range financeOperations {
			a := h.post(base+op, h.signed("no key of ours", h.basics()))
			require.Equal(t, http.StatusOK, a.status, a.text)
			require.Equal(t, map[bool]string{true: "EVAL01", false: "EAUT01"}[op == "CreateKey"], a.code, "%s%s: a sender that nobody knows: %s", base, op, a.text)
		}
		a := h.post(base+"CreateKey", h.signed("another token", h.basics().with("x_device_token", "the token").with("x_pos_vendor", "Vend-Proxy")))
		require.Equal(t, "ESIG01", a.code, a.text)
	}
	require.Equal(t, http.StatusNotFound, h.post("/webapi/ProcessAuthorisation", []byte("{}")).status, "the version is part of the path")
	require.Equal(t, http.StatusNotFound, h.post("/webapi/v1/Refund", []byte("{}")).status)
	require.Equal(t, http.StatusMethodNotAllowed, h.till.send(http.MethodGet, "/webapi/v1/CreateKey", nil).status)
	room := fmt.Sprintf(`{"tracking_data":{"a":%q}}`, strings.Repeat("x", 2<<20-len(`{"tracking_data":{"a":""}}`)))
	require.Len(t, room, 2<<20)
	require.Equal(t, http.StatusOK, h.post("/webapi/v1/Invite", []byte(room)).status, "two mebibytes fit")
	for _, base := range financeBases {
		said := h.till.announce(t, base+"Invite", 2<<20+1)
		require.Contains(t, said, " 413 ", base)
		require.Contains(t, said, `"errorType":"FORMAT_ERROR"`)
	}
}
