package main

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"math/big"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/postgres"
)

// TestCanary plants secrets in every operation, in the members they belong to and in others, along every way an operation can
// end, and then looks for them everywhere anything is kept or shown (guarantees.md S12, V25).
func TestCanary(t *testing.T) {
	t.Parallel()
	at := place(t)
	c := &canary{sieve: newSieve()}
	require.NoError(t, os.MkdirAll(filepath.Dir(at), 0o755))
	c.cards = c.mint(t, 24)
	file := filepath.Join(t.TempDir(), "cards.csv")
	require.NoError(t, os.WriteFile(file, c.cardsFile(), 0o600))
	c.sandboxProcess = begin(t, at, "--fresh", "--cards", file, "--provider-timeout", "3s", "--dial-timeout", "1s")
	cool := c.warm(t)
	t.Cleanup(cool)
	t.Run("plant", func(t *testing.T) {
		for _, part := range []struct {
			name  string
			plant func(*testing.T, *till)
		}{
			{"lost vouchers", c.lostVouchers},
			{"lost gift cards", c.lostCards},
			{"native providers", c.natives},
			{"vouchers", c.vouchers},
			{"misplaced", c.misplaced},
			{"gift cards", c.giftcards},
			{"credentials", c.credentials},
			{"payments", c.payments},
			{"finance", c.finance},
		} {
			t.Run(part.name, func(t *testing.T) {
				t.Parallel()
				l := c.newcomer()
				c.plant("client password", l.password)
				c.plant("credentials", base64.StdEncoding.EncodeToString([]byte(l.id+":"+l.password)))
				part.plant(t, l)
			})
		}
	})
	cool()
	if t.Failed() {
		return
	}
	c.search(t)
	c.report(t)
	s := c.sandboxProcess
	check := command(t, "", "check", "--data-dir", s.dir, "--canary", c.cards[0].pan)
	require.Zero(t, check.code, "%s%s", check.out, check.errors)
}

type canary struct {
	*sandboxProcess
	*sieve
	cards []plastic // valid at the issuer, every second one with a PIN
}

// digits gives n random digits that no other test uses, the first not a zero.
func digits(n int) string {
	limit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n-1)), nil)
	random, err := rand.Int(rand.Reader, new(big.Int).Mul(limit, big.NewInt(8)))
	if err != nil {
		panic(err) // the machine has randomness
	}
	return random.Add(random, limit).String()
}

// code is a new voucher code.
func (c *canary) code() string { return c.plant("voucher code", digits(16)) }

// pin is a new card PIN, long enough to be recognised.
func (c *canary) pin() string { return c.plant("card PIN", "Pin"+digits(14)) }

// block is a new PIN block.
func (c *canary) block() string {
	return c.plant("PIN block", strings.ToUpper(strings.ReplaceAll(uuid.NewString(), "-", ""))[:16])
}

func (c *canary) mint(t *testing.T, n int) (list []plastic) {
	t.Helper()
	for i := range n {
		card := plastic{pan: c.plant("card number", "600873"+digits(13)), expiry: "4001"}
		if i%2 == 0 {
			card.pin = c.pin()
		}
		list = append(list, card)
	}
	return list
}

func (c *canary) cardsFile() []byte {
	var b strings.Builder
	for _, card := range c.cards {
		fmt.Fprintf(&b, "%s,%s,%s,\n", card.pan, card.expiry, card.pin)
	}
	return []byte(b.String())
}

// told plants the codes that an answer gives away: they are as secret as those that a client brings.
func (c *canary) told(a answer) answer {
	if len(a.body.Voucher.Code) >= 8 {
		c.plant("issued code", a.body.Voucher.Code)
	}
	return a
}

