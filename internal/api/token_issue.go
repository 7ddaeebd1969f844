package api

import (
	"encoding/json"
	"errors"
	"mime"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
)

// TokenPath is where access tokens are given out.
const TokenPath = "/oauth/token"

// tokenError is a refusal in the words of RFC 6749 5.2.
type tokenError struct {
	status     int
	code       string
	message    string
	retryAfter time.Duration
}

func (e *tokenError) Error() string { return e.code + ": " + e.message }

func invalidRequest(message string) error {
	return &tokenError{status: 400, code: "invalid_request", message: message}
}

// MountToken registers the token address; IssueTokens comes first.
func (a *Auth) MountToken(app fiber.Router) { app.Post(TokenPath, a.issueToken) }

// issueToken gives an access token (RFC 6749 4.3 and 4.4). The password of a client is its client secret too: one secret
// to keep and to rotate, and a client that shall never show it on every call is set to tokens only.
func (a *Auth) issueToken(c *fiber.Ctx) error {
	c.Set(fiber.HeaderCacheControl, "no-store")
	c.Set(fiber.HeaderPragma, "no-cache")
	token, scoped, err := a.grant(c)
	if err != nil {
		return refuseToken(c, err)
	}
	answer := map[string]any{"access_token": token, "token_type": "Bearer", "expires_in": int(a.tokens.life.Seconds())}
	if scoped {
		answer["scope"] = "api" // there is only one, whatever was asked for
	}
	return c.Status(fiber.StatusOK).JSON(answer)
}

func (a *Auth) grant(c *fiber.Ctx) (token string, scoped bool, err error) {
	form, err := formOf(c)
	if err != nil {
		return "", false, err
	}
	kind := form.Get("grant_type")
	switch kind {
	case "client_credentials", "password":
	case "":
		return "", false, invalidRequest("grant_type is missing")
	default:
		return "", false, &tokenError{status: 400, code: "unsupported_grant_type", message: "use client_credentials or password"}
	}
	caller := CallerOf(c)
	app, err := a.grantee(form, caller)
	if err != nil {
		return "", false, err
	}
	user := app
	if kind == "password" {
		if user, err = a.resourceOwner(form, caller, app); err != nil {
			return "", false, err
		}
	}
	token, err = a.tokens.sign(user.account, app.account, a.now())
	return token, form.Has("scope"), err
}

// formOf reads the body. A parameter twice is refused, and so is one in the address, where it would be logged by others.
func formOf(c *fiber.Ctx) (url.Values, error) {
	kind, _, err := mime.ParseMediaType(c.Get(fiber.HeaderContentType))
	if err != nil || kind != fiber.MIMEApplicationForm {
		return nil, invalidRequest("the body must be application/x-www-form-urlencoded")
	}
	if len(c.Request().URI().QueryString()) > 0 {
		return nil, invalidRequest("parameters belong into the body")
	}
	form, err := url.ParseQuery(string(c.Request().Body()))
	if err != nil {
		return nil, invalidRequest("the body cannot be read")
	}
	for _, values := range form {
		if len(values) > 1 {
			return nil, invalidRequest("a parameter is given twice")
		}
	}
	return form, nil
}

// grantError turns a refusal of the sign-in into the token address's words.
func grantError(err error, code string, status int) error {
	var refused *Error
	if !errors.As(err, &refused) {
		return err
	}
	switch refused.Status {
	case fiber.StatusUnauthorized:
		return &tokenError{status: status, code: code, message: refused.Message}
	case fiber.StatusForbidden:
		return &tokenError{status: refused.Status, code: "unauthorized_client", message: refused.Message}
	}
	return &tokenError{status: refused.Status, code: "temporarily_unavailable", message: refused.Message, retryAfter: refused.RetryAfter}
}

// refuseToken answers a refusal; what is no refusal goes to the server.
func refuseToken(c *fiber.Ctx, err error) error {
	var refused *tokenError
	if !errors.As(err, &refused) {
		return err
	}
	if refused.status == fiber.StatusUnauthorized {
		c.Set(fiber.HeaderWWWAuthenticate, basicChallenge)
	}
	SetRetryAfter(c, refused.retryAfter)
	body, err := json.Marshal(struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}{refused.code, strings.ReplaceAll(refused.message, `"`, "")})
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	return c.Status(refused.status).Send(body)
}
