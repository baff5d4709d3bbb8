package main

import (
	"bytes"
	"context"
	"testing"
	"time"
)

// TestExitAfter ends a program that does not end by itself, even on one core.
func TestExitAfter(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var stderr bytes.Buffer
	code := make(chan int)
	exitAfter(ctx, time.Millisecond, &stderr, func(c int) { code <- c })
	cancel()
	if got := <-code; got != 2 || stderr.String() != "error: interrupted\n" {
		t.Errorf("exit code %d, %q", got, stderr.String())
	}
}
