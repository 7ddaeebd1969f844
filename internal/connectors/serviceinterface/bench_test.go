package serviceinterface

import (
	"context"
	"net/http/httptest"
	"testing"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/transactions"
)

// BenchmarkExchange is prepare, send and read of a provision against the played provider, 64 in flight.
func BenchmarkExchange(b *testing.B) {
	srv := httptest.NewServer(played(b).Handler())
	b.Cleanup(srv.Close)
	c := connect(b, srv.URL+"/demo")
	b.SetParallelism(32)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			call := provisionOf(b, uuid.NewString(), "")
			m, err := c.Prepare(call)
			if err != nil {
				b.Error(err)
				return
			}
			if got := c.Read(call, c.Send(context.Background(), m)); got.Class != classApproved {
				b.Error(got.Detail)
				return
			}
		}
	})
}

func BenchmarkPrepare(b *testing.B) {
	c := connect(b, "http://hub.example")
	call := provisionOf(b, wireRef, "")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Prepare(call); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRead(b *testing.B) {
	c := connect(b, "http://hub.example")
	call, a := callOf(first, transactions.Provision), answered(201, approvedBody)
	b.ReportAllocs()
	for b.Loop() {
		if c.Read(call, a).Class != classApproved {
			b.Fatal("not approved")
		}
	}
}
