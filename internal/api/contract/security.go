package contract

// Names of the ways to prove who one is.
const (
	basicScheme       = "basic"
	tokenScheme       = "token"
	certificateScheme = "certificate"
)

// security lists what is enough for a call: which of it holds for a client is a setting of the client.
func (s *Service) security() []object {
	need := func(names ...string) object {
		o := object{}
		for _, n := range names {
			o.add(n, []string{})
		}
		return o
	}
	switch s.Signing {
	case bySignature:
		return []object{need(), need(certificateScheme)}
	case byGrant:
		return []object{need(basicScheme), need(certificateScheme), need()}
	}
	return []object{
		need(basicScheme), need(tokenScheme), need(certificateScheme),
		need(basicScheme, certificateScheme), need(tokenScheme, certificateScheme),
	}
}

func (s *Service) securitySchemes() object {
	certificate := entry{certificateScheme, object{
		{"type", "mutualTLS"},
		{"description", "A client certificate that was pinned for the client beforehand, over TLS 1.2 or later. It is known by its fingerprint, not by its subject."},
	}}
	basic := entry{basicScheme, object{
		{"type", "http"},
		{"scheme", "basic"},
		{"description", "The client's id and password (RFC 7617)."},
	}}
	switch s.Signing {
	case bySignature:
		return object{certificate}
	case byGrant:
		return object{basic, certificate}
	}
	scopes := object{{"api", "everything the client may do; there is no other scope"}}
	grant := object{{"tokenUrl", "/oauth/token"}, {"scopes", scopes}}
	return object{basic, {tokenScheme, object{
		{"type", "oauth2"},
		{"description", "An access token of /oauth/token, sent as a bearer token. The token's user stands for the Basic user."},
		{"flows", object{{"clientCredentials", grant}, {"password", grant}}},
	}}, certificate}
}
