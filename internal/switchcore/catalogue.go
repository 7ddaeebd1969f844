package switchcore

import "context"

// Publisher is a connector whose provider publishes what it sells. Products gives the whole list, each product under the
// provider's own code in ProviderCode; an error leaves the last good list in force. It has no effect at the provider.
type Publisher interface {
	Products(ctx context.Context) ([]Product, error)
}