// ends are the ways a request can end at a provider of the voucher service or at the issuer: the fault that leads there.
var ends = []string{
	"", "sim:decline", "sim:decline:LIMIT_EXCEEDED", "sim:error-500", "sim:error-500:processed", "sim:error-504", "sim:unavailable", "sim:malformed",
	"sim:reset", "sim:reset-after", "sim:http-429", "sim:http-418", "sim:always-reset-after", "sim:advice-unavailable:1", "sim:advice-reset-after:1",
}

// sellers are the providers that are made to fail, with a product of each: product, receiver, its name.
func sellers() [][3]string {
	return [][3]string{
		{"FLA-VAR", "90000029", "Flash"},
		{"OTT-VAR", "90000026", "OTT"},
		{"YOY-VAR", "90000027", "Yoyo"},
		{"BLU-VAR", "90000028", "Blu Voucher"},
		{"DEM-VAR", "90000020", "Demo Vouchers"},
	}
}

// well gives, per provider, a request that goes well.
func (c *canary) well(t *testing.T) []func() int {
	l := c.newcomer()
	l.bought(t, l.request()) // known before everybody asks at once
	list := []func() int{func() int {
		m := l.cardSample("lookupGiftcard", c.cards)
		return l.post(cardPath("lookupGiftcard", m), m).status
	}}
	for _, s := range sellers() {
		sale := l.sale(s[0], s[1], s[2])
		code := c.told(l.bought(t, sale)).body.Voucher.Code
		l.must(t, http.StatusAccepted, "", "/vouchers/confirmations", l.confirmation(sale.id()))
		list = append(list, func() int { return l.send(http.MethodGet, "/vouchers?voucherCode="+url.QueryEscape(code), nil).status })
	}
	return list
}

// warm asks each provider so much that goes well that what fails afterwards opens no breaker, and goes on asking until
// the returned function is called: on a slow machine the first requests leave the breakers' window before the last fault.
func (c *canary) warm(t *testing.T) (end func()) {
	var wg sync.WaitGroup
	all := c.well(t)
	for _, ask := range all {
		for range 4 {
			wg.Go(func() {
				for range 60 {
					assert.Less(t, ask(), 300)
				}
			})
		}
	}
	wg.Wait()
	over := make(chan struct{})
	for range 2 {
		wg.Go(func() {
			for {
				for _, ask := range all {
					select {
					case <-over:
						return
					default:
						ask()
					}
				}
			}
		})
	}
	return sync.OnceFunc(func() { close(over); wg.Wait() })
}

// vouchers sells under codes of the client's own, and takes each through everything that can be done with it.
func (c *canary) vouchers(t *testing.T, l *till) {
	for _, end := range ends {
		code := c.code()
		sale := l.request().with("basketRef", end).with("rrn", code).with("stan", code).with("voucher", message{
			"code": code, "redeemInstructions": []string{"Key in " + code + " at the till"},
		})
		sale = sale.with("slipData", message{"messageLines": []message{{"text": "Your code is " + code, "barcode": message{"data": code, "encoding": "ITF"}}}})
		l.post("/vouchers", sale)
		l.post("/vouchers", sale)
		l.post("/vouchers/"+sale.id()+"/retry", sale)
		l.send(http.MethodGet, "/vouchers?voucherCode="+code, nil)
		l.post("/vouchers/confirmations", l.confirmation(sale.id()))
		for _, path := range []string{"/redemptions", "/refunds"} {
			for _, advise := range []func(string) message{l.reversal, l.advice} {
				l.post("/vouchers", l.request()) // goes well, see payments
				use := l.request().with("voucher", message{"code": code}).with("basketRef", end)
				l.post(path, use)
				if advice := advise(use.id()).with("rrn", code).with("stan", code); advice["reversalReason"] == nil {
					l.post(path+"/confirmations", advice)
				} else {
					l.post(path+"/reversals", advice)
				}
			}
		}
		l.send(http.MethodGet, "/vouchers?voucherCode="+code, nil)
		l.post("/vouchers/reversals", l.reversal(sale.id()))
	}
	unknown := c.code()
	l.send(http.MethodGet, "/vouchers?voucherCode="+unknown, nil)
	l.post("/redemptions", l.request().with("voucher", message{"code": unknown}))
	l.post("/refunds", l.request().with("voucher", message{"code": unknown}))
	for _, sold := range []message{l.sale("STL-50", "90000021", "Stellr"), l.sale("NET-420", "90000022", "Netcare"), l.sale("LOT-50", "90000023", "Lottostar")} {
		c.told(l.post("/vouchers", sold.with("amounts", nil)))
		l.post("/vouchers/"+sold.id()+"/retry", sold)
		l.post("/vouchers/reversals", l.reversal(sold.id()))
	}
}

