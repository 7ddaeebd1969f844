package contract

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
	googleuuid "github.com/google/uuid"
	"github.com/valyala/fasthttp"

	"github.com/signalboxhq/signalbox/internal/api"
	"github.com/signalboxhq/signalbox/internal/api/apitest"
	"github.com/signalboxhq/signalbox/internal/api/giftcards"
	"github.com/signalboxhq/signalbox/internal/api/humm"
	"github.com/signalboxhq/signalbox/internal/api/vouchers"
	rail "github.com/signalboxhq/signalbox/internal/humm"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// fakeSwitch answers with what its field says, and counts what it was given.
type fakeSwitch struct {
	reply switchcore.Reply
	taken int
	heard int
}

func (f *fakeSwitch) Process(r *switchcore.Request) switchcore.Outbound {
	f.taken++
	return r.Render(f.reply)
}

func (f *fakeSwitch) Retry(r *switchcore.Request) switchcore.Outbound { return f.Process(r) }

func (f *fakeSwitch) Advise(a *switchcore.AdviceRequest) switchcore.Outbound {
	f.taken++
	return a.Render(f.reply)
}

func (f *fakeSwitch) Products(r *switchcore.Request, reply switchcore.Reply) switchcore.Outbound {
	f.taken++
	if f.reply.Kind != switchcore.ReplyApproved {
		reply = f.reply
	}
	return r.Render(reply)
}

func (f *fakeSwitch) Heard(_ switchcore.Inbound, _ switchcore.Client, reply switchcore.Reply, render func(switchcore.Reply) switchcore.Outbound) switchcore.Outbound {
	f.heard++
	return render(reply)
}

type fakePermit struct{}

func (fakePermit) Permit(id string, _ api.Caller) (switchcore.Client, error) {
	return switchcore.Client{ID: id}, nil
}

type fakeDevices struct{}

func (fakeDevices) Merchant(_ context.Context, id string) (rail.Merchant, error) {
	return rail.Merchant{ID: id, ClientID: "chain"}, nil
}

func (fakeDevices) Device(context.Context, string, string, bool) (rail.Device, error) {
	return rail.Device{Key: exampleKey, Active: true}, nil
}

// house is the channel API as it is wired, over a fake switch.
type house struct {
	app     *fiber.App
	handler fasthttp.RequestHandler
	inner   *fakeSwitch
	refuse  *api.Error // given to every caller, when set
}

const me = "90000002" // client.id of the examples

func newHouse() *house {
	h := &house{app: fiber.New(fiber.Config{Immutable: true, CaseSensitive: true}), inner: &fakeSwitch{}}
	auth := apitest.Auth(func(api.Caller) (switchcore.Client, error) {
		if h.refuse != nil {
			return switchcore.Client{}, h.refuse
		}
		return switchcore.Client{ID: me}, nil
	})
	price := int64(10000)
	directory := switchcore.NewDirectory(nil, []switchcore.Product{{
		ID: "DEMO-100", ProviderID: "demo", Description: "Demo voucher R100", Currency: "710", Amount: &price,
		Receiver: switchcore.Institution{ID: "90000004", Name: "Demo Vouchers"},
	}}, nil)
	reset := func(string) (bool, error) { return true, nil }
	(&vouchers.Service{
		Switch: h.inner, Auth: auth, NewID: googleuuid.New, Reset: reset, Directory: func() *switchcore.Directory { return directory },
	}).Mount(h.app)
	(&giftcards.Service{
		Switch: h.inner, Auth: auth, NewID: googleuuid.New, Reset: reset,
		Dump: func(context.Context, string, string) (int, []byte, error) { return 200, []byte(dumpAnswer), nil },
	}).Mount(h.app)
	(&humm.Service{
		Switch: h.inner, Merchants: fakeDevices{}, Devices: fakeDevices{}, Clients: fakePermit{}, NewID: googleuuid.New, Log: slog.New(slog.DiscardHandler),
		Hash: func(kind, value string) []byte { return transactions.Digest([]byte(kind + value)) },
	}).Mount(h.app)
	h.handler = h.app.Handler()
	return h
}

// call sends a message and gives status and body. It goes straight to the handler: there are thousands of them.
func (h *house) call(t *testing.T, method, path, body string) (int, string) {
	t.Helper()
	c := &fasthttp.RequestCtx{}
	c.Request.Header.SetMethod(method)
	c.Request.SetRequestURI(path)
	c.Request.Header.SetContentType("application/json")
	c.Request.SetBodyString(body)
	h.handler(c)
	return c.Response.StatusCode(), string(c.Response.Body())
}

// exampleAddress is where an example of an operation is sent.
func exampleAddress(s *Service, o Operation) string {
	base := strings.TrimSuffix(s.Bases[0], "/")
	path, query := o.Path, ""
	for _, p := range o.Parameters {
		if p.In == "path" {
			path = strings.Replace(path, "{"+p.Name+"}", p.Sample, 1)
		} else if p.Sample != "" {
			query += "&" + p.Name + "=" + p.Sample
		}
	}
	if query != "" {
		query = "?" + query[1:]
	}
	return base + path + query
}

// party is what a route adds to an approval.
func party(members ...switchcore.Member) switchcore.Reply {
	return switchcore.Reply{Kind: switchcore.ReplyApproved, Approval: &switchcore.Approval{
		SettlementEntity: switchcore.Institution{ID: "90000003", Name: "Demo Settle"}, SettlementRef: "S-77",
		Receiver: switchcore.Institution{ID: "90000004", Name: "Demo Vouchers"}, ReceiverRef: "P-31", Members: members,
	}}
}

// services gives the documented services whose handlers run over the fake switch.
func services() []*Service { return []*Service{Vouchers(), GiftCards(), Humm()} }
