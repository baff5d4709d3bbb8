// Seaworthy decides whether a container image is safe to run.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"seaworthy.dev/seaworthy/internal/cli"
)

// Set by the linker for a release.
var version, commit string

func main() {
	if os.Getenv("GOGC") == "" {
		collectRarely()
	}
	if version == "" {
		version, commit = built()
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	exitAfter(ctx, grace, os.Stderr, os.Exit)
	os.Exit(cli.Run(ctx, os.Args[1:], cli.Environment{
		Stdin:   os.Stdin,
		Stdout:  os.Stdout,
		Stderr:  os.Stderr,
		Getenv:  os.Getenv,
		Version: version,
		Commit:  commit,
	}))
}