// lostVouchers are those whose answer never came: the code is known to the provider, and given out by a retry or never.
func (c *canary) lostVouchers(t *testing.T, l *till) {
	var wg sync.WaitGroup
	for _, end := range []string{"sim:lost-answer", "sim:always-lost-answer"} {
		wg.Go(func() {
			sale := l.request().with("basketRef", end).with("voucher", message{"code": c.code()})
			a := l.post("/vouchers", sale)
			assert.Equal(t, http.StatusGatewayTimeout, a.status, a)
			if end == "sim:lost-answer" {
				c.told(l.post("/vouchers/"+sale.id()+"/retry", sale))
			}
			l.post("/vouchers/reversals", l.reversal(sale.id()))
		})
	}
	wg.Wait()
}

// natives sells and redeems at the providers that speak their own languages; the price asks for the way it ends.
func (c *canary) natives(t *testing.T, l *till) {
	var wg sync.WaitGroup
	for _, s := range sellers()[:4] {
		product, receiver := s[0], s[1:]
		for _, cents := range []int{-7700, -7700, 1, 5, 6, 9, 10, 12, 13, 14, 15, 16, 17, 18, 19, 20, 60} {
			wg.Go(func() {
				sale := l.sale(product, receiver[0], receiver[1]).with("amounts", message{"requestAmount": message{"amount": 17700 + cents, "currency": "710"}})
				a := c.told(l.post("/vouchers", sale))
				c.told(l.post("/vouchers/"+sale.id()+"/retry", sale))
				l.post("/vouchers/confirmations", l.confirmation(sale.id()))
				if code := a.body.Voucher.Code; code != "" {
					use := l.request().with("voucher", message{"code": code}).with("receiver", message{"id": receiver[0], "name": receiver[1]})
					c.told(l.send(http.MethodGet, "/vouchers?voucherCode="+url.QueryEscape(code)+"&receiverInstId="+receiver[0], nil))
					c.told(l.post("/redemptions", use))
					l.post("/redemptions/reversals", l.reversal(use.id()))
				}
				l.post("/vouchers/reversals", l.reversal(sale.id()))
			})
		}
		for _, trigger := range []string{"01", "06", "13", "14", "18"} { // sold elsewhere
			wg.Go(func() {
				code := c.plant("foreign code", "7777"+digits(10)+trigger)
				use := l.request().with("voucher", message{"code": code}).with("receiver", message{"id": receiver[0], "name": receiver[1]})
				c.told(l.post("/redemptions", use))
				l.post("/redemptions/reversals", l.reversal(use.id()))
			})
		}
	}
	wg.Wait()
}

