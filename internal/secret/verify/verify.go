// Package verify asks the issuers of secrets whether the secrets are live.
//
// [Verifier.Ask] takes the id of the rule that found a secret, and its value. It returns
// the answer of the issuer's API as a sentence and a severity. A secret is sent only to its
// issuer, over TLS. No redirect is followed, and no error contains the secret.
package verify

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"seaworthy.dev/seaworthy"
)

// issuer is the request that shows whether a secret of some rules is live. One of url,
// header and basicUser takes the secret.
type issuer struct {
	rules     []string // their ids
	method    string   // "" means GET
	url       string   // %s is replaced by the secret
	header    string   // "Name: value"; %s is replaced by the secret
	basicUser string   // user of HTTP Basic authentication, with the secret as password
	headers   []string // further headers, "Name: value"
	// liveField is the boolean in the JSON of a response with status 200 that is true if
	// the secret is live; "" if the status alone decides.
	liveField string
	// refusalNote is a sentence to add if the issuer refuses the secret. Then another
	// server may still accept it, so that the severity stays as it was.
	refusalNote string
}

// Verifier asks issuers whether secrets are live. It is safe for concurrent use, and sends
// one request at a time to each host.
type Verifier struct {
	client  *http.Client
	hosts   map[string]*sync.Mutex // by host; locked during a request
	rewrite func(string) string
	pause   time.Duration
}

// Options configure a Verifier for tests.
type Options struct {
	// Rewrite changes the URL of each request; nil means no change.
	Rewrite func(url string) string
	// Pause is the time between two requests to one host; 0 means 200 ms.
	Pause time.Duration
}

// The limits on one request.
const (
	timeout       = 10 * time.Second
	defaultPause  = 200 * time.Millisecond
	maxRetryAfter = 5 * time.Second
	maxBody       = 64 << 10
)

// New returns a Verifier that uses the proxy of the environment.
func New(opt Options) *Verifier {
	v := &Verifier{
		client: &http.Client{
			Timeout:       timeout,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		hosts:   make(map[string]*sync.Mutex),
		rewrite: opt.Rewrite,
		pause:   cmp.Or(opt.Pause, defaultPause),
	}
	for i := range issuers {
		v.hosts[issuers[i].host()] = new(sync.Mutex)
	}
	return v
}

func (i *issuer) host() string {
	_, rest, _ := strings.Cut(i.url, "://")
	host, _, _ := strings.Cut(rest, "/")
	return host
}

// Outcome is the answer of an issuer.
type Outcome struct {
	// Severity is the new severity of the secret; Unknown means no change.
	Severity seaworthy.Severity
	// Sentence is the answer for a report.
	Sentence string
}

// unknown returns the Outcome if an issuer does not say whether a secret is live.
func unknown(host, why string) *Outcome {
	return &Outcome{Sentence: fmt.Sprintf("It is not known whether the secret is live: %s %s.", host, why)}
}

// Knows reports whether secrets of a rule can be verified.
func Knows(rule string) bool { return issuerOf(rule) != nil }

// issuerOf returns the issuer for a rule; nil if its secrets cannot be verified.
func issuerOf(rule string) *issuer {
	for i := range issuers {
		if slices.Contains(issuers[i].rules, rule) {
			return &issuers[i]
		}
	}
	return nil
}

// Ask verifies a secret that a rule found. It returns an error only when the context ends.
func (v *Verifier) Ask(ctx context.Context, rule string, value []byte) (*Outcome, error) {
	i := issuerOf(rule)
	if i == nil {
		return unknown("its issuer", "cannot be asked"), nil
	}
	host := i.host()
	busy := v.hosts[host]
	busy.Lock()
	defer busy.Unlock()
	for try := 0; ; try++ {
		status, body, wait, err := v.request(ctx, i, string(value))
		switch {
		case ctx.Err() != nil:
			return nil, context.Cause(ctx)
		case err != nil:
			return unknown(host, "could not be asked ("+reasonOf(err)+")"), nil
		case status == http.StatusTooManyRequests && try == 0 && wait <= maxRetryAfter:
		default:
			if err := sleep(ctx, v.pause); err != nil {
				return nil, err
			}
			return i.outcome(status, body), nil
		}
		if err := sleep(ctx, max(wait, v.pause)); err != nil {
			return nil, err
		}
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// reasonOf returns the reason of an error without the URL, which may contain the secret.
func reasonOf(err error) string {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
		if u.Timeout() {
			return "no answer in time"
		}
	}
	return err.Error()
}

func (v *Verifier) request(ctx context.Context, i *issuer, value string) (status int, body []byte, wait time.Duration, err error) {
	target := strings.ReplaceAll(i.url, "%s", url.PathEscape(value))
	if v.rewrite != nil {
		target = v.rewrite(target)
	}
	method := i.method
	if method == "" {
		method = http.MethodGet
	}
	req, err := http.NewRequestWithContext(ctx, method, target, nil)
	if err != nil {
		return 0, nil, 0, errors.New("it cannot be put into a request")
	}
	req.Header.Set("User-Agent", "seaworthy")
	req.Header.Set("Accept", "application/json")
	for _, h := range append(slices.Clone(i.headers), i.header) {
		if name, text, ok := strings.Cut(h, ": "); ok {
			req.Header.Set(name, strings.ReplaceAll(text, "%s", value))
		}
	}
	if i.basicUser != "" {
		req.SetBasicAuth(i.basicUser, value)
	}
	resp, err := v.client.Do(req)
	if err != nil {
		return 0, nil, 0, err
	}
	defer resp.Body.Close()
	body, err = io.ReadAll(io.LimitReader(resp.Body, maxBody))
	if seconds, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && seconds >= 0 {
		wait = time.Duration(min(seconds, 3600)) * time.Second
	}
	return resp.StatusCode, body, wait, err
}

// outcome returns what a response means.
func (i *issuer) outcome(status int, body []byte) *Outcome {
	host := i.host()
	live := &Outcome{seaworthy.Critical, "The secret is live: " + host + " accepts it."}
	refused := &Outcome{seaworthy.Low, strings.TrimSpace("The secret is not live: " + host + " does not accept it. " + i.refusalNote)}
	if i.refusalNote != "" {
		refused.Severity = seaworthy.Unknown
	}
	switch {
	case status == http.StatusOK && i.liveField != "":
		var answer map[string]any
		if json.Unmarshal(body, &answer) != nil {
			return unknown(host, "gave an answer that cannot be read")
		}
		if ok, _ := answer[i.liveField].(bool); ok {
			return live
		}
		switch answer["error"] {
		case "invalid_auth", "token_revoked", "token_expired", "account_inactive":
			return refused
		}
		return unknown(host, "gave an answer that does not say")
	case status >= 200 && status < 300, status == http.StatusForbidden: // the issuer knows the secret, but it lacks a permission
		return live
	case status == http.StatusUnauthorized:
		return refused
	case status == http.StatusNotFound && strings.Contains(i.url, "%s"):
		return refused
	case status == http.StatusTooManyRequests:
		return unknown(host, "accepts no more requests for now")
	}
	return unknown(host, fmt.Sprintf("answers with status %d", status))
}
