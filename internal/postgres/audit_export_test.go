package postgres

// AppendAudit and AppendAuditGorm let tests outside the package reach what other stores call.
var (
	AppendAudit     = appendAudit
	AppendAuditGorm = appendAuditGorm
)
