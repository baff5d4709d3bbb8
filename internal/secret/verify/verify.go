// Package verify asks the issuers of secrets whether these are live.
//
// The id of the rule that found a secret and its value go in, and [Verifier.Ask] gives
// what the issuer's API answers, as a sentence and a severity. A secret is sent to its
// issuer alone, over TLS; no redirect is followed, and no error has the secret in it.
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

// issuer says how to ask the issuer of some kinds of secrets about one.
type issuer struct {
	rules  []string
	method string // GET if it is empty
	url    string // where %s stands for the secret, if it is part of it
	header string // where %s stands for the secret
	user   string // of Basic authorisation, with the secret as its password
	more   []string
	// field is the boolean in the JSON of a response with status 200 that is
	// true if the secret is accepted; "" if the status alone decides.
	field string
	also  string // a sentence to add to a refusal
}

// Verifier asks issuers whether secrets are live. It may be used by any number of
// goroutines; each host is asked one question at a time.
type Verifier struct {
	client  *http.Client
	hosts   map[string]*sync.Mutex
	rewrite func(string) string
	pause   time.Duration
}

// Options are what tests change of a Verifier.
type Options struct {
	// Rewrite changes the URL that is asked; nil does not.
	Rewrite func(url string) string
	// Pause is the time between two questions to one host; 200 ms if it is 0.
	Pause time.Duration
}

// The limits of one question.
const (
	timeout       = 10 * time.Second
	defaultPause  = 200 * time.Millisecond
	maxRetryAfter = 5 * time.Second
	maxBody       = 64 << 10
)

// New makes a Verifier that uses the proxy of the environment.
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

// Outcome is what an issuer answered.
type Outcome struct {
	// Severity is how bad the secret is after all; Unknown leaves it as it is.
	Severity seaworthy.Severity
	// Sentence says it for people.
	Sentence string
}

func unknown(host, why string) *Outcome {
	return &Outcome{Sentence: fmt.Sprintf("Whether it is live is not known: %s %s.", host, why)}
}

// Knows reports whether the issuer of the secrets of a rule can be asked.
func Knows(rule string) bool { return issuerOf(rule) != nil }

// issuerOf gives the issuer of the secrets of a rule; nil if none can be asked.
func issuerOf(rule string) *issuer {
	for i := range issuers {
		if slices.Contains(issuers[i].rules, rule) {
			return &issuers[i]
		}
	}
	return nil
}

// Ask asks about a secret of a rule that [Knows]. The only error is that of the context.
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

// reasonOf says what went wrong without the URL, which may hold the secret.
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
	for _, h := range append(slices.Clone(i.more), i.header) {
		if name, text, ok := strings.Cut(h, ": "); ok {
			req.Header.Set(name, strings.ReplaceAll(text, "%s", value))
		}
	}
	if i.user != "" {
		req.SetBasicAuth(i.user, value)
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

// outcome reads the answer.
func (i *issuer) outcome(status int, body []byte) *Outcome {
	host := i.host()
	live := &Outcome{seaworthy.Critical, "It is live: " + host + " accepts it."}
	refused := &Outcome{seaworthy.Low, strings.TrimSpace("It is not live: " + host + " does not accept it. " + i.also)}
	if i.also != "" {
		refused.Severity = seaworthy.Unknown
	}
	switch {
	case status == http.StatusOK && i.field != "":
		var answer map[string]any
		if json.Unmarshal(body, &answer) != nil {
			return unknown(host, "gave an answer that cannot be read")
		}
		if ok, _ := answer[i.field].(bool); ok {
			return live
		}
		switch answer["error"] {
		case "invalid_auth", "token_revoked", "token_expired", "account_inactive":
			return refused
		}
		return unknown(host, "gave an answer that says neither")
	case status >= 200 && status < 300, status == http.StatusForbidden: // known, though not for this
		return live
	case status == http.StatusUnauthorized:
		return refused
	case status == http.StatusNotFound && strings.Contains(i.url, "%s"):
		return refused
	case status == http.StatusTooManyRequests:
		return unknown(host, "takes no more questions for now")
	}
	return unknown(host, fmt.Sprintf("answers with status %d", status))
}