// misplaced puts secrets where they do not belong: unknown members, names of members, ids, paths, texts.
func (c *canary) misplaced(t *testing.T, l *till) {
	for _, path := range []string{"/vouchers", "/redemptions", "/refunds", "/vouchers/confirmations", "/redemptions/reversals"} {
		m := l.request()
		if strings.Count(path, "/") > 1 {
			m = l.reversal(uuid.NewString())
		}
		for _, spoilt := range []message{
			m.with("pin", c.pin()), m.with("cardNumber", c.plant("card number", "4"+digits(15))), m.with(c.code(), 1), m.with("id", c.code()), m.with("time", c.code()),
			m.with("extra", message{"deep": []any{message{"pin": c.pin()}}}), m.with("thirdPartyIdentifiers", c.pin()),
			m.with("requestId", c.code()), m.with("reversalReason", c.pin()),
			m.with("voucher", message{"code": message{"value": c.code()}}), m.with("amounts", c.pin()),
			m.with("voucher", message{"code": c.code(), "pin": c.pin()}), m.with("rrn", c.code()), m.with("stan", c.code()), m.with("rrn", c.pin()).with("surprise", 1),
			m.with("amounts", message{"requestAmount": message{"amount": c.code(), "currency": c.code(), "ledgerIndicator": c.pin()}}),
			m.with("tranType", c.pin()), m.with("product", message{"productId": "DEM-50", "isFixedValue": c.pin(), "amount": message{"amount": c.pin()}}),
			m.with("tenders", []message{{"tenderType": c.pin(), "amount": message{"amount": 1, "currency": "710"}}}),
			m.with("posInfo", message{"posConditionCode": c.pin(), "entryMode": message{"panEntryMode": c.pin(), "pinEntryCapability": c.pin()}}),
		} {
			l.post(path, spoilt)
		}
		l.send(http.MethodPost, path, []byte(`{"pin":"`+c.pin()))
		l.send(http.MethodPost, path+"/"+c.code(), []byte(`{}`))
		l.send(http.MethodPost, path+"?code="+c.code(), []byte(`{}`))
	}
	l.post("/vouchers/"+c.code()+"/retry", l.request())
	l.send(http.MethodGet, "/vouchers?code="+c.code()+"&voucherCode="+c.code(), nil)
	l.send(http.MethodGet, "/vouchers/"+c.code(), nil)
	for _, resource := range []string{"activations", "loads", "redemptions", "voids", "transfers", "replaces", "lookupGiftcard"} {
		m := l.cardSample(resource, c.cards)
		for _, spoilt := range []message{
			m.with("pin", c.pin()), m.with("surprise", message{"pan": c.plant("card number", "5"+digits(15)), "list": []string{c.pin()}}), m.with("card", c.pin()),
			m.with(c.pin(), true), m.with("card", message{"pan": c.pin()}), m.with("card", message{"pan": c.cards[0].pan, "expiryDate": c.pin()}),
			m.with("card", c.cards[0].message().with("cvv", c.pin()).with("pin", c.pin())), m.with("amounts", message{"requestAmount": message{"amount": c.pin(), "currency": "710"}}),
		} {
			spoilt = spoilt.with("id", uuid.NewString()).with("rrn", c.code()).with("stan", c.pin())
			l.post(cardPath(resource, spoilt), spoilt)
		}
		l.post(cardPath(resource, message{"id": c.pin()}), m)
		l.post(cardPath(resource, message{"id": c.cards[1].pan}), m)
		l.post(cardPath(resource, m, "confirmations", c.pin()), l.advice(uuid.NewString()))
		l.send(http.MethodPost, cardPath(resource, m), []byte(`{"card":{"clearPin":"`+c.pin()))
	}
	l.send(http.MethodGet, cardBase+"/testServerAdmin/data/card/"+c.cards[2].pan, nil)
	l.send(http.MethodGet, cardBase+"/testServerAdmin/data/card/"+c.plant("card number", "4"+digits(15)), nil)
	l.send(http.MethodGet, cardBase+"/testServerAdmin/data", nil)
}

