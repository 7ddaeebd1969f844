package server_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/server"
)

// talk sends bytes as they are and reads every answer until the server ends the connection or keeps silent.
func talk(t *testing.T, addr string, parts ...string) (answers []string) {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	defer conn.Close()
	in := bufio.NewReader(conn)
	for _, part := range parts {
		_, err = io.WriteString(conn, part)
		require.NoError(t, err)
		for {
			require.NoError(t, conn.SetReadDeadline(time.Now().Add(300*time.Millisecond)))
			res, err := http.ReadResponse(in, nil)
			if err != nil {
				break
			}
			body, err := io.ReadAll(res.Body)
			require.NoError(t, err, "an answer is whole")
			answers = append(answers, fmt.Sprintf("%d %.20s %d %v", res.StatusCode, body, len(body), res.Close))
		}
	}
	return answers
}

// Several requests in one go: the library dropped all answers but the last, so that the first caller to read took the answer
// to another request for its own.
func TestAnswersBelongToTheirRequests(t *testing.T) {
	t.Parallel()
	routes := func(r fiber.Router) {
		r.All("/say/:word", func(c *fiber.Ctx) error { return c.SendString(c.Params("word")) })
		r.Get("/long", func(c *fiber.Ctx) error { return c.SendString(strings.Repeat("l", 6000)) })
	}
	addr := start(t, server.NewAPI(server.Options{}, routes))
	get := func(word string) string { return "GET /say/" + word + " HTTP/1.1\r\nHost: x\r\n\r\n" }
	post := func(word, head, body string) string {
		return "POST /say/" + word + " HTTP/1.1\r\nHost: x\r\n" + head + "\r\n" + body
	}
	for name, c := range map[string]struct {
		sent []string
		want []string
	}{
		"one":            {[]string{get("one")}, []string{"200 one 3 false"}},
		"one by one":     {[]string{get("one"), get("two"), post("three", "Content-Length: 2\r\n", "{}"), get("four")}, []string{"200 one 3 false", "200 two 3 false", "200 three 5 false", "200 four 4 false"}},
		"body later":     {[]string{post("one", "Content-Length: 4\r\n", ""), "{", "\n\n}", get("two")}, []string{"200 one 3 false", "200 two 3 false"}},
		"together":       {[]string{get("one") + get("two") + get("three")}, []string{"200 one 3 true"}},
		"long and short": {[]string{"GET /long HTTP/1.1\r\nHost: x\r\n\r\n" + get("two")}, []string{"200 llllllllllllllllllll 6000 true"}},
		"behind a body":  {[]string{post("one", "Content-Length: 2\r\n", "{}") + get("two")}, []string{"200 one 3 true"}},
		"half of it":     {[]string{get("one") + "GET /sa", "y/two HTTP/1.1\r\nHost: x\r\n\r\n"}, []string{"200 one 3 true"}},
		"in chunks":      {[]string{post("one", "Transfer-Encoding: chunked\r\n", "2\r\n{}\r\n0\r\n\r\n")}, []string{"200 one 3 true"}},
		"both lengths":   {[]string{post("one", "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", "2\r\n{}\r\n0\r\n\r\n") + get("two")}, []string{"200 one 3 true"}},
		"a get's body":   {[]string{strings.Replace(get("one"), "\r\n\r\n", "\r\nContent-Length: 2\r\n\r\n{}", 1), get("two")}, []string{"200 one 3 false", "200 two 3 false"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, talk(t, addr, c.sent...))
		})
	}
}
