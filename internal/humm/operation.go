// Package humm owns what both ends of the consumer finance rail share: messages and their signature, operations, result
// codes, and the customer's pre-approval code (spec/humm.md). It speaks no HTTP and stores nothing.
package humm

// Operation is a request of the rail; its text is the last segment of the path.
type Operation string

// The operations (spec/humm.md 3).
const (
	CreateKey            Operation = "CreateKey"
	Invite               Operation = "Invite"
	ProcessAuthorisation Operation = "ProcessAuthorisation"
	SendReceipt          Operation = "SendReceipt"
	ProcessAdjustment    Operation = "ProcessSalesAdjustment"
	ReverseAdjustment    Operation = "ProcessSalesAdjustmentReversal"
)

// Operations lists all operations in the order of the specification.
func Operations() []Operation {
	return []Operation{CreateKey, Invite, ProcessAuthorisation, SendReceipt, ProcessAdjustment, ReverseAdjustment}
}

// Path is the path of the operation below the versioned base address.
func (o Operation) Path() string { return "/" + string(o) }

// Known tells whether the rail has the operation.
func (o Operation) Known() bool {
	for _, known := range Operations() {
		if o == known {
			return true
		}
	}
	return false
}

// Names of members, those that more than one place reads or writes.
const (
	MerchantID     = "x_merchant_id"
	DeviceID       = "x_device_id"
	OperatorID     = "x_operator_id"
	Firmware       = "x_firmware_version"
	DeviceToken    = "x_device_token" // secret
	Vendor         = "x_pos_vendor"
	Mobile         = "x_mobile"
	Reference      = "x_pos_transaction_ref"
	PurchaseAmount = "x_purchase_amount"
	FinanceAmount  = "x_finance_amount"
	ApprovalCode   = "x_pre_approval_code" // secret
	ReceiptNumber  = "x_receipt_number"
	PurchaseRef    = "x_purchase_ref"
	Amount         = "x_amount"
	AdjustmentSign = "x_adjustment_signature"

	Status         = "x_status"
	Code           = "x_code"
	Text           = "x_message"
	PurchaseNumber = "x_purchase_number"
	Key            = "x_key" // secret

	Signature     = "signature"
	TrackingData  = "tracking_data"
	PurchaseItems = "purchase_items"
	BuyerConfirms = "buyer_confirms"
	RetryDuration = "retry_duration"
)