// forms are the ways a card message can carry a PIN; each call makes new ones.
func (c *canary) forms(card plastic) []message {
	m := card.message().with("clearPin", nil)
	return []message{
		card.message(), m.with("clearPin", c.pin()), m.with("encryptedPin", c.block()), m.with("pin", message{"type": "CLEAR_PIN", "pin": c.pin()}),
		m.with("pin", message{"type": "ENCRYPTED_PIN", "pinBlock": c.block(), "encryptionParameters": message{"accountNumber": c.plant("PIN account", digits(12))}}),
		m.with("pin", message{"type": "HASHED_PIN", "hash": c.block() + c.block(), "hashedPinParameters": message{"name": "SHA-1"}}),
	}
}

// giftcards uses a card with every form of a PIN, right and wrong, in every operation and along every end but silence.
func (c *canary) giftcards(t *testing.T, l *till) {
	card, other := c.cards[4], c.cards[6]
	opened := l.activation(card, "GCP10000", "50000")
	opened["card"] = card.message()
	l.card(t, http.StatusCreated, "", "activations", opened)
	l.confirmCard(t, "activations", opened)
	try := func(resource string, m message) { // beside one that goes well, so that the breaker stays closed
		good := l.cardSample("lookupGiftcard", c.cards)
		l.card(t, http.StatusCreated, "", "lookupGiftcard", good)
		l.post(cardPath(resource, m), m)
	}
	for i, end := range ends {
		fresh := c.cards[8+i%12]
		for _, form := range c.forms(fresh)[i%3 : i%3+2] {
			m := l.activation(fresh, "GCP00000", "700").with("card", form).with("basketRef", end)
			try("activations", m)
			reversal := l.reversal(m.id())
			l.post(cardPath("activations", m, "reversals", reversal.id()), reversal)
		}
		for _, form := range c.forms(card)[i%4 : i%4+2] {
			for _, resource := range []string{"loads", "redemptions", "lookupGiftcard"} {
				m := l.cardSample(resource, c.cards[4:]).with("card", form).with("basketRef", end)
				try(resource, m)
				advice := l.reversal(m.id())
				l.post(cardPath(resource, m, "reversals", advice.id()), advice)
			}
		}
		for _, resource := range []string{"transfers", "replaces", "voids"} {
			m := l.cardSample(resource, []plastic{card, other}).with("basketRef", end)
			try(resource, m)
			advice := l.reversal(m.id())
			l.post(cardPath(resource, m, "reversals", advice.id()), advice)
		}
	}
	stranger := plastic{pan: c.plant("card number", "600999"+digits(13)), expiry: "4001", pin: c.pin()}
	for resource := range cardKinds {
		m := l.cardSample(resource, []plastic{stranger, stranger})
		try(resource, m)
	}
}

// lostCards are card requests that nobody answered.
func (c *canary) lostCards(t *testing.T, l *till) {
	var wg sync.WaitGroup
	for i, resource := range []string{"activations", "lookupGiftcard", "redemptions"} {
		wg.Go(func() {
			m := l.cardSample(resource, c.cards[20+i:]).with("basketRef", "sim:always-lost-answer").with("card", c.cards[20+i].message().with("clearPin", c.pin()))
			a := l.post(cardPath(resource, m), m)
			assert.Equal(t, http.StatusGatewayTimeout, a.status, a)
			if resource == "lookupGiftcard" {
				return
			}
			reversal := l.reversal(m.id())
			l.post(cardPath(resource, m, "reversals", reversal.id()), reversal)
		})
	}
	wg.Wait()
}

