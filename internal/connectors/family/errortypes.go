package family

// Error types of vouchers.md 3 that only providers use: the core has no name for them.
const (
	ErrInsufficientFunds = "INSUFFICIENT_FUNDS" // our float at the provider
	ErrInvalidMerchant   = "INVALID_MERCHANT"
	ErrOutOfStock        = "OUT_OF_STOCK"
	ErrLimitExceeded     = "LIMIT_EXCEEDED"
)
