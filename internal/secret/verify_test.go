package secret

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/imagetest"
	"seaworthy.dev/seaworthy/internal/secret/verify"
)

// standIn is a server in the place of all issuers, by the host that was meant.
func standIn(t *testing.T, handler http.HandlerFunc) *verify.Verifier {
	t.Helper()
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	return verify.New(verify.Options{
		Pause:   time.Millisecond,
		Rewrite: func(url string) string { return s.URL + "/" + strings.TrimPrefix(url, "https://") },
	})
}

func TestVerify(t *testing.T) {
	live, revoked, slack, limited := githubToken(50), githubToken(51), textOf(random(52), `xoxb-[0-9]{12}-[0-9]{12}-[0-9A-Za-z]{24}`), textOf(random(53), `SG\.[0-9A-Za-z_-]{22}\.[0-9A-Za-z_-]{43}`)
	telegram := textOf(random(54), `[0-9]{9}:AA[0-9A-Za-z_-]{33}`)
	var again atomic.Int32
	v := standIn(t, func(w http.ResponseWriter, r *http.Request) {
		switch auth := r.Header.Get("Authorization"); {
		case r.URL.Path == "/api.github.com/user" && auth == "Bearer "+live:
			if again.Add(1) == 1 {
				w.Header().Set("Retry-After", "0")
				w.WriteHeader(http.StatusTooManyRequests)
			}
		case r.URL.Path == "/api.github.com/user":
			w.WriteHeader(http.StatusUnauthorized)
		case r.URL.Path == "/slack.com/api/auth.test" && r.Method == http.MethodPost && auth == "Bearer "+slack:
			fmt.Fprint(w, `{"ok": false, "error": "token_revoked"}`)
		case r.URL.Path == "/api.telegram.org/bot"+telegram+"/getMe":
			w.Header().Set("Location", "https://elsewhere.example/"+telegram)
			w.WriteHeader(http.StatusFound)
		default:
			w.WriteHeader(http.StatusTooManyRequests)
		}
	})
	body := strings.Join([]string{live, revoked, slack, "sendgrid_key = '" + limited + "'", "telegram_token = '" + telegram + "'"}, "\n")
	got := analyzeWith(t, imagetest.Image{Layers: []imagetest.Layer{{imagetest.File("srv/x", body)}}}, Options{Verify: v})
	for _, c := range []struct {
		id, says string
		severity seaworthy.Severity
	}{
		{"github-pat", "The secret is live: api.github.com accepts it.", seaworthy.Critical},
		{"github-pat", "The secret is not live: api.github.com does not accept it.", seaworthy.Low},
		{"slack-bot-token", "The secret is not live: slack.com does not accept it.", seaworthy.Low},
		{"sendgrid-key", "whether the secret is live: api.sendgrid.com accepts no more requests", seaworthy.High},
		{"telegram-bot-token", "whether the secret is live: api.telegram.org answers with status 302", seaworthy.High},
	} {
		if !slices.ContainsFunc(got.of(c.id), func(f *seaworthy.Finding) bool {
			return strings.Contains(f.Detail, c.says) && f.Severity == c.severity
		}) {
			t.Errorf("no %s of severity %s says %q, but %+v", c.id, c.severity, c.says, got.of(c.id))
		}
	}
	for _, f := range got.findings {
		if text := fmt.Sprintf("%+v", *f); strings.Contains(text, live[5:]) || strings.Contains(text, telegram[12:]) {
			t.Errorf("the finding shows the secret: %s", text)
		}
	}
}

// TestVerifyOutOfReach has nobody to ask.
func TestVerifyOutOfReach(t *testing.T) {
	v := verify.New(verify.Options{Pause: time.Millisecond, Rewrite: func(string) string { return "http://127.0.0.1:1/" }})
	got := analyzeWith(t, imagetest.Image{Layers: []imagetest.Layer{{imagetest.File("srv/x", githubToken(55))}}}, Options{Verify: v})
	if f := got.of("github-pat"); len(f) != 1 || !strings.Contains(f[0].Detail, "could not be asked") || f[0].Severity != seaworthy.Critical {
		t.Errorf("findings: %+v", f)
	}
}