// credentials signs in in every way, right and wrong.
func (c *canary) credentials(t *testing.T, l *till) {
	l.bought(t, l.request())
	form := func(values url.Values) answer {
		res, err := l.http.PostForm(l.api+"/oauth/token", values)
		require.NoError(t, err)
		return answer{status: res.StatusCode, text: readAll(t, res.Body)}
	}
	for _, v := range []url.Values{
		{"grant_type": {"client_credentials"}, "client_id": {l.id}, "client_secret": {l.password}},
		{"grant_type": {"password"}, "client_id": {l.id}, "client_secret": {l.password}, "username": {l.id}, "password": {l.password}},
	} {
		a := form(v)
		require.Equal(t, http.StatusOK, a.status, a)
		issued := c.plant("access token", between(a.text, `"access_token":"`, `"`))
		c.plant("token signature", issued[strings.LastIndex(issued, ".")+1:])
		for _, token := range []string{issued, issued[:len(issued)-4] + "AAAA"} {
			c.plant("access token", token)
			req, err := http.NewRequest(http.MethodGet, l.api+"/products", nil)
			require.NoError(t, err)
			req.Header.Set("Authorization", "Bearer "+token)
			res, err := l.http.Do(req)
			require.NoError(t, err)
			readAll(t, res.Body)
		}
	}
	wrong := *l
	wrong.password = c.plant("wrong password", "wrong-"+uuid.NewString())
	wrong.must(t, http.StatusUnauthorized, "AUTHENTICATION_ERROR", "/vouchers", l.request())
	wrong.must(t, http.StatusUnauthorized, "GENERAL_ERROR", cardPath("loads", l.request()), l.request())
	form(url.Values{"grant_type": {c.plant("wrong password", "grant-"+uuid.NewString())}})
	form(url.Values{"grant_type": {"password"}, "client_id": {l.id}, "client_secret": {l.password}, "username": {l.id}, "password": {wrong.password}})
	l.send(http.MethodPost, "/oauth/token?client_secret="+wrong.password, []byte("grant_type=client_credentials"))
}

// payments are secrets of other instruments that a sale may be paid with.
func (c *canary) payments(t *testing.T, l *till) {
	pan := func() string { return c.plant("card number", "4"+digits(15)) }
	methods := []message{
		{"type": "CARD", "pan": pan(), "expiryDate": "3012", "pin": message{"type": "CLEAR_PIN", "pin": c.pin()}},
		{"type": "CARD", "pan": pan(), "encryptedPin": message{"pinBlock": c.block()}},
		{"type": "LOYALTY_CARD", "cardNumber": pan()},
		{"type": "AN_32_TOKEN", "token": c.plant("payment token", strings.ReplaceAll(uuid.NewString(), "-", ""))},
		{"type": "WALLET", "walletId": c.plant("wallet", "wallet-"+digits(10))},
	}
	for _, end := range []string{"", "sim:decline", "sim:error-504"} {
		for _, method := range methods {
			sale := l.request().with("paymentMethods", []message{method}).with("basketRef", end)
			a := c.told(l.post("/vouchers", sale))
			require.NotContains(t, a.text, "FORMAT_ERROR", method["type"])
			c.told(l.post("/vouchers/"+sale.id()+"/retry", sale))
			paid := l.confirmation(sale.id()).with("tenders", []message{{"tenderType": "DEBIT_CARD", "cardNumber": pan(), "amount": message{"amount": 5000, "currency": "710"}}})
			l.post("/vouchers/confirmations", paid)
			l.post("/vouchers", l.request()) // goes well: ten failures in a row would open the breaker for everybody
		}
		person := message{
			"firstName": c.plant("name", "Thandeka-"+digits(6)), "lastName": c.plant("name", "Mokoena-"+digits(6)), "msisdn": c.plant("telephone", "+27"+digits(9)),
			"emailAddress": c.plant("e-mail", "someone."+digits(8)+"@example.org"),
		}
		c.told(l.post("/vouchers", l.request().with("recipient", person).with("basketRef", end)))
	}
}

