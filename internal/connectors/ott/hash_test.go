package ott

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestHash holds the vectors of spec/providers.md 5.1.
func TestHash(t *testing.T) {
	t.Parallel()
	for want, form := range map[string]string{
		"4df6f72386e97fc580b1b309187be1151ac86d3be6442b8be4348668019604e8": "branch=SHOP1&cashier=TILL-7&uniqueReference=ref-000142&value=100.00&vendorCode=77",
		"54bbce277aa1f3bdfc592d368b00c12f1bd67a9f8107de83194e41f5bac6c9d9": "uniqueReference=ref-000142",
		"2a99ce15df322b6e0ff43cc32cb64b7f493fd1fb28c04e52cee5682b5d20ab1a": "vendorID=77&voucherPIN=123456789012",
		"c560f675755c5278d556a4b553ea85beadf021764a91443e4f83a2f82cc921a0": "vendorID=77&amount=0.00&clientID=c-9&mobile=27820000000&pin=123456789012&uniqueReference=ref-000143",
	} {
		values, err := url.ParseQuery(form)
		require.NoError(t, err)
		require.Equal(t, want, hash("demo-key-0001", values))
		body, err := signed([]byte(form), "demo-key-0001", "Hash")
		require.NoError(t, err)
		require.Equal(t, form+"&Hash="+want, string(body), "every byte that was stored goes out")
	}
}

func TestHashIsOverValuesAsMeant(t *testing.T) {
	t.Parallel()
	plain, err := signed([]byte("branch=Joe%27s+shop"), "k", "hash")
	require.NoError(t, err)
	require.Equal(t, "branch=Joe%27s+shop&hash="+hash("k", url.Values{"branch": {"Joe's shop"}}), string(plain))
	_, err = signed([]byte("pin=%zz"), "k", "hash")
	require.ErrorIs(t, err, errForm)
}
