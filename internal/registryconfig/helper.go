package registryconfig

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os/exec"
	"regexp"
	"strings"
	"time"
)

// Limits on a credential helper.
const (
	helperWait    = 20 * time.Second
	maxHelperText = 1 << 20 // bytes of output
	maxMessage    = 200     // bytes of a message in a log entry
)

// helperSuffix is what may follow docker-credential- in the name of a helper.
var helperSuffix = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

// notFoundMessage is the message of a helper that has no credentials for a server. It is
// part of the protocol (github.com/docker/docker-credential-helpers).
const notFoundMessage = "credentials not found in native keychain"

// askHelper asks a credential helper for the credentials of a registry. If it has none,
// or fails, add is not called.
func askHelper(ctx context.Context, suffix, server string, log *slog.Logger, add func(Login)) {
	login, err := runHelper(ctx, suffix, server)
	if err != nil {
		log.WarnContext(ctx, "credential helper failed: the registry is asked without its credentials",
			"helper", "docker-credential-"+suffix, "registry", server, "error", err)
		return
	}
	add(login)
}

// runHelper runs the command get of a credential helper. It returns the zero Login if the
// helper has no credentials.
func runHelper(ctx context.Context, suffix, server string) (Login, error) {
	if !helperSuffix.MatchString(suffix) {
		return Login{}, errors.New("invalid name of a credential helper")
	}
	ctx, cancel := context.WithTimeoutCause(ctx, helperWait, fmt.Errorf("no answer in %s", helperWait))
	defer cancel()
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	cmd := exec.CommandContext(ctx, "docker-credential-"+suffix, "get")
	cmd.Stdin = strings.NewReader(server)
	cmd.WaitDelay = time.Second // a child of the helper may hold the output open
	out := &limitedBuffer{limit: maxHelperText, stop: stop}
	cmd.Stdout = out
	err := cmd.Run()
	if ctx.Err() != nil {
		return Login{}, context.Cause(ctx)
	}
	text := bytes.TrimSpace(out.content)
	if err != nil {
		message := string(text[:min(len(text), maxMessage)])
		switch {
		case strings.Contains(message, notFoundMessage):
			return Login{}, nil
		case errors.Is(err, exec.ErrNotFound):
			return Login{}, errors.New("the program is not installed")
		case message != "":
			return Login{}, fmt.Errorf("%w: %q", err, message)
		}
		return Login{}, err
	}
	var answer struct{ Username, Secret string }
	if err := json.Unmarshal(text, &answer); err != nil {
		return Login{}, errors.New("the answer is not JSON")
	}
	if answer.Username == "<token>" {
		return Login{IdentityToken: answer.Secret}, nil
	}
	return Login{Username: answer.Username, Password: answer.Secret}, nil
}

// limitedBuffer is a buffer that stops a program which writes more than limit bytes.
type limitedBuffer struct {
	content []byte
	limit   int
	stop    context.CancelCauseFunc
}

// Write implements [io.Writer].
func (b *limitedBuffer) Write(p []byte) (int, error) {
	if len(b.content)+len(p) > b.limit {
		err := fmt.Errorf("the answer has more than %d bytes", b.limit)
		b.stop(err)
		return 0, err
	}
	b.content = append(b.content, p...)
	return len(p), nil
}