// finance uses one-time tokens, device ids that embed them, approval codes and telephone numbers.
func (c *canary) finance(t *testing.T, l *till) {
	for i, base := range financeBases {
		token := c.plant("device token", newToken())
		h := &payTill{till: l, merchant: "7" + digits(7), device: token + "-till", key: token}
		m := h.basics().with("x_device_token", token).with("x_pos_vendor", "Vend-Proxy")
		v := h.post(base+"CreateKey", h.signed(token, m))
		h.post(base+"CreateKey", h.signed(token, m))
		require.Equal(t, "SCRK01", v.code, v.text)
		h.key = c.plant("device key", v.key)
		for j, op := range financeOperations[1:] {
			more := h.basics()
			for name, value := range map[string]any{
				"x_mobile": c.plant("telephone", "0"+digits(9)), "x_purchase_amount": 10001, "x_finance_amount": 10001, "x_amount": 101,
				"x_pre_approval_code": c.plant("approval code", "01"+digits(10)), "x_pos_transaction_ref": "ref-" + strconv.Itoa(i*10+j), "x_receipt_number": "01-" + strconv.Itoa(i),
				"x_purchase_ref": "ref-" + strconv.Itoa(i*10+1), "x_adjustment_signature": strings.Repeat("0", 64), "x_secret": c.pin(),
				"tracking_data": message{"pin": c.pin()}, "purchase_items": `{"PurchaseItems":["` + c.pin() + `"]}`, "note": c.pin(),
			} {
				more[name] = value
			}
			h.post(base+op, h.signed(h.key, more))
			h.post(base+op, h.signed(c.plant("device key", "wrong key "+digits(8)), more))
			h.post(base+op+"?key="+c.pin(), h.signed(h.key, more))
		}
		if i == 0 {
			c.financeEnds(h, base)
		}
		h.post(base+"CreateKey", h.signed(token, m.with("x_device_token", c.plant("device token", newToken()))))
		h.post(base+c.pin(), []byte("{}"))
	}
}

// financeEnds pays, refunds and undoes along every way these can end, all at once: the switch asks again, which takes time.
func (c *canary) financeEnds(h *payTill, base string) {
	var wg sync.WaitGroup
	for range 40 { // enough that goes well for the breaker to stay closed
		h.post(base+"Invite", h.signed(h.key, h.basics().with("x_mobile", c.plant("telephone", "0"+digits(9))).with("x_purchase_amount", 100)))
	}
	for _, end := range []string{"00", "01", "22", "51", "54", "55", "56", "61", "63", "65", "68", "69", "71", "72"} {
		wg.Go(func() {
			pay := h.payment(5000).with("x_pre_approval_code", c.plant("approval code", "777"+digits(9)+end)).with("x_pos_transaction_ref", "sale-"+end)
			h.post(base+"ProcessAuthorisation", h.signed(h.key, pay))
			h.post(base+"ProcessAuthorisation", h.signed(h.key, pay))
		})
	}
	paid := h.payment(5000).with("x_pre_approval_code", c.plant("approval code", digits(10)))
	h.post(base+"ProcessAuthorisation", h.signed(h.key, paid))
	for _, fault := range []string{"", "sim:reset-after", "sim:decline", "sim:bad-signature"} {
		wg.Go(func() {
			back := h.refund(paid["x_pos_transaction_ref"], 100).with("x_pos_transaction_ref", fault+"#"+uuid.NewString()[:12])
			undo := h.basics().with("x_pos_transaction_ref", "undo-"+uuid.NewString()[:12]).with("x_adjustment_signature", c.plant("adjustment signature", signature(h.key, back)))
			h.post(base+"ProcessSalesAdjustment", h.signed(h.key, back))
			h.post(base+"ProcessSalesAdjustmentReversal", h.signed(h.key, undo))
		})
	}
	wg.Wait()
}

func between(text, left, right string) string {
	_, rest, _ := strings.Cut(text, left)
	value, _, _ := strings.Cut(rest, right)
	return value
}

