package flash

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// tokenLife is how long a token works.
const tokenLife = time.Hour

// token is kept under the hash of its text.
type token struct {
	User    string    `json:"user"`
	Expires time.Time `json:"expires"`
}

// serveToken plays POST /token. Any key is taken when it is seen first; another secret for the same user is refused.
func (s *Server) serveToken(x *stage.Exchange) {
	f := x.Fault("token", false, true, 0, "")
	if f.Name != "" && f.Name != "token-expired" {
		x.Deliver(f, instead(f))
		return
	}
	user, ok := s.signIn(x.R)
	form, err := url.ParseQuery(string(x.Body))
	switch {
	case x.R.Method != http.MethodPost:
		x.Send(stage.JSON(http.StatusMethodNotAllowed, oauthError("invalid_request", "use POST")))
	case !ok:
		x.Send(stage.JSON(http.StatusUnauthorized, oauthError("invalid_client", "client authentication failed")))
	case err != nil || !strings.HasPrefix(x.R.Header.Get("Content-Type"), "application/x-www-form-urlencoded"):
		x.Send(stage.JSON(http.StatusBadRequest, oauthError("invalid_request", "form expected")))
	case form.Get("grant_type") != "client_credentials":
		x.Send(stage.JSON(http.StatusBadRequest, oauthError("unsupported_grant_type", "client_credentials expected")))
	default:
		x.Send(stage.JSON(http.StatusOK, map[string]any{
			"access_token": s.newToken(user), "token_type": "Bearer", "scope": "am_application_scope default",
			"expires_in": int(tokenLife.Seconds()),
		}))
	}
}

func oauthError(code, text string) map[string]string {
	return map[string]string{"error": code, "error_description": text}
}

// signIn reads the API key: user and secret, encoded as in Basic.
func (s *Server) signIn(r *http.Request) (user string, ok bool) {
	key, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Basic ")
	if !ok {
		return "", false
	}
	plain, err := base64.StdEncoding.DecodeString(key)
	user, secret, two := strings.Cut(string(plain), ":")
	if err != nil || !two {
		user, secret = "key-"+stage.HashCode(key)[:8], key
	}
	return user, s.SignIn(user, secret)
}

func (s *Server) newToken(user string) string {
	raw := make([]byte, 20)
	_, _ = rand.Read(raw) // never fails
	text := hex.EncodeToString(raw)
	s.Lock()
	defer s.Unlock()
	s.tokens.Set(stage.HashCode(text), &token{User: user, Expires: s.Now().Add(tokenLife)})
	s.Commit()
	return text
}

// bearer finds who calls; ok is false when the call has been refused.
func (s *Server) bearer(x *stage.Exchange) (user string, ok bool) {
	text, _ := strings.CutPrefix(x.R.Header.Get("Authorization"), "Bearer ")
	s.Lock()
	t := s.tokens.Of(stage.HashCode(text))
	known := t != nil && s.Now().Before(t.Expires)
	s.Unlock()
	if !known {
		x.Send(unauthorised())
		return "", false
	}
	return t.User, true
}

// forget makes the token of the call useless, as if it had expired early.
func (s *Server) forget(r *http.Request) {
	text, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	s.Lock()
	defer s.Unlock()
	s.tokens.Set(stage.HashCode(text), &token{})
	s.Commit()
}

func unauthorised() stage.Answer {
	a := stage.JSON(http.StatusUnauthorized, map[string]any{
		"responseCode": 3704, "responseMessage": "The access token is not known or has expired",
	})
	a.Header = map[string]string{"WWW-Authenticate": "Bearer"}
	return a
}
