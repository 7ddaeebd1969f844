package sample

import (
	"time"

	"github.com/signalboxhq/signalbox/web/templates/components"
	"github.com/signalboxhq/signalbox/web/templates/pages"
)

// transactionRows are the last 25 transactions of R 100 and over.
func transactionRows() []pages.TransactionRow {
	return []pages.TransactionRow{
		{
			ID: "9b1f0c2e-3f5b-4c8e-9d27-61b0a4f2c983", Href: "/transactions/9b1f0c2e-3f5b-4c8e-9d27-61b0a4f2c983", ReceivedAt: at("14:04:30.412"), Status: components.StatusOf("In progress"), Service: "Voucher", Short: "voucher", Operation: "Provision",
			Product: "Betway voucher", Client: "Karoo Fresh", Provider: "Betway", Amount: rand(20000), Reference: "9b1f0c2e | KF-0031-1186", Running: true,
		},
		{
			ID: "40ad7713-3f5b-4c8e-9d27-61b0a4f2c983", Href: "/transactions/40ad7713-3f5b-4c8e-9d27-61b0a4f2c983", ReceivedAt: at("14:04:29.870"), Status: components.StatusOf("Awaiting confirmation"), Service: "Voucher", Short: "voucher", Operation: "Provision",
			Product: "OTT voucher", Client: "Duiker Wallet", Provider: "OTT", Amount: rand(15000), Reference: "40ad7713 | DW-88120457", Latency: 412 * time.Millisecond,
		},
		{
			ID: "e2270b9d-3f5b-4c8e-9d27-61b0a4f2c983", Href: "/transactions/e2270b9d-3f5b-4c8e-9d27-61b0a4f2c983", ReceivedAt: at("14:04:27.305"), Status: components.StatusOf("In doubt"), Service: "Voucher", Short: "voucher", Operation: "Provision",
			Product: "Hollywoodbets voucher", Client: "Karoo Fresh", Provider: "Hollywoodbets", Amount: rand(20000), Reference: "e2270b9d | KF-0012-9034", Error: "UPSTREAM_UNAVAILABLE", Latency: 3 * time.Millisecond,
		},
		{
			ID: "7c55e018-3f5b-4c8e-9d27-61b0a4f2c983", Href: "/transactions/7c55e018-3f5b-4c8e-9d27-61b0a4f2c983", ReceivedAt: at("14:04:25.961"), Status: components.StatusOf("Completed"), Service: "Voucher", Short: "voucher", Operation: "Redemption",
			Product: "1Voucher", Client: "Mopani Mart", Provider: "Flash", Amount: rand(10000), Reference: "7c55e018 | MM-TZN-20713", Latency: 388 * time.Millisecond,
		},
		{
			ID: "1fd4a96b-3f5b-4c8e-9d27-61b0a4f2c983", Href: "/transactions/1fd4a96b-3f5b-4c8e-9d27-61b0a4f2c983", ReceivedAt: at("14:04:22.540"), Status: components.StatusOf("Confirming"), Service: "Voucher", Short: "voucher", Operation: "Provision",
			Product: "Lottostar voucher", Client: "Karoo Fresh", Provider: "Lottostar", Amount: rand(10000), Reference: "1fd4a96b | KF-0007-4489", Latency: 301 * time.Millisecond, Advices: []components.Tag{{Text: "1 due"}},
		},
		{
			ID: "b80e3c41-3f5b-4c8e-9d27-61b0a4f2c983", Href: "/transactions/b80e3c41-3f5b-4c8e-9d27-61b0a4f2c983", ReceivedAt: at("14:04:20.077"), Status: components.StatusOf("Declined"), Service: "Voucher", Short: "voucher", Operation: "Redemption",
			Product: "1Voucher", Client: "Duiker Wallet", Provider: "Flash", Amount: rand(14900), Reference: "b80e3c41 | DW-88120449", Error: "VOUCHER_ALREADY_REDEEMED", Latency: 265 * time.Millisecond,
		},
		{
			ID: "06f9d2a7-3f5b-4c8e-9d27-61b0a4f2c983", Href: "/transactions/06f9d2a7-3f5b-4c8e-9d27-61b0a4f2c983", ReceivedAt: at("14:04:16.833"), Status: components.StatusOf("Confirming"), Service: "Gift card", Short: "gift card", Operation: "Load",
			Product: "Karoo Fresh gift card", Client: "Karoo Fresh", Provider: "Card issuer", Amount: rand(50000), Reference: "06f9d2a7 | KF-0031-1184", Latency: 205 * time.Millisecond, Advices: []components.Tag{{Text: "1 held", Tone: components.Held}},
		},
		{
			ID: "d3b46f0e-3f5b-4c8e-9d27-61b0a4f2c983", Href: "/transactions/d3b46f0e-3f5b-4c8e-9d27-61b0a4f2c983", ReceivedAt: at("14:04:11.296"), Status: components.StatusOf("Completed"), Service: "Voucher", Short: "voucher", Operation: "Provision",
			Product: "Supabets voucher", Client: "Duiker Wallet", Provider: "Supabets", Amount: rand(25000), Reference: "d3b46f0e | DW-88120441", Latency: 447 * time.Millisecond,
		},
		{
			ID: "58c1e7f2-3f5b-4c8e-9d27-61b0a4f2c983", Href: "/transactions/58c1e7f2-3f5b-4c8e-9d27-61b0a4f2c983", ReceivedAt: at("14:04:07.714"), Status: components.StatusOf("Completed"), Service: "Voucher", Short: "voucher", Operation: "Provision",
			Product: "Yoyo food voucher", Client: "Karoo Fresh", Provider: "Yoyo", Amount: rand(12000), Reference: "58c1e7f2 | KF-0019-3306", Latency: 520 * time.Millisecond,
		},
		{
			ID: "a0719ec5-3f5b-4c8e-9d27-61b0a4f2c983", Href: "/transactions/a0719ec5-3f5b-4c8e-9d27-61b0a4f2c983", ReceivedAt: at("14:04:02.188"), Status: components.StatusOf("In doubt"), Service: "Voucher", Short: "voucher", Operation: "Provision",
			Product: "Hollywoodbets voucher", Client: "Duiker Wallet", Provider: "Hollywoodbets", Amount: rand(15000), Reference: "a0719ec5 | DW-88120433", Error: "UPSTREAM_UNAVAILABLE", Latency: 3 * time.Millisecond,
		},
		{
			ID: "2e9a40d8-3f5b-4c8e-9d27-61b0a4f2c983", Href: "/transactions/2e9a40d8-3f5b-4c8e-9d27-61b0a4f2c983", ReceivedAt: at("14:03:58.602"), Status: components.StatusOf("Rejected"), Service: "Voucher", Short: "voucher", Operation: "Provision",
			Product: "Not in catalogue", Client: "Mopani Mart", Provider: "", Amount: rand(18000), Reference: "2e9a40d8 | MM-MBO-11875", Error: "INVALID_PRODUCT", Latency: 2 * time.Millisecond,
		},
		{
			ID: "f5126b3c-3f5b-4c8e-9d27-61b0a4f2c983", Href: "/transactions/f5126b3c-3f5b-4c8e-9d27-61b0a4f2c983", ReceivedAt: at("14:03:51.430"), Status: components.StatusOf("Completed"), Service: "Voucher", Short: "voucher", Operation: "Provision",
			Product: "Netcare consultation", Client: "Karoo Fresh", Provider: "Netcare", Amount: rand(45000), Reference: "f5126b3c | KF-0012-9027", Latency: 611 * time.Millisecond,
		},
		{
			ID: "6d83fa19-3f5b-4c8e-9d27-61b0a4f2c983", Href: "/transactions/6d83fa19-3f5b-4c8e-9d27-61b0a4f2c983", ReceivedAt: at("14:03:44.019"), Status: components.StatusOf("In doubt"), Service: "Voucher", Short: "voucher", Operation: "Provision",
			Product: "Hollywoodbets voucher", Client: "Karoo Fresh", Provider: "Hollywoodbets", Amount: rand(10000), Reference: "6d83fa19 | KF-0024-7751", Error: "UPSTREAM_UNAVAILABLE", Latency: 3 * time.Millisecond,
		},
		{
			ID: "93c0d5e4-3f5b-4c8e-9d27-61b0a4f2c983", Href: "/transactions/93c0d5e4-3f5b-4c8e-9d27-61b0a4f2c983", ReceivedAt: at("14:03:40.255"), Status: components.StatusOf("Reversed"), Service: "Voucher", Short: "voucher", Operation: "Provision",
			Product: "Hollywoodbets voucher", Client: "Karoo Fresh", Provider: "Hollywoodbets", Amount: rand(10000), Reference: "93c0d5e4 | KF-0003-6620", Error: "UPSTREAM_UNAVAILABLE", Latency: 3 * time.Millisecond,
		},
		{
			ID: "0bb7128f-3f5b-4c8e-9d27-61b0a4f2c983", Href: "/transactions/0bb7128f-3f5b-4c8e-9d27-61b0a4f2c983", ReceivedAt: at("14:03:37.901"), Status: components.StatusOf("Completed"), Service: "Voucher", Short: "voucher", Operation: "Provision",
			Product: "OTT voucher", Client: "Mopani Mart", Provider: "OTT", Amount: rand(20000), Reference: "0bb7128f | MM-TZN-20709", Latency: 398 * time.Millisecond,
		},
		{
			ID: "c74e09a1-3f5b-4c8e-9d27-61b0a4f2c983", Href: "/transactions/c74e09a1-3f5b-4c8e-9d27-61b0a4f2c983", ReceivedAt: at("14:03:29.774"), Status: components.StatusOf("In doubt"), Service: "Voucher", Short: "voucher", Operation: "Provision",
			Product: "Hollywoodbets voucher", Client: "Karoo Fresh", Provider: "Hollywoodbets", Amount: rand(50000), Reference: "c74e09a1 | KF-0007-4480", Error: "UPSTREAM_UNAVAILABLE", Latency: 96 * time.Millisecond, Retries: 1,
		},
		{
			ID: "3a6d8e50-3f5b-4c8e-9d27-61b0a4f2c983", Href: "/transactions/3a6d8e50-3f5b-4c8e-9d27-61b0a4f2c983", ReceivedAt: at("14:03:26.348"), Status: components.StatusOf("Completed"), Service: "Consumer finance", Short: "finance", Operation: "Authorisation",
			Product: "humm Little things", Client: "Karoo Fresh", Provider: "humm", Amount: rand(249900), Reference: "3a6d8e50 | KF-0040-0092", Latency: 1204 * time.Millisecond,
		},
		{
			ID: "84e5b1c9-3f5b-4c8e-9d27-61b0a4f2c983", Href: "/transactions/84e5b1c9-3f5b-4c8e-9d27-61b0a4f2c983", ReceivedAt: at("14:03:21.066"), Status: components.StatusOf("Declined"), Service: "Voucher", Short: "voucher", Operation: "Provision",
			Product: "Betway voucher", Client: "Duiker Wallet", Provider: "Betway", Amount: rand(30000), Reference: "84e5b1c9 | DW-88120420", Error: "LIMIT_EXCEEDED", Latency: 233 * time.Millisecond,
		},
		{
			ID: "1c9f7d36-3f5b-4c8e-9d27-61b0a4f2c983", Href: "/transactions/1c9f7d36-3f5b-4c8e-9d27-61b0a4f2c983", ReceivedAt: at("14:03:13.587"), Status: components.StatusOf("In doubt"), Service: "Voucher", Short: "voucher", Operation: "Provision",
			Product: "Hollywoodbets voucher", Client: "Duiker Wallet", Provider: "Hollywoodbets", Amount: rand(25000), Reference: "1c9f7d36 | DW-88120416", Error: "UPSTREAM_UNAVAILABLE", Latency: 101 * time.Millisecond,
		},
		{
			ID: "e96a52b0-3f5b-4c8e-9d27-61b0a4f2c983", Href: "/transactions/e96a52b0-3f5b-4c8e-9d27-61b0a4f2c983", ReceivedAt: at("14:03:07.942"), Status: components.StatusOf("In doubt"), Service: "Voucher", Short: "voucher", Operation: "Provision",
			Product: "Hollywoodbets voucher", Client: "Mopani Mart", Provider: "Hollywoodbets", Amount: rand(12000), Reference: "e96a52b0 | MM-MBO-11869", Error: "UPSTREAM_UNAVAILABLE", Latency: 94 * time.Millisecond,
		},
		{
			ID: "57d0c48e-3f5b-4c8e-9d27-61b0a4f2c983", Href: "/transactions/57d0c48e-3f5b-4c8e-9d27-61b0a4f2c983", ReceivedAt: at("14:03:02.310"), Status: components.StatusOf("Completed"), Service: "Voucher", Short: "voucher", Operation: "Provision",
			Product: "Blu Voucher", Client: "Karoo Fresh", Provider: "Blu Voucher", Amount: rand(14900), Reference: "57d0c48e | KF-0019-3301", Latency: 702 * time.Millisecond,
		},
		{
			ID: "bd2813f7-3f5b-4c8e-9d27-61b0a4f2c983", Href: "/transactions/bd2813f7-3f5b-4c8e-9d27-61b0a4f2c983", ReceivedAt: at("14:02:47.655"), Status: components.StatusOf("Confirming"), Service: "Voucher", Short: "voucher", Operation: "Provision",
			Product: "Hollywoodbets voucher", Client: "Karoo Fresh", Provider: "Hollywoodbets", Amount: rand(30000), Reference: "bd2813f7 | KF-0024-7744", Latency: 455 * time.Millisecond, Advices: []components.Tag{{Text: "1 due"}},
		},
		{
			ID: "4f06ea9c-3f5b-4c8e-9d27-61b0a4f2c983", Href: "/transactions/4f06ea9c-3f5b-4c8e-9d27-61b0a4f2c983", ReceivedAt: at("14:02:31.208"), Status: components.StatusOf("Completed"), Service: "Gift card", Short: "gift card", Operation: "Redemption",
			Client: "Duiker Wallet", Provider: "Sandbox Cards", Amount: rand(34900), Reference: "4f06ea9c | DW-88120398", Latency: 884 * time.Millisecond,
		},
		{
			ID: "7801d3be-3f5b-4c8e-9d27-61b0a4f2c983", Href: "/transactions/7801d3be-3f5b-4c8e-9d27-61b0a4f2c983", ReceivedAt: at("14:02:19.483"), Status: components.StatusOf("Reversed"), Service: "Voucher", Short: "voucher", Operation: "Provision",
			Product: "Lottostar voucher", Client: "Karoo Fresh", Provider: "Lottostar", Amount: rand(12000), Reference: "7801d3be | KF-0003-6611", Latency: 45002 * time.Millisecond, Slow: true, Retries: 1,
		},
		{
			ID: "5e0c7a14-3f5b-4c8e-9d27-61b0a4f2c983", Href: "/transactions/5e0c7a14-3f5b-4c8e-9d27-61b0a4f2c983", ReceivedAt: at("14:02:11.204"), Status: components.StatusOf("Confirming"), Service: "Voucher", Short: "voucher", Operation: "Provision",
			Product: "Hollywoodbets voucher", Client: "Karoo Fresh", Provider: "Hollywoodbets", Amount: rand(14900), Reference: "5e0c7a14 | KF-0007-4471", Latency: 45027 * time.Millisecond, Slow: true, Retries: 1, Advices: []components.Tag{{Text: "1 due"}},
		},
	}
}
