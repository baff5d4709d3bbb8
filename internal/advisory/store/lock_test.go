package store

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"
)

func TestLock(t *testing.T) {
	dir := t.TempDir()
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, nil))
	unlock, err := Lock(t.Context(), dir, "npm", logger)
	if err != nil {
		t.Fatal(err)
	}
	other, err := Lock(t.Context(), dir, "PyPI", logger)
	if err != nil {
		t.Fatal(err)
	}
	other()
	ctx, cancel := context.WithTimeout(t.Context(), 1200*time.Millisecond)
	defer cancel()
	if _, err := Lock(ctx, dir, "npm", logger); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v of a lock that is taken", err)
	}
	if n := strings.Count(log.String(), "another update is running"); n != 1 {
		t.Errorf("logged %d times: %s", n, &log)
	}
	time.AfterFunc(100*time.Millisecond, unlock)
	again, err := Lock(t.Context(), dir, "npm", logger)
	if err != nil {
		t.Fatal(err)
	}
	again()
}
