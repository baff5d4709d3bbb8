package secret

import (
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

	"golang.org/x/sync/errgroup"

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
	// field is the boolean in the JSON of a response with status 200 that tells
	// whether the secret is accepted; "" if the status tells.
	field string
	also  string // a sentence to add to a refusal
}

// Verifier asks issuers whether secrets are live. It sends a secret to nobody but
// its issuer, over TLS, and follows no redirect.
type Verifier struct {
	client *http.Client
	hosts  map[string]*sync.Mutex // one question at a time
	// rewrite changes the URL that is asked, for tests; nil does not.
	rewrite func(string) string
	pause   time.Duration
}

// The bounds on verification.
const (
	maxVerified    = 500 // secrets of one image
	verifyTimeout  = 10 * time.Second
	verifyPause    = 200 * time.Millisecond // between two questions to one host
	maxRetryAfter  = 5 * time.Second
	maxVerifyBody  = 64 << 10
	verifyParallel = 8
)

// NewVerifier makes a Verifier that goes by the environment's proxy.
func NewVerifier() *Verifier {
	v := &Verifier{
		client: &http.Client{
			Timeout:       verifyTimeout,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		hosts: make(map[string]*sync.Mutex),
		pause: verifyPause,
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

// outcome is what an issuer said.
type outcome struct {
	severity seaworthy.Severity // Unknown leaves it as it is
	sentence string
}

func unknown(host, why string) *outcome {
	return &outcome{sentence: fmt.Sprintf("Whether it is live is not known: %s %s.", host, why)}
}

// issuerOf gives who issued the secrets of a rule; nil if nobody can be asked.
func issuerOf(rule string) *issuer {
	for i := range issuers {
		if slices.Contains(issuers[i].rules, rule) {
			return &issuers[i]
		}
	}
	return nil
}

// ask asks about a secret. The only error is that of the context.
func (v *Verifier) ask(ctx context.Context, i *issuer, value []byte) (*outcome, error) {
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
			return i.judge(status, body), nil
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
	body, err = io.ReadAll(io.LimitReader(resp.Body, maxVerifyBody))
	if seconds, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && seconds >= 0 {
		wait = time.Duration(min(seconds, 3600)) * time.Second
	}
	return resp.StatusCode, body, wait, err
}

// judge reads the answer.
func (i *issuer) judge(status int, body []byte) *outcome {
	host := i.host()
	live := &outcome{seaworthy.Critical, "It is live: " + host + " accepts it."}
	refused := &outcome{seaworthy.Low, strings.TrimSpace("It is not live: " + host + " does not accept it. " + i.also)}
	if i.also != "" {
		refused.severity = seaworthy.Unknown
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

// verify asks about the secrets that are gathered, the worst first.
func (g *gathering) verify(ctx context.Context, v *Verifier) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(verifyParallel)
	asked := 0
	for _, key := range g.order {
		f := g.byKey[key]
		i := issuerOf(f.rule.ID)
		if i == nil || len(f.value) == 0 {
			continue
		}
		if asked++; asked > maxVerified {
			f.outcome = &outcome{sentence: fmt.Sprintf("Whether it is live was not asked: there are more than %d secrets.", maxVerified)}
			continue
		}
		group.Go(func() (err error) {
			f.outcome, err = v.ask(ctx, i, f.value)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for _, f := range g.byKey {
		if f.outcome != nil && f.outcome.severity != seaworthy.Unknown {
			f.severity = f.outcome.severity
		}
	}
	return nil
}
