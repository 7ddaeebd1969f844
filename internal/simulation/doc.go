// Package simulation plays the switch against everything that can go wrong around it (guarantees B2, level L1): the real
// core, gates and queue engine on one to three nodes, with a record in memory, banks that keep books of their own, and
// clients that keep journals. They sell, redeem and refund vouchers, use, transfer and replace gift cards, and pay with
// consumer finance. A seed decides which faults there are; after a while everything heals and must come to rest.
// Time is virtual (testing/synctest) and every step has a nanosecond of its own, so that a seed plays the same history
// each time. No code of the product imports it.
package simulation