// search looks at everything that is kept or shown.
func (c *canary) search(t *testing.T) {
	t.Helper()
	db := c.open(t)
	c.reports(t, db)
	c.pages(t, db)
	for _, table := range texts(t, db, `select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
		where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')`) {
		for _, row := range texts(t, db, "select t::text from "+table+" t") {
			c.lookAtRow(table, row)
		}
	}
	res, err := http.Get(c.console + "/metrics")
	require.NoError(t, err)
	metrics := readAll(t, res.Body)
	require.Contains(t, metrics, "signalbox_")
	c.look("metrics", []byte(metrics))
	require.Greater(t, c.lookAtFiles(t, "file", c.dir), 100, "the database's own files and log, reports, the simulator's books")
	require.True(t, strings.Contains(c.logs.String(), "route=/giftcard/v3/redemptions/:id"), "the log is the one that was written")
	c.look("log", []byte(c.logs.String()))
}

// texts reads the texts that a query gives.
func texts(t *testing.T, db *postgres.DB, query string) []string {
	t.Helper()
	rows, err := db.Pool.Query(t.Context(), query)
	require.NoError(t, err)
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	return list
}

// reports has the day reconciled and settled, and writes its files once more by hand.
func (c *canary) reports(t *testing.T, db *postgres.DB) {
	t.Helper()
	today := texts(t, db, "select to_char(max(received_at) at time zone 'Africa/Johannesburg', 'YYYY-MM-DD') from transactions")[0]
	person := c.atDesk(t, "finance")
	for _, order := range [][2]string{{"recon.run", "reconciliation"}, {"settle.cutoff", "settlement"}} {
		job, report := order[0], order[1]
		person.open("/schedules")
		form := url.Values{"date": {today}, "reason": {"A day of secrets is over"}, "idempotency_key": {"canary-" + job}}
		require.Equal(t, http.StatusOK, person.post("/schedules/"+job+"/run", form), person.text())
		require.Eventually(t, func() bool {
			return slices.Equal(texts(t, db, "select distinct state from job_runs where job = '"+job+"'"), []string{"DONE"})
		}, 30*time.Second, 50*time.Millisecond, "%s: %s", job, strings.Join(texts(t, db, "select r::text from job_runs r where job = '"+job+"'"), "\n"))
		out := t.TempDir()
		written := command(t, "", "report", "run", report, "--date", today, "--out", out, "--database-url", c.database)
		require.Zero(t, written.code, written.errors)
		require.Positive(t, c.lookAtFiles(t, "report", out))
		c.look("output of report", []byte(written.out+written.errors))
	}
}

// pages reads every page about what was sent, as the people see it who work with it.
func (c *canary) pages(t *testing.T, db *postgres.DB) {
	t.Helper()
	sent := texts(t, db, "select '/transactions/' || id from transactions")
	require.Greater(t, len(sent), 300, "the secrets went somewhere")
	addresses := append([]string{"/", "/transactions", "/saf", "/audit", "/schedules", "/finance/reconciliation", "/finance/settlement", "/config/clients", "/config/finance"}, sent...)
	for _, query := range []string{
		"select '/saf/entries/' || id from saf_entries", "select '/saf/queues/' || id from providers", "select '/config/providers/' || id from providers",
		"select '/config/clients/' || id from clients", "select '/finance/items/' || run_id || '.' || item_no from recon_items",
	} {
		addresses = append(addresses, texts(t, db, query)...)
	}
	var secrets []string
	for value := range c.planted {
		secrets = append(secrets, value)
	}
	var wg sync.WaitGroup
	for i, role := range []string{"operator", "support", "auditor"} {
		person := c.atDesk(t, role)
		wg.Go(func() {
			seen := 0
			for n, address := range addresses {
				if n > 50 && n%3 != i { // each page is read by one of them, the first by all
					continue
				}
				if person.get(address) == http.StatusOK {
					seen++
					c.look("page "+address+" for "+role, []byte(person.page))
				}
			}
			assert.Greater(t, seen, len(sent)/3, "%s reads pages", role)
			for _, secret := range secrets[:40] { // what is searched for goes into no log
				person.get("/transactions?kind=CODE&ref=" + url.QueryEscape(secret))
			}
		})
	}
	wg.Wait()
}
