package cli_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/cli"
	"seaworthy.dev/seaworthy/internal/imagetest"
)

// TestAlpine scans a real image. What Dockle 0.4 finds in it is there but for
// CIS-DI-0005, which speaks of the machine that Dockle runs on.
func TestAlpine(t *testing.T) {
	archive := imagetest.Shared(t, "images/alpine-310.tar.gz")
	var out, errs bytes.Buffer
	code := cli.Run(t.Context(), []string{"scan", "--no-cache", "--format", "json", "--policy", "none", "--risk", "misconfiguration", archive},
		cli.Environment{Stdout: &out, Stderr: &errs, Getenv: func(string) string { return "" }})
	if code != cli.ExitPass || errs.Len() > 0 {
		t.Fatalf("exit code %d: %s", code, &errs)
	}
	var r struct {
		Image    seaworthy.Image
		Findings []seaworthy.Finding
	}
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&seaworthy.OS{ID: "alpine", VersionID: "3.10.4", PrettyName: "Alpine Linux v3.10"}, r.Image.OS); diff != "" {
		t.Error(diff)
	}
	var ids, aliases []string
	for _, f := range r.Findings {
		ids = append(ids, f.Severity.String()+" "+f.ID)
		aliases = append(aliases, f.Aliases...)
	}
	want := []string{"medium user-root", "negligible healthcheck-missing", "negligible labels-missing", "negligible repository-plain-http"}
	if diff := cmp.Diff(want, ids); diff != "" {
		t.Error(diff)
	}
	for _, code := range []string{"CIS-DI-0001", "CIS-DI-0006"} {
		if !slices.Contains(aliases, code) {
			t.Errorf("no finding stands for Dockle's %s", code)
		}
	}
}
