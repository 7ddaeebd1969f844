package contract

import "net/http"

// OAuth describes the token address (spec/common.md 9).
func OAuth() *Service {
	token := record(members(
		must("access_token", words(), "send it as `Authorization: Bearer …`"), must("token_type", oneOf("Bearer"), ""), must("expires_in", whole(60, 86400), "seconds"),
		may("scope", oneOf("api"), "when a scope was asked for: there is one only"),
	)).named("Token", "An access token.")
	refusal := record(members(
		must("error", oneOf("invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type", "temporarily_unavailable"), ""),
		may("error_description", words(), "for people"),
	)).named("TokenError", "Why no token was given (RFC 6749 5.2).")
	form := record(members(
		must("grant_type", oneOf("client_credentials", "password"), ""), may("client_id", sized(0, 128).like("90000002"), "unless the client signs in by Basic or certificate"),
		may("client_secret", sized(0, 128).like("its-password"), "the client's password"), may("username", sized(0, 128).like("90000002"), "grant `password`: the client that the token stands for"),
		may("password", sized(0, 128).like("its-password"), "grant `password`"), may("scope", text().like("api"), ""),
	)).named("TokenRequest", "A form; every parameter once, none in the address.")
	said := func(code, message string) []Example {
		return []Example{{Name: code, Text: `{"error":"` + code + `","error_description":"` + message + `"}`}}
	}
	return &Service{
		ID: "oauth", Title: "Access tokens", Signing: byGrant,
		Summary: "Exchange a client's credentials for an access token.",
		About: "Vouchers and gift cards take an access token wherever they take Basic credentials, unless the client is set to one of the two. A token is good for 15 minutes unless set otherwise, on every node, and worthless as " +
			"soon as the client is disabled or its credentials are changed. The client's password is its client secret.",
		Bases: []string{"/"},
		Errors: ErrorTable{Key: "error", About: "The words are those of RFC 6749.", Rows: []Refusal{
			{"invalid_request", "400", "A parameter is missing, given twice, or stands in the address; or the body is no form.", "Mend the request."},
			{"unsupported_grant_type", "400", "Neither `client_credentials` nor `password`.", "Use one of them."},
			{"unauthorized_client", "400, 403", "The client may not use tokens, or not call from this address.", "Use Basic, or ask for the setting."},
			{"invalid_grant", "400", "User name or password of the `password` grant are wrong.", "Check them; do not repeat in a loop: failures slow the address down."},
			{"invalid_client", "401", "The client's own credentials are wrong or missing, or its certificate is.", "Check them; do not repeat in a loop."},
			{"temporarily_unavailable", "429, 503", "Too many calls or failures, or the record of clients cannot be read.", "Wait as `Retry-After` says."},
		}},
		Groups: []Group{{"Tokens", "", []Operation{{
			ID: "issueToken", Method: http.MethodPost, Path: "/oauth/token", Summary: "Get an access token",
			About: "Sign in by Basic, by `client_id` and `client_secret` in the form, or by a pinned certificate.",
			Next:  "Use the token until shortly before it expires, then fetch another. There are no refresh tokens.",
			Request: &Body{Media: formType, Schema: form, Examples: []Example{
				{"client", "As the client itself", "grant_type=client_credentials&client_id=90000002&client_secret=its-password"},
				{"password", "For a user", "grant_type=password&client_id=90000002&client_secret=its-password&username=90000002&password=its-password&scope=api"},
			}},
			Answers: []Answer{
				{Status: http.StatusOK, About: "The token.", Schema: token, Examples: []Example{{Name: "token", Text: `{"access_token":"eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl","token_type":"Bearer","expires_in":900}`}}},
				{Status: http.StatusBadRequest, About: "Refused:", Schema: refusal, Types: []string{"invalid_request", "unsupported_grant_type", "invalid_grant", "unauthorized_client"}, Examples: said("unsupported_grant_type", "use client_credentials or password")},
				{Status: http.StatusUnauthorized, About: "The client is not who it says:", Schema: refusal, Types: []string{"invalid_client"}, Headers: []Header{{"WWW-Authenticate", "How to sign in."}}, Examples: said("invalid_client", "credentials are wrong")},
				{Status: http.StatusForbidden, About: "Not from this address:", Schema: refusal, Types: []string{"unauthorized_client"}, Examples: said("unauthorized_client", "address not allowed")},
				{Status: http.StatusTooManyRequests, About: "Too many calls or failures:", Schema: refusal, Types: []string{"temporarily_unavailable"}, Headers: []Header{{"Retry-After", "Seconds to wait."}}, Examples: said("temporarily_unavailable", "too many requests")},
				{Status: http.StatusServiceUnavailable, About: "Try again shortly:", Schema: refusal, Types: []string{"temporarily_unavailable"}, Headers: []Header{{"Retry-After", "Seconds to wait."}}, Examples: said("temporarily_unavailable", "try again shortly")},
			},
		}}}},
	}
}
