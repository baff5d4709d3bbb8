package main

import (
	"context"
	"fmt"
	"io"
	"time"
)

// grace is the time that a command has to end after a signal. What it leaves behind when
// it takes longer, the next run removes.
const grace = 700 * time.Millisecond

// exitAfter exits with the code for errors if the program still runs some time after the
// context ended: the computation that goes on may not ask for the context.
func exitAfter(ctx context.Context, d time.Duration, stderr io.Writer, exit func(code int)) {
	context.AfterFunc(ctx, func() {
		time.Sleep(d)
		fmt.Fprintln(stderr, "error: interrupted")
		exit(2)
	})
}
