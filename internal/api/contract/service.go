package contract

// Service is one document: a service of the channel API, or its token address.
type Service struct {
	ID      string // in addresses of documents and pages
	Title   string
	Summary string // one sentence
	About   string // paragraphs, parted by empty lines; `code` in back quotes
	Bases   []string
	Signing signing
	Notes   []Note
	Groups  []Group
	Errors  ErrorTable
}

// signing says how callers of a service prove who they are.
type signing int

const (
	byCredentials signing = iota // Basic, an access token, a certificate
	bySignature                  // a signature inside the message, and perhaps a certificate
	byGrant                      // client authentication of the token address
)

// Note is a part of a description with a heading of its own.
type Note struct {
	ID, Title string
	Text      string
	Code      string // shown as it stands
}

// Group is what a reader looks for under one heading.
type Group struct {
	Name, About string
	Operations  []Operation
}

// Operation is one thing a caller can do.
type Operation struct {
	ID      string
	Method  string
	Path    string // below each base
	Alias   string // another path for the same
	Summary string // what it does, in a few words
	About   string
	Next    string // what the caller does then
	Sandbox bool   // exists in the sandbox only

	Parameters []Parameter
	Request    *Body // nil: no body
	Answers    []Answer
}

// Parameter is a part of the path or of the query.
type Parameter struct {
	Name, In, About string
	Schema          *Schema
	Required        bool
	Sample          string
}

// Body is a request body.
type Body struct {
	Media    string
	Schema   *Schema
	Examples []Example
}

// Example is a message as it travels: JSON, or a form.
type Example struct {
	Name, Summary string
	Text          string
}

// Answer is one status of an operation.
type Answer struct {
	Status   int
	Name     string // of the component when several operations share it
	About    string
	Schema   *Schema
	Types    []string // error types to expect here
	Examples []Example
	Headers  []Header
}

// Header is a header of an answer.
type Header struct{ Name, About string }

// ErrorTable is what refusals mean and what to do about them.
type ErrorTable struct {
	Key   string // the member that holds the words of the first column
	About string
	Rows  []Refusal
}

// Refusal is one line of an error table.
type Refusal struct {
	Type   string
	Status string // HTTP status, or the status word of a rail that has one
	Means  string
	Do     string
}

// Operations gives all operations in their order.
func (s *Service) Operations() []Operation {
	var all []Operation
	for _, g := range s.Groups {
		all = append(all, g.Operations...)
	}
	return all
}

// Services gives the documents in the order in which they are shown.
func Services() []*Service {
	return []*Service{Vouchers(), GiftCards(), Humm(), OAuth()}
}
