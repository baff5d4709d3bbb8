package instruction_test

import (
	"strings"
	"testing"
	"time"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/imagetest"
	"seaworthy.dev/seaworthy/internal/instruction"
)

// TestLongHistory has a thousand steps of 30 KB.
func TestLongHistory(t *testing.T) {
	var c seaworthy.ImageConfig
	for range 1000 {
		c.History = append(c.History, seaworthy.History{CreatedBy: "RUN /bin/sh -c " + strings.Repeat(`echo "$(cat 'a' | sed "s/b/c/")" `, 900) + "--password=hunter2", EmptyLayer: true})
	}
	steps, _ := instruction.History(c, 0)
	unread := 0
	imagetest.CheckCPU(t, 5*time.Second, func() {
		for _, s := range steps {
			commands, whole := s.Commands()
			text := s.Redacted(nil)
			if strings.Contains(text, "hunter2") {
				t.Fatal("a password in clear text")
			}
			if s.Unread {
				unread++
				if commands != nil || whole || text != "RUN …" {
					t.Fatalf("%d commands, %q", len(commands), text)
				}
			}
		}
	})
	if unread < 900 || steps[0].Unread {
		t.Errorf("%d steps are unread", unread)
	}
}
